package lifecycle

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/volcado-io/volcado/internal/jobspec"
)

// PodState is what a pod means to those who wait for it.
type PodState int

const (
	// PodRuns: its dumper runs, or may yet.
	PodRuns PodState = iota
	// PodEnded: its dumper has ended.
	PodEnded
	// PodLost: it was to be gone by now, and its node does not say that it is.
	PodLost
)

// lostAfter a pod's grace period is over, it is taken for gone with its node.
const lostAfter = time.Minute

// StateOf a pod at a time. until is when a pod that is being deleted counts as lost; zero otherwise.
func StateOf(pod *corev1.Pod, now time.Time) (state PodState, until time.Time) {
	if c := dumperStatus(pod); pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed ||
		c != nil && c.State.Terminated != nil {
		return PodEnded, time.Time{}
	}
	if pod.DeletionTimestamp == nil {
		return PodRuns, time.Time{}
	}
	// The time of deletion is in the future: it is when the grace period is over.
	until = pod.DeletionTimestamp.Add(lostAfter)
	if now.Before(until) {
		return PodRuns, until
	}
	return PodLost, time.Time{}
}

// neverRan: the runtime could not start the container, say because its image is for other machines. kubelet gives 1970 as
// the time of its start then. The pod's own times are another clock's.
func neverRan(ended *corev1.ContainerStateTerminated) bool {
	return ended.StartedAt.Unix() <= 0
}

func dumperStatus(pod *corev1.Pod) *corev1.ContainerStatus {
	for i := range pod.Status.ContainerStatuses {
		if pod.Status.ContainerStatuses[i].Name == jobspec.ContainerName {
			return &pod.Status.ContainerStatuses[i]
		}
	}
	return nil
}
