package read

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/artifact"
)

// mostTTL is the API's own bound of spec.ttl.
const mostTTL = 8760 * time.Hour

// LifeOf a dump's copy, now. It is kept while the dump has not finished, and where nothing says that it is not.
func LifeOf(d *v1alpha1.DatabaseDump, now time.Time) view.Life {
	if !d.Status.Finished() {
		return view.LifeKept
	}
	if !succeeded(d) {
		return view.LifeNever
	}
	c := meta.FindStatusCondition(d.Status.Conditions, v1alpha1.ConditionArtifactAvailable)
	if c != nil {
		switch c.Reason {
		case v1alpha1.ReasonDeleting:
			return view.LifeDeleting
		case v1alpha1.ReasonExpired:
			return view.LifeExpired
		case v1alpha1.ReasonDeleted:
			return view.LifeDeleted
		case v1alpha1.ReasonDeletionFailed, v1alpha1.ReasonAbandoned, v1alpha1.ReasonLeftover:
			return view.LifeOverdue
		}
	}
	// The manager is about to begin. What it has not begun yet is not promised to anybody any more.
	if until := Until(d); !until.IsZero() && !now.Before(until) {
		return view.LifeDeleting
	}
	if !d.DeletionTimestamp.IsZero() && d.Spec.DeletionPolicy != v1alpha1.DeletionPolicyRetain && !Ungoverned(d) {
		return view.LifeDeleting
	}
	return view.LifeKept
}

// Ungoverned reports whether a dump was begun by a release that gave copies no end. What has not begun will get one.
func Ungoverned(d *v1alpha1.DatabaseDump) bool {
	begun := d.Status.Finished() || d.Status.Phase == v1alpha1.PhaseStarting || d.Status.Phase == v1alpha1.PhaseRunning
	return begun && d.Status.Lifetime == nil
}

// Endless reports whether nothing says when the copy is deleted, and it is not.
func Endless(d *v1alpha1.DatabaseDump) bool {
	l := d.Status.Lifetime
	return l != nil && l.Max == nil && l.Default == nil && d.Spec.TTL == nil
}

// Until is when the copy of a dump that has finished is deleted, or zero. It is reckoned from what was asked for, as the
// manager does, because status.artifact.expiresAt lags behind that.
func Until(d *v1alpha1.DatabaseDump) time.Time {
	if d.Status.CompletionTime == nil {
		return time.Time{}
	}
	if at := artifact.ExpiresAt(d, *d.Status.CompletionTime); at != nil {
		return at.Time
	}
	return time.Time{}
}

// LongestTTL that the dump can have.
func LongestTTL(d *v1alpha1.DatabaseDump) time.Duration {
	if l := d.Status.Lifetime; l != nil && l.Max != nil {
		return min(mostTTL, l.Max.Duration)
	}
	return mostTTL
}

// Passed since a dump's end, in whole seconds rounded up, so that nobody gets less than they asked for. Of one that has
// not finished, nothing has.
func Passed(d *v1alpha1.DatabaseDump, now time.Time) time.Duration {
	if d.Status.CompletionTime == nil || !d.Status.Finished() {
		return 0
	}
	since := max(0, now.Sub(d.Status.CompletionTime.Time))
	return (since + time.Second - 1).Truncate(time.Second)
}

// copyOf a dump that succeeded. Whoever asked is told how to keep it longer when there is little time left.
func copyOf(d *v1alpha1.DatabaseDump, yours bool, now time.Time) view.Copy {
	c := view.Copy{Life: LifeOf(d, now), Until: Until(d), Endless: Endless(d)}
	passed := Passed(d, now)
	if yours && !c.Life.Gone() && !c.Until.IsZero() && c.Until.Sub(now) < little && passed+little+time.Hour <= LongestTTL(d) {
		c.Longer = grammar.Request{Command: "keep", Arguments: []string{d.Name, grammar.PrintSpan(little)}}.String()
	}
	return c
}

// little time is left of a copy that is deleted within this.
const little = 48 * time.Hour

// soon is when a copy is as good as gone for somebody who has yet to load it.
const soon = 10 * time.Minute

// lasts reports whether a copy is worth offering.
func lasts(d *v1alpha1.DatabaseDump, now time.Time) bool {
	until := Until(d)
	return !LifeOf(d, now).Gone() && (until.IsZero() || until.Sub(now) > soon)
}
