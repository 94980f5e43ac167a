package notify

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

func TestFollowersAreToldToo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.run(time.Second)
	bo := requester("bo", "C2")
	bo.Locale = "es"
	r.follow(bo)
	r.run(time.Second)
	r.finish(v1alpha1.FinishedSucceeded)
	r.run(time.Hour)
	r.expect("C1/t1: Progress  0% 0s", "C2/t1: Progress  0% 1s (es)",
		"C1/t1: Succeeded @ana", "C2/t1: Succeeded (es) @bo", "edit p2: Ended Succeeded (es)", "edit p1: Ended Succeeded")
	if r.ledger.saves != 9 {
		t.Errorf("%d writes, want 4 for each place and 1 to follow", r.ledger.saves)
	}
}

func TestAFollowerWhoIsNoLongerAllowedHearsNothingElse(t *testing.T) {
	t.Parallel()
	for name, denied := range map[string]string{"by the lists": "bo", "because the channel was made public": "bo in Public"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.run(10 * time.Second)
			r.follow(requester("bo", "C2"))
			r.run(10 * time.Second)
			r.expect("C1/t1: Progress  0% 0s", "C2/t1: Progress  0% 10s")
			r.denied[denied] = true
			r.chat.kind = chat.KindPublic
			r.pass(2 * time.Minute)
			r.percent(50)
			r.run(time.Second)
			r.finish(v1alpha1.FinishedSucceeded)
			r.run(time.Hour)
			r.expect("edit p1: Progress Running 50% 2m20s", "edit p2: Unfollowed", "C1/t1: Succeeded @ana", "edit p1: Ended Succeeded")
		})
	}
}

// What a follower reads, what follow answers and whether the last word comes all go by the access that there is then.
func TestAFollowerWhoseAccessIsBackIsToldAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		running time.Duration // with access again
		edit    []error       // of the edits while there is none
		want    []string
	}{
		"while the dump runs": {
			10 * time.Second, nil,
			[]string{"edit p2: Unfollowed", "edit p2: Progress Running 50% 16s", "C2/t1: Succeeded @bo", "edit p2: Ended Succeeded"}},
		"when the dump ends": {
			0, nil, []string{"edit p2: Unfollowed", "C2/t1: Succeeded @bo", "edit p2: Ended Succeeded"}},
		"although nobody knows whether the message says that there was none": {
			10 * time.Second, []error{fail(chat.Uncertain)},
			[]string{"edit p2: Progress Running 50% 16s", "C2/t1: Succeeded @bo", "edit p2: Ended Succeeded"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.run(time.Second)
			bo := requester("bo", "C2")
			r.follow(bo)
			r.percent(50)
			r.run(5 * time.Second)
			r.chat.said = nil

			r.denied["bo"] = true
			r.chat.edit = c.edit
			r.run(5 * time.Second)
			r.denied["bo"] = false
			if already, _, err := (Delivery{Ledger: r.ledger}).Follow(t.Context(), r.dump, *bo); !already || err != nil {
				t.Errorf("follow answers already: %v, %v", already, err)
			}
			r.run(c.running)
			r.finish(v1alpha1.FinishedSucceeded)
			r.run(time.Hour)
			r.chat.said = slices.DeleteFunc(r.chat.said, func(said string) bool { return !strings.Contains(said, "p2") && !strings.HasPrefix(said, "C2") })
			r.expect(c.want...)
		})
	}
}

// Where outsiders read, the message stays as it is, and nobody comes back to it without a pause.
func TestAFollowerWithoutAccessInASharedChannelIsLetBe(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.run(time.Second)
	r.follow(requester("bo", "C2"))
	r.run(time.Second)
	r.denied["bo"] = true
	r.chat.kind = chat.KindShared
	r.pass(2 * time.Minute)
	r.finish(v1alpha1.FinishedSucceeded)
	if next := r.advance(); next.Sub(r.Now()) < time.Minute {
		t.Errorf("it comes back after %s", next.Sub(r.Now()))
	}
	r.expect("C1/t1: Progress  0% 0s", "C2/t1: Progress  0% 1s", "only ana: Succeeded", "edit p1: InDirect")
}

func TestADumpThatIsDeletedIsToldOf(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.run(time.Second)
	key := types.NamespacedName{Namespace: "shop", Name: "shop-1"}
	r.dump = r.Gone(key)
	r.run(time.Hour)
	r.expect("C1/t1: Progress  0% 0s", "C1/t1: Deleted @ana", "edit p1: Deleted")
	if r.Gone(key) != nil || len(r.memory) != 0 {
		t.Error("it is still remembered")
	}
}

func TestADumpThatIsDeletedAfterItsLastWordIsNoNews(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.run(time.Second)
	r.chat.edit = slicesOf(3, fail(chat.NotDone)) // something is left to do
	r.finish(v1alpha1.FinishedSucceeded)
	r.run(time.Second)
	r.chat.said = nil
	if d := r.Gone(types.NamespacedName{Namespace: "shop", Name: "shop-1"}); d != nil {
		r.dump = d
		r.run(time.Hour)
	}
	for _, said := range r.chat.said {
		if strings.Contains(said, "Deleted") {
			t.Errorf("was said: %s", said)
		}
	}
}

