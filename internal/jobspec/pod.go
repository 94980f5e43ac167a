package jobspec

import (
	"path"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
)

// Paths in the dumper's container.
const (
	root                   = "/run/volcado"
	sourceDirectory        = root + "/source"
	sourceCADirectory      = root + "/source-ca"
	storageDirectory       = root + "/storage"
	storageCADirectory     = root + "/storage-ca"
	workDirectory          = root + "/work"
	requestDirectory       = root + "/request"
	requestFile            = "request.json"
	artifactsDirectory     = "/var/lib/volcado/artifacts"
	caFile                 = "ca.crt"
	terminationMessagePath = "/dev/termination-log"
)

// user of every image of ours, and the group that owns what is mounted.
const user = 65532

// secretMode lets the user's group read a mounted Secret, and nobody else.
const secretMode = 0o440

// requestMode lets everybody in the pod read the request, in which nothing is secret.
const requestMode = 0o444

func podSpec(r Request, template *v1alpha1.JobTemplate) corev1.PodSpec {
	volumes, mounts := volumes(r)
	spec := corev1.PodSpec{
		RestartPolicy:                 corev1.RestartPolicyNever,
		TerminationGracePeriodSeconds: new(int64(terminationGrace / time.Second)),
		ServiceAccountName:            template.ServiceAccountName,
		AutomountServiceAccountToken:  new(false),
		EnableServiceLinks:            new(false),
		NodeSelector:                  plain(template.NodeSelector),
		Tolerations:                   template.Tolerations,
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot: new(true),
			RunAsUser:    new(int64(user)),
			RunAsGroup:   new(int64(user)),
			FSGroup:      new(int64(user)),
			// A volume full of artifacts would otherwise be walked at every start.
			FSGroupChangePolicy: new(corev1.FSGroupChangeOnRootMismatch),
			SeccompProfile:      &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		Volumes: volumes,
		Containers: []corev1.Container{{
			Name:            ContainerName,
			Image:           r.Images.Of(r.Source.Spec.Engine),
			ImagePullPolicy: corev1.PullIfNotPresent,
			Args:            arguments(),
			Env: []corev1.EnvVar{{Name: "POD_UID", ValueFrom: &corev1.EnvVarSource{
				FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.uid"},
			}}},
			Ports:                  []corev1.ContainerPort{{Name: "progress", ContainerPort: ProgressPort, Protocol: corev1.ProtocolTCP}},
			Resources:              resources(template.Resources),
			VolumeMounts:           mounts,
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
	for _, secret := range template.ImagePullSecrets {
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

// volumes: each Secret is optional, so that the pod starts and the dumper itself can say which Secret or key is missing.
// A Secret that is not optional would leave the pod in ContainerCreating without a word. Credentials are mounted with
// every key of their Secret: with the keys that are used alone, a Secret whose keys have other names would look like one
// that does not exist. Of an authority's Secret, which often holds a private key too, only the key that is named.
func volumes(r Request) ([]corev1.Volume, []corev1.VolumeMount) {
	var volumes []corev1.Volume
	var mounts []corev1.VolumeMount
	add := func(name, directory string, readOnly bool, from corev1.VolumeSource) {
		volumes = append(volumes, corev1.Volume{Name: name, VolumeSource: from})
		mounts = append(mounts, corev1.VolumeMount{Name: name, MountPath: directory, ReadOnly: readOnly})
	}
	secret := func(directory, name string, items ...corev1.KeyToPath) {
		add(path.Base(directory), directory, true, corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{
			SecretName: name, Items: items, DefaultMode: new(int32(secretMode)), Optional: new(true),
		}})
	}

	add(path.Base(requestDirectory), requestDirectory, true, corev1.VolumeSource{DownwardAPI: &corev1.DownwardAPIVolumeSource{
		Items: []corev1.DownwardAPIVolumeFile{{Path: requestFile, FieldRef: &corev1.ObjectFieldSelector{
			APIVersion: "v1", FieldPath: "metadata.annotations['" + contract.RequestAnnotation + "']",
		}}},
		DefaultMode: new(int32(requestMode)),
	}})
	// In memory, because the option file that holds the password is written here.
	add("work", workDirectory, false, corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{
		Medium: corev1.StorageMediumMemory, SizeLimit: resource.NewQuantity(1<<20, resource.BinarySI),
	}})
	source := r.Source.Spec
	secret(sourceDirectory, source.CredentialsSecretRef.Name)
	if ca := source.TLS.CASecretRef; ca != nil {
		secret(sourceCADirectory, ca.Name, corev1.KeyToPath{Key: ca.Key, Path: caFile})
	}
	if from := r.Storage.CredentialsSecretRef; from != nil {
		secret(storageDirectory, from.Name)
	}
	if s3 := r.Storage.S3; s3 != nil && s3.CASecretRef != nil {
		secret(storageCADirectory, s3.CASecretRef.Name, corev1.KeyToPath{Key: s3.CASecretRef.Key, Path: caFile})
	}
	if claim := r.Storage.PersistentVolumeClaim; claim != nil {
		add("artifacts", artifactsDirectory, false, corev1.VolumeSource{
			PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: claim.ClaimName},
		})
	}
	return volumes, mounts
}
