package lifecycle

import (
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

// follow brings the status in line with the Job and its pods.
func (j *judgement) follow() {
	if j.status.Storage == nil {
		// The storage is written before the Job is made, so this Job was made by somebody else in the dump's name.
		j.end(v1alpha1.FinishedFailed, nameConflict(j.Dump))
		return
	}
	if j.Job != nil {
		j.status.JobName = j.Job.Name
	}
	j.noteStart()
	switch {
	case j.finishWithArtifact():
	case j.Dump.Spec.Cancel:
		j.stop(cancelled(j.Dump))
	case j.Job == nil:
		j.stop(jobDeleted(j.status.JobName))
	case hasCondition(j.Job, batchv1.JobComplete), hasCondition(j.Job, batchv1.JobFailed):
		j.end(v1alpha1.FinishedFailed, j.failureOf())
	case j.status.StartTime != nil:
		j.awaitEnd()
	default:
		j.awaitStart()
	}
}

// awaitEnd: a pod has run. Its Job says how it ended, unless the pod is lost.
func (j *judgement) awaitEnd() {
	if lost := j.lostPod(); lost != nil {
		j.stop(failureOfLost(j.Job, lost))
		return
	}
	j.notStalled()
	j.progressing(v1alpha1.ReasonRunning, j.attempts())
}

// noteStart records when a pod of the Job first ran.
func (j *judgement) noteStart() {
	for i := range j.Pods {
		started := startOf(&j.Pods[i])
		if !started.IsZero() && (j.status.StartTime == nil || started.Before(j.status.StartTime)) {
			j.status.StartTime = &started
		}
	}
}

func startOf(pod *corev1.Pod) metav1.Time {
	c := dumperStatus(pod)
	switch {
	case c == nil:
	case c.State.Running != nil:
		return c.State.Running.StartedAt
	case c.State.Terminated != nil && !neverRan(pod, c.State.Terminated):
		return c.State.Terminated.StartedAt
	}
	return metav1.Time{}
}

func (j *judgement) attempts() string {
	ended := 0
	for i := range j.Pods {
		if c := dumperStatus(&j.Pods[i]); c != nil && c.State.Terminated != nil {
			ended++
		}
	}
	if ended == 0 {
		return "Job " + j.status.JobName + " runs"
	}
	return fmt.Sprintf("Job %s tries again after %d failed", j.status.JobName, ended)
}

// awaitStart: no pod runs yet. Until the start deadline that may mend itself.
func (j *judgement) awaitStart() {
	j.progressing(v1alpha1.ReasonStarting, "Waiting for a pod of Job "+j.Job.Name+" to run")
	why, blocked := j.notStarted()
	deadline := j.since(v1alpha1.ConditionAdmitted).Add(j.startDeadline())
	if !j.Now.Before(deadline) {
		j.stop(why)
		return
	}
	j.requeueAt(deadline)
	switch c := meta.FindStatusCondition(j.status.Conditions, v1alpha1.ConditionStalled); {
	case !blocked.now:
		j.notStalled()
	case c != nil && c.Status == metav1.ConditionTrue && c.Reason == why.Reason && blocked.vague:
		// kubelet alternates between the cause and "back-off"; keep the cause, and save a write.
	default:
		j.stalled(why)
	}
}

// noPod: the Job controller makes a pod within a second. If it does not, only its events say why, and those are not read.
func (j *judgement) noPod() (v1alpha1.Failure, blockage) {
	why := failure(v1alpha1.ReasonPodNotCreated, "No pod of Job "+j.Job.Name+" was created")
	if j.Source != nil && j.Source.Spec.Job != nil && j.Source.Spec.Job.ServiceAccountName != "" {
		why.Message += "; it is to run as ServiceAccount " + j.Source.Spec.Job.ServiceAccountName
	}
	overdue := j.Job.CreationTimestamp.Add(podOverdue)
	if j.Now.Before(overdue) {
		j.requeueAt(overdue)
		return why, blockage{}
	}
	return why, blockage{now: true}
}

// isStopping: why the dump ends is decided and written, its Job is being deleted.
func (j *judgement) isStopping() bool {
	return meta.IsStatusConditionPresentAndEqual(j.Dump.Status.Conditions, v1alpha1.ConditionFailed, metav1.ConditionUnknown)
}

// continueStopping after the intent was written, perhaps by a manager that died since.
func (j *judgement) continueStopping() {
	j.noteStart()
	// An artifact that was finished in the last moment exists, and is not denied.
	if j.finishWithArtifact() {
		return
	}
	c := meta.FindStatusCondition(j.Dump.Status.Conditions, v1alpha1.ConditionFailed)
	j.stop(failure(c.Reason, c.Message))
}

// stop deletes the Job and finishes when no pod of it runs any more, so that the next dump in the queue does not run
// beside it. The reason is written first, as Failed=Unknown, or a manager that died in between would take the missing
// Job for deleted by somebody else.
func (j *judgement) stop(f v1alpha1.Failure) {
	if j.Job == nil && !j.anyPodRuns() {
		j.end(endOfStopped(f.Reason), f)
		return
	}
	j.set(v1alpha1.ConditionFailed, metav1.ConditionUnknown, f.Reason, f.Message)
	reason := v1alpha1.ReasonStarting
	if j.status.StartTime != nil {
		reason = v1alpha1.ReasonRunning
	}
	j.progressing(reason, "Stopping the Job and its pods")
	bound := j.since(v1alpha1.ConditionFailed).Add(stopBound)
	if !j.Now.Before(bound) {
		f.Message = text.Cut(f.Message+" Its Job was not seen to stop.", contract.MaxMessage)
		j.end(endOfStopped(f.Reason), f)
		return
	}
	j.requeueAt(bound)
	if j.Job != nil && j.Job.DeletionTimestamp.IsZero() {
		j.verdict.Action = ActionDeleteJob
	}
}

func endOfStopped(reason string) string {
	if reason == v1alpha1.ReasonCancelled {
		return v1alpha1.FinishedCancelled
	}
	return v1alpha1.FinishedFailed
}

func (j *judgement) anyPodRuns() bool {
	runs := false
	for i := range j.Pods {
		state, until := StateOf(&j.Pods[i], j.Now)
		if state == PodRuns && !until.IsZero() {
			j.requeueAt(until)
		}
		runs = runs || state == PodRuns
	}
	return runs
}

// lostPod is a pod that was lost with its node, when no other runs. The Job controller waits for such a pod for as long
// as its node does not come back, past the Job's deadline too, and says neither Complete nor Failed meanwhile.
func (j *judgement) lostPod() *corev1.Pod {
	if j.anyPodRuns() {
		return nil
	}
	for _, pod := range newestFirst(j.Pods) {
		if state, _ := StateOf(pod, j.Now); state == PodLost {
			return pod
		}
	}
	return nil
}

// KeepJob is for how long after a dump's end its Job stays, for its log to be read.
type KeepJob time.Duration

// unfinishedGrace is how long after a dump's end its Job may take to see that its pod has ended.
const unfinishedGrace = time.Minute

// Tidy says what to do with the Job of a finished dump; the dump itself is never touched again. The Job is deleted some
// time after the dump's end, because it and its pod would otherwise stay for as long as the dump, which is kept as a
// tombstone. It is deleted at once if it was made after the dump's end, by a request of which the answer was lost.
func (k KeepJob) Tidy(now time.Time, dump *v1alpha1.DatabaseDump, job *batchv1.Job) (Action, time.Duration) {
	if job == nil || !job.DeletionTimestamp.IsZero() || dump.Status.CompletionTime == nil {
		return ActionNone, 0
	}
	end := dump.Status.CompletionTime.Time
	due := end.Add(time.Duration(k))
	if !hasCondition(job, batchv1.JobComplete) && !hasCondition(job, batchv1.JobFailed) {
		due = end.Add(unfinishedGrace)
		if job.CreationTimestamp.After(end) {
			due = end
		}
	}
	if now.Before(due) {
		return ActionNone, due.Sub(now)
	}
	return ActionDeleteJob, 0
}

func hasCondition(job *batchv1.Job, kind batchv1.JobConditionType) bool {
	for _, c := range job.Status.Conditions {
		if c.Type == kind {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}
