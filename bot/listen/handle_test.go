package listen

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// hears is a service that calls its handler as the test says, and is connected.
func hears(name string, do func(ctx context.Context, handle chat.Handler)) *fake {
	return &fake{name: name, health: chat.Health{Connected: true}, listen: func(ctx context.Context, since time.Time, handle chat.Handler) error {
		do(ctx, handle)
		return idle(ctx, since, handle)
	}}
}

func TestABurstIsHandledAFewAtOnceAndDoesNotHoldUpOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most, other atomic.Int64
		release := make(chan struct{})
		burst := hears("a", func(ctx context.Context, handle chat.Handler) {
			for i := range 1000 {
				go handle(ctx, message1(fmt.Sprint(i), time.Now())) //nolint:errcheck // counted below
			}
		})
		calm := hears("b", func(ctx context.Context, handle chat.Handler) {
			chat.Wait(ctx, time.Second)
			m := message1("x", time.Now())
			m.Channel = "calm"
			if _, err := handle(ctx, m); err == nil {
				other.Add(1)
			}
		})
		b := supervise(t, burst, calm)
		b.handle = func(_ context.Context, m chat.Message) (chat.Answer, error) {
			if m.Channel == "calm" {
				return chat.Answer{}, nil
			}
			most.Store(max(most.Load(), running.Add(1)))
			<-release
			running.Add(-1)
			return chat.Answer{}, nil
		}
		b.start()
		pass(2 * time.Second)
		if got := most.Load(); got != maxAtOnce/2 {
			t.Errorf("%d are handled at once, of %d in all", got, maxAtOnce)
		}
		if other.Load() != 1 {
			t.Error("the other service waits for the burst")
		}
		close(release)
		synctest.Wait()
		if got := b.count("volcado_bot_messages_handled_total", map[string]string{"service": "fake/a", "outcome": "succeeded"}); got != 1000 {
			t.Errorf("%v were handled of 1000", got)
		}
	})
}

func TestWhatIsCountedOfAMessage(t *testing.T) {
	for name, tc := range map[string]struct {
		answer  chat.Answer
		err     error
		outcome string
		refused float64
	}{
		"one that was done":           {chat.Answer{}, nil, "succeeded", 0},
		"one that was refused":        {chat.Answer{Outcome: chat.Refused}, nil, "refused", 1},
		"one that was not understood": {chat.Answer{Outcome: chat.Misunderstood}, nil, "misunderstood", 0},
		"one that is tried again":     {chat.Answer{}, errors.New("the API server is away"), "error", 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got error
				b := supervise(t, hears("a", func(ctx context.Context, handle chat.Handler) { _, got = handle(ctx, message1("1", time.Now())) }))
				b.handle = func(context.Context, chat.Message) (chat.Answer, error) { return tc.answer, tc.err }
				b.start()
				if !errors.Is(got, tc.err) {
					t.Errorf("the driver is told %v", got)
				}
				for metric, want := range map[string]float64{
					"volcado_bot_messages_received_total": 1, "volcado_bot_messages_handled_total": 1, "volcado_bot_messages_refused_total": tc.refused,
				} {
					if got := b.count(metric, nil); got != want {
						t.Errorf("%s is %v, want %v", metric, got, want)
					}
				}
				if b.count("volcado_bot_messages_handled_total", map[string]string{"outcome": tc.outcome}) != 1 {
					t.Errorf("it is not counted as %s", tc.outcome)
				}
			})
		})
	}
	for outcome := chat.Succeeded; outcome <= chat.Detached; outcome++ {
		if outcomes[outcome] == "" {
			t.Errorf("outcome %d has no label", outcome)
		}
	}
}

// A driver that says that a message came from another service would have it judged by that service's rules.
func TestADriverSpeaksForNoOtherService(t *testing.T) {
	for name, place := range map[string]chat.Place{
		"another workspace":      {Platform: "fake", Workspace: "b", Channel: "c"},
		"another platform":       {Platform: "console", Workspace: "a", Channel: "c"},
		"a service there is not": {Platform: "fake", Workspace: "nowhere", Channel: "c"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var answer chat.Answer
				var failed error
				b := supervise(t, hears("a", func(ctx context.Context, handle chat.Handler) {
					m := message1("1", time.Now())
					m.Place = place
					answer, failed = handle(ctx, m)
				}), hears("b", func(context.Context, chat.Handler) {}))
				b.handle = func(context.Context, chat.Message) (chat.Answer, error) {
					t.Error("it is handled")
					return chat.Answer{}, nil
				}
				b.start()
				pass(time.Second)
				if answer.Outcome != chat.Failed || failed != nil {
					t.Errorf("outcome %v, error %v: it would be tried again", answer.Outcome, failed)
				}
			})
		})
	}
}

