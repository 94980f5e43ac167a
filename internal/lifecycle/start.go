package lifecycle

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

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

// noPod: the Job controller makes a pod within a second. If it does not, its events say why.
func (j *judgement) noPod() (v1alpha1.Failure, blockage) {
	message := "No pod of Job " + j.Job.Name + " was created"
	if j.FailedCreate != "" {
		return failure(v1alpha1.ReasonPodNotCreated, text.OneLine(message+": "+j.FailedCreate, contract.MaxMessage)), blockage{now: true}
	}
	why := failure(v1alpha1.ReasonPodNotCreated, message)
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

// WhyNotStarted says why no pod of a Job runs, of one that reads no database.
func WhyNotStarted(now time.Time, job *batchv1.Job, pods []corev1.Pod, failedCreate string) v1alpha1.Failure {
	j := &judgement{Facts: Facts{Now: now, Job: job, Pods: pods, FailedCreate: failedCreate}}
	why, _ := j.notStarted()
	return why
}

// blockage says whether somebody has to act, and whether its message is the vaguer of two that alternate.
type blockage struct{ now, vague bool }

// imageProblems are the reasons for which a container waits for its image.
var imageProblems = []string{
	"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError",
	"RegistryUnavailable", "SignatureValidationFailed",
}

// notStarted says why no pod of the Job runs.
func (j *judgement) notStarted() (v1alpha1.Failure, blockage) {
	if len(j.Pods) == 0 {
		return j.noPod()
	}
	pod := NewestFirst(j.Pods)[0]
	for _, c := range pod.Status.Conditions {
		if c.Type != corev1.PodScheduled || c.Status != corev1.ConditionFalse {
			continue
		}
		if strings.Contains(strings.ToLower(c.Message), "persistentvolumeclaim") {
			return failure(v1alpha1.ReasonVolumeNotFound, text.Cut("Pod "+pod.Name+" waits for its volume: "+c.Message, contract.MaxMessage)), blockage{now: true}
		}
		return failure(v1alpha1.ReasonUnschedulable, text.Cut("No node takes pod "+pod.Name+": "+c.Message, contract.MaxMessage)), blockage{now: true}
	}
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		w := c.State.Waiting
		if w == nil {
			continue
		}
		if slices.Contains(imageProblems, w.Reason) {
			message := fmt.Sprintf("Image %s cannot be pulled: %s", c.Image, cmp.Or(w.Message, w.Reason))
			return failure(v1alpha1.ReasonImagePullFailed, text.OneLine(message, contract.MaxMessage)), blockage{now: true, vague: w.Reason == "ImagePullBackOff"}
		}
		message := fmt.Sprintf("Container %s of pod %s waits: %s", c.Name, pod.Name, strings.TrimSpace(w.Reason+" "+w.Message))
		return failure(v1alpha1.ReasonStartDeadlineExceeded, text.OneLine(message, contract.MaxMessage)),
			blockage{now: w.Reason != "ContainerCreating" && w.Reason != "PodInitializing"}
	}
	return failure(v1alpha1.ReasonStartDeadlineExceeded, "Pod "+pod.Name+" did not run before the start deadline"), blockage{}
}
