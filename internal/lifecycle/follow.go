package lifecycle

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
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
	case isWithdrawn(j.Dump):
		j.stop(cancelled(j.Dump))
	case j.Job == nil:
		j.stop(jobDeleted(j.status.JobName))
	case HasEnded(j.Job):
		j.stop(j.failureOf())
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
	case c.State.Terminated != nil && !neverRan(c.State.Terminated):
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

// HasEnded reports whether the Job is complete or has failed.
func HasEnded(job *batchv1.Job) bool {
	return hasCondition(job, batchv1.JobComplete) || hasCondition(job, batchv1.JobFailed)
}

func hasCondition(job *batchv1.Job, kind batchv1.JobConditionType) bool {
	for _, c := range job.Status.Conditions {
		if c.Type == kind {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}
