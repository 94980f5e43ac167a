package slacktest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

// eventually waits for a condition.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	timeout := time.After(10 * time.Second)
	for !holds() {
		select {
		case <-timeout:
			t.Fatalf("not in time: %s", what)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// client of the Web API, by slack-go.
func client(s *Server) *slack.Client {
	return slack.New(s.BotToken(), slack.OptionAppLevelToken(s.AppToken()), slack.OptionAPIURL(s.URL()))
}

// app is slack-go's Socket Mode client, which collects what arrives and acknowledges it when told to.
type app struct {
	*socketmode.Client
	mu   sync.Mutex
	got  []socketmode.Event
	ack  func(socketmode.Event) (any, bool)
	stop context.CancelFunc
}

// connect one, and wait for its hello. ack is what it acknowledges with, and whether it does; nil: always, with nothing.
func connect(t *testing.T, s *Server, ack func(socketmode.Event) (any, bool)) *app {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	a := &app{Client: socketmode.New(client(s)), ack: ack, stop: stop}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = a.RunContext(ctx)
	}()
	go a.collect(ctx)
	t.Cleanup(func() {
		stop()
		<-ended
	})
	a.arrives(t, socketmode.EventTypeHello)
	return a
}

func (a *app) collect(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-a.Events:
			a.mu.Lock()
			a.got = append(a.got, e)
			a.mu.Unlock()
			if e.Request == nil || e.Request.EnvelopeID == "" {
				continue
			}
			payload, yes := any(nil), true
			if a.ack != nil {
				payload, yes = a.ack(e)
			}
			if yes {
				_ = a.AckCtx(ctx, e.Request.EnvelopeID, payload)
			}
		}
	}
}

// all that has arrived of a type.
func (a *app) all(kind socketmode.EventType) []socketmode.Event {
	a.mu.Lock()
	defer a.mu.Unlock()
	var found []socketmode.Event
	for _, e := range a.got {
		if e.Type == kind {
			found = append(found, e)
		}
	}
	return found
}

// arrives waits for something of a type.
func (a *app) arrives(t *testing.T, kind socketmode.EventType) socketmode.Event {
	t.Helper()
	return a.arrive(t, kind, 1)[0]
}

func (a *app) arrive(t *testing.T, kind socketmode.EventType, n int) []socketmode.Event {
	t.Helper()
	eventually(t, string(kind)+" arrives", func() bool { return len(a.all(kind)) >= n })
	return a.all(kind)
}

// inner event of what arrived.
func inner[T any](t *testing.T, e socketmode.Event) T {
	t.Helper()
	outer, ok := e.Data.(slackevents.EventsAPIEvent)
	if !ok {
		t.Fatalf("%T is no event", e.Data)
	}
	event, ok := outer.InnerEvent.Data.(T)
	if !ok {
		t.Fatalf("%T is another event", outer.InnerEvent.Data)
	}
	return event
}

// world is a server with alice, who has made the channel, bob and the bot in it.
func world(t *testing.T) (s *Server, alice, bob *User, c *Channel) {
	s = New(t)
	alice, bob = s.User("alice"), s.User("bob")
	return s, alice, bob, s.Channel("dumps", Public, alice, bob, s.Bot)
}

// never acknowledges.
func never(socketmode.Event) (any, bool) { return nil, false }
