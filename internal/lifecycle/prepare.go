package lifecycle

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/artifact"
	"github.com/volcado-io/volcado/internal/text"
)

// prepare brings a dump without a Job to the point where it has one: accepted, admitted, made.
func (j *judgement) prepare() {
	if j.NameTaken {
		j.end(v1alpha1.FinishedFailed, nameConflict(j.Dump))
		return
	}
	given, problem := accept(j.Facts)
	if problem != nil {
		j.notAccepted(*problem)
		return
	}
	j.accepted(given)
	if !j.admit() {
		return
	}
	j.makeJob()
}

func (j *judgement) notAccepted(o obstacle) {
	if !o.waits {
		j.end(v1alpha1.FinishedRefused, o.Failure)
		j.explain(o)
		return
	}
	deadline := j.waitingSince().Add(j.startDeadline())
	if !j.Now.Before(deadline) {
		j.end(endOf(o.Reason), o.Failure)
		j.explain(o)
		return
	}
	j.set(v1alpha1.ConditionAccepted, metav1.ConditionFalse, o.Reason, o.Message)
	j.explain(o)
	j.progressing(v1alpha1.ReasonProgressing, "Waiting for what the dump refers to")
	j.stalled(o.Failure)
	j.requeueAt(deadline)
}

// explain adds to condition Accepted what is not for whoever asked.
func (j *judgement) explain(o obstacle) {
	if o.detail != "" {
		j.set(v1alpha1.ConditionAccepted, metav1.ConditionFalse, o.Reason, text.Cut(o.Message+": "+o.detail, 4096))
	}
}

// waitingSince is the dump's creation, or for one that was accepted before, when something went missing.
func (j *judgement) waitingSince() time.Time {
	if j.is(v1alpha1.ConditionAccepted) {
		return j.Now
	}
	since := j.Dump.CreationTimestamp.Time
	if c := meta.FindStatusCondition(j.Dump.Status.Conditions, v1alpha1.ConditionAccepted); c != nil &&
		c.Status == metav1.ConditionFalse && c.LastTransitionTime.After(since) && j.status.Database != "" {
		// status.database is set by the first acceptance, so this is not the first wait.
		return c.LastTransitionTime.Time
	}
	return since
}

func endOf(reason string) string {
	if reason == v1alpha1.ReasonNotAllowed {
		return v1alpha1.FinishedRefused
	}
	return v1alpha1.FinishedFailed
}

func (j *judgement) accepted(given grant) {
	// encryptedFor follows the source until the Job is made, and stays as it was then: it is written before the Job is made, and
	// the dumper's word is held to it.
	j.status.Database, j.status.AllowedBy, j.status.EncryptedFor = given.database, given.allowedBy, given.encryptedFor
	lifetime := artifact.LifetimeOf(j.Source.Spec.Limits, given.limits, j.Settings.TTL)
	j.status.Lifetime = &lifetime
	if given.allowedBy != nil {
		j.set(v1alpha1.ConditionAccepted, metav1.ConditionTrue, v1alpha1.ReasonAllowed,
			"DumpAllowList "+given.allowedBy.Name+" permits it")
		return
	}
	j.set(v1alpha1.ConditionAccepted, metav1.ConditionTrue, v1alpha1.ReasonCreatedWithRBAC,
		"It was created with Kubernetes' permissions and not from chat")
}
