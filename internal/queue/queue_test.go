package queue_test

import (
	"fmt"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/queue"
)

// dump of source shop, made so many seconds after the first, in which these conditions hold.
func dump(uid string, second int, conditions ...metav1.Condition) v1alpha1.DatabaseDump {
	return v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "shop", Name: uid, UID: types.UID(uid),
			CreationTimestamp: metav1.NewTime(time.Unix(1_800_000_000+int64(second), 0)),
		},
		Spec:   v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop"}},
		Status: v1alpha1.DatabaseDumpStatus{Conditions: conditions},
	}
}

func holds(condition string) metav1.Condition {
	return metav1.Condition{Type: condition, Status: metav1.ConditionTrue}
}

func TestPosition(t *testing.T) {
	accepted, admitted := holds(v1alpha1.ConditionAccepted), holds(v1alpha1.ConditionAdmitted)
	finished := holds(v1alpha1.ConditionFinished)
	waiting := metav1.Condition{Type: v1alpha1.ConditionAccepted, Status: metav1.ConditionFalse}
	elsewhere := dump("a", 0, accepted)
	elsewhere.Namespace = "crm"
	otherSource := dump("a", 0, accepted)
	otherSource.Spec.SourceRef.Name = "crm"
	leaving := dump("a", 0, accepted)
	leaving.DeletionTimestamp = &metav1.Time{Time: time.Unix(1_800_000_001, 0)}
	leavingAdmitted := *leaving.DeepCopy()
	leavingAdmitted.Status.Conditions = append(leavingAdmitted.Status.Conditions, admitted)

	mine := dump("m", 5, accepted)
	for name, tc := range map[string]struct {
		other v1alpha1.DatabaseDump
		want  int
	}{
		"an older one is before":                            {dump("z", 4, accepted), 1},
		"a younger one is behind":                           {dump("a", 6, accepted), 0},
		"in the same second the UID decides":                {dump("a", 5, accepted), 1},
		"in the same second the other UID decides":          {dump("z", 5, accepted), 0},
		"one that was not judged yet is before":             {dump("a", 4), 1},
		"a finished one holds no place":                     {dump("a", 4, accepted, admitted, finished), 0},
		"one that waits for a reference holds no place":     {dump("a", 4, waiting), 0},
		"one that runs is before, though it is younger":     {dump("z", 6, accepted, admitted), 1},
		"one that runs is before, though its list is gone":  {dump("z", 6, waiting, admitted), 1},
		"one of another source does not count":              {otherSource, 0},
		"one of another namespace does not count":           {elsewhere, 0},
		"one that is being deleted does not count":          {leaving, 0},
		"one that is being deleted counts while it may run": {leavingAdmitted, 1},
		"a dump is not before itself":                       {mine, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := queue.Position([]v1alpha1.DatabaseDump{tc.other, mine}, &mine); got != tc.want {
				t.Errorf("position %d, want %d", got, tc.want)
			}
		})
	}
}

// TestNextIsWhoeverHasAPositionBelowTheSlots: the two functions answer one question in two ways.
func TestNextIsWhoeverHasAPositionBelowTheSlots(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var dumps []v1alpha1.DatabaseDump
		for i := range rapid.IntRange(0, 12).Draw(t, "dumps") {
			d := dump(fmt.Sprintf("%c%d", 'a'+rune(rapid.IntRange(0, 25).Draw(t, "letter")), i), rapid.IntRange(0, 3).Draw(t, "second"))
			for _, c := range []string{v1alpha1.ConditionAccepted, v1alpha1.ConditionAdmitted, v1alpha1.ConditionFinished} {
				if status := rapid.SampledFrom([]metav1.ConditionStatus{"", "True", "False"}).Draw(t, c); status != "" {
					d.Status.Conditions = append(d.Status.Conditions, metav1.Condition{Type: c, Status: status})
				}
			}
			dumps = append(dumps, d)
		}
		slots := rapid.IntRange(1, 4).Draw(t, "slots")
		next := map[types.UID]bool{}
		for _, d := range queue.Next(dumps, slots) {
			next[d.UID] = true
		}
		for i := range dumps {
			d := &dumps[i]
			admitted := false
			for _, c := range d.Status.Conditions {
				admitted = admitted || c.Type == v1alpha1.ConditionAdmitted && c.Status == metav1.ConditionTrue
			}
			want := queue.HoldsPlace(d) && !admitted && queue.Position(dumps, d) < slots
			if next[d.UID] != want {
				t.Fatalf("%s: in next %v, want %v", d.UID, next[d.UID], want)
			}
			if got, want := queue.NewLine(dumps).Position(d), queue.Position(dumps, d); got != want {
				t.Fatalf("%s: position %d in the line, want %d", d.UID, got, want)
			}
		}
	})
}
