package lifecycle

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
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
	j.status.Database, j.status.AllowedBy = given.database, given.allowedBy
	if given.allowedBy != nil {
		j.set(v1alpha1.ConditionAccepted, metav1.ConditionTrue, v1alpha1.ReasonAllowed,
			"DumpAllowList "+given.allowedBy.Name+" permits it")
		return
	}
	j.set(v1alpha1.ConditionAccepted, metav1.ConditionTrue, v1alpha1.ReasonCreatedWithRBAC,
		"It was created with Kubernetes' permissions and not from chat")
}

// admit reports whether the dump's turn has come. Once admitted it stays admitted.
func (j *judgement) admit() bool {
	if j.is(v1alpha1.ConditionAdmitted) {
		return true
	}
	slots := max(int(j.Source.Spec.Limits.MaxConcurrent), 1)
	if j.Ahead+j.strays() >= slots {
		// Without the position: it changes with every dump ahead, and each of those would be a write.
		message := fmt.Sprintf("Source %s allows %d at once; the oldest is next", j.Source.Name, slots)
		j.set(v1alpha1.ConditionAdmitted, metav1.ConditionFalse, v1alpha1.ReasonQueued, message)
		j.progressing(v1alpha1.ReasonQueued, message)
		j.notStalled()
		return false
	}
	j.set(v1alpha1.ConditionAdmitted, metav1.ConditionTrue, v1alpha1.ReasonAdmitted, "")
	j.progressing(v1alpha1.ReasonStarting, "Creating the Job")
	j.notStalled()
	// Written before the Job is made and never after: the Job, the status and the artifact's location must agree even
	// when the manager dies between the two.
	j.status.Storage = j.Storage.Spec.DeepCopy()
	return true
}

// strays is how many pods still read from the source though no dump in the queue stands for them.
func (j *judgement) strays() int {
	n := 0
	for i := range j.Strays {
		state, until := StateOf(&j.Strays[i], j.Now)
		if state != PodRuns {
			continue
		}
		n++
		if !until.IsZero() {
			j.requeueAt(until)
		}
	}
	return n
}

// makeJob asks for the Job, again and again until the start deadline if the API server refuses it.
func (j *judgement) makeJob() {
	deadline := j.since(v1alpha1.ConditionAdmitted).Add(j.startDeadline())
	if j.Rejection != nil {
		f := rejected(j.Dump, *j.Rejection)
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
	j.verdict.Action = ActionCreateJob
	j.requeueAt(deadline)
}

// whyNoJob is the last refusal that was written, as far as there was one.
func (j *judgement) whyNoJob() v1alpha1.Failure {
	c := meta.FindStatusCondition(j.status.Conditions, v1alpha1.ConditionStalled)
	switch {
	case c == nil || c.Status != metav1.ConditionTrue:
		return failure(v1alpha1.ReasonStartDeadlineExceeded, "The Job was not created before the start deadline")
	case c.Reason == v1alpha1.ReasonNamespaceNotEnrolled:
		return notEnrolled(j.Dump)
	}
	return stalledBy(c)
}
