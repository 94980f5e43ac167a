//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/creack/pty"
)

// said is everything that every bot process has printed, for the test that looks for passwords in it.
var said struct {
	sync.Mutex
	bytes.Buffer
}

// passwords of all worlds. said guards them.
var passwords []string

func remember(text string) {
	said.Lock()
	defer said.Unlock()
	said.WriteString(text)
}

// answer of a bot process that has ended.
type answer struct {
	text string
	code int
}

// bot is the program, as make console runs it.
func bot(ctx context.Context, user string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(env.repo, "bin", "bot"), append([]string{"console", "--user", user}, args...)...)
	cmd.Env = append(os.Environ(), "TERM=xterm")
	return cmd
}

// say one command as somebody, with a process of its own, and return what was answered on both streams.
func (w *world) say(user, line string, args ...string) answer {
	w.Helper()
	return w.converse(bot(w.ctx, user, append(args, "-c", line)...), "")
}

// pipe lines into a console.
func (w *world) pipe(user, lines string) answer {
	w.Helper()
	return w.converse(bot(w.ctx, user), lines)
}

func (w *world) converse(cmd *exec.Cmd, lines string) answer {
	w.Helper()
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(lines), &out, &out
	watchdog := time.AfterFunc(3*time.Minute, func() { _ = cmd.Process.Kill() })
	err := cmd.Run()
	if !watchdog.Stop() {
		w.Fatalf("the bot did not end: %s\n%s", cmd, out.String())
	}
	remember(out.String())
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.Fatal(err)
	}
	return answer{out.String(), cmd.ProcessState.ExitCode()}
}

// expect an exit code and words.
func (w *world) expect(a answer, code int, words ...string) {
	w.Helper()
	if a.code != code {
		w.Errorf("exit code %d, want %d; the answer was\n%s", a.code, code, a.text)
	}
	for _, word := range words {
		if !strings.Contains(a.text, word) {
			w.Errorf("the answer does not say %q:\n%s", word, a.text)
		}
	}
}

// terminal is a bot process on a real terminal.
type terminal struct {
	*world
	cmd  *exec.Cmd
	tty  *os.File
	mu   sync.Mutex
	text strings.Builder
	read int // how much of text has been expected already
	over chan struct{}
}

func (w *world) terminal(user string) *terminal {
	w.Helper()
	t := &terminal{world: w, cmd: bot(w.ctx, user), over: make(chan struct{})}
	var err error
	if t.tty, err = pty.StartWithSize(t.cmd, &pty.Winsize{Rows: 40, Cols: 160}); err != nil {
		w.Fatal(err)
	}
	go func() {
		defer close(t.over)
		buffer := make([]byte, 4096)
		for {
			n, err := t.tty.Read(buffer)
			t.mu.Lock()
			t.text.Write(buffer[:n])
			t.mu.Unlock()
			if err != nil { // EIO, when the process has ended
				return
			}
		}
	}()
	w.Cleanup(func() {
		_ = t.cmd.Process.Kill()
		_ = t.cmd.Wait()
		_ = t.tty.Close()
		<-t.over
		remember(t.all())
	})
	t.expect("volcado> ")
	return t
}

func (t *terminal) all() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

func (t *terminal) send(keys string) {
	t.Helper()
	if _, err := t.tty.WriteString(keys); err != nil {
		t.Fatalf("%v\n%s", err, t.all())
	}
}

// expect that the words appear after those that were expected before.
func (t *terminal) expect(words string) {
	t.Helper()
	t.eventually("the terminal shows "+words, patience, func(context.Context) (bool, error) {
		all := t.all()
		at := strings.Index(all[t.read:], words)
		if at < 0 {
			return false, errors.New("it shows " + all[t.read:])
		}
		t.read += at + len(words)
		return true, nil
	})
}

const ctrlC = "\x03"
