package answer

import (
	"context"

	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/view"
)

// follow has this person told of a dump with the others. Of one that has ended, how it ended is all that there is to tell.
func follow(ctx context.Context, a Asked) (Result, error) {
	d, unnamed, err := named(ctx, a, a.Request.At(0))
	if err != nil || unnamed != nil {
		return deref(unnamed), err
	}
	// Anew: what has ended meanwhile has no follower.
	if d, unnamed, err = anew(ctx, a, d); err != nil || unnamed != nil {
		return deref(unnamed), err
	}
	if d.Status.Finished() {
		by := a.Person.By
		return say(view.Status{Now: read.Now(d, by, a.Now, 0), Dump: read.Facts(d, by, a.Now)})
	}
	return Result{Effect: Follow{Dump: d}}, nil
}
