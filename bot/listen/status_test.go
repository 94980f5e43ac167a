package listen

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/chat"
)

func TestALeaderIsReadyUnlessAllItsServicesAreAway(t *testing.T) {
	now := midnight
	for name, tc := range map[string]struct {
		leading, connected time.Duration // ago; 0 is not leading
		want               string
	}{
		"a standby":                                {0, 0, ""},
		"one that has just begun to lead":          {time.Minute, time.Minute, ""},
		"one that nobody answered for two minutes": {2 * time.Minute, 2 * time.Minute, ""},
		"one that nobody answered for longer":      {3 * time.Minute, 3 * time.Minute, "no chat service has been connected for 3m0s"},
		"one that is connected":                    {time.Hour, 0, ""},
		"one that lost its last service long ago":  {time.Hour, 10 * time.Minute, "no chat service has been connected for 10m0s"},
		"one that lost its last service a bit ago": {time.Hour, 90 * time.Second, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := Status{Now: now, Connected: now.Add(-tc.connected)}
			if tc.leading > 0 {
				s.Leading = now.Add(-tc.leading)
			}
			got := ""
			if err := s.Ready(); err != nil {
				got = err.Error()
			}
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestOneServiceThatIsAwayDoesNotMakeTheLeaderUnready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away := &fake{name: "a", listen: idle, health: chat.Health{Why: "no route to host"}}
		whole := &fake{name: "b", listen: idle, health: chat.Health{Connected: true}}
		b := supervise(t, away, whole)
		b.start()
		pass(time.Hour)
		if err := b.Status().Ready(); err != nil {
			t.Errorf("it is not ready: %v", err)
		}
		whole.set(chat.Health{})
		pass(time.Minute)
		if err := b.Status().Ready(); err != nil {
			t.Errorf("it is not ready after a minute: %v", err)
		}
		pass(2 * time.Minute)
		if err := b.Status().Ready(); err == nil {
			t.Error("it is ready without any service")
		}
		away.set(chat.Health{Connected: true})
		if err := b.Status().Ready(); err != nil {
			t.Errorf("it is not ready with one service again: %v", err)
		}
	})
}

func TestReadinessSaysWhatWasLastHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		heard := midnight.Add(55 * time.Second)
		b := supervise(t,
			&fake{name: "a", listen: idle, health: chat.Health{Connected: true, Heard: heard, Reconnects: 2, Unreadable: 3}},
			&fake{name: "b", listen: idle, health: chat.Health{Connected: true, Behind: true, Heard: heard}},
			&fake{name: "c", listen: idle, health: chat.Health{Why: "connection\nrefused"}},
			&fake{name: "d", listen: func(context.Context, time.Time, chat.Handler) error { return errors.New("the token was revoked") }},
			&fake{name: "e", listen: idle, health: chat.Health{Connected: true, Heard: heard, Shared: "something else posts\nas @volcado"}},
			&fake{name: "f", listen: idle, health: chat.Health{Why: "connection refused", Shared: "something else posts as @volcado"}})
		if diff := cmp.Diff("standby: another replica leads, or none yet\n", b.Status().String()); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		b.start()
		pass(time.Minute)
		want := `leader for 1m0s
fake/a: connected, last heard 5s ago (2000-01-01T00:00:55Z), 2 reconnects
fake/b: connected, reading what was missed, last heard 5s ago (2000-01-01T00:00:55Z), 0 reconnects
fake/c: not connected, not heard yet, 0 reconnects: connection refused
fake/d: not connected, not heard yet, 0 reconnects: the token was revoked
fake/e: connected, last heard 5s ago (2000-01-01T00:00:55Z), 0 reconnects; something else posts as @volcado
fake/f: not connected, not heard yet, 0 reconnects: connection refused; something else posts as @volcado
`
		if diff := cmp.Diff(want, b.Status().String()); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		for metric, want := range map[string]float64{
			"volcado_bot_connected": 1, "volcado_bot_seconds_since_heard": 5, "volcado_bot_reconnects_total": 2, "volcado_bot_unreadable_total": 3,
			"volcado_bot_account_shared": 0,
		} {
			if got := b.count(metric, map[string]string{"service": "fake/a"}); got != want {
				t.Errorf("%s is %v, want %v", metric, got, want)
			}
		}
		if got := b.count("volcado_bot_seconds_since_heard", map[string]string{"service": "fake/c"}); got != 60 {
			t.Errorf("what was never heard is %v seconds away", got)
		}
		if got := b.count("volcado_bot_account_shared", nil); got != 2 {
			t.Errorf("%v accounts are counted as shared", got)
		}
	})
}

// speaker answers every call as it is told.
type speaker struct {
	chat.Service
	err   error
	calls int
}

func (s *speaker) ID() chat.ServiceID { return chat.ServiceID{Platform: "fake", Workspace: "a"} }

