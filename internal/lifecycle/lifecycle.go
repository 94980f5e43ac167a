// Package lifecycle decides what should be true of a dump, from what was read of it. It is pure: no client, no clock of
// its own. controllers gathers the facts, asks Judge, and writes what it says.
package lifecycle

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/access"
	"github.com/volcado-io/volcado/internal/artifact"
	"github.com/volcado-io/volcado/internal/jobmeta"
	"github.com/volcado-io/volcado/internal/jobspec"
)

// Settings of the manager that decide.
type Settings struct {
	// AllowConsole lets console identities ask, which are self-asserted.
	AllowConsole bool
	// StartDeadline holds where the source that would say does not exist.
	StartDeadline time.Duration
	// TTL of copies for which neither source, nor list, nor dump says how long they are kept.
	TTL time.Duration
	// JobMetadata is which labels and annotations a source can set on its Jobs.
	JobMetadata jobmeta.Rules
}

// Facts is what was read of one dump at one moment.
type Facts struct {
	Now      time.Time
	Settings Settings
	// Fresh: everything was read from the API server and not from a cache.
	Fresh bool

	Dump *v1alpha1.DatabaseDump
	// Source and Storage are nil where there is none.
	Source  *v1alpha1.DatabaseSource
	Storage *v1alpha1.DumpStorage
	// AllowLists of the namespace.
	AllowLists []v1alpha1.DumpAllowList
	// Taken is what the person who asked has had before, where a list counts that.
	Taken []access.Taken
	// Ahead is the dump's position in the queue of its source.
	Ahead int
	// Strays are pods of the source whose dump is not in the queue: it was deleted, or has finished before its pod did.
	Strays []corev1.Pod
	// Job that the dump controls, nil where there is none.
	Job *batchv1.Job
	// NameTaken: a Job of the name that the dump's must have is somebody else's.
	NameTaken bool
	// Pods that the Job controls, or did before it was deleted.
	Pods []corev1.Pod
	// Settlement is the dump's Job that looks for an artifact of which no attempt told, nil where there is none, and
	// SettlementPods are those that it controls.
	Settlement     *batchv1.Job
	SettlementPods []corev1.Pod
	// SettlementTaken: a Job of that one's name is somebody else's.
	SettlementTaken bool
	// FailedCreate is what the Job controller said of why the Job has no pod, as far as it is known. It is anybody's text.
	FailedCreate string
	// Rejection is why there was no Job just now, nil when none was asked for.
	Rejection *Rejection
}

// Rejection is of a Job that the API server refused, or that could not be made.
type Rejection struct {
	// Reason: ReasonNamespaceNotEnrolled or ReasonJobRejected.
	Reason string
	// Message is a sentence: who refused it, and why.
	Message string
	// Final: the same Job would be refused again, whatever changes around it.
	Final bool
}

// Verb of an Effect.
type Verb string

const (
	// Create the dump's Job of a kind.
	Create Verb = "Create"
	// Delete the dump's Job of a kind and with it its pods.
	Delete Verb = "Delete"
)

// Effect is what to do once the status is written. The zero value is nothing.
type Effect struct {
	Verb Verb
	Job  jobspec.Kind
}

// Verdict is what should be true.
type Verdict struct {
	// Status that the dump should have.
	Status v1alpha1.DatabaseDumpStatus
	// Effect to bring about once the status is written.
	Effect Effect
	// RequeueAfter is when time alone may change the verdict; 0 means that only an event can.
	RequeueAfter time.Duration
	// Irrevocable: it admits, makes or deletes a Job, or ends the dump. It may only be carried out when the facts are
	// Fresh, because a cache may lag behind what this manager, or the one before it, has done.
	Irrevocable bool
}

const (
	// retryRejected is how long to wait before a Job that was refused is tried again.
	retryRejected = 5 * time.Second
	// podOverdue is how long after its Job's creation a pod that was not made is worth a warning.
	podOverdue = 15 * time.Second
	// stopBound is how long to wait for pods to stop before the dump finishes without having seen it. Every dump must
	// finish, and a node that is gone answers never.
	stopBound = 5 * time.Minute
	// settleBound is how long it may take, from the decision that the dump ends, to find out whether one of its attempts
	// completed an artifact.
	settleBound = 15 * time.Minute
)

