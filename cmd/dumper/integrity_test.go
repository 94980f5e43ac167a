package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
	"github.com/volcado-io/volcado/internal/s3test"
)

// patience is how long a test waits for what must come; it is never waited for in vain.
const patience = time.Minute

// large makes a database whose dump has more than 24 MiB of text that does not compress, in a table that comes before
// another.
func large(t *testing.T, server *dbtest.Server, database string) (credentials string, textBytes int64) {
	t.Helper()
	server.Exec(t, "CREATE OR REPLACE DATABASE "+database,
		"CREATE TABLE "+database+".a_large (id INT PRIMARY KEY, filling LONGBLOB)",
		"INSERT INTO "+database+".a_large SELECT seq, RANDOM_BYTES(1024) FROM mysql.seq_1_to_12000",
		"CREATE TABLE "+database+".z_small (id INT PRIMARY KEY)", "INSERT INTO "+database+".z_small VALUES (1)")
	credentials = server.Account(t, database, "pw", dbtest.WholeDump(database)...)
	o := run(t, append(flags(server, credentials, database), into(t.TempDir())...)...)
	return credentials, o.mustSucceed(t).UncompressedBytes
}

func TestADoubtedDumpIsNeverASuccess(t *testing.T) {
	server := dbtest.Get(t)
	credentials, bytes := large(t, server, "doubted")
	percent := func(n int64) string { return strconv.FormatInt(bytes*n/100, 10) }
	s3 := s3test.Start(t, s3test.Options{})
	for name, test := range map[string]struct {
		client string
		reason contract.Reason
	}{
		"killed at once":             {"kill -9 $$", contract.ClientFailed},
		"killed at 10 %":             {`"$REAL" "$@" | head -c ` + percent(10) + "; kill -9 $$", contract.ClientFailed},
		"killed at 50 %":             {`"$REAL" "$@" | head -c ` + percent(50) + "; kill -9 $$", contract.ClientFailed},
		"killed at 99 %":             {`"$REAL" "$@" | head -c ` + percent(99) + "; kill -9 $$", contract.ClientFailed},
		"killed after the trailer":   {`"$REAL" "$@"; kill -9 $$`, contract.ClientFailed},
		"failed after the trailer":   {`"$REAL" "$@"; exit 3`, contract.ServerError},
		"failed without a word":      {"exit 2", contract.ServerError},
		"out of memory, silently":    {"exit 4", contract.ClientFailed},
		"nobody reads its output":    {"exec 1>&-; exit 5", contract.ClientFailed},
		"truncated with exit code 0": {`"$REAL" "$@" 2>/dev/null | head -c ` + percent(99) + "; exit 0", contract.Truncated},
		"without its last newline":   {`"$REAL" "$@" | head -c -1; exit 0`, contract.Truncated},
		"something after the end":    {`"$REAL" "$@"; echo "-- more"; exit 0`, contract.Truncated},
		"nothing at all":             {"exit 0", contract.Truncated},
		"a version with more lines":  {`"$REAL" "$@" | sed 's/^-- Server version.*/&\n\\! touch x/'`, contract.ServerError},
		"a command for the client":   {`"$REAL" "$@" | sed 's/^CREATE TABLE/\\! touch x\n&/'; exit 0`, contract.ServerError},
		"a definition without end":   {`echo "CREATE TABLE t ("; head -c 40000000 /dev/zero | tr '\0' x; exit 0`, contract.ServerError},
		"a complaint and code 0":     {`"$REAL" "$@"; echo "mariadb-dump: something is odd" >&2; exit 0`, contract.ClientFailed},
		"a server's error":           {`echo 'mariadb-dump: Error 2013: Lost connection to server during query when dumping table ` + "`a_large`" + ` at row: 7' >&2; exit 3`, contract.ConnectionLost},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			for _, place := range [][]string{into(folder), bucket(t, s3)} {
				e := prepare(t, append(flags(server, credentials, "doubted"), place...)...).withClient(fakeClient(t, test.client))
				e.outcome(t, e.Run()).mustFail(t, test.reason)
			}
			nothingIn(t, folder)
			nothingInBucket(t, s3)
		})
	}
}

func TestTheServersConnectionBreaksOff(t *testing.T) {
	server := dbtest.Get(t)
	credentials, _ := large(t, server, "broken_off")
	gate := filepath.Join(t.TempDir(), "gate")
	folder := t.TempDir()
	e := prepare(t, append(flags(server, credentials, "broken_off"), into(folder)...)...).withClient(fakeClient(t, paused(gate, early)))
	start(t, e, early)
	server.Exec(t, killConnections(t, server, "broken_off"))
	open(t, gate)
	e.outcome(t, e.Wait()).mustFail(t, contract.ConnectionLost, `"a_large"`)
	nothingIn(t, folder)
}

