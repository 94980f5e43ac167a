package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/hostiletest"
)

// hostileTime is what a dump can take of a server or a store that has it wait for nothing but its own bounds: the patience
// with the greeting and the probe, and the pauses before a request is tried again.
const hostileTime = 90 * time.Second

// mustHold what holds whatever is on the other end: a reason that is none of Volcado's, no panic, and no more memory than
// with any database.
func (o outcome) mustHold(t *testing.T, e *execution, began time.Time) {
	t.Helper()
	if o.exit == 0 || o.result.Failure == nil {
		t.Errorf("it succeeded: exit code %d\n%.2000s", o.exit, o.stderr)
	} else if o.result.Failure.Reason == contract.Internal {
		t.Errorf("it is taken for a defect: %+v", *o.result.Failure)
	}
	for _, word := range []string{"panic", "goroutine ", "runtime error", canary, storageCanary} {
		if said := o.stdout + o.stderr + fmt.Sprintf("%+v", o.result); strings.Contains(said, word) {
			t.Errorf("%q is in what it says:\n%.3000s", word, said)
		}
	}
	if len(o.stdout)+len(o.stderr) > 16<<10 {
		t.Errorf("it says %d bytes", len(o.stdout)+len(o.stderr))
	}
	if took := time.Since(began); took > hostileTime {
		t.Errorf("it took %s", took)
	}
	if peak := peakMemory(e.Cmd); peak > memoryBound {
		t.Errorf("it took %d MiB at its peak, the bound is %d MiB", peak>>20, memoryBound>>20)
	}
}

func TestWhateverAServerSendsTheDumpEndsWithAReason(t *testing.T) {
	for sentence, way := range hostiletest.MySQLWays() {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			s := hostiletest.StartMySQL(t, way.Ways)
			folder := t.TempDir()
			arguments := append(hostileFlags(t, s, canary), into(folder)...)
			if way.Waits {
				arguments = append(arguments, "--run-deadline=3s")
			}
			e := prepare(t, arguments...).withClient(fakeClient(t, wholeText))
			began := time.Now()
			o := e.outcome(t, e.Run())
			o.mustHold(t, e, began)
			if o.result.Failure != nil && o.result.Failure.Reason != way.Reason {
				t.Errorf("reason %s, want %s: %s", o.result.Failure.Reason, way.Reason, o.result.Failure.Message)
			}
			nothingIn(t, folder)
			if s.Heard(canary) {
				t.Error("the server was told the password")
			}
		})
	}
}

// The client runs where the credentials are mounted. A server can answer any query with a request for one of its files.
func TestTheRealClientGivesAServerNoFile(t *testing.T) {
	for _, tls := range []bool{false, true} {
		file := filepath.Join(t.TempDir(), "mounted")
		if err := os.WriteFile(file, []byte("content-of-a-file"), 0o600); err != nil {
			t.Fatal(err)
		}
		asked := make(chan struct{}, 1000)
		s := hostiletest.StartMySQL(t, hostiletest.Ways{TLS: tls, Query: func(c *hostiletest.Conn, query string) bool {
			// What the preflight does not ask is the client's.
			if !strings.Contains(query, "SQL_MODE='") {
				return false
			}
			asked <- struct{}{}
			c.Write([]byte("\xfb" + file))
			for {
				if packet, err := c.Read(); err != nil || len(packet) == 0 {
					break
				}
			}
			c.OK()
			return true
		}})
		folder := t.TempDir()
		e := prepare(t, append(append(hostileFlags(t, s, canary), into(folder)...), "--run-deadline=20s")...)
		began := time.Now()
		o := e.outcome(t, e.Run())
		o.mustHold(t, e, began)
		if len(asked) == 0 {
			t.Errorf("the client was not asked: %+v", o.result.Failure)
		}
		if s.Heard("content-of-a-file") {
			t.Error("the server was given the file")
		}
		nothingIn(t, folder)
	}
}
