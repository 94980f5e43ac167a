package answer

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/view"
)

// status tells how a dump is. It was asked for and is told, so it succeeds even where the dump did not.
func status(ctx context.Context, a Asked) (Result, error) {
	d, unnamed, err := latest(ctx, a)
	if err != nil || unnamed != nil {
		return deref(unnamed), err
	}
	if d, unnamed, err = whole(ctx, a, d); err != nil || unnamed != nil {
		return deref(unnamed), err
	}
	before := 0
	if !d.Status.Finished() {
		if before, err = a.Cluster.Before(ctx, d); err != nil {
			return Result{}, err
		}
	}
	by := a.Person.By
	return say(view.Status{Now: read.Now(d, by, a.Now, before), Dump: read.Facts(d, by, a.Now)})
}

// whole reads a finished dump anew, because the informers keep little of it.
func whole(ctx context.Context, a Asked, d *v1alpha1.DatabaseDump) (*v1alpha1.DatabaseDump, *Result, error) {
	if !d.Status.Finished() {
		return d, nil, nil
	}
	return anew(ctx, a, d)
}

// anew reads a dump from the API server. One that was made in its stead under its name is another one, which this person
// need not be allowed to see.
func anew(ctx context.Context, a Asked, d *v1alpha1.DatabaseDump) (*v1alpha1.DatabaseDump, *Result, error) {
	is, err := a.Person.Anew(ctx, d)
	if apierrors.IsNotFound(err) || err == nil && is.UID != d.UID {
		return nil, &Result{View: view.NoDump{Typed: d.Name}, Outcome: chat.Refused, No: true}, nil
	}
	return is, nil, err
}

func list(ctx context.Context, a Asked) (Result, error) {
	s, err := a.Person.Dumps(ctx, a.how, func(*v1alpha1.DatabaseDump) bool { return true })
	if err != nil {
		return Result{}, err
	}
	if len(s.Dumps) == 0 {
		return Result{View: view.NoDumps{}, No: true}, nil
	}
	rows, more := rows(a, s)
	return say(view.Dumps{Rows: rows, More: more})
}
