package controllers

import (
	batchv1 "k8s.io/api/batch/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/jobmeta"
	"github.com/volcado-io/volcado/internal/jobspec"
)

// Builder makes the manager's Jobs.
type Builder struct {
	Images jobspec.Images
	// Allowed is what is taken over of the labels and annotations that sources set on their Jobs.
	Allowed jobmeta.Rules
}

func (b Builder) copyOf(dump *v1alpha1.DatabaseDump, source *v1alpha1.DatabaseSource) (*batchv1.Job, error) {
	return jobspec.Copy(jobspec.Request{
		Dump: dump, Source: source, Database: dump.Status.Database, Storage: *dump.Status.Storage, Images: b.Images, Allowed: b.Allowed,
	})
}

func (b Builder) settlementOf(dump *v1alpha1.DatabaseDump, source *v1alpha1.DatabaseSource) (*batchv1.Job, error) {
	return jobspec.Settle(jobspec.SettleRequest{Dump: dump, Housing: b.housing(dump, source)})
}

// housing of Jobs that read no database is the source's job as it is now, so that its owner can mend what keeps a pod from
// starting; where the source is gone, as it was when the dump's own Job was made.
func (b Builder) housing(dump *v1alpha1.DatabaseDump, source *v1alpha1.DatabaseSource) jobspec.Housing {
	if source == nil {
		return jobspec.Housing{Template: dump.Status.Job, Image: b.Images.MariaDB, Allowed: b.Allowed}
	}
	return jobspec.Housing{Template: source.Spec.Job, Image: b.Images.Of(source.Spec.Engine), Allowed: b.Allowed}
}
