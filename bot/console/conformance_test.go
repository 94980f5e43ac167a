package console_test

import (
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/creack/pty"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/chattest"
	"github.com/volcado-io/volcado/bot/console"
)

var alice = chat.Author{User: "alice", DisplayName: "Alice", Groups: []string{"qa"}}

var desk = chat.Place{Platform: "console", Channel: "console", Kind: chat.KindDirect}

// wire keeps everything that was written.
type wire struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *wire) listen(from io.Reader) {
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		w.mu.Lock()
		w.text.Write(buffer[:n])
		w.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (w *wire) shown() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

func TestAConsoleOfPipesConforms(t *testing.T) {
	chattest.Run(t, func(t *testing.T) chattest.Harness {
		in, typed := pipe(t)
		shown, out := pipe(t)
		w := &wire{}
		go w.listen(shown)
		return chattest.Harness{
			Service: console.New(console.Options{In: in, Out: out, Author: alice, Session: "s"}),
			Type:    func(text string) { write(t, typed, text+"\n") },
			Author:  alice, Place: desk, Shown: w.shown,
		}
	})
}

func TestAConsoleOnATerminalConforms(t *testing.T) {
	chattest.Run(t, func(t *testing.T) chattest.Harness {
		master, terminal := openTerminal(t)
		w := &wire{}
		go w.listen(master)
		return chattest.Harness{
			Service: console.New(console.Options{In: terminal, Out: terminal, Author: alice, Session: "s", Colour: true}),
			Type:    func(text string) { write(t, master, text+"\r") },
			Author:  alice, Place: desk, Shown: w.shown,
		}
	})
}

func pipe(t *testing.T) (from, to *os.File) {
	t.Helper()
	from, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = from.Close(); _ = to.Close() })
	return from, to
}

func openTerminal(t *testing.T) (master, terminal *os.File) {
	t.Helper()
	master, terminal, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: 40, Cols: 120}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = master.Close(); _ = terminal.Close() })
	return master, terminal
}

func write(t *testing.T, to io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(to, text); err != nil {
		t.Fatal(err)
	}
}