func TestAMessageThatMakesTheBotPanicIsTriedUntilItIsTooOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		b := supervise(t, hears("a", func(ctx context.Context, handle chat.Handler) {
			m := message1("1", time.Now())
			for {
				tries++
				if answer, err := handle(ctx, m); err == nil {
					if answer.Outcome != chat.Failed {
						t.Errorf("it is given up as %v", answer.Outcome)
					}
					return
				}
				chat.Wait(ctx, 10*time.Minute)
			}
		}))
		b.handle = func(context.Context, chat.Message) (chat.Answer, error) { panic("nil pointer") }
		b.start()
		pass(24 * time.Hour)
		if tries != 8 { // at 0, 10, ... and the first beyond an hour
			t.Errorf("it was tried %d times", tries)
		}
		if got := b.count("volcado_bot_panics_total", nil); int(got) != tries {
			t.Errorf("%v panics are counted of %d", got, tries)
		}
		b.stop()
		if !strings.Contains(b.log.String(), "handle_test.go") {
			t.Error("the log has no stack")
		}
	})
}

// The bot gives up by the time of the message, which a service need not tell, or may lie about.
func TestAMessageWithoutATimeIsAsOldAsItsFirstAttempt(t *testing.T) {
	for name, written := range map[string]time.Time{
		"the service does not tell it": {}, "it is in the future": midnight.Add(1000 * time.Hour),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got []time.Time
				b := supervise(t, hears("a", func(ctx context.Context, handle chat.Handler) {
					for range 3 {
						_, _ = handle(ctx, message1("1", written))
						chat.Wait(ctx, 10*time.Minute)
					}
				}))
				b.handle = func(_ context.Context, m chat.Message) (chat.Answer, error) {
					got = append(got, m.Written)
					return chat.Answer{}, errors.New("the API server is away")
				}
				b.start()
				pass(time.Hour)
				b.stop()
				if len(got) != 3 || got[0].IsZero() || !got[1].Equal(got[0]) || !got[2].Equal(got[0]) {
					t.Errorf("the attempts are told %v", got)
				}
			})
		})
	}
}

func TestAnAttemptDoesNotTakeForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var took time.Duration
		b := supervise(t, hears("a", func(ctx context.Context, handle chat.Handler) {
			if _, err := handle(ctx, message1("1", time.Now())); err != nil {
				took = time.Since(began)
			}
		}))
		b.handle = func(ctx context.Context, _ chat.Message) (chat.Answer, error) {
			<-ctx.Done()
			return chat.Answer{}, ctx.Err()
		}
		b.start()
		pass(time.Hour)
		if took != handleTimeout {
			t.Errorf("it took %s", took)
		}
	})
}

func TestWhoLostTheLeaseHandlesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got error
		b := supervise(t, hears("a", func(ctx context.Context, handle chat.Handler) {
			chat.Wait(ctx, time.Minute)
			_, got = handle(ctx, message1("1", time.Now()))
		}))
		b.handle = func(context.Context, chat.Message) (chat.Answer, error) {
			t.Error("it was handled")
			return chat.Answer{}, nil
		}
		b.start()
		b.notHeld.Store(true)
		saves := b.marks.saved()
		pass(time.Hour)
		b.stop()
		if got == nil {
			t.Error("the driver is told that it was handled")
		}
		if b.marks.saved() != saves {
			t.Error("it wrote marks")
		}
	})
}

func TestWhatHasBegunIsFinishedWhenTheBotStops(t *testing.T) {
	for name, tc := range map[string]struct {
		takes time.Duration
		done  bool
	}{
		"what takes a moment is done":             {5 * time.Second, true},
		"what takes too long is not":              {time.Hour, false},
		"what has just begun is done":             {time.Millisecond, true},
		"what ends just before the bound is done": {stopTimeout - 2*time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				written := time.Now().Add(-time.Minute)
				b := supervise(t, hears("a", func(ctx context.Context, handle chat.Handler) {
					go handle(ctx, message1("1", written)) //nolint:errcheck // the mark tells
				}))
				done := false
				b.handle = func(ctx context.Context, _ chat.Message) (chat.Answer, error) {
					chat.Wait(ctx, tc.takes)
					done = ctx.Err() == nil
					return chat.Answer{}, ctx.Err()
				}
				began := written.Add(-time.Hour)
				b.marks.marks = map[string]time.Time{"fake/a": began}
				b.start()
				stopping := time.Now()
				b.stop()
				if done != tc.done {
					t.Errorf("done: %v", done)
				}
				if took := time.Since(stopping); took > stopTimeout {
					t.Errorf("stopping took %s", took)
				}
				// The driver may have had others in its hands.
				if got := b.marks.mark("a"); !got.Equal(began) {
					t.Errorf("the mark that is left is %s", got)
				}
			})
		})
	}
}
