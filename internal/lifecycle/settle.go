package lifecycle

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/jobspec"
	"github.com/volcado-io/volcado/internal/text"
)

// conclude ends a dump of which no pod runs any more and none vouches for an artifact. Where an attempt was not heard, it
// may have completed one all the same: then a Job looks for it first, instead of the database being read again.
func (j *judgement) conclude(f v1alpha1.Failure) {
	if f.Reason == v1alpha1.ReasonCancelled || isWithdrawn(j.Dump) || !j.unheard(f) {
		j.end(endOfStopped(f.Reason), f)
		return
	}
	if j.finishSettled() {
		return
	}
	// As in stop, the reason is written first.
	j.set(v1alpha1.ConditionFailed, metav1.ConditionUnknown, f.Reason, f.Message)
	bound := j.since(v1alpha1.ConditionFailed).Add(settleBound)
	why, over := j.unsettled()
	switch {
	case over || !j.Now.Before(bound):
		f.Message = text.Cut(strings.TrimSuffix(f.Message, ".")+". "+why, contract.MaxMessage)
		j.end(endOfStopped(f.Reason), f)
		return
	case j.Settlement == nil:
		j.verdict.Effect = Effect{Create, jobspec.KindSettle}
	}
	j.progressing(v1alpha1.ReasonSettling, "Looking for a copy that an attempt may have completed")
	j.requeueAt(bound)
}

// unheard reports whether an attempt ran and left no word, so that nobody knows what it left in storage. One that came after it may
// have said that it failed before it could look. f is why the dump ends.
func (j *judgement) unheard(f v1alpha1.Failure) bool {
	if len(j.Pods) == 0 {
		made := j.Job != nil && j.Job.Status.Failed+j.Job.Status.Succeeded+j.Job.Status.Active > 0
		// Somebody may have deleted the Job with its pods before any of them was seen.
		return made || j.status.StartTime != nil || f.Reason == v1alpha1.ReasonJobDeleted
	}
	if j.Job != nil && int(j.Job.Status.Failed+j.Job.Status.Succeeded) > len(j.Pods) {
		return true
	}
	return slices.ContainsFunc(j.Pods, func(pod corev1.Pod) bool { return isUnheard(&pod) })
}

func isUnheard(pod *corev1.Pod) bool {
	c := dumperStatus(pod)
	switch {
	case c == nil:
		// A pod that was evicted may have lost what was said of its container.
		return pod.Status.Phase != corev1.PodPending && pod.Status.Phase != ""
	case c.State.Waiting != nil:
		return false // it never ran
	case c.State.Terminated != nil && neverRan(c.State.Terminated):
		return false
	}
	word, err := wordOf(pod)
	return err != nil || word.Failure == nil
}

// finishSettled ends the dump as a success if the Job that looked for an artifact vouches for one.
func (j *judgement) finishSettled() bool {
	for _, pod := range NewestFirst(j.SettlementPods) {
		word, err := wordOf(pod)
		if err == nil && word.Artifact != nil && word.Adopted != "" && dumperStatus(pod).State.Terminated.ExitCode == 0 &&
			word.Artifact.File == jobspec.ArtifactFile(&v1alpha1.DatabaseDump{Spec: j.Dump.Spec, Status: *j.status}) {
			j.takeOver(word)
			return true
		}
	}
	return false
}

// unsettled says what is known of artifacts of attempts that were not heard, and whether no more will be.
func (j *judgement) unsettled() (why string, over bool) {
	if j.SettlementTaken {
		return "Whether an attempt completed a copy cannot be found out: a Job of the name that is needed for it belongs to somebody else.", true
	}
	if j.Rejection != nil {
		j.requeueAt(j.Now.Add(retryRejected))
		return "Whether an attempt completed a copy cannot be found out: " + text.OneLine(j.Rejection.Message, contract.MaxMessage/2) + ".", j.Rejection.Final
	}
	for _, pod := range NewestFirst(j.SettlementPods) {
		word, err := wordOf(pod)
		switch {
		case err != nil || word.Failure == nil:
		case word.Failure.Reason == contract.ArtifactDoubted:
			return "No attempt left a complete copy.", true
		default:
			why = "Whether an attempt completed a copy could not be found out: " + text.OneLine(word.Failure.Message, contract.MaxMessage/2) + "."
		}
		if why != "" {
			break
		}
	}
	if why == "" {
		why = "Whether an attempt completed a copy could not be found out."
	}
	return why, j.Settlement != nil && HasEnded(j.Settlement) && allEnded(j.SettlementPods)
}

func allEnded(pods []corev1.Pod) bool {
	for i := range pods {
		if c := dumperStatus(&pods[i]); c == nil || c.State.Terminated == nil {
			return false
		}
	}
	return true
}
