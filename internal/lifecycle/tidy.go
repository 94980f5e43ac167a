package lifecycle

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/jobspec"
)

// KeepJob is for how long after a dump's end its Job stays, for its log to be read.
type KeepJob time.Duration

// unfinishedGrace is how long after a dump's end its Job may take to see that its pod has ended.
const unfinishedGrace = time.Minute

// Tidy says what to do with the Job of a finished dump that copied or settled. The Job is deleted some
// time after the dump's end, because it and its pod would otherwise stay for as long as the dump, which is kept as a
// tombstone. It is deleted at once if it was made after the dump's end, by a request of which the answer was lost.
func (k KeepJob) Tidy(now time.Time, dump *v1alpha1.DatabaseDump, job *batchv1.Job) (Effect, time.Duration) {
	if job == nil || !job.DeletionTimestamp.IsZero() || dump.Status.CompletionTime == nil {
		return Effect{}, 0
	}
	end := dump.Status.CompletionTime.Time
	due := end.Add(time.Duration(k))
	if !HasEnded(job) {
		due = end.Add(unfinishedGrace)
		if job.CreationTimestamp.After(end) {
			due = end
		}
	}
	if now.Before(due) {
		return Effect{}, due.Sub(now)
	}
	return Effect{Delete, jobspec.KindCopy}, 0
}
