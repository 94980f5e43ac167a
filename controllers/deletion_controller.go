package controllers

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/artifact"
	"github.com/volcado-io/volcado/internal/jobspec"
	"github.com/volcado-io/volcado/internal/lifecycle"
)

// DeletionReconciler deletes what dumps left in storage once internal/artifact has doomed it: it gathers many dumps of one
// namespace and one storage into a Job, and writes down what the Job's pod says. It works on a namespace at a time, and on
// one at once, so that the bound on Jobs holds; what it remembers needs no lock for the same reason.
type DeletionReconciler struct {
	// Client reads from the cache.
	Client client.Client
	// Uncached reads from the API server.
	Uncached client.Reader
	Recorder events.EventRecorder
	Now      func() time.Time
	Builder  Builder
	// Abandoned counts the artifacts that are left behind, by namespace.
	Abandoned *prometheus.CounterVec

	// made are Jobs that the cache does not know yet. Without them, one round would not see the Jobs of the one before.
	made map[types.NamespacedName]*batchv1.Job
	// seen is when this manager first saw a Job that runs, by its own clock: the time of a Job's creation is another clock's.
	seen map[types.UID]time.Time
}

const (
	// maxDeletions is how many Jobs delete at once, and maxDeletionsHere in one namespace, so that one whose pods do not
	// start does not hold up all others.
	maxDeletions     = 4
	maxDeletionsHere = 2
	// gatherFor is for how long doomed dumps are gathered before a Job is made.
	gatherFor = time.Second
	// turnDelay is how long to wait for other Jobs to end.
	turnDelay = 2 * time.Second
	// deletionStart is how long the pod of such a Job can take to start. It has none of the deadlines of a source.
	deletionStart = 2 * time.Minute
	// deletionEnd is a little more than such a Job's own deadline.
	deletionEnd = 12 * time.Minute
)

// Reconcile the deletions of a namespace, which is the request's name.
func (r *DeletionReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	jobs, err := r.jobs(ctx)
	if err != nil {
		return ctrl.Result{}, err
	}
	wrote, next, err := r.conclude(ctx, request.Name, jobs)
	switch {
	case apierrors.IsConflict(err):
		return ctrl.Result{RequeueAfter: conflictDelay}, nil
	case err != nil:
		return ctrl.Result{}, err
	case wrote:
		// The cache has to see what was written, or it would be deleted once more.
		return ctrl.Result{RequeueAfter: gatherFor}, nil
	}
	begun, err := r.begin(ctx, request.Name, jobs)
	return ctrl.Result{RequeueAfter: sooner(next, begun)}, err
}

// jobs that delete, in all namespaces.
func (r *DeletionReconciler) jobs(ctx context.Context) ([]deletionJob, error) {
	var list batchv1.JobList
	if err := r.Client.List(ctx, &list, client.MatchingLabels{v1alpha1.LabelJob: string(jobspec.KindDelete)}); err != nil {
		return nil, fmt.Errorf("list the Jobs that delete: %w", err)
	}
	for i := range list.Items {
		delete(r.made, client.ObjectKeyFromObject(&list.Items[i]))
	}
	seen := map[types.UID]time.Time{}
	for i := range list.Items {
		if job := &list.Items[i]; !lifecycle.HasEnded(job) {
			seen[job.UID] = r.firstSeen(job)
		}
	}
	for name, job := range r.made {
		seen[job.UID] = r.firstSeen(job)
		if r.Now().Sub(seen[job.UID]) > deletionStart {
			delete(r.made, name) // it was deleted before the cache knew of it
			continue
		}
		list.Items = append(list.Items, *job)
	}
	r.seen = seen
	var all []deletionJob
	for i := range list.Items {
		// One whose request cannot be read is nobody's: the manager makes none.
		if job, ok := deletionJobOf(&list.Items[i]); ok {
			all = append(all, job)
		}
	}
	return all, nil
}

func (r *DeletionReconciler) firstSeen(job *batchv1.Job) time.Time {
	if at, ok := r.seen[job.UID]; ok {
		return at
	}
	return r.Now()
}

