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
// are said in goroutines of their own, where it would end the process, and with it every other service. A call that does not
// return when its context has ended is left behind.
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
	left    leftBehind
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
		if err == nil {
			err = g.left.full()
		}
		if err != nil {
			health.Connected, health.Why = false, err.Error()
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

func (g *guarded) Post(ctx context.Context, to chat.Target, key chat.Key, reply chat.Reply) (chat.Ref, error) {
	if !g.held() {
		return chat.Ref{}, &chat.Error{Kind: chat.NotDone, Err: errNotLeading}
	}
	ref, err := call(ctx, g, key, func() (chat.Ref, error) { return g.Service.Post(ctx, to, key, reply) })
	g.metrics.called(g.name, "post", err)
	return ref, err
}

func (g *guarded) Edit(ctx context.Context, ref chat.Ref, reply chat.Reply) error {
	if !g.held() {
		return &chat.Error{Kind: chat.NotDone, Err: errNotLeading}
	}
	_, err := call(ctx, g, "", func() (struct{}, error) { return struct{}{}, g.Service.Edit(ctx, ref, reply) })
	g.metrics.called(g.name, "edit", err)
	return err
}

// Find does not look for what is still being posted: what is not there yet may be there a moment later.
func (g *guarded) Find(ctx context.Context, to chat.Target, key chat.Key, since time.Time) (chat.Ref, bool, error) {
	if err := g.left.posting(key); err != nil {
		return chat.Ref{}, false, err
	}
	type found struct {
		ref chat.Ref
		is  bool
	}
	f, err := call(ctx, g, "", func() (f found, err error) {
		f.ref, f.is, err = g.Service.Find(ctx, to, key, since)
		return f, err
	})
	g.metrics.called(g.name, "", err)
	return f.ref, f.is, err
}

func (g *guarded) KindOf(ctx context.Context, place chat.Place) (chat.Kind, error) {
	kind, err := call(ctx, g, "", func() (chat.Kind, error) { return g.Service.KindOf(ctx, place) })
	g.metrics.called(g.name, "", err)
	return kind, err
}
