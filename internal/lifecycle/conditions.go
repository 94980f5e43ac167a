package lifecycle

import (
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// unfinished conditions, in the order in which they are written. kstatus takes the first of Reconciling and Stalled that
// is True, so Reconciling stands first: a dump that waits is in progress, not failed.
var unfinished = []metav1.Condition{
	{Type: v1alpha1.ConditionAccepted, Status: metav1.ConditionUnknown},
	{Type: v1alpha1.ConditionAdmitted, Status: metav1.ConditionFalse},
	{Type: v1alpha1.ConditionComplete, Status: metav1.ConditionFalse},
	{Type: v1alpha1.ConditionFailed, Status: metav1.ConditionFalse},
	{Type: v1alpha1.ConditionArtifactAvailable, Status: metav1.ConditionFalse},
	{Type: v1alpha1.ConditionFinished, Status: metav1.ConditionFalse},
	{Type: v1alpha1.ConditionReconciling, Status: metav1.ConditionTrue},
	{Type: v1alpha1.ConditionStalled, Status: metav1.ConditionFalse},
}

// begin makes every condition present, so that `kubectl wait` and people never meet a gap, and of this generation.
func (j *judgement) begin() {
	for _, c := range unfinished {
		if meta.FindStatusCondition(j.status.Conditions, c.Type) == nil {
			j.set(c.Type, c.Status, v1alpha1.ReasonProgressing, "")
		}
	}
	j.status.Observe(j.Dump.Generation)
}

func (j *judgement) set(condition string, status metav1.ConditionStatus, reason, message string) {
	meta.SetStatusCondition(&j.status.Conditions, metav1.Condition{
		Type: condition, Status: status, Reason: reason, Message: message,
		ObservedGeneration: j.Dump.Generation, LastTransitionTime: metav1.NewTime(j.Now),
	})
}

func (j *judgement) is(condition string) bool {
	return meta.IsStatusConditionTrue(j.status.Conditions, condition)
}

// since is when a condition took its status.
func (j *judgement) since(condition string) time.Time {
	c := meta.FindStatusCondition(j.status.Conditions, condition)
	if c == nil {
		return j.Now
	}
	return c.LastTransitionTime.Time
}

func (j *judgement) progressing(reason, message string) {
	j.set(v1alpha1.ConditionReconciling, metav1.ConditionTrue, reason, message)
}

// stalled says that somebody has to act, and how: a dump that waits has no status.failure yet, which holds the hint.
func (j *judgement) stalled(f v1alpha1.Failure) {
	j.set(v1alpha1.ConditionStalled, metav1.ConditionTrue, f.Reason, strings.TrimSuffix(f.Message, ".")+f.Advice())
}

// stalledBy is what stalled was last told, with a hint that depends on the reason alone.
func stalledBy(c *metav1.Condition) v1alpha1.Failure {
	f := failure(c.Reason, c.Message)
	f.Message = strings.TrimSuffix(f.Message, f.Advice())
	return f
}

func (j *judgement) notStalled() {
	j.set(v1alpha1.ConditionStalled, metav1.ConditionFalse, v1alpha1.ReasonProgressing, "")
}

// end finishes the dump without an artifact.
func (j *judgement) end(as string, f v1alpha1.Failure) {
	j.finish(as, f.Message)
	j.status.Failure = &f
	j.set(v1alpha1.ConditionComplete, metav1.ConditionFalse, f.Reason, "")
	j.set(v1alpha1.ConditionFailed, metav1.ConditionTrue, f.Reason, f.Message)
	if j.status.Storage != nil && j.status.Lifetime != nil && j.unheard(f) {
		j.set(v1alpha1.ConditionArtifactAvailable, metav1.ConditionUnknown, v1alpha1.ReasonLeftover, "An attempt ended without a word, so parts of a copy may be in storage")
	} else {
		j.set(v1alpha1.ConditionArtifactAvailable, metav1.ConditionFalse, f.Reason, "")
	}
	// kstatus knows no other word for a failure.
	j.set(v1alpha1.ConditionStalled, metav1.ConditionTrue, f.Reason, f.Message)
	if as == v1alpha1.FinishedRefused {
		j.set(v1alpha1.ConditionAccepted, metav1.ConditionFalse, f.Reason, f.Message)
	}
}

// succeed finishes the dump with an artifact.
func (j *judgement) succeed(message string) {
	j.finish(v1alpha1.FinishedSucceeded, message)
	j.set(v1alpha1.ConditionComplete, metav1.ConditionTrue, v1alpha1.ReasonVerified, message)
	j.set(v1alpha1.ConditionFailed, metav1.ConditionFalse, v1alpha1.ReasonVerified, "")
	j.set(v1alpha1.ConditionArtifactAvailable, metav1.ConditionTrue, v1alpha1.ReasonVerified, message)
	j.set(v1alpha1.ConditionStalled, metav1.ConditionFalse, v1alpha1.FinishedSucceeded, "")
}

func (j *judgement) finish(as, message string) {
	now := metav1.NewTime(j.Now)
	j.status.CompletionTime = &now
	j.set(v1alpha1.ConditionFinished, metav1.ConditionTrue, as, message)
	j.set(v1alpha1.ConditionReconciling, metav1.ConditionFalse, as, "")
	j.verdict.RequeueAfter, j.verdict.Effect = 0, Effect{}
}

// PhaseOf is the one word for people. Nothing decides on it.
func PhaseOf(conditions []metav1.Condition) v1alpha1.Phase {
	if finished := meta.FindStatusCondition(conditions, v1alpha1.ConditionFinished); finished != nil &&
		finished.Status == metav1.ConditionTrue {
		switch finished.Reason {
		case v1alpha1.FinishedSucceeded:
			return v1alpha1.PhaseSucceeded
		case v1alpha1.FinishedCancelled:
			return v1alpha1.PhaseCancelled
		case v1alpha1.FinishedRefused:
			return v1alpha1.PhaseRefused
		}
		return v1alpha1.PhaseFailed
	}
	if meta.IsStatusConditionTrue(conditions, v1alpha1.ConditionAdmitted) {
		reconciling := meta.FindStatusCondition(conditions, v1alpha1.ConditionReconciling)
		if reconciling != nil && (reconciling.Reason == v1alpha1.ReasonRunning || reconciling.Reason == v1alpha1.ReasonSettling) {
			return v1alpha1.PhaseRunning
		}
		return v1alpha1.PhaseStarting
	}
	if meta.IsStatusConditionTrue(conditions, v1alpha1.ConditionAccepted) {
		return v1alpha1.PhaseQueued
	}
	return v1alpha1.PhasePending
}
