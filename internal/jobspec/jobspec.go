// Package jobspec builds the Jobs of dumps. It is pure: the same dump, source and storage always give the
// same Job, so that reviewers read testdata/*.yaml and the manager can build it again after a crash.
package jobspec

import (
	"maps"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/jobmeta"
	"github.com/volcado-io/volcado/internal/naming"
)

const (
	// ContainerName of the one container that speaks for an attempt.
	ContainerName = "dumper"
	// ProgressPort serves contract.ProgressPath while the container runs.
	ProgressPort = 8080

	// backoffLimit is how many failed pods are made up for.
	backoffLimit = 2
	// deadlineMargin lets the dumper, which keeps the run deadline itself, say so before the Job is killed.
	deadlineMargin = time.Minute
	// terminationGrace lets the dumper abort its upload, so that no part of it stays in the bucket.
	terminationGrace = 30 * time.Second
)

// Images of the dumper, by engine.
type Images struct {
	MariaDB string
	MySQL   string
}

// Of an engine.
func (i Images) Of(engine v1alpha1.Engine) string {
	if engine == v1alpha1.EngineMySQL {
		return i.MySQL
	}
	return i.MariaDB
}

// Request is all that a Job depends on.
type Request struct {
	Dump   *v1alpha1.DatabaseDump
	Source *v1alpha1.DatabaseSource
	// Database is resolved: the dump's, or the source's default.
	Database v1alpha1.DatabaseName
	// Storage is the snapshot in the dump's status, so that the Job writes where the status says.
	Storage v1alpha1.DumpStorageSpec
	Images  Images
	// Allowed is what is taken over of the source's labels and annotations.
	Allowed jobmeta.Rules
}

// Copy is the Job that copies the database of a dump. It alone has the Secret with the database's credentials. The error is of a request that is larger than the dumper can be told, and says what to shorten.
func Copy(r Request) (*batchv1.Job, error) {
	asked, err := request(r)
	if err != nil {
		return nil, err
	}
	encoded, err := asked.Encode()
	if err != nil {
		return nil, err
	}
	template := r.Source.Spec.Job
	if template == nil {
		template = &v1alpha1.JobTemplate{}
	}
	labels := labels(r, template)
	pod := pod{template: template, image: r.Images.Of(r.Source.Spec.Engine), arguments: arguments()}
	pod.own()
	pod.source(r.Source.Spec)
	pod.storage(r.Storage)
	annotations := jobmeta.Of(r.Allowed.Annotations, template.Annotations)
	onPod := maps.Clone(annotations)
	onPod[contract.RequestAnnotation] = string(encoded)

	return &batchv1.Job{
		TypeMeta: metav1.TypeMeta{APIVersion: batchv1.SchemeGroupVersion.String(), Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{
			Name:            naming.JobName(r.Dump.Name, r.Dump.UID),
			Namespace:       r.Dump.Namespace,
			Labels:          labels,
			Annotations:     annotations,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(r.Dump, v1alpha1.GroupVersion.WithKind("DatabaseDump"))},
		},
		Spec: batchv1.JobSpec{
			Completions:  new(int32(1)),
			Parallelism:  new(int32(1)),
			BackoffLimit: new(int32(backoffLimit)),
			// A second pod only when the first has ended: two at once would load the server twice.
			PodReplacementPolicy:  new(batchv1.Failed),
			PodFailurePolicy:      podFailurePolicy(),
			ActiveDeadlineSeconds: new(activeDeadline(r.Source.Spec.Limits)),
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels, Annotations: onPod},
				Spec:       pod.spec(),
			},
		},
	}, nil
}

// podFailurePolicy fails the Job at once where trying again cannot mend it. Everything else, disruption too, counts as an
// attempt: a rule that ignored disruption would ignore eviction for want of memory as well, and dump production again and
// again.
func podFailurePolicy() *batchv1.PodFailurePolicy {
	return &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{{
		Action: batchv1.PodFailurePolicyActionFailJob,
		OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{
			ContainerName: new(ContainerName),
			Operator:      batchv1.PodFailurePolicyOnExitCodesOpIn,
			Values:        contract.FinalExitCodes(),
		},
	}}}
}

// activeDeadline stands behind the two deadlines that are kept elsewhere: the manager's for the start and the dumper's
// for the run. It is the only one that holds while the manager is away.
func activeDeadline(limits v1alpha1.SourceLimits) int64 {
	total := limits.StartDeadline.Duration + limits.RunDeadline.Duration + deadlineMargin
	return int64(total / time.Second)
}

func labels(r Request, template *v1alpha1.JobTemplate) map[string]string {
	all := jobmeta.Of(r.Allowed.Labels, template.Labels)
	all[v1alpha1.LabelManagedBy] = v1alpha1.ManagedBy
	all[v1alpha1.LabelDump] = r.Dump.Name
	all[v1alpha1.LabelDumpUID] = string(r.Dump.UID)
	all[v1alpha1.LabelSource] = r.Source.Name
	return all
}

// plain is a copy of a map whose values have a type only for their validation.
func plain[T ~string](typed map[string]T) map[string]string {
	all := make(map[string]string, len(typed))
	for key, value := range typed {
		all[key] = string(value)
	}
	return all
}
