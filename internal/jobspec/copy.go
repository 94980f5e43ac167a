package jobspec

import (
	"path"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/jobmeta"
	"github.com/volcado-io/volcado/internal/naming"
)

// Request is all that a Job that copies depends on.
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

// Copy is the Job that copies the database of a dump. The error is of a request that is larger than the dumper can be
// told, and says what to shorten.
func Copy(r Request) (*batchv1.Job, error) {
	asked, err := request(r)
	if err != nil {
		return nil, err
	}
	encoded, err := asked.Encode()
	if err != nil {
		return nil, err
	}
	labels := labelsOf(r.Dump)
	labels[v1alpha1.LabelSource] = r.Source.Name
	j := job{
		kind: KindCopy, namespace: r.Dump.Namespace, name: naming.JobName(r.Dump.Name, r.Dump.UID),
		template: r.Source.Spec.Job, allowed: r.Allowed, labels: labels, owners: ownedBy(r.Dump),
		image: r.Images.Of(r.Source.Spec.Engine), request: encoded, deadline: activeDeadline(r.Source.Spec.Limits),
		arguments: append(arguments("dump"), "--work-dir="+workDirectory, "--progress-address=:"+strconv.Itoa(ProgressPort)),
	}
	j.source(r.Source.Spec)
	j.storage(r.Storage)
	return j.build(), nil
}

// arguments of the dumper are about the pod it runs in. What it is asked for is in the request, so that nothing that a person
// typed is ever an argument; kubelet expands $(NAME) in those.
func arguments(command string) []string {
	return []string{
		command,
		"--request-file=" + path.Join(requestDirectory, requestFile),
		"--attempt=$(POD_UID)",
		"--result-file=" + terminationMessagePath,
	}
}

func labelsOf(dump *v1alpha1.DatabaseDump) map[string]string {
	return map[string]string{v1alpha1.LabelDump: dump.Name, v1alpha1.LabelDumpUID: string(dump.UID)}
}

func ownedBy(dump *v1alpha1.DatabaseDump) []metav1.OwnerReference {
	return []metav1.OwnerReference{*metav1.NewControllerRef(dump, v1alpha1.GroupVersion.WithKind("DatabaseDump"))}
}

// activeDeadline stands behind the two deadlines that are kept elsewhere: the manager's for the start and the dumper's
// for the run. It is the only one that holds while the manager is away.
func activeDeadline(limits v1alpha1.SourceLimits) time.Duration {
	return limits.StartDeadline.Duration + limits.RunDeadline.Duration + deadlineMargin
}
