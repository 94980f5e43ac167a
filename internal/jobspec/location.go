package jobspec

import (
	"path"

	"k8s.io/apimachinery/pkg/types"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
)

// KeyPrefix is below which all of a dump lies: <storage prefix>/<namespace>/<name>/<UID>. Each attempt writes below it
// under its own pod's UID.
func KeyPrefix(storage v1alpha1.DumpStorageSpec, dump *v1alpha1.DatabaseDump) string {
	var prefix string
	switch {
	case storage.S3 != nil:
		prefix = storage.S3.Prefix
	case storage.PersistentVolumeClaim != nil:
		prefix = storage.PersistentVolumeClaim.Prefix
	}
	return path.Join(prefix, dump.Namespace, dump.Name, string(dump.UID))
}

// URIs of an attempt's artifact and manifest. They are computed from what the manager knows and never read from a
// message, so a dumper that lies cannot point anybody at another team's artifact.
func URIs(storage v1alpha1.DumpStorageSpec, dump *v1alpha1.DatabaseDump, attempt types.UID) (artifact, manifest string) {
	key := Location(storage, dump) + "/" + string(attempt) + "/"
	return key + ArtifactFile(dump), key + contract.ManifestFile
}

// Location below which all of a dump lies, as a URI without a slash at its end.
func Location(storage v1alpha1.DumpStorageSpec, dump *v1alpha1.DatabaseDump) string {
	var root string
	switch {
	case storage.S3 != nil:
		root = "s3://" + storage.S3.Bucket + "/"
	case storage.PersistentVolumeClaim != nil:
		root = "pvc://" + dump.Namespace + "/" + storage.PersistentVolumeClaim.ClaimName + "/"
	}
	return root + KeyPrefix(storage, dump)
}

// ArtifactFile is the name that the artifact of a dump must have, by its spec and by whether its status says that it is
// encrypted: what the source says may have changed since the Job was made. It is empty, which no artifact's name is, for a format
// that this manager does not know: then its CRDs are newer than itself.
func ArtifactFile(dump *v1alpha1.DatabaseDump) string {
	format, err := contract.FormatNamed(string(dump.Spec.Compression.Format))
	if err != nil {
		return ""
	}
	if dump.Status.EncryptedFor > 0 {
		format = format.Encrypt()
	}
	return format.File()
}