func (s *speaker) Post(context.Context, chat.Target, chat.Key, chat.Reply) (chat.Ref, error) {
	s.calls++
	return chat.Ref{Post: "1"}, s.err
}

func (s *speaker) Edit(context.Context, chat.Ref, chat.Reply) error {
	s.calls++
	return s.err
}

func (s *speaker) Find(context.Context, chat.Target, chat.Key, time.Time) (chat.Ref, bool, error) {
	s.calls++
	return chat.Ref{}, false, s.err
}

func (s *speaker) KindOf(context.Context, chat.Place) (chat.Kind, error) {
	s.calls++
	return chat.KindPublic, s.err
}

func TestAGuardedServiceSpeaksOnlyForTheLeaderAndIsCounted(t *testing.T) {
	throttled := &chat.Error{Kind: chat.NotDone, RetryAfter: time.Second}
	for name, tc := range map[string]struct {
		notHeld         bool
		err             error
		kind            chat.ErrorKind
		calls           int
		sent, throttled float64
	}{
		"the leader speaks":                  {calls: 4, sent: 2},
		"a refusal is passed on":             {err: &chat.Error{Kind: chat.Rejected}, kind: chat.Rejected, calls: 4},
		"a throttled call is counted":        {err: throttled, kind: chat.NotDone, calls: 4, throttled: 4},
		"one that lost the Lease is silent":  {notHeld: true, kind: chat.NotDone, calls: 2},
		"and does not count what it did not": {notHeld: true, err: throttled, kind: chat.NotDone, calls: 2, throttled: 2},
	} {
		t.Run(name, func(t *testing.T) {
			b := supervise(t)
			s := &speaker{err: tc.err}
			g := Guard(s, func() bool { return !tc.notHeld }, b.Metrics, slog.New(slog.DiscardHandler))
			_, posted := g.Post(t.Context(), chat.Target{}, "k", chat.Reply{})
			edited := g.Edit(t.Context(), chat.Ref{}, chat.Reply{})
			_, _, _ = g.Find(t.Context(), chat.Target{}, "k", midnight)
			_, _ = g.KindOf(t.Context(), chat.Place{})
			for _, err := range []error{posted, edited} {
				if wrong := tc.err != nil || tc.notHeld; (err != nil) != wrong || wrong && chat.KindOfError(err) != tc.kind {
					t.Errorf("it says %v", err)
				}
			}
			if s.calls != tc.calls {
				t.Errorf("the service was called %d times", s.calls)
			}
			if got := b.count("volcado_bot_posts_sent_total", nil); got != tc.sent {
				t.Errorf("%v are counted as sent", got)
			}
			if got := b.count("volcado_bot_throttled_total", nil); got != tc.throttled {
				t.Errorf("%v are counted as throttled", got)
			}
		})
	}
}

// broken is a driver that panics whatever it is asked.
type broken struct{ chat.Service }

func (broken) ID() chat.ServiceID { return chat.ServiceID{Platform: "fake", Workspace: "broken"} }

func (broken) Post(context.Context, chat.Target, chat.Key, chat.Reply) (chat.Ref, error) {
	panic("post")
}

func (broken) Edit(context.Context, chat.Ref, chat.Reply) error { panic("edit") }

func (broken) Find(context.Context, chat.Target, chat.Key, time.Time) (chat.Ref, bool, error) {
	panic("find")
}

func (broken) KindOf(context.Context, chat.Place) (chat.Kind, error) { panic("kind") }

func (broken) Limits() chat.Limits { panic("limits") }

func (broken) Health() chat.Health { panic("health") }

func TestADriverThatPanicsHasFailedAtThatCallAlone(t *testing.T) {
	b := supervise(t)
	g := Guard(broken{}, func() bool { return true }, b.Metrics, slog.New(slog.DiscardHandler))
	_, posted := g.Post(t.Context(), chat.Target{}, "k", chat.Reply{})
	edited := g.Edit(t.Context(), chat.Ref{}, chat.Reply{})
	_, found, sought := g.Find(t.Context(), chat.Target{}, "k", midnight)
	kind, looked := g.KindOf(t.Context(), chat.Place{})
	for _, err := range []error{posted, edited, sought, looked} {
		if err == nil || chat.KindOfError(err) != chat.Uncertain {
			t.Errorf("it says %v", err)
		}
	}
	if found || kind != "" {
		t.Errorf("found %v, kind %q", found, kind)
	}
	if health := g.Health(); health.Connected || !strings.Contains(health.Why, "the driver panicked: health") {
		t.Errorf("health %+v", health)
	}
	if limits := g.Limits(); limits != (chat.Limits{}) {
		t.Errorf("limits %+v", limits)
	}
	if got := b.count("volcado_bot_panics_total", nil); got != 6 {
		t.Errorf("%v panics are counted", got)
	}
}
