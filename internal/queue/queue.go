// Package queue orders the dumps of one source. It is pure and shared: the manager admits by it and the bot tells people
// their position from it, so the two can never disagree.
package queue

import (
	"slices"
	"sort"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Position is how many dumps of the same source are before this one: 0 for the one whose turn is next, or has come. A
// dump may have a Job when its position is below the source's maxConcurrent.
//
// Those already admitted come first, whatever their age: creation times are whole seconds, so a dump made later in the
// same second may sort before one that runs, and must not be admitted beside it. Then the oldest by creation time, then
// by UID. Finished dumps hold no place, nor do those that wait for something that does not exist: they would keep up
// everybody behind them.
func Position(dumps []v1alpha1.DatabaseDump, dump *v1alpha1.DatabaseDump) int {
	before := 0
	for i := range dumps {
		other := &dumps[i]
		if other.UID != dump.UID && other.Namespace == dump.Namespace &&
			other.Spec.SourceRef.Name == dump.Spec.SourceRef.Name && HoldsPlace(other) && precedes(other, dump) {
			before++
		}
	}
	return before
}

// HoldsPlace reports whether others of its source wait for this dump.
func HoldsPlace(dump *v1alpha1.DatabaseDump) bool {
	switch {
	case dump.Status.Finished():
		return false
	case isAdmitted(dump):
		// Even when it is being deleted: its pod may run on for a while.
		return true
	case !dump.DeletionTimestamp.IsZero():
		return false
	}
	accepted := meta.FindStatusCondition(dump.Status.Conditions, v1alpha1.ConditionAccepted)
	// One that was not judged yet is about to be.
	return accepted == nil || accepted.Status == metav1.ConditionTrue
}

// Next are the dumps that may be admitted now, oldest first, when slots of their one source may have a Job at once. It
// holds exactly those that are not admitted and have a Position below slots.
func Next(dumps []v1alpha1.DatabaseDump, slots int) []*v1alpha1.DatabaseDump {
	var waiting []*v1alpha1.DatabaseDump
	for i := range dumps {
		switch dump := &dumps[i]; {
		case !HoldsPlace(dump):
		case isAdmitted(dump):
			slots--
		default:
			waiting = append(waiting, dump)
		}
	}
	slices.SortFunc(waiting, func(a, b *v1alpha1.DatabaseDump) int {
		if precedes(a, b) {
			return -1
		}
		return 1
	})
	return waiting[:min(len(waiting), max(slots, 0))]
}

func precedes(a, b *v1alpha1.DatabaseDump) bool { return turnOf(a).before(turnOf(b)) }

// turn is what a dump's place depends on.
type turn struct {
	admitted bool
	created  time.Time
	uid      types.UID
}

func turnOf(d *v1alpha1.DatabaseDump) turn {
	return turn{isAdmitted(d), d.CreationTimestamp.Time, d.UID}
}

func (a turn) before(b turn) bool {
	if a.admitted != b.admitted {
		return a.admitted
	}
	if !a.created.Equal(b.created) {
		return a.created.Before(b.created)
	}
	return a.uid < b.uid
}

// Line has the turns of one source's dumps that hold a place. It tells the positions of many of them in less time than Position
// takes for each.
type Line []turn

// NewLine of the dumps of one source.
func NewLine(dumps []v1alpha1.DatabaseDump) Line {
	var l Line
	for i := range dumps {
		if HoldsPlace(&dumps[i]) {
			l = append(l, turnOf(&dumps[i]))
		}
	}
	slices.SortFunc(l, func(a, b turn) int {
		if a.before(b) {
			return -1
		}
		return 1
	})
	return l
}

// Position is the same as the function's.
func (l Line) Position(dump *v1alpha1.DatabaseDump) int {
	at := turnOf(dump)
	return sort.Search(len(l), func(i int) bool { return !l[i].before(at) })
}

func isAdmitted(dump *v1alpha1.DatabaseDump) bool {
	return meta.IsStatusConditionTrue(dump.Status.Conditions, v1alpha1.ConditionAdmitted)
}
