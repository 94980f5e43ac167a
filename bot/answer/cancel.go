package answer

import (
	"context"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/view"
)

// cancel reads the dump and the lists anew always: what is stopped cannot be started again.
func cancel(ctx context.Context, a Asked) (Result, error) {
	d, unnamed, err := namedRunning(ctx, a, a.Request.At(0))
	if err != nil || unnamed != nil {
		return deref(unnamed), err
	}
	d, refused, err := managed(ctx, a, d, func(of view.Others) view.View { return view.CannotCancel(of) })
	if err != nil || refused != nil {
		return deref(refused), err
	}
	if d.Status.Finished() {
		return Result{View: view.EndedAlready{Dump: d.Name, Phase: read.PhaseOf(d)}, Outcome: chat.Failed}, nil
	}
	return Result{Effect: Cancel{Dump: d}}, nil
}
