package bot_test

import (
	"fmt"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/view"
)

// A list is one screen long, the latest first, and says how many there are beside.
func TestAListSaysHowManyMoreThereAre(t *testing.T) {
	inBoth(t, func(w *world) {
		w.shop()
		for i := range 22 {
			w.create(&v1alpha1.DatabaseDump{
				ObjectMeta: named(fmt.Sprintf("nightly-%02d", i)),
				Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop"}, Database: "shop"},
			})
		}
		v := viewOf[view.Dumps](w, w.ask("list"))
		if len(v.Rows) != 20 || v.More != 2 {
			w.Errorf("%d rows and %d more", len(v.Rows), v.More)
		}
		if which := viewOf[view.WhichDump](w, w.ask("status nightly")); len(which.Rows) != 20 {
			w.Errorf("%d rows", len(which.Rows))
		}
	})
}

// Whose turn comes first depends on dumps that this person must not see as well.
func TestThePlaceInTheQueueCountsTheDumpsOfOthers(t *testing.T) {
	inBoth(t, func(w *world) {
		w.create(source("shop", "shop", "secret"), source("crm", "crm"), w.allow("qa", w.alice, []v1alpha1.AllowedSource{"*"}, "shop", "crm"))
		for name, of := range map[string]string{"runs": "shop", "of-another-source": "crm"} {
			d := &v1alpha1.DatabaseDump{
				ObjectMeta: named(name), Spec: v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: of}, Database: "secret"},
			}
			w.create(d)
			w.report(d, func(s *v1alpha1.DatabaseDumpStatus) {
				s.Phase, s.Conditions = v1alpha1.PhaseRunning, []metav1.Condition{condition(v1alpha1.ConditionAdmitted, "Admitted")}
			})
		}
		mine := w.makeDump(w.alice, "dump shop")
		w.report(mine, phase(v1alpha1.PhaseQueued))
		progress, ok := viewOf[view.Status](w, w.ask("status")).Now.(view.Progress)
		if !ok || progress.Stage != view.StageQueued || progress.Before != 1 {
			w.Errorf("status: %+v", progress)
		}
		bob := w.person("bob")
		w.create(w.allow("bob", bob, []v1alpha1.AllowedSource{"shop"}, "shop"))
		if offer := viewOf[view.Equal](w, w.askAs(bob, "dump shop")); offer.Stage != view.StageQueued || offer.Before != 1 {
			w.Errorf("offered %+v", offer)
		}
	})
}
