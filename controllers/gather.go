package controllers

import (
	"context"
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/access"
	"github.com/volcado-io/volcado/internal/lifecycle"
	"github.com/volcado-io/volcado/internal/naming"
	"github.com/volcado-io/volcado/internal/queue"
)

// view is where facts are read.
type view struct {
	client.Reader
	// cached: it is an informers' cache, fast, indexed and a little behind.
	cached bool
}

// gather reads what the dump's present stage is judged by. It returns nil when the dump is gone.
func (r *DatabaseDumpReconciler) gather(ctx context.Context, from view, name types.NamespacedName) (*lifecycle.Facts, error) {
	f := &lifecycle.Facts{Now: r.Now(), Settings: r.Settings, Fresh: !from.cached}
	var err error
	if f.Dump, err = get(ctx, from, name.Namespace, name.Name, &v1alpha1.DatabaseDump{}); err != nil || f.Dump == nil {
		return nil, err
	}
	if f.Job, f.NameTaken, err = readJob(ctx, from, f.Dump, naming.JobName(f.Dump.Name, f.Dump.UID)); err != nil {
		return nil, err
	}
	if f.Dump.Status.Finished() || lifecycle.MaySettle(f.Dump) {
		if f.Settlement, f.SettlementTaken, err = readJob(ctx, from, f.Dump, naming.SettleJobName(f.Dump.Name, f.Dump.UID)); err != nil {
			return nil, err
		}
	}
	if f.Dump.Status.Finished() {
		return f, nil
	}
	if f.Source, err = get(ctx, from, name.Namespace, f.Dump.Spec.SourceRef.Name, &v1alpha1.DatabaseSource{}); err != nil {
		return nil, err
	}
	if f.Job != nil || f.Dump.Status.JobName != "" {
		if err := readPods(ctx, from, f); err != nil {
			return nil, err
		}
		if lifecycle.LacksPod(f.Now, f.Job, f.Pods) {
			f.FailedCreate, err = failedCreate(ctx, r.Uncached, f.Job)
		}
		return f, err
	}
	return f, readReferences(ctx, from, f)
}

// get is the object, or nil where there is none.
func get[T client.Object](ctx context.Context, from client.Reader, namespace, name string, into T) (T, error) {
	var none T
	err := from.Get(ctx, types.NamespacedName{Namespace: namespace, Name: name}, into)
	if apierrors.IsNotFound(err) {
		return none, nil
	}
	if err != nil {
		return none, fmt.Errorf("read %T %s/%s: %w", into, namespace, name, err)
	}
	return into, nil
}

// readJob of the dump by its name; taken when the Job of that name is somebody else's.
func readJob(ctx context.Context, from view, dump *v1alpha1.DatabaseDump, name string) (job *batchv1.Job, taken bool, err error) {
	job, err = get(ctx, from, dump.Namespace, name, &batchv1.Job{})
	if err != nil || job == nil {
		return nil, false, err
	}
	if !metav1.IsControlledBy(job, dump) {
		return nil, true, nil
	}
	return job, false, nil
}

// readPods that the dump's Jobs control. Labels alone prove nothing: whoever may make pods in the namespace may set them.
func readPods(ctx context.Context, from view, f *lifecycle.Facts) error {
	var pods corev1.PodList
	if err := from.List(ctx, &pods, client.InNamespace(f.Dump.Namespace), client.MatchingLabels{
		v1alpha1.LabelManagedBy: v1alpha1.ManagedBy, v1alpha1.LabelDumpUID: string(f.Dump.UID),
	}); err != nil {
		return fmt.Errorf("list the pods of dump %s: %w", f.Dump.Name, err)
	}
	for _, pod := range pods.Items {
		switch {
		case isOfJob(&pod, naming.JobName(f.Dump.Name, f.Dump.UID), f.Job):
			f.Pods = append(f.Pods, pod)
		case f.Settlement != nil && isOfJob(&pod, f.Settlement.Name, f.Settlement):
			f.SettlementPods = append(f.SettlementPods, pod)
		}
	}
	return nil
}

// isOfJob reports whether a Job of that name controls the pod, and if it is there, this very one.
func isOfJob(pod *corev1.Pod, name string, job *batchv1.Job) bool {
	owner := metav1.GetControllerOf(pod)
	return owner != nil && owner.Kind == "Job" && owner.Name == name && (job == nil || owner.UID == job.UID)
}

