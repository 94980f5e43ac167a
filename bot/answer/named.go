package answer

import (
	"context"
	"slices"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/text"
)

// listed is how many dumps a list shows.
const listed = 20

// named finds the one dump that was typed by the beginning of its name. A dump that this person must not see reads like one
// that does not exist. It is as fresh as asked for, and may be the cache's own: read it only.
func named(ctx context.Context, a Asked, typed string) (*v1alpha1.DatabaseDump, *Result, error) {
	s, err := a.Person.Named(ctx, a.how, typed)
	if err != nil {
		return nil, nil, err
	}
	return only(a, typed, s)
}

// namedRunning is like named, for what only a dump that runs can be meant for: those that have ended count where all have.
func namedRunning(ctx context.Context, a Asked, typed string) (*v1alpha1.DatabaseDump, *Result, error) {
	s, err := a.Person.Named(ctx, a.how, typed)
	if err != nil {
		return nil, nil, err
	}
	ended := func(d v1alpha1.DatabaseDump) bool { return d.Status.Finished() }
	if running := slices.DeleteFunc(slices.Clone(s.Dumps), ended); len(running) > 0 {
		s.Dumps = running
	}
	return only(a, typed, s)
}

// only dump of those that what was typed can mean.
func only(a Asked, typed string, s read.Shelf) (*v1alpha1.DatabaseDump, *Result, error) {
	switch len(s.Dumps) {
	case 1:
		return &s.Dumps[0], nil, nil
	case 0:
		return nil, &Result{View: view.NoDump{Typed: typed}, Outcome: chat.Refused, No: true}, nil
	default:
		rows, _ := rows(a, s)
		return nil, &Result{View: view.WhichDump{Typed: typed, Rows: rows}, Outcome: chat.Misunderstood, No: true}, nil
	}
}

// managed is the dump as it is now, where it is this person's or one that this person manages. Otherwise it is what is said
// instead; refused says it of somebody else's. The dump and the lists are read anew always, so that a no is new enough.
func managed(
	ctx context.Context, a Asked, d *v1alpha1.DatabaseDump, refused func(view.Others) view.View,
) (*v1alpha1.DatabaseDump, *Result, error) {
	s, err := a.Person.Certain(ctx, d)
	if err != nil {
		return nil, nil, err
	}
	d, gone, err := only(a, a.Request.At(0), s)
	if err != nil || gone != nil {
		return nil, gone, err
	}
	if s.IsMine(d) {
		return d, nil, nil
	}
	decision := s.Judge(d, v1alpha1.PermissionManage)
	if decision.Allowed {
		return d, nil, nil
	}
	return nil, &Result{Outcome: chat.Refused, View: refused(view.Others{
		Dump: d.Name, By: read.Facts(d, a.Person.By, a.Now).By, Misses: decision.Misses, IDs: a.ids(),
	})}, nil
}

// latest is the dump that was typed, or without one this person's latest.
func latest(ctx context.Context, a Asked) (*v1alpha1.DatabaseDump, *Result, error) {
	if typed := a.Request.At(0); typed != "" {
		return named(ctx, a, typed)
	}
	s, err := a.Person.Mine(ctx, a.how)
	if err != nil {
		return nil, nil, err
	}
	if len(s.Dumps) == 0 {
		return nil, &Result{View: view.NoDumps{Yours: true}, No: true}, nil
	}
	return &s.Dumps[0], nil, nil
}

func rows(a Asked, s read.Shelf) (rows []view.Row, more int) {
	shown, more := text.Enumerate(s.Dumps, listed)
	for i := range shown {
		rows = append(rows, s.Row(&shown[i], a.Now))
	}
	return rows, more
}
