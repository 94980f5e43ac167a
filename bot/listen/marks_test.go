package listen

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/bot/chat"
)

// midnight is when synctest begins.
var midnight = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// minute is a message, written so many minutes after midnight.
func minute(n int) chat.Message {
	return message1(fmt.Sprint(n), midnight.Add(time.Duration(n)*time.Minute))
}

func TestTheMark(t *testing.T) {
	for name, tc := range map[string]struct {
		// history at one o'clock: +5 begins the message of minute 5, -5 ends it; "look" and "behind" ask for the mark once,
		// "settled" twice.
		history string
		want    int
	}{
		"is where reading began, while nothing comes":       {"settled", 0},
		"is the newest message that was handled":            {"+1 -1 +2 -2 settled", 2},
		"is before a message that is not handled":           {"+1 +2 -2 settled", 1},
		"moves on when that is handled":                     {"+1 +2 -2 settled -1 settled", 2},
		"does not go back with an older message":            {"+5 -5 settled +3 -3 settled", 5},
		"goes back before an older one that is not handled": {"+5 -5 settled +3 settled", 3},
		"stays while the driver reads what was missed":      {"+7 -7 behind", 0},
		"moves on when the driver has read it":              {"+7 -7 behind settled", 7},
		"stays where it was when a connection is lost":      {"+7 -7 settled +9 -9 behind", 7},
		"is never in the future":                            {"+2000 -2000 settled", 60},
		"a message of the future hides none that follow":    {"+2000 -2000 +10 settled", 10},
		"a message is handled when one of its two is":       {"+1 +1 -1 +2 -2 settled", 2},
		"a message of before a restart counts when it ends": {"-4 settled", 4},
		"is that of the look before":                        {"+7 -7 look", 0},
		"holds where one follows another in a queue":        {"+5 +10 -10 -5 look +6 look", 6},
		"goes on when the queue is empty":                   {"+5 +10 -10 -5 look +6 -6 look", 10},
	} {
		t.Run(name, func(t *testing.T) {
			now := midnight.Add(time.Hour)
			var w water
			w.start(midnight)
			var got time.Time
			for word := range strings.FieldsSeq(tc.history) {
				var n int
				_, err := fmt.Sscanf(word, "%d", &n)
				switch {
				case word == "settled":
					w.mark(now, true)
					got = w.mark(now, true)
				case err != nil:
					got = w.mark(now, word == "look")
				case word[0] == '+':
					w.begin(minute(n), now)
				default:
					w.done(minute(-n), now)
				}
			}
			if want := midnight.Add(time.Duration(tc.want) * time.Minute); !got.Equal(want) {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestNothingBeforeTheMarkIsUnhandled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := midnight.Add(time.Hour)
		var w water
		w.start(midnight)
		open := map[int]bool{}
		previous := midnight
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			n := rapid.IntRange(1, 59).Draw(t, "minute")
			if rapid.Bool().Draw(t, "begins") {
				w.begin(minute(n), now)
				open[n] = true
			} else if open[n] {
				w.done(minute(n), now)
				delete(open, n)
			}
			settled := rapid.Bool().Draw(t, "settled")
			mark := w.mark(now, settled)
			for n := range open {
				if minute(n).Written.Before(mark) {
					t.Fatalf("minute %d is not handled, and the mark is %s", n, mark)
				}
			}
			if !settled && mark.After(previous) {
				t.Fatalf("it went from %s to %s while messages were still to be read", previous, mark)
			}
			previous = mark
		}
	})
}

func TestMoreOpenMessagesThanFitAreReadAgain(t *testing.T) {
	now := midnight.Add(time.Hour)
	var w water
	w.start(midnight)
	for i := range maxOpen {
		m := minute(30)
		m.ID = fmt.Sprint("n", i)
		w.begin(m, now)
	}
	w.begin(minute(20), now)
	if len(w.open) != maxOpen {
		t.Errorf("%d are kept", len(w.open))
	}
	w.done(minute(20), now)
	w.mark(now, true)
	if got := w.mark(now, true); !got.Equal(minute(20).Written) {
		t.Errorf("the mark is %s", got)
	}
	if got := w.restart(now); !got.Equal(minute(20).Written) || len(w.open) != 0 {
		t.Errorf("it is read on from %s, with %d open", got, len(w.open))
	}
}

func TestWhatIsTooOldToBeReadAgainIsForgotten(t *testing.T) {
	var w water
	w.start(midnight)
	w.begin(minute(1), midnight.Add(time.Hour))
	w.begin(minute(50), midnight.Add(time.Hour))
	w.done(minute(50), midnight.Add(time.Hour))
	w.mark(midnight.Add(25*time.Hour), true)
	if got := w.mark(midnight.Add(25*time.Hour), true); !got.Equal(minute(50).Written) || len(w.open) != 0 {
		t.Errorf("the mark is %s, with %d open", got, len(w.open))
	}
}

func TestMarksAreWrittenAtMostEveryTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := supervise(t, hears("a", func(ctx context.Context, handle chat.Handler) {
			for i := range 3000 { // 50 minutes
				if ctx.Err() != nil {
					return
				}
				_, _ = handle(ctx, message1(fmt.Sprint(i), time.Now()))
				chat.Wait(ctx, time.Second)
			}
		}))
		b.start()
		pass(10*time.Minute + 5*time.Second)
		if b.marks.saved() != 60 {
			t.Errorf("it wrote %d times in 10 minutes", b.marks.saved())
		}
		last := time.Now()
		b.stop()
		if got := b.marks.mark("a"); last.Sub(got) > 2*saveEvery+time.Second {
			t.Errorf("at the end the mark is %s, at %s", got, last)
		}
	})
}

func TestWithoutMessagesAMarkIsWrittenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := supervise(t, hears("a", func(context.Context, chat.Handler) {}))
		b.marks.marks = map[string]time.Time{
			"gone/for-an-hour": midnight.Add(-time.Hour), "gone/for-days": midnight.Add(-50 * time.Hour),
		}
		b.start()
		pass(time.Hour)
		b.stop()
		want := map[string]time.Time{"fake/a": midnight.Add(-time.Hour), "gone/for-an-hour": midnight.Add(-time.Hour)}
		if diff := cmp.Diff(want, b.marks.marks); diff != "" || b.marks.saved() != 1 {
			t.Errorf("it wrote %d times (-want +got)\n%s", b.marks.saved(), diff)
		}
	})
}

func TestAMarkThatCannotBeWrittenIsWrittenLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := supervise(t, hears("a", func(ctx context.Context, handle chat.Handler) { _, _ = handle(ctx, message1("1", time.Now())) }))
		b.start()
		b.marks.fail(errors.New("the API server is away"))
		pass(time.Minute)
		b.marks.fail(nil)
		pass(25 * time.Second)
		if got := b.marks.mark("a"); !got.Equal(midnight) {
			t.Errorf("the mark is %s", got)
		}
		b.stop()
		if !strings.Contains(b.log.String(), "the API server is away") {
			t.Error("the log does not say why")
		}
	})
}

// A crash while the driver reads one channel after another: the newest message of the first is no sign that those of the
// second were handled.
func TestWhatWasNotReadYetIsReadByTheNextLeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "a", health: chat.Health{Connected: true, Behind: true}}
		f.listen = func(ctx context.Context, since time.Time, handle chat.Handler) error {
			_, _ = handle(ctx, message1("newest of the first channel", time.Now()))
			return idle(ctx, since, handle)
		}
		b := supervise(t, f)
		b.start()
		pass(time.Minute)
		began := midnight.Add(-time.Hour)
		if got := b.marks.mark("a"); !got.Equal(began) {
			t.Errorf("the mark is %s before all is read", got)
		}
		f.set(chat.Health{Connected: true})
		pass(time.Minute)
		if got := b.marks.mark("a"); !got.Equal(midnight) {
			t.Errorf("the mark is %s when all is read", got)
		}
	})
}

// A driver that hands over one message of a person after the other drops those that it kept back when it ends.
func TestWhatADriverDropsIsReadAgain(t *testing.T) {
	for name, stops := range map[string]bool{"when it fails": false, "when the bot stops": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{name: "a", health: chat.Health{Connected: true}}
				f.listen = func(ctx context.Context, since time.Time, handle chat.Handler) error {
					if stops || len(f.listened()) > 1 {
						_, _ = handle(ctx, message1("somebody's", midnight))
						return idle(ctx, since, handle)
					}
					_, _ = handle(ctx, message1("somebody's", midnight))
					chat.Wait(ctx, saveEvery+time.Second)
					return errors.New("the connection was closed")
				}
				b := supervise(t, f)
				b.start()
				pass(saveEvery + 3*time.Second)
				b.stop()
				began := midnight.Add(-time.Hour)
				for _, since := range f.listened() {
					if !since.Equal(began.Add(-chat.ClockSkew)) {
						t.Errorf("it is read on from %s", since)
					}
				}
				if got := b.marks.mark("a"); !got.Equal(began) {
					t.Errorf("the next leader reads on from %s", got)
				}
			})
		})
	}
}

func TestAfterAFailureAServiceIsReadOnFromItsMark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "a", health: chat.Health{Connected: true}}
		f.listen = func(ctx context.Context, since time.Time, handle chat.Handler) error {
			if len(f.listened()) > 1 {
				return idle(ctx, since, handle)
			}
			chat.Wait(ctx, 10*time.Minute)
			_, _ = handle(ctx, message1("done", midnight.Add(5*time.Minute)))
			_, _ = handle(ctx, message1("failed", midnight.Add(4*time.Minute)))
			chat.Wait(ctx, time.Minute)
			_, _ = handle(ctx, message1("last", midnight.Add(11*time.Minute)))
			return errors.New("the connection was closed")
		}
		b := supervise(t, f)
		b.handle = func(_ context.Context, m chat.Message) (chat.Answer, error) {
			if m.ID == "failed" {
				return chat.Answer{}, errors.New("the API server is away")
			}
			return chat.Answer{}, nil
		}
		b.start()
		pass(20 * time.Minute)
		want := []time.Time{midnight.Add(-time.Hour - time.Minute), midnight.Add(3 * time.Minute)}
		if diff := cmp.Diff(want, f.listened()); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}
