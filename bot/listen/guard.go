package listen

import (
	"context"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// Guard is a service that says nothing while this replica does not hold the Lease: a leader that was paused, and goes on
// after another took over, must not speak. It counts what is said.
func Guard(s chat.Service, held func() bool, metrics *Metrics) chat.Service {
	return &guarded{Service: s, name: s.ID().String(), held: held, metrics: metrics}
}

type guarded struct {
	chat.Service
	name    string
	held    func() bool
	metrics *Metrics
}

func (g *guarded) Post(ctx context.Context, to chat.Target, key chat.Key, reply chat.Reply) (chat.Ref, error) {
	if !g.held() {
		return chat.Ref{}, &chat.Error{Kind: chat.NotDone, Err: errNotLeading}
	}
	ref, err := g.Service.Post(ctx, to, key, reply)
	g.metrics.called(g.name, "post", err)
	return ref, err
}

func (g *guarded) Edit(ctx context.Context, ref chat.Ref, reply chat.Reply) error {
	if !g.held() {
		return &chat.Error{Kind: chat.NotDone, Err: errNotLeading}
	}
	err := g.Service.Edit(ctx, ref, reply)
	g.metrics.called(g.name, "edit", err)
	return err
}

func (g *guarded) Find(ctx context.Context, to chat.Target, key chat.Key, since time.Time) (chat.Ref, bool, error) {
	ref, found, err := g.Service.Find(ctx, to, key, since)
	g.metrics.called(g.name, "", err)
	return ref, found, err
}

func (g *guarded) KindOf(ctx context.Context, place chat.Place) (chat.Kind, error) {
	kind, err := g.Service.KindOf(ctx, place)
	g.metrics.called(g.name, "", err)
	return kind, err
}
