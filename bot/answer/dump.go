package answer

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/internal/naming"
)

func dump(ctx context.Context, a Asked) (Result, error) {
	offers, err := a.Person.Offers(ctx, a.how)
	if err != nil {
		return Result{}, err
	}
	o, database, unchosen := choose(a, offers, a.Request.At(0), a.Request.At(1))
	if unchosen != nil {
		return *unchosen, nil
	}
	return Result{Effect: Create{Dump: build(o, wish(a, database))}}, nil
}

func dumpDB(ctx context.Context, a Asked) (Result, error) {
	offers, err := a.Person.Offers(ctx, a.how)
	if err != nil {
		return Result{}, err
	}
	typed := a.Request.At(0)
	o, unchosen := chooseByDatabase(a, offers, typed)
	if unchosen != nil {
		return *unchosen, nil
	}
	return Result{Effect: Create{Dump: build(o, wish(a, v1alpha1.DatabaseName(typed)))}}, nil
}

// wish is what the options ask for. The database is always named, so that what was said is what is done, even if the
// source's default changes meanwhile.
func wish(a Asked, database v1alpha1.DatabaseName) v1alpha1.DatabaseDumpSpec {
	spec := v1alpha1.DatabaseDumpSpec{
		Database: database, SchemaOnly: a.Request.Switches["schema-only"], Reason: a.Request.Texts["reason"],
	}
	for _, table := range a.Request.Lists["tables"] {
		spec.Tables = append(spec.Tables, v1alpha1.DatabaseName(table))
	}
	for _, pattern := range a.Request.Lists["exclude"] {
		if spec.Exclude == nil {
			spec.Exclude = &v1alpha1.DumpExclusions{}
		}
		spec.Exclude.Tables = append(spec.Exclude.Tables, v1alpha1.NamePattern(pattern))
	}
	return spec
}

// build makes the one dump of this person's message.
func build(o read.Offer, spec v1alpha1.DatabaseDumpSpec) *v1alpha1.DatabaseDump {
	by := o.By()
	spec.SourceRef, spec.RequestedBy = v1alpha1.ObjectReference{Name: o.Source.Name}, &by
	return &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{
			Name: naming.DumpName(o.Source.Name, by), Namespace: o.Source.Namespace,
			Labels: map[string]string{
				v1alpha1.LabelMessage: naming.MessageHash(by),
				v1alpha1.LabelSource:  o.Source.Name,
			},
		},
		Spec: spec,
	}
}
