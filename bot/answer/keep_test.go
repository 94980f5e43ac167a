package answer

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/view"
)

const hour = time.Hour

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func is(kind string, status metav1.ConditionStatus, reason string) metav1.Condition {
	return metav1.Condition{Type: kind, Status: status, Reason: reason}
}

func length(d time.Duration) *metav1.Duration { return &metav1.Duration{Duration: d} }

type edit = func(*v1alpha1.DatabaseDump)

// finished some time ago with a copy, of a source that says nothing of how long it is kept.
func finished(since time.Duration) edit {
	return func(d *v1alpha1.DatabaseDump) {
		d.Status.Phase, d.Status.CompletionTime = v1alpha1.PhaseSucceeded, &metav1.Time{Time: now.Add(-since)}
		d.Status.Artifact = &v1alpha1.Artifact{URI: "s3://b/k"}
		d.Status.Lifetime = &v1alpha1.Lifetime{Default: length(168 * hour)}
		d.Status.Conditions = []metav1.Condition{
			is(v1alpha1.ConditionFinished, metav1.ConditionTrue, "Succeeded"), is(v1alpha1.ConditionComplete, metav1.ConditionTrue, "Verified"),
		}
	}
}

func available(status metav1.ConditionStatus, reason string) edit {
	return func(d *v1alpha1.DatabaseDump) {
		d.Status.Conditions = append(d.Status.Conditions, is(v1alpha1.ConditionArtifactAvailable, status, reason))
	}
}

func most(d time.Duration) edit {
	return func(dump *v1alpha1.DatabaseDump) {
		dump.Status.Lifetime = &v1alpha1.Lifetime{Max: length(d), Default: length(d)}
	}
}

func without(dump *v1alpha1.DatabaseDump) { dump.Status.Lifetime = nil }

func endless(dump *v1alpha1.DatabaseDump) { dump.Status.Lifetime = &v1alpha1.Lifetime{} }

func asks(d time.Duration) edit {
	return func(dump *v1alpha1.DatabaseDump) { dump.Spec.TTL = length(d) }
}

func in(p v1alpha1.Phase) edit {
	return func(d *v1alpha1.DatabaseDump) { d.Status.Phase = p }
}

func failed(d *v1alpha1.DatabaseDump) {
	d.Status.Conditions = []metav1.Condition{is(v1alpha1.ConditionFinished, metav1.ConditionTrue, "Failed")}
}

func dumpWith(edits ...edit) *v1alpha1.DatabaseDump {
	d := &v1alpha1.DatabaseDump{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "shop-7f3k"}}
	for _, e := range edits {
		e(d)
	}
	return d
}

