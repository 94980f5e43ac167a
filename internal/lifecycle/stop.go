package lifecycle

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/jobspec"
	"github.com/volcado-io/volcado/internal/text"
)

// isStopping: why the dump ends is decided and written. Its Job is being deleted, or what it left is being looked for.
func isStopping(dump *v1alpha1.DatabaseDump) bool {
	return meta.IsStatusConditionPresentAndEqual(dump.Status.Conditions, v1alpha1.ConditionFailed, metav1.ConditionUnknown)
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
	if (j.Job == nil || HasEnded(j.Job)) && !j.anyPodRuns() {
		j.conclude(f)
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
	if j.Job != nil && j.Job.DeletionTimestamp.IsZero() && !HasEnded(j.Job) {
		j.verdict.Effect = Effect{Delete, jobspec.KindCopy}
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
	for _, pod := range NewestFirst(j.Pods) {
		if state, _ := StateOf(pod, j.Now); state == PodLost {
			return pod
		}
	}
	return nil
}
