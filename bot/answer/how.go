package answer

import (
	"context"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/view"
)

// how has the commands that fetch, compare and load a copy.
func how(ctx context.Context, a Asked) (Result, error) {
	d, unnamed, err := latest(ctx, a)
	if err != nil || unnamed != nil {
		return deref(unnamed), err
	}
	if d, unnamed, err = whole(ctx, a, d); err != nil || unnamed != nil {
		return deref(unnamed), err
	}
	if !meta.IsStatusConditionTrue(d.Status.Conditions, v1alpha1.ConditionComplete) || d.Status.Artifact == nil {
		return Result{View: view.NoCopy{Dump: d.Name, Phase: read.PhaseOf(d)}, Outcome: chat.Refused, No: true}, nil
	}
	if life := read.LifeOf(d, a.Now); life.Gone() {
		return Result{View: view.CopyGone{Dump: d.Name, Life: life}, Outcome: chat.Refused, No: true}, nil
	}
	return say(read.How(d, a.Person.By, a.Now, a.FetchImage))
}
