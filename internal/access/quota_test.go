package access_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/access"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func TestAQuotaCountsTheDumpsOfADay(t *testing.T) {
	ago := func(by types.UID, hours ...int) (all []access.Taken) {
		for _, h := range hours {
			all = append(all, access.Taken{By: by, At: noon.Add(-time.Duration(h) * time.Hour)})
		}
		return all
	}
	for name, tc := range map[string]struct {
		most  int32
		taken []access.Taken
		// next is in how many hours the next is possible; 0 is now.
		next int
	}{
		"no quota":      {0, ago("uid-of-list", 1, 2, 3), 0},
		"some are left": {3, ago("uid-of-list", 1, 2), 0},
		"all are used":  {3, ago("uid-of-list", 1, 2, 3), 21},
		"more are used, because the quota was lowered":    {2, ago("uid-of-list", 1, 2, 3), 22},
		"those of the day before do not count":            {3, ago("uid-of-list", 1, 2, 24), 0},
		"those that another list allowed do not count":    {3, ago("another", 1, 2, 3), 0},
		"those that are not decided yet count everywhere": {3, ago("", 1, 2, 3), 21},
	} {
		t.Run(name, func(t *testing.T) {
			list := makeList("qa", func(s *v1alpha1.DumpAllowListSpec) { s.Limits.PerUserPerDay = tc.most })
			d := access.Judge([]v1alpha1.DumpAllowList{list}, question(func(q *access.Question) { q.Now, q.Taken = noon, tc.taken }))
			if d.Allowed != (tc.next == 0) || !d.Visible {
				t.Errorf("%+v", d)
			}
			if tc.next > 0 && !d.NextAt.Equal(noon.Add(time.Duration(tc.next)*time.Hour)) {
				t.Errorf("the next is possible at %s", d.NextAt)
			}
		})
	}
}

func TestAnotherListAllowsWhatTheQuotaOfOneDoesNot(t *testing.T) {
	quota := makeList("a", func(s *v1alpha1.DumpAllowListSpec) { s.Limits.PerUserPerDay = 1 })
	other := makeList("b", nil)
	other.UID = "other"
	d := access.Judge([]v1alpha1.DumpAllowList{quota, other}, question(func(q *access.Question) {
		q.Now, q.Taken = noon, []access.Taken{{By: quota.UID, At: noon}}
	}))
	if !d.Allowed || d.By.Name != "b" {
		t.Errorf("%+v", d)
	}
}

func TestOfSeveralListsTheOneThatKeepsLongestAllows(t *testing.T) {
	hours := func(h int) *metav1.Duration { return &metav1.Duration{Duration: time.Duration(h) * time.Hour} }
	for name, tc := range map[string]struct {
		a, b *metav1.Duration
		want string
	}{
		"the first, where they are alike": {nil, nil, "a"},
		"the longer one":                  {hours(1), hours(2), "b"},
		"the one without a bound":         {hours(1), nil, "b"},
		"whichever is first":              {hours(2), hours(1), "a"},
	} {
		t.Run(name, func(t *testing.T) {
			a := makeList("a", func(s *v1alpha1.DumpAllowListSpec) { s.Limits.MaxTTL = tc.a })
			b := makeList("b", func(s *v1alpha1.DumpAllowListSpec) { s.Limits.MaxTTL = tc.b })
			d := access.Judge([]v1alpha1.DumpAllowList{b, a}, question(nil))
			if d.By == nil || d.By.Name != tc.want {
				t.Errorf("%+v", d.By)
			}
		})
	}
}

// Waiting until the time that the refusal names is enough, and waiting less is not.
func TestTheNextDumpIsPossibleWhenTheRefusalSays(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		list := makeList("qa", func(s *v1alpha1.DumpAllowListSpec) { s.Limits.PerUserPerDay = rapid.Int32Range(1, 5).Draw(r, "quota") })
		q := question(func(q *access.Question) { q.Now = noon })
		for range rapid.IntRange(0, 10).Draw(r, "dumps") {
			q.Taken = append(q.Taken, access.Taken{By: list.UID, At: noon.Add(-time.Duration(rapid.IntRange(0, 2000).Draw(r, "minutes ago")) * time.Minute)})
		}
		lists := []v1alpha1.DumpAllowList{list}
		d := access.Judge(lists, q)
		if d.Allowed {
			return
		}
		q.Now = d.NextAt
		if !access.Judge(lists, q).Allowed {
			r.Fatalf("at %s it is refused again", d.NextAt)
		}
		q.Now = d.NextAt.Add(-time.Second)
		if access.Judge(lists, q).Allowed {
			r.Fatalf("a second before %s it is allowed", d.NextAt)
		}
	})
}

