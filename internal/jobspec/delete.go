package jobspec

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
)

// deleteDeadline of a Job that deletes. A few thousand requests to a store take less.
const deleteDeadline = 10 * time.Minute

// keepDelete is for how long its log, which names what was deleted, is kept.
const keepDelete = time.Hour

// DeleteRequest is all that a Job that deletes depends on.
type DeleteRequest struct {
	Namespace string
	// Storage of every one of the dumps.
	Storage v1alpha1.DumpStorageSpec
	// Dumps of the namespace, 1 to contract.MaxDeletions.
	Dumps   []*v1alpha1.DatabaseDump
	Housing Housing
}

// Delete is the Job that deletes all that dumps left in one storage. It has no owner: the dumps that it is about go one
// after another, and some before it.
func Delete(r DeleteRequest) (*batchv1.Job, error) {
	asked, err := DeletionOf(r.Storage, r.Dumps).Encode()
	if err != nil {
		return nil, err
	}
	j := job{
		kind: KindDelete, namespace: r.Namespace, template: r.Housing.Template, allowed: r.Housing.Allowed,
		image: r.Housing.Image, arguments: arguments("delete"), request: asked, deadline: deleteDeadline,
	}
	j.storage(r.Storage)
	built := j.build()
	built.GenerateName = "volcado-delete-"
	built.Spec.TTLSecondsAfterFinished = new(int32(keepDelete / time.Second))
	return built, nil
}

// DeletionOf is what the dumper is asked of these dumps.
func DeletionOf(in v1alpha1.DumpStorageSpec, dumps []*v1alpha1.DatabaseDump) contract.DeletionRequest {
	request := contract.DeletionRequest{Storage: storage(in)}
	for _, dump := range dumps {
		d := contract.Deletion{Dump: dump.Namespace + "/" + dump.Name, UID: string(dump.UID), KeyPrefix: KeyPrefix(in, dump)}
		if dump.Status.Deletion != nil {
			d.Attempt = dump.Status.Deletion.Attempts
		}
		request.Dumps = append(request.Dumps, d)
	}
	return request
}
