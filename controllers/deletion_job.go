package controllers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/artifact"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/jobspec"
	"github.com/volcado-io/volcado/internal/lifecycle"
)

// deletionJob is a Job that deletes, with what it was asked.
type deletionJob struct {
	*batchv1.Job
	request *contract.DeletionRequest
}

func deletionJobOf(job *batchv1.Job) (deletionJob, bool) {
	request, err := contract.DecodeDeletionRequest([]byte(job.Spec.Template.Annotations[contract.RequestAnnotation]))
	return deletionJob{job, request}, err == nil
}

// names reports whether the Job was asked to delete what this dump left.
func (j deletionJob) names(dump *v1alpha1.DatabaseDump) bool {
	return j.Namespace == dump.Namespace && slices.ContainsFunc(j.request.Dumps, func(d contract.Deletion) bool { return d.UID == string(dump.UID) })
}

// concerns reports whether what the Job says is about this dump and has not been written down: the Job was asked to delete
// exactly what the manager would delete of it now, for the same attempt.
func (j deletionJob) concerns(dump *v1alpha1.DatabaseDump) bool {
	if !artifact.Doomed(dump) {
		return false
	}
	asked := jobspec.DeletionOf(*dump.Status.Storage, []*v1alpha1.DatabaseDump{dump})
	return slices.Contains(j.request.Dumps, asked.Dumps[0]) && equality.Semantic.DeepEqual(j.request.Storage, asked.Storage)
}

// batches are the dumps of a Job each: of one storage and of one source, whose job shapes the pod.
func batches(dumps []*v1alpha1.DatabaseDump) [][]*v1alpha1.DatabaseDump {
	var order []string
	by := map[string][]*v1alpha1.DatabaseDump{}
	for _, dump := range dumps {
		// What cannot be rendered as JSON could not have been read.
		storage, _ := json.Marshal(dump.Status.Storage)
		key := dump.Spec.SourceRef.Name + " " + string(storage)
		if by[key] == nil {
			order = append(order, key)
		}
		by[key] = append(by[key], dump)
	}
	var all [][]*v1alpha1.DatabaseDump
	for _, key := range order {
		all = slices.AppendSeq(all, slices.Chunk(by[key], contract.MaxDeletions))
	}
	return all
}

// outcomes of a Job, by the position of a dump in its request.
type outcomes func(position int) artifact.Outcome

func everyDump(o artifact.Outcome) outcomes { return func(int) artifact.Outcome { return o } }

// outcomes are what the pod of a Job that has ended says.
func (r *DeletionReconciler) outcomes(ctx context.Context, job deletionJob) (outcomes, error) {
	pods, err := r.pods(ctx, job)
	if err != nil {
		return nil, err
	}
	newest := lifecycle.NewestFirst(pods)
	for _, pod := range newest {
		message, ended := lifecycle.MessageOf(pod)
		if !ended {
			continue
		}
		word, err := contract.DecodeDeletion(message, string(pod.UID), len(job.request.Dumps))
		if err != nil {
			continue
		}
		return func(position int) artifact.Outcome {
			f := word.FailureOf(position)
			if f == nil {
				return artifact.Outcome{}
			}
			said := lifecycle.FailureSaid(*f)
			return artifact.Outcome{Failure: &said, Final: f.Reason.Final()}
		}, nil
	}
	why := v1alpha1.Failure{Reason: v1alpha1.ReasonDumperFailed, Message: fmt.Sprintf("Job %s ended, and no pod is left to say how", job.Name)}
	if len(newest) > 0 {
		why = lifecycle.FailureOfPod(newest[0])
	} else if started := job.Status.StartTime; started != nil && job.Status.Failed == 0 && job.Status.Succeeded == 0 {
		why.Message = fmt.Sprintf("No pod of Job %s was created", job.Name)
	}
	return everyDump(undeleted(why)), nil
}

// notStarted is said of a Job whose pod does not start. It is nil where the pod started after all.
func (r *DeletionReconciler) notStarted(ctx context.Context, job deletionJob) (outcomes, error) {
	pods, err := r.pods(ctx, job)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(pods, func(pod corev1.Pod) bool { return pod.Status.Phase != corev1.PodPending && pod.Status.Phase != "" }) {
		return nil, nil
	}
	said := ""
	if len(pods) == 0 {
		if said, err = failedCreate(ctx, r.Uncached, job.Job); err != nil {
			return nil, err
		}
	}
	return everyDump(undeleted(lifecycle.WhyNotStarted(r.Now(), job.Job, pods, said))), nil
}

// pods that the Job controls. They are read anew: the Job's end may be known before its pod's word.
func (r *DeletionReconciler) pods(ctx context.Context, job deletionJob) ([]corev1.Pod, error) {
	var list corev1.PodList
	if err := r.Uncached.List(ctx, &list, client.InNamespace(job.Namespace), client.MatchingLabels{batchv1.JobNameLabel: job.Name}); err != nil {
		return nil, fmt.Errorf("list the pods of Job %s: %w", job.Name, err)
	}
	return slices.DeleteFunc(list.Items, func(pod corev1.Pod) bool { return !isOfJob(&pod, job.Name, job.Job) }), nil
}

func undeleted(why v1alpha1.Failure) artifact.Outcome {
	why.Message = "The artifact could not be deleted: " + why.Message
	return artifact.Outcome{Failure: &why}
}

func rejectedDeletion(namespace string, r lifecycle.Rejection) artifact.Outcome {
	o := undeleted(lifecycle.Rejected(namespace, r))
	o.Final = r.Final
	return o
}

func hopeless(namespace string) artifact.Outcome {
	o := undeleted(v1alpha1.Failure{Reason: v1alpha1.ReasonAbandoned, Message: fmt.Sprintf("namespace %s is being deleted, and no Job can be made in it", namespace)})
	o.Hopeless = true
	return o
}