func TestWhatAPersonHasHad(t *testing.T) {
	dump := func(uid string, minute int, edit func(*v1alpha1.DatabaseDump)) v1alpha1.DatabaseDump {
		by := question(nil).Requester
		d := v1alpha1.DatabaseDump{ObjectMeta: metav1.ObjectMeta{UID: types.UID(uid), CreationTimestamp: metav1.NewTime(noon.Add(time.Duration(minute) * time.Minute))}}
		d.Spec.RequestedBy, d.Status.AllowedBy = &by, &v1alpha1.AllowedBy{UID: "list"}
		if edit != nil {
			edit(&d)
		}
		return d
	}
	undecided := func(d *v1alpha1.DatabaseDump) { d.Status.AllowedBy = nil }
	finished := []metav1.Condition{{Type: v1alpha1.ConditionFinished, Status: metav1.ConditionTrue}}
	asked := dump("asked", 5, undecided)
	got := access.TakenBy(&asked, []v1alpha1.DatabaseDump{
		asked,
		dump("allowed", 1, nil),
		dump("undecided", 2, undecided),
		dump("ran and failed", 3, func(d *v1alpha1.DatabaseDump) { d.Status.Conditions, d.Status.StartTime = finished, &metav1.Time{} }),
		dump("never started", 3, func(d *v1alpha1.DatabaseDump) { d.Status.Conditions = finished }),
		dump("somebody else's", 3, func(d *v1alpha1.DatabaseDump) { d.Spec.RequestedBy.User = "U2" }),
		dump("with kubectl", 3, func(d *v1alpha1.DatabaseDump) { d.Spec.RequestedBy = nil }),
		dump("allowed meanwhile, though it is later by its time", 6, nil),
		dump("a, in the same second", 5, undecided),
		dump("z, in the same second", 5, undecided),
		dump("later", 6, undecided),
	})
	at := func(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }
	want := []access.Taken{{By: "list", At: at(1)}, {At: at(2)}, {By: "list", At: at(3)}, {By: "list", At: at(6)}, {At: at(5)}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// However many a person asks for, in whichever seconds and with whichever UIDs, and in whichever order the manager looks at them, also
// twice: no more are allowed than the quota says, and none that was allowed is refused later.
func TestNoOrderOfLookingAllowsMoreThanTheQuota(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		most := rapid.IntRange(1, 4).Draw(r, "quota")
		list := makeList("qa", func(s *v1alpha1.DumpAllowListSpec) { s.Limits.PerUserPerDay = int32(most) })
		lists := []v1alpha1.DumpAllowList{list}
		dumps := make([]v1alpha1.DatabaseDump, rapid.IntRange(1, 8).Draw(r, "dumps"))
		second := 0
		ids := rapid.Permutation([]string{"a", "b", "c", "d", "e", "f", "g", "h"}).Draw(r, "UIDs")
		for i := range dumps {
			by := question(nil).Requester
			dumps[i].UID, dumps[i].Spec.RequestedBy = types.UID(ids[i]), &by
			second += rapid.IntRange(0, 1).Draw(r, "seconds later")
			dumps[i].CreationTimestamp = metav1.NewTime(noon.Add(time.Duration(second) * time.Second))
		}
		there := 0 // of them so far
		look := func(i int) {
			d := access.Judge(lists, question(func(q *access.Question) {
				q.Now, q.Taken = noon.Add(time.Minute), access.TakenBy(&dumps[i], dumps[:there])
			}))
			if dumps[i].Status.AllowedBy != nil && !d.Allowed {
				r.Fatalf("%s was allowed, and is not any more", dumps[i].UID)
			}
			if !d.Allowed {
				dumps[i].Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionFinished, Status: metav1.ConditionTrue}}
				return
			}
			dumps[i].Status.AllowedBy = d.By
		}
		for there < len(dumps) {
			there++
			for range rapid.IntRange(0, 6).Draw(r, "looks") {
				if i := rapid.IntRange(0, there-1).Draw(r, "at"); !dumps[i].Status.Finished() {
					look(i)
				}
			}
		}
		for i := range dumps {
			if !dumps[i].Status.Finished() {
				look(i)
			}
		}
		allowed := 0
		for i := range dumps {
			if dumps[i].Status.AllowedBy != nil {
				allowed++
			}
		}
		if allowed > most || allowed == 0 {
			r.Fatalf("%d of %d are allowed, and the quota is %d", allowed, len(dumps), most)
		}
	})
}
