package jobspec

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// user of every image of ours, and the group that owns what is mounted.
const user = 65532

// pod of a Job: what differs between the kinds of Jobs.
type pod struct {
	template  *v1alpha1.JobTemplate
	image     string
	arguments []string
	mounted
}

func (p pod) spec() corev1.PodSpec {
	spec := corev1.PodSpec{
		RestartPolicy:                 corev1.RestartPolicyNever,
		TerminationGracePeriodSeconds: new(int64(terminationGrace / time.Second)),
		ServiceAccountName:            p.template.ServiceAccountName,
		AutomountServiceAccountToken:  new(false),
		EnableServiceLinks:            new(false),
		NodeSelector:                  plain(p.template.NodeSelector),
		Tolerations:                   p.template.Tolerations,
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot: new(true),
			RunAsUser:    new(int64(user)),
			RunAsGroup:   new(int64(user)),
			FSGroup:      new(int64(user)),
			// A volume full of artifacts would otherwise be walked at every start.
			FSGroupChangePolicy: new(corev1.FSGroupChangeOnRootMismatch),
			SeccompProfile:      &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		Volumes: p.volumes,
		Containers: []corev1.Container{{
			Name:            ContainerName,
			Image:           p.image,
			ImagePullPolicy: corev1.PullIfNotPresent,
			Args:            p.arguments,
			Env: []corev1.EnvVar{{Name: "POD_UID", ValueFrom: &corev1.EnvVarSource{
				FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.uid"},
			}}},
			Ports:                  []corev1.ContainerPort{{Name: "progress", ContainerPort: ProgressPort, Protocol: corev1.ProtocolTCP}},
			Resources:              resources(p.template.Resources),
			VolumeMounts:           p.mounts,
			TerminationMessagePath: terminationMessagePath,
			// Not FallbackToLogsOnError: a log's tail is not the dumper's word, and may hold what a status must not.
			TerminationMessagePolicy: corev1.TerminationMessageReadFile,
			SecurityContext: &corev1.SecurityContext{
				AllowPrivilegeEscalation: new(false),
				ReadOnlyRootFilesystem:   new(true),
				Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			},
		}},
	}
	for _, secret := range p.template.ImagePullSecrets {
		spec.ImagePullSecrets = append(spec.ImagePullSecrets, corev1.LocalObjectReference{Name: secret.Name})
	}
	return spec
}

// Defaults of the dumper's container: the dumper needs under 128 MiB, and mysqldump holds one row at a time, which
// max_allowed_packet bounds.
var (
	defaultRequests = corev1.ResourceList{
		corev1.ResourceCPU:    resource.MustParse("100m"),
		corev1.ResourceMemory: resource.MustParse("128Mi"),
	}
	defaultMemoryLimit = resource.MustParse("512Mi")
)

// resources fills in what the data owner left open, so that a limit is never below its request, which the API server
// would refuse.
func resources(wanted *v1alpha1.JobResources) corev1.ResourceRequirements {
	limits, requests := corev1.ResourceList{}, corev1.ResourceList{}
	if wanted != nil {
		limits, requests = copyOf(wanted.Limits), copyOf(wanted.Requests)
	}
	if _, ok := limits[corev1.ResourceMemory]; !ok {
		limits[corev1.ResourceMemory] = larger(defaultMemoryLimit, requests[corev1.ResourceMemory])
	}
	for name, request := range defaultRequests {
		if _, ok := requests[name]; ok {
			continue
		}
		if limit, ok := limits[name]; ok && limit.Cmp(request) < 0 {
			request = limit
		}
		requests[name] = request
	}
	return corev1.ResourceRequirements{Limits: limits, Requests: requests}
}

func copyOf(list corev1.ResourceList) corev1.ResourceList {
	if list == nil {
		return corev1.ResourceList{}
	}
	return list.DeepCopy()
}

func larger(a, b resource.Quantity) resource.Quantity {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}
