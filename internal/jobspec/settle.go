package jobspec

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/jobmeta"
	"github.com/volcado-io/volcado/internal/naming"
)

// settleDeadline of a Job that looks for an artifact. It lists a few names and reads a few manifests.
const settleDeadline = 5 * time.Minute

// SettleRequest is all that a Job that settles depends on.
type SettleRequest struct {
	// Dump, whose status has the storage, the database and the source's job.
	Dump    *v1alpha1.DatabaseDump
	Housing Housing
}

// Housing is where a Job that reads no database runs: what it has of the source whose copies it is about.
type Housing struct {
	// Template is the source's job.
	Template *v1alpha1.JobTemplate
	// Image of a dumper. Every one of them reaches every storage.
	Image string
	// Allowed is what is taken over of the template's labels and annotations.
	Allowed jobmeta.Rules
}

// Settle is the Job that looks whether an attempt of a dump, whose word was lost, completed an artifact.
func Settle(r SettleRequest) (*batchv1.Job, error) {
	status := r.Dump.Status
	asked, err := contract.Settlement{
		Storage: storage(*status.Storage), KeyPrefix: KeyPrefix(*status.Storage, r.Dump),
		Dump: r.Dump.Namespace + "/" + r.Dump.Name, Database: string(status.Database), File: ArtifactFile(r.Dump),
	}.Encode()
	if err != nil {
		return nil, err
	}
	j := job{
		kind: KindSettle, namespace: r.Dump.Namespace, name: naming.SettleJobName(r.Dump.Name, r.Dump.UID),
		template: r.Housing.Template, allowed: r.Housing.Allowed, labels: labelsOf(r.Dump), owners: ownedBy(r.Dump),
		image: r.Housing.Image, arguments: arguments("inspect"), request: asked, deadline: settleDeadline,
	}
	j.storage(*status.Storage)
	return j.build(), nil
}
