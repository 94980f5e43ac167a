// Package jobspec builds the Jobs of dumps: one builder per kind of Job, over one builder of pods. It is pure: the same
// dump, source and storage always give the same Job, so that reviewers read testdata/*.yaml and the manager can build it
// again after a crash.
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

// Kind of a Job.
type Kind string

const (
	// KindCopy copies a database. It alone has the database's credentials.
	KindCopy Kind = "Copy"
	// KindSettle looks whether an attempt whose word was lost completed an artifact.
	KindSettle Kind = "Settle"
	// KindDelete deletes what dumps left in a storage.
	KindDelete Kind = "Delete"
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

// job of any kind: what differs between the kinds.
type job struct {
	kind            Kind
	namespace, name string
	// template of the source, or nil; and what is taken over of its labels and annotations.
	template *v1alpha1.JobTemplate
	allowed  jobmeta.Rules
	// labels of the kind's own, on the Job and its pod.
	labels map[string]string
	owners []metav1.OwnerReference
	image  string
	// arguments of the dumper, and its request.
	arguments []string
	request   []byte
	// deadline of the Job as a whole.
	deadline time.Duration
	mounted
}

func (j job) build() *batchv1.Job {
	template := j.template
	if template == nil {
		template = &v1alpha1.JobTemplate{}
	}
	labels := jobmeta.Of(j.allowed.Labels, template.Labels)
	maps.Copy(labels, j.labels)
	labels[v1alpha1.LabelManagedBy] = v1alpha1.ManagedBy
	labels[v1alpha1.LabelJob] = string(j.kind)
	annotations := jobmeta.Of(j.allowed.Annotations, template.Annotations)
	onPod := maps.Clone(annotations)
	onPod[contract.RequestAnnotation] = string(j.request)
	j.own()
	pod := pod{template: template, image: j.image, arguments: j.arguments, mounted: j.mounted}
	return &batchv1.Job{
		TypeMeta: metav1.TypeMeta{APIVersion: batchv1.SchemeGroupVersion.String(), Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{
			Name: j.name, Namespace: j.namespace, Labels: labels, Annotations: annotations, OwnerReferences: j.owners,
		},
		Spec: batchv1.JobSpec{
			Completions:  new(int32(1)),
			Parallelism:  new(int32(1)),
			BackoffLimit: new(int32(backoffLimit)),
			// A second pod only when the first has ended: two at once would load the server twice.
			PodReplacementPolicy:  new(batchv1.Failed),
			PodFailurePolicy:      podFailurePolicy(),
			ActiveDeadlineSeconds: new(int64(j.deadline / time.Second)),
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels, Annotations: onPod},
				Spec:       pod.spec(),
			},
		},
	}
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

// plain is a copy of a map whose values have a type only for their validation.
func plain[T ~string](typed map[string]T) map[string]string {
	all := make(map[string]string, len(typed))
	for key, value := range typed {
		all[key] = string(value)
	}
	return all
}
