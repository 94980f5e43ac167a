package controllers

import (
	"context"
	"reflect"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/lifecycle"
	"github.com/volcado-io/volcado/internal/queue"
)

const (
	workers = 10
	// Failed rounds are tried again after these. A deadline must not be missed by much because the API server was away.
	firstRetry = 50 * time.Millisecond
	lastRetry  = 20 * time.Second
)

// SetupWithManager says which events bring a dump round again. Deadlines aside, nothing is polled.
func (r *DatabaseDumpReconciler) SetupWithManager(ctx context.Context, mgr ctrl.Manager) error {
	if err := mgr.GetFieldIndexer().IndexField(ctx, &v1alpha1.DatabaseDump{}, dumpIndex, indexDump); err != nil {
		return err
	}
	changed := builder.WithPredicates(predicate.GenerationChangedPredicate{})
	return ctrl.NewControllerManagedBy(mgr).
		Named("databasedump").
		For(&v1alpha1.DatabaseDump{}, builder.WithPredicates(moreThanProgress())).
		Owns(&batchv1.Job{}).
		Watches(&corev1.Pod{}, handler.EnqueueRequestsFromMapFunc(dumpOfPod)).
		Watches(&corev1.Pod{}, handler.EnqueueRequestsFromMapFunc(r.nextAfterPod), builder.WithPredicates(podStops())).
		Watches(&v1alpha1.DatabaseDump{}, handler.EnqueueRequestsFromMapFunc(r.nextInQueue), builder.WithPredicates(queueMoved())).
		Watches(&v1alpha1.DatabaseSource{}, handler.EnqueueRequestsFromMapFunc(r.unfinishedOfSource), changed).
		Watches(&v1alpha1.DumpStorage{}, handler.EnqueueRequestsFromMapFunc(r.unprepared), changed).
		Watches(&v1alpha1.DumpAllowList{}, handler.EnqueueRequestsFromMapFunc(r.unprepared), changed).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: workers,
			RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](firstRetry, lastRetry),
		}).
		Complete(r)
}

// moreThanProgress drops updates that changed nothing but status.progress, which is written every few seconds.
func moreThanProgress() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, ok1 := e.ObjectOld.(*v1alpha1.DatabaseDump)
		after, ok2 := e.ObjectNew.(*v1alpha1.DatabaseDump)
		if !ok1 || !ok2 || before.Generation != after.Generation || before.ResourceVersion == after.ResourceVersion ||
			!before.DeletionTimestamp.Equal(after.DeletionTimestamp) {
			return true
		}
		a, b := before.Status, after.Status
		a.Progress, b.Progress = nil, nil
		return !reflect.DeepEqual(a, b)
	}}
}

func dumpOfPod(_ context.Context, object client.Object) []reconcile.Request {
	name := object.GetLabels()[v1alpha1.LabelDump]
	if name == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: object.GetNamespace(), Name: name}}}
}

// queueMoved: a dump gave up its place in the queue, or is gone.
func queueMoved() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc:  func(event.CreateEvent) bool { return false },
		GenericFunc: func(event.GenericEvent) bool { return false },
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, ok1 := e.ObjectOld.(*v1alpha1.DatabaseDump)
			after, ok2 := e.ObjectNew.(*v1alpha1.DatabaseDump)
			return ok1 && ok2 && queue.HoldsPlace(before) && !queue.HoldsPlace(after)
		},
	}
}

func (r *DatabaseDumpReconciler) nextInQueue(ctx context.Context, object client.Object) []reconcile.Request {
	dump, ok := object.(*v1alpha1.DatabaseDump)
	if !ok {
		return nil
	}
	return r.nextOf(ctx, dump.Namespace, dump.Spec.SourceRef.Name)
}

// podStops: a pod no longer holds up those who wait for its source, or its deletion began, and with it the time after
// which it counts as lost.
func podStops() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc:  func(event.CreateEvent) bool { return false },
		GenericFunc: func(event.GenericEvent) bool { return false },
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, ok1 := e.ObjectOld.(*corev1.Pod)
			after, ok2 := e.ObjectNew.(*corev1.Pod)
			if !ok1 || !ok2 {
				return false
			}
			now := time.Now()
			was, _ := lifecycle.StateOf(before, now)
			is, _ := lifecycle.StateOf(after, now)
			return was != is || !before.DeletionTimestamp.Equal(after.DeletionTimestamp)
		},
	}
}

func (r *DatabaseDumpReconciler) nextAfterPod(ctx context.Context, pod client.Object) []reconcile.Request {
	source := pod.GetLabels()[v1alpha1.LabelSource]
	if source == "" {
		return nil
	}
	return r.nextOf(ctx, pod.GetNamespace(), source)
}

// nextOf a source are the dumps whose turn has come.
func (r *DatabaseDumpReconciler) nextOf(ctx context.Context, namespace, name string) []reconcile.Request {
	source, err := get(ctx, r.Client, namespace, name, &v1alpha1.DatabaseSource{})
	if err != nil || source == nil {
		return nil // Those that wait for it come round when it appears.
	}
	dumps, err := cachedDumps(ctx, r.Client, namespace, unfinishedOf(name))
	if err != nil {
		log.FromContext(ctx).Error(err, "Cannot tell which dump is next", "source", name)
		return nil
	}
	return requests(queue.Next(dumps, int(source.Spec.Limits.MaxConcurrent)))
}

func (r *DatabaseDumpReconciler) unfinishedOfSource(ctx context.Context, object client.Object) []reconcile.Request {
	return r.cachedRequests(ctx, object.GetNamespace(), unfinishedOf(object.GetName()))
}

func (r *DatabaseDumpReconciler) unprepared(ctx context.Context, object client.Object) []reconcile.Request {
	return r.cachedRequests(ctx, object.GetNamespace(), unpreparedDumps)
}

func (r *DatabaseDumpReconciler) cachedRequests(ctx context.Context, namespace, entry string) []reconcile.Request {
	dumps, err := cachedDumps(ctx, r.Client, namespace, entry)
	if err != nil {
		log.FromContext(ctx).Error(err, "Cannot tell which dumps wait", "namespace", namespace)
		return nil
	}
	all := make([]*v1alpha1.DatabaseDump, len(dumps))
	for i := range dumps {
		all[i] = &dumps[i]
	}
	return requests(all)
}

func requests(dumps []*v1alpha1.DatabaseDump) []reconcile.Request {
	all := make([]reconcile.Request, 0, len(dumps))
	for _, dump := range dumps {
		if !dump.Status.Finished() {
			all = append(all, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(dump)})
		}
	}
	return all
}
