package console_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/console"
)

// desktop is a console with what it needs, on pipes or on a terminal.
type desktop struct {
	*testing.T
	console *console.Console
	wire    *wire
	types   func(string)
	ended   chan error
}

func sit(t *testing.T, onTerminal bool, o console.Options, handle chat.Handler) *desktop {
	t.Helper()
	d := &desktop{T: t, wire: &wire{}, ended: make(chan error, 1)}
	o.Author, o.Session = alice, "s"
	if onTerminal {
		master, terminal := openTerminal(t)
		o.In, o.Out = terminal, terminal
		d.types = func(text string) { write(t, master, text+"\r") }
		go d.wire.listen(master)
	} else {
		in, typed := pipe(t)
		shown, out := pipe(t)
		o.In, o.Out = in, out
		d.types = func(text string) { write(t, typed, text+"\n") }
		go d.wire.listen(shown)
	}
	d.console = console.New(o)
	go func() { d.ended <- d.console.Listen(context.Background(), time.Now(), handle) }()
	return d
}

func (d *desktop) sees(part string) {
	d.Helper()
	timeout := time.After(time.Minute)
	for !strings.Contains(d.wire.shown(), part) {
		select {
		case <-timeout:
			d.Fatalf("it does not show %q but\n%q", part, d.wire.shown())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (d *desktop) ends(want chat.Outcome) {
	d.Helper()
	if err := receive(d.T, d.ended); err != nil {
		d.Error(err)
	}
	if got := d.console.Outcome(); got != want {
		d.Errorf("the outcome is %d, want %d", got, want)
	}
}

// dumps follows the lines that begin with dump.
func dumps(_ context.Context, m chat.Message) (chat.Answer, error) {
	if strings.HasPrefix(m.Text, "dump") {
		return chat.Answer{Follows: "shop/" + m.Text}, nil
	}
	return chat.Answer{Outcome: chat.Misunderstood}, nil
}

func TestTheOutcomeOfALineIsThatOfWhatItBegan(t *testing.T) {
	followed := make(chan string, 1)
	d := sit(t, false, console.Options{
		Command: "dump one",
		Follow: func(_ context.Context, m chat.Message, a chat.Answer) chat.Outcome {
			followed <- m.Text + " " + a.Follows
			return chat.Failed
		},
	}, dumps)
	if got, want := receive(t, followed), "dump one shop/dump one"; got != want {
		t.Errorf("followed is %q, want %q", got, want)
	}
	d.ends(chat.Failed)
}

func TestNothingIsFollowedWhereNothingWasBegun(t *testing.T) {
	d := sit(t, false, console.Options{
		Command: "nonsense",
		Follow: func(context.Context, chat.Message, chat.Answer) chat.Outcome {
			t.Error("it is followed")
			return chat.Succeeded
		},
	}, dumps)
	d.ends(chat.Misunderstood)
}

func TestCtrlCEndsTheFollowingAndOnATerminalNotTheSession(t *testing.T) {
	for name, onTerminal := range map[string]bool{"on a terminal": true, "on pipes": false} {
		t.Run(name, func(t *testing.T) {
			interrupts := make(chan os.Signal, 1)
			following := make(chan struct{})
			var c *console.Console
			d := sit(t, onTerminal, console.Options{
				Interrupts: interrupts,
				Follow: func(ctx context.Context, m chat.Message, _ chat.Answer) chat.Outcome {
					following <- struct{}{}
					<-ctx.Done()
					_, _ = c.Post(ctx, chat.Target{Place: m.Place}, "", chat.Reply{Headline: "no longer watching"})
					return chat.Detached
				},
			}, dumps)
			c = d.console
			d.types("dump one")
			receive(t, following)
			interrupts <- os.Interrupt
			d.sees("no longer watching")
			if !onTerminal {
				d.ends(chat.Detached)
				return
			}
			d.types("dump two")
			receive(t, following)
			interrupts <- os.Interrupt
			d.types("exit")
			d.ends(chat.Succeeded)
		})
	}
}

func TestAHandlerThatAlwaysFailsIsGivenUpAtCtrlC(t *testing.T) {
	interrupts := make(chan os.Signal, 1)
	calls := make(chan struct{}, 100)
	d := sit(t, false, console.Options{Command: "dump one", Interrupts: interrupts}, func(context.Context, chat.Message) (chat.Answer, error) {
		calls <- struct{}{}
		return chat.Answer{}, errors.New("unwell")
	})
	receive(t, calls)
	receive(t, calls)
	interrupts <- os.Interrupt
	d.ends(chat.Detached)
}

func TestATerminalIsGreetedAndTakenLeaveOf(t *testing.T) {
	for name, tc := range map[string]struct {
		onTerminal bool
		lines      []string
		farewell   bool
		greeted    bool
	}{
		"on a terminal after a line": {onTerminal: true, lines: []string{"hello", "exit"}, greeted: true, farewell: true},
		"on a terminal at once":      {onTerminal: true, lines: []string{"exit"}, greeted: true},
		"one command":                {lines: nil},
	} {
		t.Run(name, func(t *testing.T) {
			o := console.Options{
				Greeting: chat.Reply{Headline: "welcome"},
				Farewell: func(context.Context) (chat.Reply, bool) { return chat.Reply{Headline: "goodbye"}, true },
			}
			if !tc.onTerminal {
				o.Command = "hello"
			}
			d := sit(t, tc.onTerminal, o, func(context.Context, chat.Message) (chat.Answer, error) { return chat.Answer{}, nil })
			for _, line := range tc.lines {
				d.types(line)
			}
			d.ends(chat.Succeeded)
			if tc.greeted {
				d.sees("welcome")
			}
			if tc.farewell {
				d.sees("goodbye")
			}
			if shown := d.wire.shown(); strings.Contains(shown, "welcome") != tc.greeted || strings.Contains(shown, "goodbye") != tc.farewell {
				t.Errorf("it shows %q", shown)
			}
		})
	}
}

func TestAConsoleShowsNothingThatIsForSomebodyElse(t *testing.T) {
	d := sit(t, false, console.Options{Command: "hello"}, dumps)
	for name, tc := range map[string]struct {
		to   chat.Target
		want chat.ErrorKind
	}{
		"another person":  {chat.Target{Place: desk, Only: "bob"}, chat.Rejected},
		"another service": {chat.Target{Place: chat.Place{Platform: "slack", Workspace: "T1", Channel: "console"}}, chat.PlaceGone},
	} {
		_, err := d.console.Post(context.Background(), tc.to, "", chat.Reply{Headline: "not for alice"})
		if err == nil || chat.KindOfError(err) != tc.want {
			t.Errorf("%s: got %v, want %s", name, err, tc.want)
		}
	}
	if err := d.console.Edit(context.Background(), chat.Ref{Channel: "console", Post: "7"}, chat.Reply{Headline: "of another session"}); chat.KindOfError(err) != chat.PostGone {
		t.Errorf("an edit of another session's post: %v", err)
	}
}

func TestAScreenThatIsGoneSaysSo(t *testing.T) {
	in, _ := pipe(t)
	shown, out := pipe(t)
	c := console.New(console.Options{In: in, Out: out, Author: alice, Session: "s"})
	_ = shown.Close()
	_, err := c.Post(context.Background(), chat.Target{Place: desk}, "key", chat.Reply{Headline: "hello"})
	if chat.KindOfError(err) != chat.PlaceGone {
		t.Errorf("got %v", err)
	}
	if _, found, _ := c.Find(context.Background(), chat.Target{Place: desk}, "key", time.Time{}); found {
		t.Error("what was not shown is found")
	}
}

func TestProgressOnATerminalIsOneLineThatIsTakenBack(t *testing.T) {
	d := sit(t, true, console.Options{}, dumps)
	d.sees("volcado> ")
	to := chat.Target{Place: desk}
	ref, err := d.console.Post(context.Background(), to, "", progress("running 1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []chat.Reply{progress("running 2"), {Headline: "over"}} {
		if err := d.console.Edit(context.Background(), ref, r); err != nil {
			t.Fatal(err)
		}
	}
	const renewed = "\r\x1b[K"
	d.sees("running 1" + renewed + "running 2" + renewed + "over")
}

func progress(headline string) chat.Reply {
	return chat.Reply{Headline: headline, Progress: &chat.Progress{Stage: "running"}}
}
