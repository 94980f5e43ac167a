package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

const (
	ctrlC     = "\x03"
	ctrlD     = "\x04"
	arrowUp   = "\x1b[A"
	arrowLeft = "\x1b[D"
	backspace = "\x7f"
	renewed   = "\r\x1b[K"
)

// terminal is the program on a real pseudo-terminal, with somebody who types and looks.
type terminal struct {
	*testing.T
	cmd    *exec.Cmd
	master *os.File
	slave  *os.File
	before *term.State

	mu    sync.Mutex
	wrote strings.Builder
	from  int // what was written before was looked at already
}

func (w *world) terminal(environment []string, args ...string) *terminal {
	w.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		w.Fatal(err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: 50, Cols: 100}); err != nil {
		w.Fatal(err)
	}
	tt := &terminal{T: w.T, cmd: w.console(args...), master: master, slave: slave}
	if tt.before, err = term.GetState(int(slave.Fd())); err != nil {
		w.Fatal(err)
	}
	tt.cmd.Env = append(tt.cmd.Env, environment...)
	tt.cmd.Stdin, tt.cmd.Stdout, tt.cmd.Stderr = slave, slave, slave
	tt.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := tt.cmd.Start(); err != nil {
		w.Fatal(err)
	}
	go tt.look()
	w.Cleanup(func() {
		if tt.cmd.ProcessState == nil {
			_ = tt.cmd.Process.Kill()
			_ = tt.cmd.Wait()
		}
		_ = master.Close()
		_ = slave.Close()
	})
	return tt
}