// readReferences that a dump without a Job is judged by.
func readReferences(ctx context.Context, from view, f *lifecycle.Facts) error {
	if f.Source == nil {
		return nil
	}
	var err error
	if f.Storage, err = get(ctx, from, f.Dump.Namespace, f.Source.Spec.StorageRef.Name, &v1alpha1.DumpStorage{}); err != nil {
		return err
	}
	if f.Dump.Spec.RequestedBy != nil {
		var lists v1alpha1.DumpAllowListList
		if err := from.List(ctx, &lists, client.InNamespace(f.Dump.Namespace)); err != nil {
			return fmt.Errorf("list DumpAllowLists in %s: %w", f.Dump.Namespace, err)
		}
		f.AllowLists = lists.Items
		if f.Taken, err = taken(ctx, from, f.Dump, lists.Items); err != nil {
			return err
		}
	}
	if !lifecycle.MayBeAdmitted(f.Dump) {
		return nil
	}
	dumps, err := unfinishedDumps(ctx, from, f.Dump.Namespace, f.Dump.Spec.SourceRef.Name)
	if err != nil {
		return err
	}
	f.Ahead = queue.Position(dumps, f.Dump)
	f.Strays, err = strays(ctx, from, f.Source, dumps)
	return err
}

// strays are the pods of a source's Jobs for which none of the unfinished dumps stands. A dump that is deleted is gone at
// once, and its pod runs on until it has been told to stop and has ended.
func strays(ctx context.Context, from view, source *v1alpha1.DatabaseSource, dumps []v1alpha1.DatabaseDump) ([]corev1.Pod, error) {
	options := []client.ListOption{client.InNamespace(source.Namespace), client.MatchingLabels{
		v1alpha1.LabelManagedBy: v1alpha1.ManagedBy, v1alpha1.LabelSource: source.Name,
	}}
	if from.cached {
		options = append(options, client.UnsafeDisableDeepCopy)
	} else {
		// The pods of finished dumps are kept for their logs, and may be many.
		options = append(options, client.MatchingFieldsSelector{Selector: fields.ParseSelectorOrDie("status.phase!=Succeeded,status.phase!=Failed")})
	}
	var pods corev1.PodList
	if err := from.List(ctx, &pods, options...); err != nil {
		return nil, fmt.Errorf("list the pods of source %s: %w", source.Name, err)
	}
	return slices.DeleteFunc(pods.Items, func(pod corev1.Pod) bool {
		return slices.ContainsFunc(dumps, func(dump v1alpha1.DatabaseDump) bool {
			return string(dump.UID) == pod.Labels[v1alpha1.LabelDumpUID]
		})
	}), nil
}

// taken is what the person who asked for the dump has had before, where one of the lists counts that.
func taken(ctx context.Context, from view, dump *v1alpha1.DatabaseDump, lists []v1alpha1.DumpAllowList) ([]access.Taken, error) {
	if !slices.ContainsFunc(lists, func(l v1alpha1.DumpAllowList) bool { return l.Spec.Limits.PerUserPerDay > 0 }) {
		return nil, nil
	}
	person := askedByPerson(dump.Spec.RequestedBy)
	if from.cached {
		dumps, err := cachedDumps(ctx, from, dump.Namespace, person)
		return access.TakenBy(dump, dumps), err
	}
	dumps, err := freshDumps(ctx, from, dump.Namespace, func(d *v1alpha1.DatabaseDump) bool {
		return d.Spec.RequestedBy != nil && askedByPerson(d.Spec.RequestedBy) == person
	})
	return access.TakenBy(dump, dumps), err
}

// listPage bounds what one page of dumps takes in memory.
const listPage = 250

// unfinishedDumps of a source.
func unfinishedDumps(ctx context.Context, from view, namespace, source string) ([]v1alpha1.DatabaseDump, error) {
	if from.cached {
		return cachedDumps(ctx, from, namespace, unfinishedOf(source))
	}
	return freshDumps(ctx, from, namespace, func(d *v1alpha1.DatabaseDump) bool {
		return d.Spec.SourceRef.Name == source && !d.Status.Finished()
	})
}

// freshDumps of a namespace that are wanted, page by page: the others, of which there may be thousands, are not kept.
func freshDumps(ctx context.Context, from view, namespace string, wanted func(*v1alpha1.DatabaseDump) bool) ([]v1alpha1.DatabaseDump, error) {
	var kept []v1alpha1.DatabaseDump
	options := client.ListOptions{Namespace: namespace, Limit: listPage}
	for {
		var page v1alpha1.DatabaseDumpList
		if err := from.List(ctx, &page, &options); err != nil {
			return nil, fmt.Errorf("list DatabaseDumps in %s: %w", namespace, err)
		}
		for i := range page.Items {
			if dump := &page.Items[i]; wanted(dump) {
				kept = append(kept, *dump)
			}
		}
		if page.Continue == "" {
			return kept, nil
		}
		options.Continue = page.Continue
	}
}