func (r *DeletionReconciler) remember(job *batchv1.Job) {
	if r.made == nil {
		r.made = map[types.NamespacedName]*batchv1.Job{}
	}
	slim, _ := slimJob(job.DeepCopy())
	r.made[client.ObjectKeyFromObject(job)] = slim.(*batchv1.Job)
}

// conclude the Jobs of a namespace that have ended, do not start, or do not end. It reports whether anything was written, and
// otherwise when to look again.
func (r *DeletionReconciler) conclude(ctx context.Context, namespace string, jobs []deletionJob) (wrote bool, next time.Duration, err error) {
	for _, job := range jobs {
		if job.Namespace != namespace || !job.DeletionTimestamp.IsZero() || !r.awaited(ctx, job) {
			continue
		}
		var outcomes outcomes
		ended, age := lifecycle.HasEnded(job.Job), r.Now().Sub(r.seen[job.UID])
		switch {
		case ended:
			outcomes, err = r.outcomes(ctx, job)
		case age >= deletionEnd:
			// Its node may be gone: then the Job waits for as long as that does not come back.
			outcomes = everyDump(undeleted(lifecycle.Unended(job.Name)))
		case age >= deletionStart:
			outcomes, err = r.notStarted(ctx, job)
		}
		if err != nil {
			return wrote, 0, err
		}
		if outcomes == nil {
			next = sooner(next, max(deletionStart-age, time.Second))
			if age >= deletionStart {
				next = sooner(next, max(deletionEnd-age, time.Second))
			}
			continue
		}
		n, err := r.note(ctx, job, outcomes)
		wrote = wrote || n > 0
		if err != nil {
			return wrote, 0, err
		}
		if ended {
			continue // its log is kept for a while
		}
		if err := deleteJob(ctx, r.Client, job.Job); err != nil && !apierrors.IsForbidden(err) {
			return wrote, 0, err
		}
	}
	return wrote, next, nil
}

// awaited reports whether a dump still waits for what the Job says, as far as the cache knows.
func (r *DeletionReconciler) awaited(ctx context.Context, job deletionJob) bool {
	for _, d := range job.request.Dumps {
		dump, err := get(ctx, r.Client, job.Namespace, path.Base(d.Dump), &v1alpha1.DatabaseDump{})
		if err != nil || dump != nil && job.concerns(dump) {
			return true
		}
	}
	return false
}

// note what became of each dump of a Job, and return how many statuses were written. A conflict over one does not keep the others
// from being noted.
func (r *DeletionReconciler) note(ctx context.Context, job deletionJob, of outcomes) (int, error) {
	n := 0
	var conflict error
	for i, d := range job.request.Dumps {
		dump, err := get(ctx, r.Uncached, job.Namespace, path.Base(d.Dump), &v1alpha1.DatabaseDump{})
		if err != nil {
			return n, err
		}
		if dump == nil || !job.concerns(dump) {
			continue
		}
		switch err := r.write(ctx, dump, of(i)); {
		case apierrors.IsConflict(err):
			conflict = err
		case err != nil:
			return n, err
		default:
			n++
		}
	}
	return n, conflict
}

// write the outcome of an attempt, and let the dump go where nothing holds it any more.
func (r *DeletionReconciler) write(ctx context.Context, dump *v1alpha1.DatabaseDump, o artifact.Outcome) error {
	err := writeStatus(ctx, r.Client, r.Recorder, dump, artifact.Tried(r.Now(), dump, o))
	if err == nil {
		if artifact.IsAbandoned(dump) {
			noteAbandoned(ctx, r.Abandoned, dump)
		}
		err = finalize(ctx, r.Client, dump)
	}
	return client.IgnoreNotFound(err)
}

// runs reports whether the Job may still delete something. One that is older than it can be is nobody's, whatever it is called.
func (r *DeletionReconciler) runs(job deletionJob) bool {
	return !lifecycle.HasEnded(job.Job) && r.Now().Sub(r.seen[job.UID]) < deletionEnd
}

// running Jobs that delete, and those of them in a namespace. Only those count that a doomed dump waits for, and no more of one
// namespace than the manager makes: anyone who can make Jobs somewhere can make some that look like these.
func (r *DeletionReconciler) running(ctx context.Context, jobs []deletionJob, namespace string) (all, here int) {
	by := map[string]int{}
	for _, job := range jobs {
		if by[job.Namespace] < maxDeletionsHere && r.runs(job) && r.awaited(ctx, job) {
			by[job.Namespace]++
			all++
		}
	}
	return all, by[namespace]
}

