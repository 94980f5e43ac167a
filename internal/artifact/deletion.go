package artifact

import (
	"math"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

// Outcome of one attempt to delete what a dump left. The zero value is that nothing is left.
type Outcome struct {
	// Failure is why something may be left.
	Failure *v1alpha1.Failure
	// Final: trying again soon cannot mend it.
	Final bool
	// Hopeless: it can never be deleted from here, because the namespace is going away.
	Hopeless bool
}

const (
	// attempts before it is said that the artifact could not be deleted.
	attempts = 3
	// daily is how often it is tried again after that.
	daily = 24 * time.Hour
	// hourly is how often while the dump is being deleted.
	hourly = time.Hour
)

// pauses before the next attempt, by the number of those that failed.
var pauses = []time.Duration{time.Minute, 5 * time.Minute}

// goneReasons are those for which a dump that is being deleted is let go without its artifact: what the artifact would be
// deleted with, or where it was, is gone as well, so the dump would hang for ever.
var goneReasons = []string{
	string(contract.StorageSecretNotFound), string(contract.BucketNotFound), v1alpha1.ReasonVolumeNotFound,
}

// Doomed reports whether what the dump left is to be deleted, at once or after a pause.
func Doomed(dump *v1alpha1.DatabaseDump) bool {
	state := StateOf(dump)
	return Governed(dump) && dump.Status.Storage != nil && (state == StateDeleting || state == StateFailed)
}

// Pause is how long to wait before the next attempt to delete what a doomed dump left; 0 when it is due.
func Pause(now time.Time, dump *v1alpha1.DatabaseDump) time.Duration {
	d := dump.Status.Deletion
	if d == nil || d.TriedAt == nil || beingDeleted(dump) && d.TriedAt.Before(dump.DeletionTimestamp) {
		return 0
	}
	pause := daily
	if StateOf(dump) == StateDeleting {
		pause = pauses[min(max(int(d.Attempts), 1), len(pauses))-1]
	}
	if beingDeleted(dump) {
		// Somebody waits for it.
		pause = min(pause, hourly)
	}
	// A clock that was set back must not add to the pause.
	return max(0, min(d.TriedAt.Add(pause).Sub(now), pause))
}

// Tried is the status after an attempt to delete what a doomed dump left.
func Tried(now time.Time, dump *v1alpha1.DatabaseDump, o Outcome) v1alpha1.DatabaseDumpStatus {
	status := dump.Status.DeepCopy()
	status.Observe(dump.Generation)
	if o.Failure == nil {
		status.Deletion = nil
		reason, message := end(dump)
		set(status, now, metav1.ConditionFalse, reason, message)
		return *status
	}
	at := metav1.NewTime(now).Rfc3339Copy()
	tried := v1alpha1.Deletion{Attempts: 1, TriedAt: &at}
	if status.Deletion != nil {
		tried.Attempts = min(status.Deletion.Attempts, math.MaxInt32-1) + 1
	}
	status.Deletion = &tried
	message := text.Cut(o.Failure.Message+o.Failure.Advice(), contract.MaxMessage)
	gone := slices.Contains(goneReasons, o.Failure.Reason)
	// What it would be deleted with may be there again in a moment, as when a Secret is replaced.
	letGoLater := beingDeleted(dump) && gone
	over := o.Final || tried.Attempts >= attempts || StateOf(dump) == StateFailed
	switch {
	case beingDeleted(dump) && (o.Hopeless || tried.Attempts >= attempts && gone):
		set(status, now, metav1.ConditionUnknown, v1alpha1.ReasonAbandoned, message)
	case over && !letGoLater:
		set(status, now, metav1.ConditionUnknown, v1alpha1.ReasonDeletionFailed, message)
	default:
		set(status, now, metav1.ConditionFalse, v1alpha1.ReasonDeleting, message)
	}
	return *status
}

// Abandoned is the status of a dump that is let go although its artifact is there.
func Abandoned(now time.Time, dump *v1alpha1.DatabaseDump, message string) v1alpha1.DatabaseDumpStatus {
	status := dump.Status.DeepCopy()
	status.Observe(dump.Generation)
	set(status, now, metav1.ConditionUnknown, v1alpha1.ReasonAbandoned, message)
	return *status
}

// end is what is said of an artifact of which nothing is left.
func end(dump *v1alpha1.DatabaseDump) (reason, message string) {
	switch {
	case dump.Status.Artifact == nil:
		return v1alpha1.ReasonDeleted, "What its attempts had left was deleted"
	case beingDeleted(dump):
		return v1alpha1.ReasonDeleted, "The artifact was deleted, because the DatabaseDump is"
	}
	return v1alpha1.ReasonExpired, "The artifact expired and was deleted"
}
