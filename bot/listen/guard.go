package listen

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// Guard is a service that says nothing while this replica does not hold the Lease: a leader that was paused, and goes on
// after another took over, must not speak. It counts what is said. A driver that panics has failed at that one call: answers
// are said in goroutines of their own, where it would end the process, and with it every other service.
func Guard(s chat.Service, held func() bool, metrics *Metrics, log *slog.Logger) chat.Service {
	name := s.ID().String()
	return &guarded{Service: s, name: name, held: held, metrics: metrics, log: log.With("service", name)}
}

type guarded struct {
	chat.Service
	name    string
	held    func() bool
	metrics *Metrics
	log     *slog.Logger
}

// recovered makes an error of a panic. Nobody knows what was done before it.
func (g *guarded) recovered(err *error) {
	if p := recover(); p != nil {
		g.metrics.panicked(g.name)
		g.log.Error("panic", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		*err = &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("the driver panicked: %v", p)}
	}
}

// Health is what the driver says. It is asked outside of every call, where a panic would end the process.
func (g *guarded) Health() (health chat.Health) {
	var err error
	defer func() {
		if err != nil {
			health = chat.Health{Why: err.Error()}
		}
	}()
	defer g.recovered(&err)
	return g.Service.Health()
}

// Limits are what the driver says, or none.
func (g *guarded) Limits() chat.Limits {
	var err error
	defer g.recovered(&err)
	return g.Service.Limits()
}

func (g *guarded) Post(ctx context.Context, to chat.Target, key chat.Key, reply chat.Reply) (ref chat.Ref, err error) {
	defer g.recovered(&err)
	if !g.held() {
		return chat.Ref{}, &chat.Error{Kind: chat.NotDone, Err: errNotLeading}
	}
	ref, err = g.Service.Post(ctx, to, key, reply)
	g.metrics.called(g.name, "post", err)
	return ref, err
}

func (g *guarded) Edit(ctx context.Context, ref chat.Ref, reply chat.Reply) (err error) {
	defer g.recovered(&err)
	if !g.held() {
		return &chat.Error{Kind: chat.NotDone, Err: errNotLeading}
	}
	err = g.Service.Edit(ctx, ref, reply)
	g.metrics.called(g.name, "edit", err)
	return err
}

func (g *guarded) Find(ctx context.Context, to chat.Target, key chat.Key, since time.Time) (ref chat.Ref, found bool, err error) {
	defer g.recovered(&err)
	ref, found, err = g.Service.Find(ctx, to, key, since)
	g.metrics.called(g.name, "", err)
	return ref, found, err
}

func (g *guarded) KindOf(ctx context.Context, place chat.Place) (kind chat.Kind, err error) {
	defer g.recovered(&err)
	kind, err = g.Service.KindOf(ctx, place)
	g.metrics.called(g.name, "", err)
	return kind, err
}