func TestAServiceThatIsNotInTheSettingsHoldsUpNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	stranger := requester("eve", "C9")
	stranger.Workspace = "elsewhere"
	r.follow(stranger)
	r.run(10 * time.Second)
	r.finish(v1alpha1.FinishedSucceeded)
	r.run(time.Hour)
	r.expect("C1/t1: Progress  0% 0s", "C1/t1: Succeeded @ana", "edit p1: Ended Succeeded")
	if n := strings.Count(r.logged.String(), "not in the settings"); n != 1 {
		t.Errorf("the log says so %d times", n)
	}
}

func TestOfARecordThatCannotBeReadNothingIsSaidAndTheLogNamesTheDumpOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ledger := NewAnnotations(nil) // it must not even be asked
	r.Ledger = ledger
	r.dump.Annotations = map[string]string{v1alpha1.AnnotationDelivery: `{"v":9}`}
	for range 3 {
		if next := r.advance(); !next.IsZero() {
			t.Errorf("it comes back at %s", next)
		}
	}
	r.expect()
	if log := r.logged.String(); strings.Count(log, "shop/shop-1") != 1 {
		t.Errorf("the log is %q", log)
	}
}

func TestAnErrorOfTheLedgerIsTriedAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.ledger.fail = []error{context.DeadlineExceeded}
	if _, err := r.Advance(context.Background(), r.dump); err == nil {
		t.Error("nobody hears of the error")
	}
	r.expect()
	r.ledger.fail = []error{ErrConflict}
	r.run(time.Second)
	r.expect("C1/t1: Progress  0% 0s")
}

func TestAfterARestartNothingIsSaidAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.run(time.Second)
	r.expect("C1/t1: Progress  0% 0s")
	r.Notifier = r.notifier("second")
	r.run(time.Second)
	r.expect("edit p1: Progress  0% 1s") // it is not known what it shows
	r.finish(v1alpha1.FinishedSucceeded)
	r.run(time.Minute)
	r.expect("C1/t1: Succeeded @ana", "edit p1: Ended Succeeded")
	r.Notifier = r.notifier("third")
	r.run(time.Hour)
	r.expect()
}

func TestABusyServiceIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range callsAtOnce {
		if _, ok := enter(r.lines[r.chat.id].calls); !ok {
			t.Fatal("there is less room than promised")
		}
	}
	if next := r.advance(); next.Sub(began) != busyFor {
		t.Errorf("it comes back after %s", next.Sub(began))
	}
	r.expect()
}

func TestABotThatIsStoppedRecordsWhatItHasPosted(t *testing.T) {
	t.Parallel()
	for what, finish := range map[What]bool{Status: false, End: true} {
		t.Run(string(what), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if finish {
				r.finish(v1alpha1.FinishedSucceeded)
			}
			r.follow(requester("bo", "C2"))
			ctx, stop := context.WithCancel(context.Background())
			r.chat.during = stop
			if _, err := r.Advance(ctx, r.dump); !errors.Is(err, context.Canceled) {
				t.Errorf("it ends with %v", err)
			}
			if len(r.chat.said) != 1 {
				t.Errorf("was said: %q", r.chat.said)
			}
			s, _ := r.ledger.Load(context.Background(), r.dump)
			if s.Places[0].saying(what).Ref == nil || s.Places[1].saying(what).Intent != nil {
				t.Errorf("recorded is %+v", s.Places)
			}
		})
	}
}

func TestFollowersAreJudgedByTheAllowLists(t *testing.T) {
	t.Parallel()
	list := v1alpha1.DumpAllowList{Spec: v1alpha1.DumpAllowListSpec{
		Sources: []v1alpha1.AllowedSource{"shop"}, Databases: []v1alpha1.NamePattern{"shop"},
		Subjects: []v1alpha1.AllowedSubject{{
			Platform: "played", Workspace: "w", Users: []v1alpha1.SubjectID{"bo"}, Channels: []v1alpha1.ChannelID{"C2"},
			May: []v1alpha1.Permission{v1alpha1.PermissionRequest},
		}},
	}}
	d := &v1alpha1.DatabaseDump{Spec: v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop"}}}
	d.Status.Database = "shop"
	for name, c := range map[string]struct {
		recent, newest []v1alpha1.DumpAllowList
		want           bool
	}{
		"a list that is known permits it":               {[]v1alpha1.DumpAllowList{list}, nil, true},
		"a list that was written a moment ago does":     {nil, []v1alpha1.DumpAllowList{list}, true},
		"no list does, neither in memory nor read anew": {nil, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lists := func(l []v1alpha1.DumpAllowList) func(context.Context, string) ([]v1alpha1.DumpAllowList, error) {
				return func(context.Context, string) ([]v1alpha1.DumpAllowList, error) { return l, nil }
			}
			got, err := Lists{Recent: lists(c.recent), Newest: lists(c.newest)}.Allowed(context.Background(), d, *requester("bo", "C2"))
			if got != c.want || err != nil {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

// What somebody was allowed when they asked is theirs to know of. Taking access away does not cancel a dump.
func TestWhoeverAskedIsToldAlsoWithoutAccess(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.run(time.Second)
	r.denied["ana"] = true
	r.finish(v1alpha1.FinishedSucceeded)
	r.run(time.Hour)
	r.expect("C1/t1: Progress  0% 0s", "C1/t1: Succeeded @ana", "edit p1: Ended Succeeded")
}
