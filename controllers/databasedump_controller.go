// Package controllers holds Volcado's reconcilers, one file each. They gather facts and carry out verdicts;
// internal/lifecycle judges.
package controllers

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/artifact"
	"github.com/volcado-io/volcado/internal/jobspec"
	"github.com/volcado-io/volcado/internal/lifecycle"
	"github.com/volcado-io/volcado/internal/retention"
	"github.com/volcado-io/volcado/internal/text"
	"github.com/volcado-io/volcado/internal/turns"
)

// DatabaseDumpReconciler brings each DatabaseDump to its one end: it accepts it, waits for its turn, makes its Job and
// takes the result from the dumper's own word.
type DatabaseDumpReconciler struct {
	// Client reads from the cache.
	Client client.Client
	// Uncached reads from the API server. What cannot be undone is only decided on what it reads.
	Uncached client.Reader
	Recorder events.EventRecorder
	Now      func() time.Time
	Settings lifecycle.Settings
	Builder  Builder
	// KeepJobs is for how long Jobs of finished dumps stay.
	KeepJobs lifecycle.KeepJob
	// KeepFinished is for how long the records of finished dumps stay that the bot made.
	KeepFinished retention.Keep

	// Abandoned counts the artifacts that are left behind, by namespace.
	Abandoned *prometheus.CounterVec

	// turns let one worker a namespace decide what may admit a dump.
	turns turns.Turns
}

// Reconcile one dump: at most one write of its status, then of its finalizer, then at most one Job made or deleted.
func (r *DatabaseDumpReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	result, err := r.reconcile(ctx, request)
	if err != nil && ctx.Err() != nil {
		// The manager is stopping, and whoever comes next starts from what is written.
		return ctrl.Result{}, nil
	}
	return result, err
}

func (r *DatabaseDumpReconciler) reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	facts, err := r.gather(ctx, view{r.Client, true}, request.NamespacedName)
	if err != nil || facts == nil {
		return ctrl.Result{}, err
	}
	if facts.Dump.Status.Finished() {
		return r.afterEnd(ctx, facts)
	}
	facts, verdict, err := r.judgeAndWrite(ctx, facts)
	if err != nil || facts == nil {
		// Not found is well: a dump that was deleted in between needs nothing more.
		return retryConflict(err)
	}
	return r.act(ctx, facts, verdict)
}

const (
	conflictDelay = 100 * time.Millisecond
	// forbiddenDelay is how long to wait before a Job that may not be deleted is tried again.
	forbiddenDelay = time.Hour
)

// judgeAndWrite makes the status what it should be. A verdict that cannot be undone is reached again on facts that no
// cache has touched; where it may be an admission, one at a time in a namespace: two dumps judged side by side could both
// find the last slot free.
func (r *DatabaseDumpReconciler) judgeAndWrite(
	ctx context.Context, facts *lifecycle.Facts,
) (*lifecycle.Facts, lifecycle.Verdict, error) {
	verdict := lifecycle.Judge(*facts)
	if verdict.Irrevocable {
		if lifecycle.MayBeAdmitted(facts.Dump) {
			over, _, err := r.turns.Take(ctx, facts.Dump.Namespace)
			if err != nil {
				return nil, lifecycle.Verdict{}, err
			}
			defer over()
		}
		var err error
		if facts, err = r.gather(ctx, view{r.Uncached, false}, client.ObjectKeyFromObject(facts.Dump)); err != nil || facts == nil {
			return nil, lifecycle.Verdict{}, err
		}
		verdict = lifecycle.Judge(*facts)
	}
	return facts, verdict, r.write(ctx, facts.Dump, verdict.Status)
}

// maxNote is what the API server takes of an event, in bytes.
const maxNote = 1024

// write patches the status if it differs, then publishes what that changed.
func (r *DatabaseDumpReconciler) write(ctx context.Context, dump *v1alpha1.DatabaseDump, status v1alpha1.DatabaseDumpStatus) error {
	return writeStatus(ctx, r.Client, r.Recorder, dump, status)
}

func writeStatus(
	ctx context.Context, c client.Client, recorder events.EventRecorder, dump *v1alpha1.DatabaseDump, status v1alpha1.DatabaseDumpStatus,
) error {
	if equality.Semantic.DeepEqual(dump.Status, status) {
		return nil
	}
	before := dump.DeepCopy()
	dump.Status = status
	// The lock on the version that was read keeps a late writer from bringing a finished dump back to life.
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := c.Status().Patch(ctx, dump, patch); err != nil {
		return fmt.Errorf("write the status: %w", err)
	}
	for _, a := range lifecycle.Announce(before.Status.Conditions, status.Conditions) {
		recorder.Eventf(dump, nil, a.Type, a.Reason, a.Action, "%s", text.CutBytes(a.Note, maxNote))
	}
	return nil
}

