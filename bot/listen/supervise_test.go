package listen

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/volcado-io/volcado/bot/chat"
)

// fake is a service whose Listen a test writes.
type fake struct {
	chat.Service
	name   string
	listen func(ctx context.Context, since time.Time, handle chat.Handler) error

	mu     sync.Mutex
	health chat.Health
	calls  []time.Time // since of each call of Listen
}

func (f *fake) ID() chat.ServiceID { return chat.ServiceID{Platform: "fake", Workspace: f.name} }

func (f *fake) Listen(ctx context.Context, since time.Time, handle chat.Handler) error {
	f.mu.Lock()
	f.calls = append(f.calls, since)
	f.mu.Unlock()
	return f.listen(ctx, since, func(ctx context.Context, m chat.Message) (chat.Answer, error) {
		if m.Platform == "" {
			m.Platform, m.Workspace = f.ID().Platform, f.ID().Workspace
		}
		return handle(ctx, m)
	})
}

func (f *fake) Health() chat.Health {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.health
}

func (f *fake) set(h chat.Health) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.health = h
}

func (f *fake) listened() []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]time.Time{}, f.calls...)
}

// idle listens and hears nothing.
func idle(ctx context.Context, _ time.Time, _ chat.Handler) error {
	<-ctx.Done()
	return ctx.Err()
}

// memory keeps marks.
type memory struct {
	mu    sync.Mutex
	marks map[string]time.Time
	saves int
	err   error
}

func (m *memory) Load(context.Context) (map[string]time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.marks), m.err
}

func (m *memory) Save(ctx context.Context, marks map[string]time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	m.saves++
	m.marks = maps.Clone(marks)
	return m.err
}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

func (m *memory) saved() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.saves
}

func (m *memory) mark(name string) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.marks["fake/"+name]
}

// bench is a supervisor under test, and what it needs.
type bench struct {
	*testing.T
	*Supervisor
	marks    *memory
	handle   chat.Handler
	notHeld  atomic.Bool
	registry *prometheus.Registry
	log      *strings.Builder
	stop     func()
}

func supervise(t *testing.T, services ...*fake) *bench {
	t.Helper()
	b := &bench{T: t, marks: &memory{}, registry: prometheus.NewRegistry(), log: &strings.Builder{}}
	b.handle = func(context.Context, chat.Message) (chat.Answer, error) { return chat.Answer{}, nil }
	var list []chat.Service
	for _, each := range services {
		list = append(list, each)
	}
	b.Supervisor = New(Options{
		Services: list, Marks: b.marks, ReplayWindow: time.Hour, Metrics: NewMetrics(b.registry),
		Handle: func(ctx context.Context, m chat.Message) (chat.Answer, error) { return b.handle(ctx, m) },
		Drain:  func(context.Context) {},
		Held:   func() bool { return !b.notHeld.Load() },
		Log:    slog.New(slog.NewTextHandler(b.log, nil)),
	})
	return b
}

// start it, as the leader. It is stopped at the end, or by stop.
func (b *bench) start() {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Start(ctx) }()
	b.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			b.Errorf("it ended with %v", err)
		}
	})
	b.Cleanup(b.stop)
	synctest.Wait()
}

// count of a metric, over the labels that are not given.
func (b *bench) count(name string, labels map[string]string) float64 {
	b.Helper()
	families, err := b.registry.Gather()
	if err != nil {
		b.Fatal(err)
	}
	total := 0.0
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, metric := range family.GetMetric() {
			got := map[string]string{}
			for _, pair := range metric.GetLabel() {
				if _, asked := labels[pair.GetName()]; asked {
					got[pair.GetName()] = pair.GetValue()
				}
			}
			if maps.Equal(labels, got) {
				total += metric.GetCounter().GetValue() + metric.GetGauge().GetValue()
			}
		}
	}
	return total
}

// pass lets time pass in synctest's bubble, and all that is due happen.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func message1(id string, written time.Time) chat.Message {
	return chat.Message{Place: chat.Place{Channel: "c"}, ID: id, Text: "dump shop", Written: written}
}

func TestAServiceThatFailsIsStartedAgainLaterAndLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		revoked := &fake{name: "a", listen: func(context.Context, time.Time, chat.Handler) error { return errors.New("the token was revoked") }}
		other := &fake{name: "b", listen: idle}
		b := supervise(t, revoked, other)
		began := time.Now()
		b.start()
		pass(10 * time.Minute)
		b.stop()
		// 1 + 2 + 4 + 8 + 16 + 32 seconds, then a minute each, a little longer because of the jitter.
		if n := len(revoked.listened()); n < 13 || n > 16 {
			t.Errorf("it was started %d times in 10 minutes", n)
		}
		if n := len(other.listened()); n != 1 {
			t.Errorf("the other service was started %d times", n)
		}
		if got := b.count("volcado_bot_listen_failures_total", map[string]string{"service": "fake/a"}); int(got) != len(revoked.listened()) {
			t.Errorf("%v failures are counted of %d", got, len(revoked.listened()))
		}
		if !strings.Contains(b.log.String(), "the token was revoked") {
			t.Errorf("the log does not say why:\n%s", b.log)
		}
		if time.Since(began) < 10*time.Minute {
			t.Error("time did not pass")
		}
	})
}