// judgement is a verdict in the making.
type judgement struct {
	Facts
	status  *v1alpha1.DatabaseDumpStatus
	verdict Verdict
}

// Judge says what should be true of the dump. The dump in the facts is not changed.
func Judge(f Facts) Verdict {
	before := &f.Dump.Status
	// The copy's end is final: whatever happens to its Job, a finished dump neither runs twice nor loses what was said of
	// its end. What becomes of the artifact then is judged by internal/artifact. A dump that is being deleted and waits for
	// nothing of ours is gone.
	if f.Dump.Status.Finished() || isDeleted(f.Dump) && !artifact.HasFinalizer(f.Dump) {
		return Verdict{Status: *before.DeepCopy()}
	}
	j := &judgement{Facts: f, status: before.DeepCopy()}
	j.begin()
	switch {
	case isStopping(f.Dump):
		j.continueStopping()
	case f.Job != nil || f.Dump.Status.JobName != "":
		j.follow()
	case isWithdrawn(f.Dump):
		j.end(v1alpha1.FinishedCancelled, cancelled(f.Dump))
	default:
		j.prepare()
	}
	j.status.Phase = PhaseOf(j.status.Conditions)
	j.verdict.Status = *j.status
	j.verdict.Irrevocable = j.verdict.Effect != Effect{} || admits(before, j.status) || ends(j.status)
	return j.verdict
}

func isDeleted(dump *v1alpha1.DatabaseDump) bool { return !dump.DeletionTimestamp.IsZero() }

// isWithdrawn: nobody wants the copy any more.
func isWithdrawn(dump *v1alpha1.DatabaseDump) bool { return dump.Spec.Cancel || isDeleted(dump) }

// LacksPod reports whether the Job controller should have made a pod of the Job by now, and has not.
func LacksPod(now time.Time, job *batchv1.Job, pods []corev1.Pod) bool {
	return job != nil && len(pods) == 0 && !now.Before(job.CreationTimestamp.Add(podOverdue))
}

// MaySettle reports whether the dump may have a Job that looks for an artifact of which no attempt told.
func MaySettle(dump *v1alpha1.DatabaseDump) bool { return isStopping(dump) }

// MayBeAdmitted reports whether the dump's place in the queue may still matter. What is false stays false.
func MayBeAdmitted(dump *v1alpha1.DatabaseDump) bool {
	return !isWithdrawn(dump) && !meta.IsStatusConditionTrue(dump.Status.Conditions, v1alpha1.ConditionAdmitted)
}

func admits(before, after *v1alpha1.DatabaseDumpStatus) bool {
	return meta.IsStatusConditionTrue(after.Conditions, v1alpha1.ConditionAdmitted) &&
		!meta.IsStatusConditionTrue(before.Conditions, v1alpha1.ConditionAdmitted)
}

func ends(status *v1alpha1.DatabaseDumpStatus) bool {
	return status.Finished() ||
		meta.IsStatusConditionPresentAndEqual(status.Conditions, v1alpha1.ConditionFailed, metav1.ConditionUnknown)
}

// startDeadline of the source, or the manager's where there is none.
func (j *judgement) startDeadline() time.Duration {
	if j.Source == nil || j.Source.Spec.Limits.StartDeadline.Duration <= 0 {
		return j.Settings.StartDeadline
	}
	return j.Source.Spec.Limits.StartDeadline.Duration
}

// requeueAt asks to be judged again at a time, unless something earlier was asked for.
func (j *judgement) requeueAt(t time.Time) {
	// At least a moment: a clock that reads just under a deadline must not make the queue spin.
	after := max(t.Sub(j.Now), 50*time.Millisecond)
	if j.verdict.RequeueAfter == 0 || after < j.verdict.RequeueAfter {
		j.verdict.RequeueAfter = after
	}
}
