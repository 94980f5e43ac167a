package jobspec

import (
	"path"

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

// secretMode lets the user's group read a mounted Secret, and nobody else.
const secretMode = 0o440

// requestMode lets everybody in the pod read the request, in which nothing is secret.
const requestMode = 0o444

// mounted is what the dumper's container sees.
type mounted struct {
	volumes []corev1.Volume
	mounts  []corev1.VolumeMount
}

func (m *mounted) add(name, directory string, readOnly bool, from corev1.VolumeSource) {
	m.volumes = append(m.volumes, corev1.Volume{Name: name, VolumeSource: from})
	m.mounts = append(m.mounts, corev1.VolumeMount{Name: name, MountPath: directory, ReadOnly: readOnly})
}

// secret is optional, so that the pod starts and the dumper itself can say which Secret or key is missing. A Secret that is not
// optional would leave the pod in ContainerCreating without a word. Credentials are mounted with every key of their Secret:
// with the keys that are used alone, a Secret whose keys have other names would look like one that does not exist. Of an
// authority's Secret, which often holds a private key too, only the key that is named.
func (m *mounted) secret(directory, name string, items ...corev1.KeyToPath) {
	m.add(path.Base(directory), directory, true, corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{
		SecretName: name, Items: items, DefaultMode: new(int32(secretMode)), Optional: new(true),
	}})
}

// own is what each pod has: its request, and a folder in memory, because the option file that holds a password is written there.
func (m *mounted) own() {
	m.add(path.Base(requestDirectory), requestDirectory, true, corev1.VolumeSource{DownwardAPI: &corev1.DownwardAPIVolumeSource{
		Items: []corev1.DownwardAPIVolumeFile{{Path: requestFile, FieldRef: &corev1.ObjectFieldSelector{
			APIVersion: "v1", FieldPath: "metadata.annotations['" + contract.RequestAnnotation + "']",
		}}},
		DefaultMode: new(int32(requestMode)),
	}})
	m.add("work", workDirectory, false, corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{
		Medium: corev1.StorageMediumMemory, SizeLimit: resource.NewQuantity(1<<20, resource.BinarySI),
	}})
}

// source is what reads the database.
func (m *mounted) source(s v1alpha1.DatabaseSourceSpec) {
	m.secret(sourceDirectory, s.CredentialsSecretRef.Name)
	if ca := s.TLS.CASecretRef; ca != nil {
		m.secret(sourceCADirectory, ca.Name, corev1.KeyToPath{Key: ca.Key, Path: caFile})
	}
}

// storage is what reaches the artifacts.
func (m *mounted) storage(s v1alpha1.DumpStorageSpec) {
	if from := s.CredentialsSecretRef; from != nil {
		m.secret(storageDirectory, from.Name)
	}
	if s3 := s.S3; s3 != nil && s3.CASecretRef != nil {
		m.secret(storageCADirectory, s3.CASecretRef.Name, corev1.KeyToPath{Key: s3.CASecretRef.Key, Path: caFile})
	}
	if claim := s.PersistentVolumeClaim; claim != nil {
		m.add("artifacts", artifactsDirectory, false, corev1.VolumeSource{
			PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: claim.ClaimName},
		})
	}
}