func TestAServiceThatListenedForLongIsStartedAgainAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pauses := []time.Duration{}
		var ended time.Time
		f := &fake{name: "a"}
		f.listen = func(ctx context.Context, _ time.Time, _ chat.Handler) error {
			if !ended.IsZero() {
				pauses = append(pauses, time.Since(ended))
			}
			chat.Wait(ctx, 10*time.Minute)
			ended = time.Now()
			return errors.New("the connection was closed")
		}
		b := supervise(t, f)
		b.start()
		pass(time.Hour)
		b.stop()
		for _, pause := range pauses {
			if pause < firstPause || pause > 2*firstPause {
				t.Errorf("it was started again after %s", pause)
			}
		}
		if len(pauses) != 5 {
			t.Errorf("it was started again %d times", len(pauses))
		}
	})
}

func TestAPanicOfADriverStopsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := &fake{name: "a", listen: func(context.Context, time.Time, chat.Handler) error { panic("nil map") }}
		handled := make(chan string, 1)
		whole := &fake{name: "b", health: chat.Health{Connected: true}, listen: func(ctx context.Context, since time.Time, handle chat.Handler) error {
			chat.Wait(ctx, time.Minute)
			if _, err := handle(ctx, message1("1", time.Now())); err == nil {
				handled <- "1"
			}
			return idle(ctx, since, handle)
		}}
		silent := &fake{name: "c", listen: func(context.Context, time.Time, chat.Handler) error { return nil }}
		b := supervise(t, broken, whole, silent)
		b.start()
		pass(2 * time.Minute)
		if len(handled) != 1 {
			t.Error("the message of the other service was not handled")
		}
		if n := len(broken.listened()); n < 3 {
			t.Errorf("it was started %d times", n)
		}
		if n := len(silent.listened()); n < 3 {
			t.Errorf("one that returned without an error was started %d times", n)
		}
		if got := b.count("volcado_bot_panics_total", map[string]string{"service": "fake/a"}); int(got) != len(broken.listened()) {
			t.Errorf("%v panics are counted", got)
		}
		b.stop()
		for _, want := range []string{"nil map", "supervise_test.go"} {
			if !strings.Contains(b.log.String(), want) {
				t.Errorf("the log does not hold %q", want)
			}
		}
	})
}

func TestWhereAServiceIsReadOn(t *testing.T) {
	// synctest begins at midnight of 2000-01-01.
	at := func(text string) time.Time {
		t.Helper()
		when, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for name, tc := range map[string]struct {
		mark time.Time
		err  error
		want time.Time
	}{
		"without a mark, the replay window":               {time.Time{}, nil, at("1999-12-31 22:59")},
		"from the mark, and a minute for the clocks":      {at("1999-12-31 20:00"), nil, at("1999-12-31 19:59")},
		"a day back at most":                              {at("1999-12-20 00:00"), nil, at("1999-12-30 23:59")},
		"from now, where the mark is in the future":       {at("2005-01-01 00:00"), nil, at("1999-12-31 23:59")},
		"the replay window, where the mark is unreadable": {time.Time{}, errors.New("forbidden"), at("1999-12-31 22:59")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{name: "a", listen: idle}
				b := supervise(t, f)
				if b.marks.err = tc.err; !tc.mark.IsZero() {
					b.marks.marks = map[string]time.Time{"fake/a": tc.mark}
				}
				b.start()
				b.stop()
				if diff := cmp.Diff([]time.Time{tc.want}, f.listened()); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if logged := strings.Contains(b.log.String(), "forbidden"); logged != (tc.err != nil) {
					t.Errorf("the log:\n%s", b.log)
				}
			})
		})
	}
}

func TestAStandbyDoesNotListen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "a", listen: idle}
		b := supervise(t, f)
		pass(time.Hour)
		if !b.NeedLeaderElection() || len(f.listened()) != 0 {
			t.Error("it listens without leading")
		}
		if b.count("volcado_bot_seconds_since_heard", nil) != 0 {
			t.Error("its metrics say that it is deaf")
		}
		if f.set(chat.Health{Shared: "something else posts as @volcado"}); b.count("volcado_bot_account_shared", nil) != 0 {
			t.Error("its metrics say that its account is shared")
		}
		if err := b.Status().Ready(); err != nil {
			t.Errorf("it is not ready: %v", err)
		}
	})
}
