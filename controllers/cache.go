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
	"github.com/volcado-io/volcado/internal/artifact"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/jobspec"
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

// slimJob leaves of a Job what says how it is and, of one that deletes, what it was asked.
func slimJob(object any) (any, error) {
	if job, ok := object.(*batchv1.Job); ok {
		asked, deletes := job.Spec.Template.Annotations[contract.RequestAnnotation], job.Labels[v1alpha1.LabelJob] == string(jobspec.KindDelete)
		job.ManagedFields, job.Annotations, job.Spec = nil, nil, batchv1.JobSpec{}
		// None of the manager's is larger, and anyone who can make Jobs can make one that looks like its own.
		if deletes && len(asked) <= contract.MaxDeletionBytes {
			job.Spec.Template.Annotations = map[string]string{contract.RequestAnnotation: asked}
		}
	}
	return object, nil
}

func slimPod(object any) (any, error) {
	if pod, ok := object.(*corev1.Pod); ok {
		pod.ManagedFields, pod.Annotations, pod.Spec = nil, nil, corev1.PodSpec{}
	}
	return object, nil
}

// slimDump leaves of a finished dump what its artifact is judged by. Thousands of them are kept as tombstones. What is to be
// written of one is read anew first.
func slimDump(object any) (any, error) {
	dump, ok := object.(*v1alpha1.DatabaseDump)
	if !ok {
		return object, nil
	}
	dump.ManagedFields = nil
	if !dump.Status.Finished() {
		return dump, nil
	}
	status := v1alpha1.DatabaseDumpStatus{
		CompletionTime: dump.Status.CompletionTime, ObservedGeneration: dump.Status.ObservedGeneration,
		Lifetime: dump.Status.Lifetime, Deletion: dump.Status.Deletion, AllowedBy: dump.Status.AllowedBy, StartTime: dump.Status.StartTime,
	}
	for _, kind := range []string{v1alpha1.ConditionFinished, v1alpha1.ConditionArtifactAvailable} {
		if c := meta.FindStatusCondition(dump.Status.Conditions, kind); c != nil {
			slim := *c
			slim.Message = ""
			status.Conditions = append(status.Conditions, slim)
		}
	}
	if artifact.StateOf(dump) != artifact.StateNothing {
		// Of what may be left, where: a metric says so.
		status.Storage = dump.Status.Storage
		if dump.Status.Artifact != nil {
			status.Artifact = &v1alpha1.Artifact{ExpiresAt: dump.Status.Artifact.ExpiresAt}
		}
	}
	return &v1alpha1.DatabaseDump{
		TypeMeta: dump.TypeMeta,
		ObjectMeta: metav1.ObjectMeta{
			Name: dump.Name, Namespace: dump.Namespace, UID: dump.UID, ResourceVersion: dump.ResourceVersion,
			Generation: dump.Generation, CreationTimestamp: dump.CreationTimestamp, DeletionTimestamp: dump.DeletionTimestamp,
			Finalizers: dump.Finalizers, Labels: madeByBot(dump),
		},
		Spec: v1alpha1.DatabaseDumpSpec{
			SourceRef: dump.Spec.SourceRef, TTL: dump.Spec.TTL, DeletionPolicy: dump.Spec.DeletionPolicy, RequestedBy: person(dump.Spec.RequestedBy),
		},
		Status: status,
	}, nil
}

// person is who asked, without the rest of what is known of the message: quotas count the dumps of one.
func person(by *v1alpha1.Requester) *v1alpha1.Requester {
	if by == nil {
		return nil
	}
	return &v1alpha1.Requester{Platform: by.Platform, Workspace: by.Workspace, User: by.User}
}

// madeByBot is the label that says so, alone.
func madeByBot(dump *v1alpha1.DatabaseDump) map[string]string {
	if message := dump.Labels[v1alpha1.LabelMessage]; message != "" {
		return map[string]string{v1alpha1.LabelMessage: message}
	}
	return nil
}

// dumpIndex finds dumps in a state without walking over the others, of which there may be thousands.
const dumpIndex = "volcado.io/state"

// unpreparedDumps is the entry of dumps that have no Job yet.
const unpreparedDumps = "unprepared"

// Entries of finished dumps by what they left in storage.
const (
	// doomedDumps are those of which it is to be deleted.
	doomedDumps = "doomed"
	// undeletedDumps are those of which it could not be deleted.
	undeletedDumps = "undeleted"
	// ungovernedDumps are those whose artifact nobody deletes, because a release made them that gave them no lifetime.
	ungovernedDumps = "ungoverned"
)

// unfinishedOf is the entry of the unfinished dumps of a source.
func unfinishedOf(source string) string { return "source/" + source }

// askedByPerson is the entry of the dumps of one person, finished ones too.
func askedByPerson(by *v1alpha1.Requester) string {
	return "person/" + string(by.Platform) + "/" + by.Workspace + "/" + by.User
}

func indexDump(object client.Object) []string {
	dump, ok := object.(*v1alpha1.DatabaseDump)
	if !ok {
		return nil
	}
	var entries []string
	if by := dump.Spec.RequestedBy; by != nil {
		entries = append(entries, askedByPerson(by))
	}
	if dump.Status.Finished() {
		return append(entries, indexFinished(dump)...)
	}
	entries = append(entries, unfinishedOf(dump.Spec.SourceRef.Name))
	if dump.Status.JobName == "" {
		entries = append(entries, unpreparedDumps)
	}
	return entries
}

func indexFinished(dump *v1alpha1.DatabaseDump) []string {
	state := artifact.StateOf(dump)
	switch doomed := artifact.Doomed(dump); {
	case state == artifact.StateFailed && doomed:
		return []string{doomedDumps, undeletedDumps}
	case doomed:
		return []string{doomedDumps}
	case state == artifact.StateKept && !artifact.Governed(dump):
		return []string{ungovernedDumps}
	}
	return nil
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
