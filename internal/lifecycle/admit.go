package lifecycle

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

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
	j.status.Storage, j.status.Job = j.Storage.Spec.DeepCopy(), j.Source.Spec.Job.DeepCopy()
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
