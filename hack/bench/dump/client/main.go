// Command client stands in for mariadb-dump, in a folder at the beginning of the dumper's PATH. It runs the real one, or plays
// a text that was recorded, and writes down how much processor time that took: the dumper's own is what remains of the
// dumper's with its children.
//
// The dumper gives its client no variable of its own, so what to do stands in a file beside the program.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/volcado-io/volcado/hack/bench/dump/script"
)

func main() {
	err := run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		os.Exit(exit.ExitCode())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "the benchmark's client:", err)
		os.Exit(2)
	}
}

func run() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	s, err := script.Read(filepath.Dir(program))
	if err != nil {
		return err
	}
	if slices.Contains(os.Args, "--version") || slices.Contains(os.Args, "--help") {
		return syscall.Exec(s.Real, os.Args, os.Environ())
	}
	if s.Text == "" {
		err = real(s)
	} else {
		err = play(s)
	}
	return errors.Join(err, record(s))
}

func real(s *script.Script) error {
	command := exec.Command(s.Real, os.Args[1:]...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	return command.Run()
}

// play the text. Its pages go from the kernel's cache into the pipe without being copied.
func play(s *script.Script) error {
	text, err := os.Open(s.Text)
	if err != nil {
		return err
	}
	defer text.Close()
	for _, piece := range s.Pieces {
		for range piece.Times {
			for at := piece.From; at < piece.To; {
				n, err := unix.Splice(int(text.Fd()), &at, int(os.Stdout.Fd()), nil, int(min(piece.To-at, 1<<20)), unix.SPLICE_F_MOVE)
				if err != nil && !errors.Is(err, unix.EINTR) {
					return fmt.Errorf("play %s: %w", s.Text, err)
				}
				if n == 0 && err == nil {
					return fmt.Errorf("%s is shorter than it was", s.Text)
				}
			}
		}
	}
	return nil
}

// record this process's processor seconds and those of the real client.
func record(s *script.Script) error {
	var seconds float64
	for _, who := range []int{unix.RUSAGE_SELF, unix.RUSAGE_CHILDREN} {
		var usage unix.Rusage
		if err := unix.Getrusage(who, &usage); err != nil {
			return err
		}
		seconds += (time.Duration(usage.Utime.Nano()) + time.Duration(usage.Stime.Nano())).Seconds()
	}
	if err := os.WriteFile(s.Seconds, []byte(strconv.FormatFloat(seconds, 'f', -1, 64)), 0o600); err != nil {
		return fmt.Errorf("record the processor's time: %w", err)
	}
	return nil
}