func (tt *terminal) look() {
	buffer := make([]byte, 4096)
	for {
		n, err := tt.master.Read(buffer)
		tt.mu.Lock()
		tt.wrote.Write(buffer[:n])
		tt.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (tt *terminal) shown() string {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	return tt.wrote.String()[tt.from:]
}

// sees waits until the terminal shows the parts, in this order, and looks on from there.
func (tt *terminal) sees(parts ...string) {
	tt.Helper()
	timeout := time.After(deadline)
	for _, part := range parts {
		for {
			if i := strings.Index(tt.shown(), part); i >= 0 {
				tt.mu.Lock()
				tt.from += i + len(part)
				tt.mu.Unlock()
				break
			}
			select {
			case <-timeout:
				tt.Fatalf("the terminal does not show %q but\n%q", part, tt.shown())
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
}

func (tt *terminal) types(keys string) {
	tt.Helper()
	if _, err := tt.master.WriteString(keys); err != nil {
		tt.Fatal(err)
	}
}

// exits waits for the end, and sees that the terminal was left as it was found.
func (tt *terminal) exits(want int) {
	tt.Helper()
	ended := make(chan error, 1)
	go func() { ended <- tt.cmd.Wait() }()
	select {
	case err := <-ended:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			tt.Fatal(err)
		}
	case <-time.After(deadline):
		tt.Fatalf("it has not ended after %s; the terminal shows\n%q", deadline, tt.shown())
	}
	if got := tt.cmd.ProcessState.ExitCode(); got != want {
		tt.Errorf("exit code %d, want %d", got, want)
	}
	after, err := term.GetState(int(tt.slave.Fd()))
	if err != nil {
		tt.Fatal(err)
	}
	if *after != *tt.before {
		tt.Error("the terminal was left otherwise than it was found")
	}
}

func TestLinesAreEdited(t *testing.T) {
	w := newWorld(t)
	tt := w.terminal(nil)
	tt.sees("You are "+w.user+".", "Type `help`", "volcado> ")
	tt.types("hellp" + backspace + "o\r")
	tt.sees("Hello " + w.user)
	tt.types("hlo" + arrowLeft + arrowLeft + "el\r")
	tt.sees("Hello " + w.user)
	tt.sees("volcado> ")
	tt.types(arrowUp + arrowUp + "\r")
	tt.sees("Hello " + w.user)
	tt.types("dump shop-\t")
	tt.sees("dump " + w.source() + " ")
	tt.types("\u202e\u009b--bad\r") // what cannot be seen is not put into the line
	tt.sees("There is no option “--bad”.")
	tt.types("hel\t")
	tt.sees("hello  help")
	tt.types("p\r")
	tt.sees("These are the commands:")
	tt.types("\r")
	tt.sees("Your message is empty.")
	tt.types(strings.Repeat("x", 5000) + "\r") // the terminal keeps 4096 of them
	tt.sees("at most 4000 characters")
	tt.types(ctrlD)
	tt.exits(0)
	if strings.Contains(tt.wrote.String(), "\u202e") || strings.Contains(tt.wrote.String(), "\u009b") {
		t.Error("what changes the direction of writing, or commands the terminal, was echoed")
	}
}

func TestProgressIsOneLineThatRenewsItself(t *testing.T) {
	w := newWorld(t)
	w.manage(false)
	tt := w.terminal(nil)
	tt.sees("volcado> ")
	tt.types("dump " + w.source() + "\r")
	tt.sees(" is running: 25%, 50.0 MiB of about 200.0 MiB, table orders.")
	w.edit(w.dumps()[0], func(s *v1alpha1.DatabaseDumpStatus) { s.Progress.Bytes, s.Progress.Percent = 100<<20, 50 })
	tt.sees(renewed, " is running: 50%, 100.0 MiB of about 200.0 MiB, table orders.")
	w.edit(w.dumps()[0], func(s *v1alpha1.DatabaseDumpStatus) { s.Progress.Table = strings.Repeat("漢", 200) })
	tt.sees(renewed, "漢漢漢", "…") // a table's name that is wider than the terminal does not break the line
	w.edit(w.dumps()[0], succeed)
	tt.sees(renewed, "Dump of shop is ready: 12.0 MiB in 41 s.", "Location  s3://dumps/prod/dump.sql.gz", "`how ", "volcado> ")
	tt.types(ctrlC)
	tt.exits(0)
	if strings.Contains(tt.shown(), "without you") {
		t.Errorf("nothing runs, but it says\n%q", tt.shown())
	}
}

func TestCtrlCLeavesADumpRunningAndSaysSo(t *testing.T) {
	w := newWorld(t)
	w.manage(false)
	tt := w.terminal(nil)
	tt.sees("volcado> ")
	tt.types("dump " + w.source() + "\r")
	tt.sees("is running: 25%")
	tt.types(ctrlC)
	tt.sees("Stopped watching. "+w.source(), " continues.", "`follow ", "`cancel ", "volcado> ")
	tt.types("status\r")
	tt.sees(" is running: 25%", "Requested by  you", "volcado> ")
	tt.types(ctrlC)
	tt.sees("Still running: "+w.dumps()[0].Name+".", " continues in the background.")
	tt.exits(0)
	if w.dumps()[0].Spec.Cancel {
		t.Error("the dump was cancelled")
	}
}

func TestExitAndQuitLeave(t *testing.T) {
	w := newWorld(t)
	for _, word := range []string{"exit", " Quit "} {
		tt := w.terminal(nil)
		tt.sees("volcado> ")
		tt.types(word + "\r")
		tt.exits(0)
		if strings.Contains(tt.wrote.String(), "There is no command") {
			t.Errorf("%q was taken for a command of the bot's", word)
		}
	}
}

func TestATerminalIsGivenBackWhenTheProgramIsToldToEnd(t *testing.T) {
	w := newWorld(t)
	tt := w.terminal(nil)
	tt.sees("volcado> ")
	if err := tt.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	tt.exits(exitDetached)
}

func TestColoursCanBeTurnedOff(t *testing.T) {
	w := newWorld(t)
	for name, tc := range map[string]struct {
		environment []string
		coloured    bool
	}{
		"colours on a terminal":     {nil, true},
		"none with NO_COLOR":        {[]string{"NO_COLOR=1"}, false},
		"none on a terminal so old": {[]string{"TERM=dumb"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			tt := w.terminal(tc.environment)
			tt.T = t
			tt.sees("volcado> ")
			tt.types("hello\r")
			tt.sees("Hello", "volcado> ")
			tt.types(ctrlD)
			tt.exits(0)
			if got := strings.Contains(tt.wrote.String(), "\x1b[1m"); got != tc.coloured {
				t.Errorf("coloured %v:\n%q", got, tt.wrote.String())
			}
		})
	}
}
