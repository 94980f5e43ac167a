package main

import (
	"bytes"
	"strings"
	"testing"
)

// piped runs the program with lines as its input.
func (w *world) piped(input string, args ...string) (out, errs string, code int) {
	w.Helper()
	cmd := w.console(args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &stdout, &stderr
	err := cmd.Run()
	if cmd.ProcessState == nil {
		w.Fatal(err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

func TestPiped(t *testing.T) {
	w := newWorld(t)
	w.manage(true)
	out, errs, code := w.piped("hello\nsources\ndump " + w.source() + "\nlist\nstatus\nwhoami\nwhy " + w.source() + "\ncancel shop\nhelp\nhelp dump\n\nfoo\n!dumpdb shop\ndump nothing\n")
	t.Logf("code %d\n%s\n--\n%s", code, out, errs)
}