// begin Jobs for the doomed dumps of a namespace that are in none, as far as there is room, and say when to come round
// again for the others.
func (r *DeletionReconciler) begin(ctx context.Context, namespace string, jobs []deletionJob) (next time.Duration, err error) {
	waiting, next, err := r.waiting(ctx, namespace, jobs)
	if err != nil || len(waiting) == 0 {
		return next, err
	}
	all, here := r.running(ctx, jobs, namespace)
	for _, batch := range batches(waiting) {
		if all >= maxDeletions || here >= maxDeletionsHere {
			return sooner(next, turnDelay), nil
		}
		if err := r.make(ctx, batch); err != nil {
			return 0, err
		}
		all, here = all+1, here+1
	}
	return next, nil
}

// waiting dumps that are in no Job that runs, the oldest first.
func (r *DeletionReconciler) waiting(ctx context.Context, namespace string, jobs []deletionJob) (due []*v1alpha1.DatabaseDump, next time.Duration, err error) {
	doomed, err := cachedDumps(ctx, r.Client, namespace, doomedDumps)
	if err != nil {
		return nil, 0, err
	}
	now := r.Now()
	for i := range doomed {
		dump := &doomed[i]
		if slices.ContainsFunc(jobs, func(j deletionJob) bool { return r.runs(j) && j.names(dump) }) {
			continue
		}
		if pause := artifact.Pause(now, dump); pause > 0 {
			next = sooner(next, pause)
			continue
		}
		due = append(due, dump)
	}
	slices.SortFunc(due, func(a, b *v1alpha1.DatabaseDump) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
	return due, next, nil
}

// make the Job of a batch. What is about to be deleted is read anew: the cache has too little of it, and may be behind.
func (r *DeletionReconciler) make(ctx context.Context, batch []*v1alpha1.DatabaseDump) error {
	var dumps []*v1alpha1.DatabaseDump
	for _, cached := range batch {
		dump, err := get(ctx, r.Uncached, cached.Namespace, cached.Name, &v1alpha1.DatabaseDump{})
		if err != nil {
			return err
		}
		if dump == nil || dump.UID != cached.UID {
			continue
		}
		if artifact.Doomed(dump) && artifact.Pause(r.Now(), dump) == 0 {
			dumps = append(dumps, dump)
		}
	}
	if len(dumps) == 0 {
		return nil
	}
	first := dumps[0]
	source, err := get(ctx, r.Client, first.Namespace, first.Spec.SourceRef.Name, &v1alpha1.DatabaseSource{})
	if err != nil {
		return err
	}
	job, err := jobspec.Delete(jobspec.DeleteRequest{
		Namespace: first.Namespace, Storage: *first.Status.Storage, Dumps: dumps, Housing: r.Builder.housing(first, source),
	})
	var outcome artifact.Outcome
	if err != nil {
		outcome = rejectedDeletion(first.Namespace, *unbuildable(err))
	} else if err = r.Client.Create(ctx, job); err == nil {
		r.remember(job)
		return nil
	} else if outcome, err = r.refused(ctx, first.Namespace, err); err != nil {
		return err
	}
	for _, dump := range dumps {
		if err := r.write(ctx, dump, outcome); client.IgnoreNotFound(err) != nil && !apierrors.IsConflict(err) {
			return err
		}
	}
	return nil
}

// refused is the outcome of an attempt for which no Job was made. The error is one after which the Job may exist all the same.
func (r *DeletionReconciler) refused(ctx context.Context, namespace string, err error) (artifact.Outcome, error) {
	if apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
		return hopeless(namespace), nil
	}
	rejection := rejectionOf(err)
	if rejection == nil {
		return artifact.Outcome{}, fmt.Errorf("create a Job that deletes: %w", err)
	}
	if rejection.Reason == v1alpha1.ReasonNamespaceNotEnrolled {
		// Its RoleBinding is among the first that go with a namespace.
		if going, err := terminating(ctx, r.Uncached, namespace); err != nil || going {
			return hopeless(namespace), err
		}
	}
	return rejectedDeletion(namespace, *rejection), nil
}
