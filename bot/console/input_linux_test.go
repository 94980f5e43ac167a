package console_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/console"
)

// What is typed while a line is answered is not shown in the middle of the answer, and is not lost: the next prompts take
// it, Ctrl-D included.
func TestWhatIsTypedDuringAnAnswerReachesTheNextPrompt(t *testing.T) {
	master, terminal := openTerminal(t)
	found, err := term.GetState(int(terminal.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{}
	go w.listen(master)
	c := console.New(console.Options{In: terminal, Out: terminal, Author: alice, Session: "s"})
	asked, answer, ended := make(chan string), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- c.Listen(t.Context(), time.Now(), func(_ context.Context, m chat.Message) (chat.Answer, error) {
			asked <- m.Text
			<-answer
			return chat.Answer{}, nil
		})
	}()
	write(t, master, "first\r")
	if got := receive(t, asked); got != "first" {
		t.Errorf("got %q", got)
	}
	const meanwhile = "secod\x1b[Dn\rthird\r\x04"
	write(t, master, meanwhile)
	untilTyped(t, terminal, len(meanwhile))
	if shown := w.shown(); strings.Contains(shown, "sec") {
		t.Errorf("it was echoed into the answer: %q", shown)
	}
	for _, want := range []string{"second", "third"} {
		answer <- struct{}{}
		if got := receive(t, asked); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	answer <- struct{}{}
	if err := receive(t, ended); err != nil {
		t.Error(err)
	}
	if after, err := term.GetState(int(terminal.Fd())); err != nil || *after != *found {
		t.Errorf("the terminal was left otherwise than it was found (%v)", err)
	}
}

// untilTyped waits until the terminal has taken so many bytes that nobody has read.
func untilTyped(t *testing.T, terminal *os.File, want int) {
	t.Helper()
	deadline, tick := time.After(time.Minute), time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		got, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCINQ)
		if err != nil {
			t.Fatal(err)
		}
		if got == want {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("the terminal has taken %d bytes, want %d", got, want)
		}
	}
}

func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case got := <-from:
		return got
	case <-time.After(time.Minute):
		t.Fatal("waited in vain")
		panic("unreachable")
	}
}