// act carries out what the status, which is written, announces. The finalizer is there before anything can be in storage.
func (r *DatabaseDumpReconciler) act(ctx context.Context, facts *lifecycle.Facts, verdict lifecycle.Verdict) (ctrl.Result, error) {
	result := ctrl.Result{RequeueAfter: verdict.RequeueAfter}
	if err := finalize(ctx, r.Client, facts.Dump); err != nil {
		return retryConflict(err)
	}
	switch verdict.Effect {
	case lifecycle.Effect{Verb: lifecycle.Create, Job: jobspec.KindCopy}, lifecycle.Effect{Verb: lifecycle.Create, Job: jobspec.KindSettle}:
		return r.createJob(ctx, facts, verdict.Effect.Job, result)
	case lifecycle.Effect{Verb: lifecycle.Delete, Job: jobspec.KindCopy}:
		return result, deleteJob(ctx, r.Client, facts.Job)
	}
	return result, nil
}

// finalize puts the finalizer on the dump or takes it off, as its written status demands. On one that is being deleted
// none can be put any more.
func finalize(ctx context.Context, c client.Client, dump *v1alpha1.DatabaseDump) error {
	needs, has := artifact.NeedsFinalizer(dump), artifact.HasFinalizer(dump)
	if needs == has || needs && !dump.DeletionTimestamp.IsZero() {
		return nil
	}
	before := dump.DeepCopy()
	change := controllerutil.RemoveFinalizer
	if needs {
		change = controllerutil.AddFinalizer
	}
	change(dump, v1alpha1.FinalizerArtifact)
	// With the lock, because the patch replaces the whole list, and because the status that decided must still be the last.
	if err := c.Patch(ctx, dump, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("write the finalizer: %w", err)
	}
	return nil
}

// retryConflict comes round again soon where somebody wrote in between, so that what was read is out of date.
func retryConflict(err error) (ctrl.Result, error) {
	if apierrors.IsConflict(err) {
		return ctrl.Result{RequeueAfter: conflictDelay}, nil
	}
	return ctrl.Result{}, client.IgnoreNotFound(err)
}

// createJob under the name that is the dump's alone. If the name is taken, by this dump's own Job after an answer was
// lost, or by somebody else's, the next round finds out: it reads past the cache before it makes a Job.
func (r *DatabaseDumpReconciler) createJob(ctx context.Context, facts *lifecycle.Facts, kind jobspec.Kind, result ctrl.Result) (ctrl.Result, error) {
	build := r.Builder.copyOf
	if kind == jobspec.KindSettle {
		build = r.Builder.settlementOf
	}
	job, err := build(facts.Dump, facts.Source)
	if err != nil {
		facts.Rejection = unbuildable(err)
		return r.writeRejection(ctx, facts)
	}
	err = r.Client.Create(ctx, job)
	if err == nil {
		return result, nil
	}
	if apierrors.IsAlreadyExists(err) {
		return ctrl.Result{RequeueAfter: conflictDelay}, nil
	}
	facts.Rejection = rejectionOf(err)
	if facts.Rejection == nil {
		return ctrl.Result{}, fmt.Errorf("create the Job: %w", err)
	}
	return r.writeRejection(ctx, facts)
}

// writeRejection judges the dump once more, with why it has no Job.
func (r *DatabaseDumpReconciler) writeRejection(ctx context.Context, facts *lifecycle.Facts) (ctrl.Result, error) {
	verdict := lifecycle.Judge(*facts)
	if err := r.write(ctx, facts.Dump, verdict.Status); err != nil {
		return retryConflict(err)
	}
	if err := finalize(ctx, r.Client, facts.Dump); err != nil {
		return retryConflict(err)
	}
	return ctrl.Result{RequeueAfter: verdict.RequeueAfter}, nil
}

// deleteJob and, in the background, its pods.
func deleteJob(ctx context.Context, c client.Client, job *batchv1.Job) error {
	err := c.Delete(ctx, job, client.PropagationPolicy(metav1.DeletePropagationBackground),
		// Not another Job that has the name by now.
		client.Preconditions{UID: &job.UID})
	if client.IgnoreNotFound(err) != nil && !apierrors.IsConflict(err) {
		return fmt.Errorf("delete Job %s: %w", job.Name, err)
	}
	return nil
}
