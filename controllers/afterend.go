package controllers

import (
	"context"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/artifact"
	"github.com/volcado-io/volcado/internal/lifecycle"
)

// afterEnd looks after what a finished dump left: its artifact, its Jobs, and in the end its record. The dump's end itself is
// never touched again.
func (r *DatabaseDumpReconciler) afterEnd(ctx context.Context, facts *lifecycle.Facts) (ctrl.Result, error) {
	dump, kept, err := r.keep(ctx, facts.Now, facts.Dump)
	if err != nil || dump == nil {
		return retryConflict(err)
	}
	dump, waits, err := r.letGo(ctx, facts.Now, dump)
	if err != nil || dump == nil {
		return retryConflict(err)
	}
	if err := finalize(ctx, r.Client, dump); err != nil {
		return retryConflict(err)
	}
	tidied, err := r.tidy(ctx, facts)
	if err != nil {
		return ctrl.Result{}, err
	}
	pruned, err := r.prune(ctx, facts.Now, dump)
	return ctrl.Result{RequeueAfter: sooner(sooner(kept, waits), sooner(tidied, pruned))}, err
}

// prune deletes the record of a dump that nobody needs any more, as it is now and no other of its name. It says when to come
// round again.
func (r *DatabaseDumpReconciler) prune(ctx context.Context, now time.Time, dump *v1alpha1.DatabaseDump) (time.Duration, error) {
	due, after := r.KeepFinished.Judge(now, dump)
	if !due {
		return after, nil
	}
	err := r.Client.Delete(ctx, dump, client.Preconditions{UID: &dump.UID, ResourceVersion: &dump.ResourceVersion})
	switch {
	case apierrors.IsForbidden(err):
		return forbiddenDelay, nil // the namespace is no longer enrolled
	case apierrors.IsConflict(err):
		return conflictDelay, nil
	case client.IgnoreNotFound(err) != nil:
		return 0, fmt.Errorf("delete the record: %w", err)
	}
	return 0, nil
}

// keep writes what has become of the artifact, and says when to come round again. It returns the dump as it is then, nil
// when it is gone.
func (r *DatabaseDumpReconciler) keep(ctx context.Context, now time.Time, dump *v1alpha1.DatabaseDump) (*v1alpha1.DatabaseDump, time.Duration, error) {
	verdict := artifact.Judge(now, dump)
	if equality.Semantic.DeepEqual(verdict.Status, dump.Status) {
		return dump, verdict.RequeueAfter, nil
	}
	whole, err := r.rewrite(ctx, dump, func(whole *v1alpha1.DatabaseDump) v1alpha1.DatabaseDumpStatus {
		verdict = artifact.Judge(now, whole)
		return verdict.Status
	})
	return whole, verdict.RequeueAfter, err
}

// rewrite the status of a finished dump, of which the cache has only what says that there is something to write. It returns the
// dump as it is then, nil when it is gone.
func (r *DatabaseDumpReconciler) rewrite(
	ctx context.Context, dump *v1alpha1.DatabaseDump, judge func(whole *v1alpha1.DatabaseDump) v1alpha1.DatabaseDumpStatus,
) (*v1alpha1.DatabaseDump, error) {
	whole, err := get(ctx, r.Uncached, dump.Namespace, dump.Name, &v1alpha1.DatabaseDump{})
	if err != nil || whole == nil || whole.UID != dump.UID {
		return nil, err
	}
	if err := r.write(ctx, whole, judge(whole)); err != nil {
		return nil, err
	}
	if artifact.IsAbandoned(whole) {
		noteAbandoned(ctx, r.Abandoned, whole)
	}
	return whole, nil
}

// namespaceDelay is how often it is looked whether the namespace of a dump that waits to be deleted is being deleted as well. No
// event tells of that.
const namespaceDelay = time.Minute

// letGo a dump that is being deleted and waits, for its copy's end or for another attempt to delete it, where its namespace is
// being deleted as well: that must not wait.
func (r *DatabaseDumpReconciler) letGo(ctx context.Context, now time.Time, dump *v1alpha1.DatabaseDump) (*v1alpha1.DatabaseDump, time.Duration, error) {
	state := artifact.StateOf(dump)
	if dump.DeletionTimestamp.IsZero() || !artifact.NeedsFinalizer(dump) || state != artifact.StateKept && state != artifact.StateFailed {
		return dump, 0, nil
	}
	going, err := terminating(ctx, r.Uncached, dump.Namespace)
	if err != nil || !going {
		return dump, namespaceDelay, err
	}
	whole, err := r.rewrite(ctx, dump, func(whole *v1alpha1.DatabaseDump) v1alpha1.DatabaseDumpStatus {
		return artifact.Abandoned(now, whole, "Namespace "+dump.Namespace+" is being deleted, and the artifact stays in storage")
	})
	return whole, 0, err
}

// terminating reports whether the namespace is being deleted, or gone.
func terminating(ctx context.Context, from client.Reader, name string) (bool, error) {
	ns, err := get(ctx, from, "", name, &corev1.Namespace{})
	return err == nil && (ns == nil || !ns.DeletionTimestamp.IsZero()), err
}

// tidy the Jobs of a finished dump away in time.
func (r *DatabaseDumpReconciler) tidy(ctx context.Context, facts *lifecycle.Facts) (time.Duration, error) {
	var next time.Duration
	for _, job := range []*batchv1.Job{facts.Job, facts.Settlement} {
		effect, after := r.KeepJobs.Tidy(facts.Now, facts.Dump, job)
		next = sooner(next, after)
		if effect.Verb != lifecycle.Delete {
			continue
		}
		err := deleteJob(ctx, r.Client, job)
		if apierrors.IsForbidden(err) {
			// The namespace is no longer enrolled. Its owner deletes the Jobs, or the dumps.
			next, err = sooner(next, forbiddenDelay), nil
		}
		if err != nil {
			return 0, err
		}
	}
	return next, nil
}

// sooner of two times to come round again, of which 0 is never.
func sooner(a, b time.Duration) time.Duration {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
