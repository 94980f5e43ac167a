package artifact

import (
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Verdict is what should be true of a finished dump.
type Verdict struct {
	// Status that the dump should have. Nothing of it differs but ArtifactAvailable and what belongs to it.
	Status v1alpha1.DatabaseDumpStatus
	// RequeueAfter is when time alone changes the verdict; 0 means that only an event can.
	RequeueAfter time.Duration
}

// Judge says what should be true of what a finished dump left. The dump is not changed.
func Judge(now time.Time, dump *v1alpha1.DatabaseDump) Verdict {
	v := Verdict{Status: *dump.Status.DeepCopy()}
	if !Governed(dump) {
		return v
	}
	v.Status.Observe(dump.Generation)
	switch StateOf(dump) {
	case StateKept:
		v.keep(now, dump)
	case StateLeftover:
		set(&v.Status, now, metav1.ConditionFalse, v1alpha1.ReasonDeleting, "Parts of a copy that an attempt may have left are being deleted")
	case StateFailed:
		// Whoever deletes the dump and wants the artifact to stay has the last word over one that cannot be deleted.
		if beingDeleted(dump) && dump.Spec.DeletionPolicy == v1alpha1.DeletionPolicyRetain {
			set(&v.Status, now, metav1.ConditionUnknown, v1alpha1.ReasonAbandoned, "The artifact could not be deleted, and deletionPolicy Retain leaves it where it is")
		}
	}
	return v
}

// keep the artifact until it expires, or its dump is deleted.
func (v *Verdict) keep(now time.Time, dump *v1alpha1.DatabaseDump) {
	if v.Status.Artifact == nil || v.Status.CompletionTime == nil {
		return
	}
	end := ExpiresAt(dump, *v.Status.CompletionTime)
	v.Status.Artifact.ExpiresAt = end
	switch {
	case end != nil && !now.Before(end.Time):
		set(&v.Status, now, metav1.ConditionFalse, v1alpha1.ReasonDeleting, fmt.Sprintf("The artifact expired at %s and is being deleted", end.UTC().Format(time.RFC3339)))
	case beingDeleted(dump) && dump.Spec.DeletionPolicy != v1alpha1.DeletionPolicyRetain:
		set(&v.Status, now, metav1.ConditionFalse, v1alpha1.ReasonDeleting, "The DatabaseDump is deleted, and its artifact before it")
	case end != nil:
		v.RequeueAfter = max(end.Sub(now), 50*time.Millisecond)
	}
}

// Governed reports whether the artifact's life is judged: the dump has finished, and has a lifetime. Those of releases
// without are left alone.
func Governed(dump *v1alpha1.DatabaseDump) bool {
	return dump.Status.Finished() && dump.Status.Lifetime != nil
}

// State of what a dump left in storage.
type State int

const (
	// StateNothing: there is nothing, or nobody looks after it any more.
	StateNothing State = iota
	// StateKept: the artifact is there.
	StateKept
	// StateLeftover: parts of a copy may be there.
	StateLeftover
	// StateDeleting: it is being deleted.
	StateDeleting
	// StateFailed: it could not be deleted, and is tried again.
	StateFailed
)

// StateOf what a finished dump left.
func StateOf(dump *v1alpha1.DatabaseDump) State {
	c := meta.FindStatusCondition(dump.Status.Conditions, v1alpha1.ConditionArtifactAvailable)
	switch {
	case c == nil:
		return StateNothing
	case c.Status == metav1.ConditionTrue:
		return StateKept
	case c.Status == metav1.ConditionFalse && c.Reason == v1alpha1.ReasonDeleting:
		return StateDeleting
	case c.Status == metav1.ConditionUnknown && c.Reason == v1alpha1.ReasonLeftover:
		return StateLeftover
	case c.Status == metav1.ConditionUnknown && c.Reason == v1alpha1.ReasonDeletionFailed:
		return StateFailed
	}
	return StateNothing
}

// NeedsFinalizer reports whether the dump must not go before what it left in storage has gone. It is asked with the status
// that is written, before the Job is made and after.
func NeedsFinalizer(dump *v1alpha1.DatabaseDump) bool {
	switch {
	case dump.Status.Lifetime == nil || dump.Status.Storage == nil:
		return false // nothing was written, or nobody would ever delete it
	case !dump.Status.Finished():
		return true
	case StateOf(dump) == StateNothing:
		return false
	}
	retained := StateOf(dump) == StateKept && dump.Spec.DeletionPolicy == v1alpha1.DeletionPolicyRetain
	return !retained || dump.Status.Artifact == nil || dump.Status.Artifact.ExpiresAt != nil
}

// IsAbandoned reports whether the dump was let go although something may be left of it.
func IsAbandoned(dump *v1alpha1.DatabaseDump) bool {
	c := meta.FindStatusCondition(dump.Status.Conditions, v1alpha1.ConditionArtifactAvailable)
	return c != nil && c.Reason == v1alpha1.ReasonAbandoned
}

// HasFinalizer reports whether the dump waits for what it left in storage.
func HasFinalizer(dump *v1alpha1.DatabaseDump) bool {
	return slices.Contains(dump.Finalizers, v1alpha1.FinalizerArtifact)
}

func beingDeleted(dump *v1alpha1.DatabaseDump) bool { return !dump.DeletionTimestamp.IsZero() }

func set(status *v1alpha1.DatabaseDumpStatus, now time.Time, is metav1.ConditionStatus, reason, message string) {
	meta.SetStatusCondition(&status.Conditions, metav1.Condition{
		Type: v1alpha1.ConditionArtifactAvailable, Status: is, Reason: reason, Message: message,
		ObservedGeneration: status.ObservedGeneration, LastTransitionTime: metav1.NewTime(now),
	})
}
