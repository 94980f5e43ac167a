package answer

import (
	"context"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/read"
)

// again asks once more for what a dump is a copy of, whoever asked for that one: this person must be allowed to have it.
func again(ctx context.Context, a Asked) (Result, error) {
	d, unnamed, err := named(ctx, a, a.Request.At(0))
	if err != nil || unnamed != nil {
		return deref(unnamed), err
	}
	if d, unnamed, err = whole(ctx, a, d); err != nil || unnamed != nil {
		return deref(unnamed), err
	}
	offers, err := a.Person.Offers(ctx, a.how)
	if err != nil {
		return Result{}, err
	}
	o, database, unchosen := choose(a, offers, d.Namespace+"/"+d.Spec.SourceRef.Name, string(read.DatabaseOf(d)))
	if unchosen != nil {
		return *unchosen, nil
	}
	spec := v1alpha1.DatabaseDumpSpec{
		Database: database, Tables: d.Spec.Tables, Exclude: d.Spec.Exclude, SchemaOnly: d.Spec.SchemaOnly,
		Compression: d.Spec.Compression, Encryption: d.Spec.Encryption, Reason: d.Spec.Reason,
	}
	return Result{Effect: Create{Dump: build(o, spec), Insist: true}}, nil
}
