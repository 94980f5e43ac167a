package controllers

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// CacheOptions bound the manager's memory: of Jobs and pods it holds Volcado's own, and of everything only what it
// judges by. What would start an informer on another kind is an error.
func CacheOptions() cache.Options {
	ours := labels.SelectorFromSet(labels.Set{v1alpha1.LabelManagedBy: v1alpha1.ManagedBy})
	return cache.Options{
		ReaderFailOnMissingInformer: true,
		DefaultTransform:            cache.TransformStripManagedFields(),
		ByObject: map[client.Object]cache.ByObject{
			&batchv1.Job{}:           {Label: ours, Transform: slimJob},
			&corev1.Pod{}:            {Label: ours, Transform: slimPod},
			&v1alpha1.DatabaseDump{}: {Transform: slimDump},
		},
	}
}

func slimJob(object any) (any, error) {
	if job, ok := object.(*batchv1.Job); ok {
		job.ManagedFields, job.Annotations, job.Spec = nil, nil, batchv1.JobSpec{}
	}
	return object, nil
}

func slimPod(object any) (any, error) {
	if pod, ok := object.(*corev1.Pod); ok {
		pod.ManagedFields, pod.Annotations, pod.Spec = nil, nil, corev1.PodSpec{}
	}
	return object, nil
}

// slimDump leaves of a finished dump what says that it is finished. Thousands of them are kept as tombstones, and
// nothing about them is ever decided or written again.
func slimDump(object any) (any, error) {
	dump, ok := object.(*v1alpha1.DatabaseDump)
	if !ok {
		return object, nil
	}
	dump.ManagedFields = nil
	if !dump.Status.Finished() {
		return dump, nil
	}
	finished := meta.FindStatusCondition(dump.Status.Conditions, v1alpha1.ConditionFinished)
	return &v1alpha1.DatabaseDump{
		TypeMeta: dump.TypeMeta,
		ObjectMeta: metav1.ObjectMeta{
			Name: dump.Name, Namespace: dump.Namespace, UID: dump.UID, ResourceVersion: dump.ResourceVersion,
			Generation: dump.Generation, CreationTimestamp: dump.CreationTimestamp, DeletionTimestamp: dump.DeletionTimestamp,
		},
		Spec:   v1alpha1.DatabaseDumpSpec{SourceRef: dump.Spec.SourceRef},
		Status: v1alpha1.DatabaseDumpStatus{CompletionTime: dump.Status.CompletionTime, Conditions: []metav1.Condition{*finished}},
	}, nil
}

// dumpIndex finds unfinished dumps without walking over the finished ones.
const dumpIndex = "volcado.io/unfinished"

// unpreparedDumps is the entry of dumps that have no Job yet.
const unpreparedDumps = "unprepared"

// unfinishedOf is the entry of the unfinished dumps of a source.
func unfinishedOf(source string) string { return "source/" + source }

func indexDump(object client.Object) []string {
	dump, ok := object.(*v1alpha1.DatabaseDump)
	if !ok || dump.Status.Finished() {
		return nil
	}
	entries := []string{unfinishedOf(dump.Spec.SourceRef.Name)}
	if dump.Status.JobName == "" {
		entries = append(entries, unpreparedDumps)
	}
	return entries
}

// cachedDumps under an entry of the index. They are the cache's own: read them only.
func cachedDumps(ctx context.Context, from client.Reader, namespace, entry string) ([]v1alpha1.DatabaseDump, error) {
	var dumps v1alpha1.DatabaseDumpList
	if err := from.List(ctx, &dumps, client.InNamespace(namespace), client.MatchingFields{dumpIndex: entry},
		client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list cached DatabaseDumps in %s: %w", namespace, err)
	}
	return dumps.Items, nil
}
