package bolttest

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volcado-io/volcado/internal/slacktest"
)

// report is a line that app.js writes.
type report struct {
	What, Text, Value, TS, User, Channel, Event, Reason, Bot, BotUser string

	Retry int
	// Payload as Bolt has it from the fake.
	Payload map[string]any
}

// app is app.js, which runs until the test ends.
type app struct {
	t       *testing.T
	mu      sync.Mutex
	reports []report
}

// run app.js against the fake, and wait until it is connected.
func run(t *testing.T, s *slacktest.Server) *app {
	t.Helper()
	folder := modules(t)
	a := &app{t: t}
	command := exec.Command("node", "app.js")
	// Nothing else of the environment, of which a proxy could lead astray what goes to loopback.
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "NODE_PATH=" + folder + "/node_modules",
		"BOT_TOKEN=" + s.BotToken(), "APP_TOKEN=" + s.AppToken(), "API_URL=" + s.URL(),
	}
	var said strings.Builder
	command.Stderr = &said
	input, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(output); lines.Scan(); {
			a.note(lines.Bytes())
		}
	}()
	t.Cleanup(func() {
		input.Close()
		kill := time.AfterFunc(30*time.Second, func() { _ = command.Process.Kill() })
		defer kill.Stop()
		<-read
		if err := command.Wait(); err != nil {
			t.Errorf("app.js: %v", err)
		}
		if said.Len() > 0 {
			t.Logf("app.js wrote:\n%s", said.String())
		}
	})
	a.tells("started", 1)
	return a
}

func (a *app) note(line []byte) {
	var made report
	if err := json.Unmarshal(line, &made); err != nil || made.What == "error" {
		a.t.Errorf("app.js: %s", line)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.reports = append(a.reports, made)
}

// told is everything of a kind that was reported.
func (a *app) told(what string) []report {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(a.reports), func(r report) bool { return r.What != what })
}

// tells waits for the nth report of a kind.
func (a *app) tells(what string, n int) report {
	a.t.Helper()
	eventually(a.t, "app.js reports "+what, func() bool { return len(a.told(what)) >= n })
	return a.told(what)[n-1]
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	timeout := time.After(time.Minute)
	for !holds() {
		select {
		case <-timeout:
			t.Fatalf("not in time: %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
