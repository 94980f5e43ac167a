// Command gotest runs `go test` and fails, too, where nothing was tested: a test that was skipped, or a package in which a
// -run matched nothing. A run that ends well has then tested what it says.
//
//	go run ./hack/gotest -log FILE [-v] -- ARGUMENTS OF GO TEST...
//
// It prints what `go test` prints. The log holds what `go test -v` does.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	path := flag.String("log", "", "file for all that the tests print")
	verbose := flag.Bool("v", false, "print all of it, too, as it comes")
	flag.Parse()
	if err := run(*path, *verbose, flag.Args(), os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		os.Exit(1)
	}
}

func run(path string, verbose bool, arguments []string, stdout, stderr io.Writer) error {
	if path == "" {
		return errors.New("-log is missing")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	log, err := os.Create(path)
	if err != nil {
		return err
	}
	defer log.Close()
	command := exec.Command("go", append([]string{"test", "-json"}, arguments...)...)
	command.Stderr = io.MultiWriter(stderr, log)
	events, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	untested, failure := report(events, stdout, log, verbose)
	if failure != nil {
		_, _ = io.Copy(io.Discard, events) // or it would wait for a reader for ever
	}
	if err := errors.Join(failure, command.Wait()); err != nil {
		return fmt.Errorf("go test: %w; all that was printed is in %s", err, path)
	}
	if len(untested) > 0 {
		return fmt.Errorf("what was not tested cannot pass:\n%s", strings.Join(untested, "\n"))
	}
	return nil
}

// event is a line of `go test -json`; see `go doc test2json`.
type event struct {
	Action, Package, Test, Output string
}

// report writes what `go test` writes for people to out, and all of it to log. It returns a sentence for each test that was
// skipped, and for each package without a test to run.
func report(events io.Reader, out, log io.Writer, verbose bool) (untested []string, err error) {
	if verbose {
		log, out = io.MultiWriter(log, out), io.Discard
	}
	printed := map[string]*strings.Builder{} // by test; of those that may yet fail
	lines := bufio.NewReader(events)
	for {
		line, end := lines.ReadString('\n')
		if line != "" {
			sentence, err := one(line, printed, out, log)
			if err != nil {
				return untested, err
			}
			if sentence != "" {
				untested = append(untested, sentence)
			}
		}
		if errors.Is(end, io.EOF) {
			return untested, nil
		} else if end != nil {
			return untested, end
		}
	}
}

func one(line string, printed map[string]*strings.Builder, out, log io.Writer) (untested string, err error) {
	var e event
	if json.Unmarshal([]byte(line), &e) != nil {
		e = event{Action: "output", Output: line} // what a toolchain prints beside the events
	}
	if _, err := io.WriteString(log, e.Output); err != nil {
		return "", err
	}
	test := e.Package + " " + e.Test
	switch {
	case e.Output != "" && e.Test == "":
		// A package's own lines, and those of a build. "PASS" alone is what `go test` leaves out, too.
		if e.Output != "PASS\n" {
			_, err = io.WriteString(out, e.Output)
		}
		if strings.HasPrefix(e.Output, "testing: warning: no tests to run") {
			untested = e.Package + ": there is no test to run"
		}
	case e.Output != "":
		if printed[test] == nil {
			printed[test] = &strings.Builder{}
		}
		printed[test].WriteString(e.Output)
	case e.Test == "":
	case e.Action == "fail":
		if printed[test] != nil {
			_, err = io.WriteString(out, printed[test].String())
		}
		delete(printed, test)
	case e.Action == "skip":
		untested = test + " was skipped"
		delete(printed, test)
	case e.Action == "pass":
		delete(printed, test)
	}
	return untested, err
}