// A table that is altered after the transaction began and before it is read cannot be read any more.
func TestATableIsAlteredDuringTheDump(t *testing.T) {
	server := dbtest.Get(t)
	credentials, _ := large(t, server, "altered")
	gate := filepath.Join(t.TempDir(), "gate")
	folder := t.TempDir()
	e := prepare(t, append(flags(server, credentials, "altered"), into(folder)...)...).withClient(fakeClient(t, paused(gate, early)))
	start(t, e, early)
	server.Exec(t, "ALTER TABLE altered.z_small FORCE, ALGORITHM=COPY")
	open(t, gate)
	e.outcome(t, e.Wait()).mustFail(t, contract.TableDefinitionChanged, `"z_small"`)
	nothingIn(t, folder)
}

// The client lists the tables again, so a table that the preflight has not seen would be copied.
func TestAnExcludedTableAppearsAfterThePreflight(t *testing.T) {
	server := dbtest.Get(t)
	for name, flag := range map[string]string{"excluded": "--exclude=secret_*", "without data": "--exclude-data=secret_*"} {
		t.Run(name, func(t *testing.T) {
			credentials, _ := large(t, server, "appearing")
			gate, ready := filepath.Join(t.TempDir(), "gate"), filepath.Join(t.TempDir(), "ready")
			folder := t.TempDir()
			script := "touch " + ready + "; while [ ! -e " + gate + ` ]; do sleep 0.01; done; exec "$REAL" "$@"`
			e := prepare(t, append(flags(server, credentials, "appearing"), append(into(folder), flag)...)...).withClient(fakeClient(t, script))
			if err := e.Start(); err != nil {
				t.Fatal(err)
			}
			wait(t, func() bool { _, err := os.Stat(ready); return err == nil })
			server.Exec(t, "CREATE TABLE appearing.secret_1 (id INT)", "INSERT INTO appearing.secret_1 VALUES (1)")
			open(t, gate)
			e.outcome(t, e.Wait()).mustFail(t, contract.TableDefinitionChanged, `"secret_1"`)
			nothingIn(t, folder)
		})
	}
}

func TestItStopsWhenToldOrTooLate(t *testing.T) {
	server := dbtest.Get(t)
	credentials, _ := large(t, server, "stopped")
	s3 := s3test.Start(t, s3test.Options{})
	for name, test := range map[string]struct {
		flags  []string
		signal os.Signal
		reason contract.Reason
	}{
		"SIGTERM":  {nil, syscall.SIGTERM, contract.Interrupted},
		"Ctrl-C":   {nil, os.Interrupt, contract.Interrupted},
		"deadline": {[]string{"--run-deadline=3s"}, nil, contract.RunDeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			for _, place := range [][]string{into(folder), bucket(t, s3)} {
				arguments := append(append(flags(server, credentials, "stopped"), test.flags...), place...)
				e := prepare(t, arguments...).withClient(fakeClient(t, paused("/nonexistent/gate", late)))
				if test.signal == nil {
					// How far it gets by then does not matter, and on a busy machine nobody knows.
					e.outcome(t, e.Run()).mustFail(t, test.reason)
					continue
				}
				start(t, e, late)
				child := childOf(t, e.Process.Pid)
				if err := e.Process.Signal(test.signal); err != nil {
					t.Fatal(err)
				}
				e.outcome(t, e.Wait()).mustFail(t, test.reason)
				wait(t, func() bool { return syscall.Kill(child, 0) == syscall.ESRCH })
			}
			nothingIn(t, folder)
			nothingInBucket(t, s3)
		})
	}
}

func TestTheClientDiesWithTheDumper(t *testing.T) {
	server := dbtest.Get(t)
	credentials, _ := large(t, server, "orphaned")
	e := prepare(t, append(flags(server, credentials, "orphaned"), into(t.TempDir())...)...).withClient(fakeClient(t, paused("/nonexistent/gate", early)))
	start(t, e, early)
	child := childOf(t, e.Process.Pid)
	if err := e.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = e.Wait()
	wait(t, func() bool { return syscall.Kill(child, 0) == syscall.ESRCH })
}

// The bytes do not fit: 24 MiB into 8 MiB.
func TestTheVolumeIsFull(t *testing.T) {
	server := dbtest.Get(t)
	credentials, _ := large(t, server, "full")
	volume := t.TempDir()
	listing := filepath.Join(t.TempDir(), "listing")
	e := prepare(t, append(flags(server, credentials, "full"), into(volume)...)...)
	// The mount is seen by this process alone and goes away with it.
	script := `mount -t tmpfs -o size=8m tmpfs "$0" && { "$@"; code=$?; find "$0" -mindepth 1 >` + listing + `; exit $code; }`
	unshare := []string{"unshare", "--mount", "--"}
	if os.Geteuid() != 0 {
		unshare = []string{"unshare", "--mount", "--map-root-user", "--"}
	}
	e.Args = append(append(unshare, "sh", "-c", script, volume, e.Path), e.Args[1:]...)
	e.Path = lookPath(t, "unshare")
	e.outcome(t, e.Run()).mustFail(t, contract.StorageFull, volume)
	left, err := os.ReadFile(listing)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) > 0 {
		t.Errorf("left on the volume: %s", left)
	}
}