func TestHowLongACopyCanBeKept(t *testing.T) {
	at := now.Add
	gone := func(l view.Life) view.View { return view.CopyGone{Dump: "shop-7f3k", Life: l} }
	for name, tc := range map[string]struct {
		dump  []edit
		asked time.Duration
		ttl   time.Duration // of the effect, and said is then what is said of it
		said  view.View
	}{
		"longer":                               {[]edit{finished(160 * hour)}, 48 * hour, 208 * hour, view.Kept{For: 48 * hour, Until: at(48 * hour)}},
		"shorter":                              {[]edit{finished(hour)}, 2 * hour, 3 * hour, view.Kept{For: 2 * hour, Until: at(2 * hour), Was: at(167 * hour)}},
		"again, after it was asked for before": {[]edit{finished(hour), asks(2 * hour)}, 3 * hour, 4 * hour, view.Kept{For: 3 * hour, Until: at(3 * hour)}},
		"up to the limit":                      {[]edit{finished(24 * hour), most(72 * hour)}, 48 * hour, 72 * hour, view.Kept{For: 48 * hour, Until: at(48 * hour)}},
		"beyond the limit": {[]edit{finished(24 * hour), most(72 * hour)}, 49 * hour, 0, view.KeepsNoLonger{
			For: 72 * hour, Until: at(48 * hour), Longest: "keep shop-7f3k 47h",
		}},
		"beyond the limit, which is near": {[]edit{finished(72*hour - 4*time.Minute), most(72 * hour)}, hour, 0, view.KeepsNoLonger{
			For: 72 * hour, Until: at(4 * time.Minute),
		}},
		"beyond what the API takes":                   {[]edit{finished(hour)}, 8760 * hour, 0, view.KeepsNoLonger{For: 8760 * hour, Until: at(8759 * hour), Longest: "keep shop-7f3k 364d22h"}},
		"before it has finished":                      {[]edit{in(v1alpha1.PhaseRunning), most(72 * hour)}, 48 * hour, 48 * hour, view.Kept{For: 48 * hour}},
		"before it has finished, too long":            {[]edit{in(v1alpha1.PhaseRunning), most(72 * hour)}, 73 * hour, 0, view.KeepsNoLonger{For: 72 * hour, Longest: "keep shop-7f3k 3d"}},
		"before anybody has looked at it":             {nil, 48 * hour, 48 * hour, view.Kept{For: 48 * hour, Unbounded: true}},
		"of an earlier release":                       {[]edit{finished(hour), without}, 48 * hour, 0, view.KeptForever{Ungoverned: true}},
		"of an earlier release, and running":          {[]edit{in(v1alpha1.PhaseRunning)}, 48 * hour, 0, view.KeptForever{Ungoverned: true}},
		"without an end":                              {[]edit{finished(hour), endless}, 48 * hour, 0, view.KeptForever{}},
		"without an end, but one was asked for":       {[]edit{finished(hour), endless, asks(2 * hour)}, 48 * hour, 49 * hour, view.Kept{For: 48 * hour, Until: at(48 * hour)}},
		"while it is deleted":                         {[]edit{finished(hour), available(metav1.ConditionFalse, v1alpha1.ReasonDeleting)}, hour, 0, gone(view.LifeDeleting)},
		"when its time was over":                      {[]edit{finished(hour), available(metav1.ConditionFalse, v1alpha1.ReasonExpired)}, hour, 0, gone(view.LifeExpired)},
		"when it was deleted":                         {[]edit{finished(hour), available(metav1.ConditionFalse, v1alpha1.ReasonDeleted)}, hour, 0, gone(view.LifeDeleted)},
		"when it could not be deleted":                {[]edit{finished(hour), available(metav1.ConditionUnknown, v1alpha1.ReasonDeletionFailed)}, hour, 0, gone(view.LifeOverdue)},
		"when it was left in storage":                 {[]edit{finished(hour), available(metav1.ConditionUnknown, v1alpha1.ReasonAbandoned)}, hour, 0, gone(view.LifeOverdue)},
		"when its time is over, and nobody has begun": {[]edit{finished(168 * hour), available(metav1.ConditionTrue, v1alpha1.ReasonVerified)}, hour, 0, gone(view.LifeDeleting)},
		"of a dump that failed":                       {[]edit{failed}, hour, 0, gone(view.LifeNever)},
	} {
		t.Run(name, func(t *testing.T) {
			got := keepFor(dumpWith(tc.dump...), tc.asked, now)
			said := got.View
			if e, ok := got.Effect.(Keep); ok {
				said = e.Said
				if e.TTL != tc.ttl {
					t.Errorf("the ttl is %s, want %s", e.TTL, tc.ttl)
				}
			} else if tc.ttl != 0 || got.Outcome == chat.Succeeded {
				t.Errorf("nothing is done, with outcome %v", got.Outcome)
			}
			if diff := cmp.Diff(ofTheDump(tc.said), said); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// ofTheDump is the view with the name of the only dump there is.
func ofTheDump(v view.View) view.View {
	switch v := v.(type) {
	case view.Kept:
		v.Dump = "shop-7f3k"
		return v
	case view.KeepsNoLonger:
		v.Dump = "shop-7f3k"
		return v
	case view.KeptForever:
		v.Dump = "shop-7f3k"
		return v
	}
	return v
}

// Whatever is asked for, and whenever, the ttl stays within what the API and the limits permit, nobody gets less than was
// promised, and a command that is handed out is one that is carried out.
func TestATTLIsNeverBeyondItsLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := dumpWith(finished(time.Duration(rapid.Int64Range(-int64(hour), int64(9000*hour)).Draw(t, "since"))))
		limit := 8760 * hour
		if rapid.Bool().Draw(t, "limited") {
			limit = time.Duration(rapid.Int64Range(1, 8760*3600).Draw(t, "seconds")) * time.Second
			most(limit)(d)
		} else {
			endless(d)
			d.Spec.TTL = length(8760 * hour)
		}
		typed := rapid.StringMatching(`[0-9]{1,5}[smhdw]`).Draw(t, "typed")
		asked, ok := grammar.Span(typed)
		if !ok {
			return
		}
		switch got := keepFor(d, asked, now); {
		case got.Effect != nil:
			e := got.Effect.(Keep)
			if e.TTL < time.Second || e.TTL > limit || e.TTL%time.Second != 0 {
				t.Fatalf("the ttl is %s of at most %s", e.TTL, limit)
			}
			d.Spec.TTL = length(e.TTL)
			if until := read.Until(d); until.Sub(now) < asked-time.Second && d.Status.CompletionTime.Before(&metav1.Time{Time: now}) {
				t.Fatalf("it is kept until %s, which is less than %s from %s", until, asked, now)
			}
		default:
			v, refused := got.View.(view.KeepsNoLonger)
			if !refused || v.Longest == "" {
				return
			}
			again, _ := grammar.Span(strings.TrimPrefix(v.Longest, "keep shop-7f3k "))
			if keepFor(d, again, now.Add(time.Minute)).Effect == nil {
				t.Fatalf("%q is refused", v.Longest)
			}
		}
	})
}
