package answer

import (
	"context"

	"github.com/volcado-io/volcado/api/v1alpha1"
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
	s, err := a.Person.Certain(ctx, d)
	if err != nil {
		return Result{}, err
	}
	if len(s.Dumps) == 0 {
		return no(view.NoDump{Typed: a.Request.At(0)})
	}
	d = &s.Dumps[0]
	if !s.IsMine(d) {
		if decision := s.Judge(d, v1alpha1.PermissionManage); !decision.Allowed {
			// A no that is new enough.
			return Result{Outcome: chat.Refused, View: view.CannotCancel{
				Dump: d.Name, By: read.Facts(d, a.Person.By, a.Now).By, Misses: decision.Misses, IDs: a.ids(),
			}}, nil
		}
	}
	if d.Status.Finished() {
		return Result{View: view.EndedAlready{Dump: d.Name, Phase: read.PhaseOf(d)}, Outcome: chat.Failed}, nil
	}
	return Result{Effect: Cancel{Dump: d}}, nil
}