// Between the dumper and the real store stands a proxy that fails as networks and stores do.
func TestTheUploadFailsHalfWay(t *testing.T) {
	server := dbtest.Get(t)
	credentials, _ := large(t, server, "unstored")
	for name, test := range map[string]struct {
		fault  func(http.ResponseWriter, *http.Request, int32) bool // true: it has answered
		reason contract.Reason                                      // empty: it succeeds
	}{
		"one part answered 503, then well": {func(w http.ResponseWriter, r *http.Request, n int32) bool {
			return isPart(r) && n == 2 && answer(w, r, http.StatusServiceUnavailable)
		}, ""},
		"one part reset, then well": {func(w http.ResponseWriter, r *http.Request, n int32) bool {
			return isPart(r) && n == 2 && reset(w)
		}, ""},
		"parts answered 503 for ever": {func(w http.ResponseWriter, r *http.Request, n int32) bool {
			return isPart(r) && n >= 2 && answer(w, r, http.StatusServiceUnavailable)
		}, contract.StorageError},
		"parts reset for ever": {func(w http.ResponseWriter, r *http.Request, n int32) bool {
			return isPart(r) && n >= 2 && reset(w)
		}, contract.StorageUnreachable},
		"parts refused half-way": {func(w http.ResponseWriter, r *http.Request, n int32) bool {
			return isPart(r) && n >= 2 && answer(w, r, http.StatusForbidden)
		}, contract.StorageAccessDenied},
		"the store is full half-way": {func(w http.ResponseWriter, r *http.Request, n int32) bool {
			return isPart(r) && n >= 2 && answer(w, r, http.StatusInsufficientStorage)
		}, contract.StorageFull},
		"the commit is refused": {func(w http.ResponseWriter, r *http.Request, _ int32) bool {
			return r.Method == http.MethodPost && r.URL.Query().Has("uploadId") && answer(w, r, http.StatusForbidden)
		}, contract.StorageAccessDenied},
		"the manifest is refused": {func(w http.ResponseWriter, r *http.Request, _ int32) bool {
			return r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "manifest.json") && answer(w, r, http.StatusForbidden)
		}, contract.StorageAccessDenied},
		"the store loses what it has": {func(w http.ResponseWriter, r *http.Request, _ int32) bool {
			return r.Method == http.MethodHead && strings.HasSuffix(r.URL.Path, "dump.sql.gz") && answer(w, r, http.StatusNotFound)
		}, contract.ArtifactDoubted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they wait for one another attempt most of the time
			s3 := s3test.Start(t, s3test.Options{})
			proxy := faulty(t, s3, test.fault)
			o := run(t, append(flags(server, credentials, "unstored"), replace(bucket(t, s3), "--s3-endpoint="+proxy)...)...)
			if test.reason == "" {
				o.mustSucceed(t)
				if o := run(t, append([]string{"verify", "--key=unstored"}, bucket(t, s3)...)...); o.exit != 0 {
					t.Errorf("dumper verify: %s", o.stderr)
				}
				return
			}
			o.mustFail(t, test.reason)
			nothingInBucket(t, s3)
		})
	}
}

// The store holds something else than was sent, of the same size, and its ETag says nothing.
func TestTheStoreHoldsSomethingElse(t *testing.T) {
	server := dbtest.Get(t)
	server.Exec(t, "CREATE DATABASE swapped", "CREATE TABLE swapped.t (id INT PRIMARY KEY)")
	credentials := server.Account(t, "swapped", "pw", "ALL ON *.*")
	for name, test := range map[string]struct {
		change func([]byte) []byte
		reason contract.Reason // empty: it succeeds
	}{
		"another byte":  {func(b []byte) []byte { b[len(b)/2] ^= 1; return b }, contract.ArtifactDoubted},
		"one byte less": {func(b []byte) []byte { return b[1:] }, contract.ArtifactDoubted},
		"the same":      {func(b []byte) []byte { return b }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s3 := s3test.Start(t, s3test.Options{})
			proxy := faulty(t, s3, func(w http.ResponseWriter, r *http.Request, _ int32) bool {
				if r.Method != http.MethodGet && r.Method != http.MethodHead || !strings.HasSuffix(r.URL.Path, "dump.sql.gz") {
					return false
				}
				held, err := os.ReadFile(filepath.Join(s3.Folder, r.URL.Path))
				if err != nil {
					return false
				}
				w.Header().Set("ETag", `"says-nothing"`)
				held = test.change(held)
				w.Header().Set("Content-Length", strconv.Itoa(len(held)))
				if r.Method == http.MethodGet {
					_, _ = w.Write(held)
				}
				return true
			})
			o := run(t, append(flags(server, credentials, "swapped"), replace(bucket(t, s3), "--s3-endpoint="+proxy)...)...)
			if test.reason == "" {
				o.mustSucceed(t)
				return
			}
			o.mustFail(t, test.reason, "dump.sql.gz")
			nothingInBucket(t, s3)
		})
	}
}
