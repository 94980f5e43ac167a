package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
	"github.com/volcado-io/volcado/internal/hostiletest"
	"github.com/volcado-io/volcado/internal/s3test"
)

// hostileTime is what a dump can take of a server or a store that has it wait for nothing but its own bounds: the patience
// with the greeting and the probe, and the pauses before a request is tried again.
const hostileTime = 90 * time.Second

// mustHold what holds whatever is on the other end: a reason that is none of Volcado's, no panic, and no more memory than
// with any database.
//
// The reason is "" for a success.
func (o outcome) mustHold(t *testing.T, e *execution, began time.Time, reason contract.Reason) {
	t.Helper()
	switch failure := o.result.Failure; {
	case failure == nil && reason != "":
		t.Errorf("it succeeded, and should fail with %s:\n%.2000s", reason, o.stderr)
	case failure != nil && failure.Reason != reason:
		t.Errorf("reason %s, want %q: %s", failure.Reason, reason, failure.Message)
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
	if peak := e.peakMemory(); peak > memoryBound {
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
			o.mustHold(t, e, began, way.Reason)
			nothingIn(t, folder)
			if s.Heard(canary) {
				t.Error("the server was told the password")
			}
		})
	}
}

// The client runs where the credentials are mounted. A server can answer any query with a request for one of its files.
func TestTheRealClientGivesAServerNoFile(t *testing.T) {
	mariadb, mysql := dbtest.Releases[0].Clients(t), dbtest.Releases[2].Clients(t)
	for sentence, test := range map[string]struct {
		tls     bool
		clients string
		flags   []string
	}{
		"of MariaDB, in the clear": {false, mariadb, nil},
		"of MariaDB, in TLS":       {true, mariadb, nil},
		"of MySQL, in the clear":   {false, mysql, []string{"--engine=MySQL"}},
		"of MySQL, in TLS":         {true, mysql, []string{"--engine=MySQL"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "mounted")
			if err := os.WriteFile(file, []byte("content-of-a-file"), 0o600); err != nil {
				t.Fatal(err)
			}
			asked := make(chan struct{}, 1000)
			s := hostiletest.StartMySQL(t, hostiletest.Ways{TLS: test.tls, MySQL: len(test.flags) > 0, Query: func(c *hostiletest.Conn, query string) bool {
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
			e := prepare(t, slices.Concat(hostileFlags(t, s, canary), into(folder), []string{"--run-deadline=20s"}, test.flags)...).withClient(test.clients)
			began := time.Now()
			o := e.outcome(t, e.Run())
			o.mustHold(t, e, began, contract.ServerError)
			if len(asked) == 0 {
				t.Errorf("the client was not asked: %+v", o.result.Failure)
			}
			if s.Heard("content-of-a-file") {
				t.Error("the server was given the file")
			}
			nothingIn(t, folder)
		})
	}
}

// hostileBucket are the flags for a hostile store.
func hostileBucket(t testing.TB, s *hostiletest.S3) []string {
	t.Helper()
	trust := "" // the system's authorities
	if s.Authority != nil {
		trust = s.Authority.File
	}
	return []string{"--storage=s3", "--s3-ca-file=" + trust, "--s3-bucket=dumps", "--s3-endpoint=" + s.URL, "--s3-path-style", "--dump=shop/by-hand", "--key-prefix=by-hand",
		"--storage-credentials-dir=" + s3test.Credentials(t, s3test.AccessKeyID, storageCanary)}
}

// largeText needs three parts.
const largeText = wholeText + `| head -n 7; echo 'INSERT INTO t VALUES'; head -c 24000000 /dev/urandom | base64 -w 1000; echo ';'; echo '-- Dump completed'`

func TestAHostileStoreThatDoesNothingWrongHoldsACopy(t *testing.T) {
	store, s := hostiletest.StartS3WithTLS(t, nil), hostiletest.StartMySQL(t, hostiletest.Ways{})
	for _, text := range []string{wholeText, largeText} {
		e := prepare(t, append(hostileFlags(t, s, canary), hostileBucket(t, store)...)...).withClient(fakeClient(t, text))
		e.outcome(t, e.Run()).mustSucceed(t)
	}
	if diff := cmp.Diff([]string{"by-hand/one/dump.sql.gz", "by-hand/one/manifest.json"}, store.Keys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

func TestWhateverAStoreSendsTheDumpEndsWithAReason(t *testing.T) {
	for sentence, way := range hostiletest.S3Ways() {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			store, s := hostiletest.StartS3WithTLS(t, way.Ways), hostiletest.StartMySQL(t, hostiletest.Ways{})
			store.Put("by-hand/old/dump.sql.gz", "left")
			arguments := append(hostileFlags(t, s, canary), hostileBucket(t, store)...)
			if way.Waits {
				arguments = append(arguments, "--run-deadline=5s")
			}
			e := prepare(t, arguments...).withClient(fakeClient(t, largeText))
			began := time.Now()
			o := e.outcome(t, e.Run())
			o.mustHold(t, e, began, way.Reason)
			complete := slices.Contains(store.Keys(), "by-hand/one/manifest.json")
			if complete != (way.Reason == "") {
				t.Errorf("there is a manifest: %t; %q", complete, store.Keys())
			}
		})
	}
}

// What a server says reaches the dumper in the text of its client, too.
func TestWhateverTheTextOfTheClientHoldsTheDumpEndsWithAReason(t *testing.T) {
	const head = wholeText + `| head -n 6; `
	for sentence, test := range map[string]struct {
		script string
		reason contract.Reason
		waits  bool
	}{
		"tables without an end":             {head + "seq 100000000 | sed 's/.*/CREATE TABLE `t&` (id INT);/'", contract.ServerError, false},
		"long names without an end":         {head + "x=$(head -c 100000 /dev/zero | tr '\\0' x); while echo \"CREATE TABLE \\`$x\\` (id INT);\"; do :; done", contract.ServerError, false},
		"views without an end":              {head + "yes '/*!50001 CREATE VIEW `v` AS SELECT 1 */;'", contract.RunDeadlineExceeded, true},
		"a statement without an end":        {head + "echo 'CREATE TABLE `t` ('; yes 'a INT,'", contract.ServerError, false},
		"a string without an end":           {head + "echo \"SET x = '\"; yes x", contract.ServerError, false},
		"a comment without an end":          {head + "printf -- '-- '; yes | tr -d '\\n'", contract.ServerError, false},
		"a delimiter without an end":        {head + "printf 'DELIMITER '; yes | tr -d '\\n'", contract.ServerError, false},
		"rows without an end":               {head + "echo 'INSERT INTO `t` VALUES'; yes '(1),'", contract.RunDeadlineExceeded, true},
		"names of an INSERT without an end": {head + "printf 'INSERT INTO `'; yes | tr -d '\\n'", contract.ServerError, false},
		"nothing without an end":            {"exec sleep infinity", contract.RunDeadlineExceeded, true},
		"complaints without an end":         {"yes is it " + canary + "? >&2", contract.RunDeadlineExceeded, true},
		"a complaint of 100 MB":             {"head -c 100000000 /dev/zero >&2; exit 2", contract.ServerError, false},
		"bytes that are no text":            {"head -c 3000000 /dev/urandom", "", true},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			s := hostiletest.StartMySQL(t, hostiletest.Ways{})
			folder := t.TempDir()
			arguments := append(hostileFlags(t, s, canary), into(folder)...)
			if test.waits {
				arguments = append(arguments, "--run-deadline=2s")
			}
			e := prepare(t, arguments...).withClient(fakeClient(t, test.script))
			began := time.Now()
			o := e.outcome(t, e.Run())
			if test.reason == "" && o.result.Failure != nil {
				test.reason = o.result.Failure.Reason // which of several depends on the bytes
			}
			o.mustHold(t, e, began, test.reason)
			nothingIn(t, folder)
		})
	}
}
