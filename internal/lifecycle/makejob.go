package lifecycle

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/jobspec"
)

// makeJob asks for the Job, again and again until the start deadline if the API server refuses it.
func (j *judgement) makeJob() {
	deadline := j.since(v1alpha1.ConditionAdmitted).Add(j.startDeadline())
	if j.Rejection != nil {
		f := Rejected(j.Dump.Namespace, *j.Rejection)
		if j.Rejection.Final || !j.Now.Before(deadline) {
			j.end(v1alpha1.FinishedFailed, f)
			return
		}
		j.stalled(f)
		j.requeueAt(j.Now.Add(retryRejected))
		j.requeueAt(deadline)
		return
	}
	if !j.Now.Before(deadline) {
		j.end(v1alpha1.FinishedFailed, j.whyNoJob())
		return
	}
	j.verdict.Effect = Effect{Create, jobspec.KindCopy}
	j.requeueAt(deadline)
}

// whyNoJob is the last refusal that was written, as far as there was one.
func (j *judgement) whyNoJob() v1alpha1.Failure {
	c := meta.FindStatusCondition(j.status.Conditions, v1alpha1.ConditionStalled)
	switch {
	case c == nil || c.Status != metav1.ConditionTrue:
		return failure(v1alpha1.ReasonStartDeadlineExceeded, "The Job was not created before the start deadline")
	case c.Reason == v1alpha1.ReasonNamespaceNotEnrolled:
		return notEnrolled(j.Dump.Namespace)
	}
	return stalledBy(c)
}
