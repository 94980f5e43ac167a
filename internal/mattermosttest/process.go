package mattermosttest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/volcado-io/volcado/internal/children"
)

const (
	// startTimeout is far more than a server needs on a slow machine.
	startTimeout = 2 * time.Minute
	// stopTimeout is what a server has to end by itself.
	stopTimeout = time.Minute
	interval    = 20 * time.Millisecond
	// logShown is how much of a log a failed test shows, in bytes.
	logShown = 16 << 10
)

// process is a server that runs.
type process struct {
	*os.Process
	name  string
	ended <-chan struct{}
	// log of all runs, and where in it that of this one begins.
	log   string
	since int
}

// run a server, which gets last when the test's own process ends, however it ends.
func run(command *exec.Cmd, log string, last syscall.Signal, credential *syscall.Credential) (*process, error) {
	output, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer output.Close()
	state, err := output.Stat()
	if err != nil {
		return nil, err
	}
	p := &process{name: filepath.Base(command.Path), log: log, since: int(state.Size())}
	command.Stdout, command.Stderr = output, output
	command.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
	if p.ended, err = children.Start(command, last); err != nil {
		return nil, err
	}
	p.Process = command.Process
	return p, nil
}

// end a process that may be nil, and wait for that. One that does not end by itself is killed.
func (p *process) end(signal syscall.Signal) {
	if p == nil {
		return
	}
	_ = p.Signal(signal)
	timer := time.NewTimer(stopTimeout)
	defer timer.Stop()
	select {
	case <-p.ended:
	case <-timer.C:
		_ = p.Kill()
		<-p.ended
	}
}

// output of this run so far.
func (p *process) output() []byte {
	text, _ := os.ReadFile(p.log)
	return text[min(p.since, len(text)):]
}

// await polls until the server is ready.
func (p *process) await(ready func(context.Context) bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if ready(ctx) {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended at its start:\n%s", p.name, tail(p.output()))
		case <-ctx.Done():
			return fmt.Errorf("%s did not answer in %s:\n%s", p.name, startTimeout, tail(p.output()))
		case <-tick.C:
		}
	}
}

// tail is the last lines.
func tail(text []byte) []byte {
	if len(text) <= logShown {
		return text
	}
	text = text[len(text)-logShown:]
	return text[bytes.IndexByte(text, '\n')+1:]
}

// showLog shows what the servers wrote during a test, if it fails.
func (s *Server) showLog(t testing.TB) {
	sizes := map[string]int64{}
	for _, name := range []string{mattermostLog, postgresLog} {
		if state, err := os.Stat(s.file(name)); err == nil {
			sizes[name] = state.Size()
		}
	}
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		for name, size := range sizes {
			text, _ := os.ReadFile(s.file(name))
			t.Logf("%s:\n%s", name, tail(text[min(size, int64(len(text))):]))
		}
	})
}
