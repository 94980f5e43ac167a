package main_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
	"github.com/volcado-io/volcado/internal/s3test"
)

// struck is a dump that something happens to.
type struck struct {
	*place
	database    string
	credentials string
	// prefix of the dump in its storage, whose flags are these.
	prefix  string
	storage []string
	// left are the files, objects and unfinished uploads below the prefix.
	left func() []string
}

// arguments of an attempt, through a relay if there is one.
func (s *struck) arguments(attempt string, r *relay) []string {
	arguments := append(append(flags(s.server, s.credentials, s.database), s.engine()), s.storage...)
	arguments = append(arguments, "--dump=shop/"+s.database, "--key-prefix="+s.prefix, "--attempt="+attempt, "--compression=zstd")
	if r != nil {
		arguments = replace(arguments, "--port="+strconv.Itoa(r.port))
	}
	return arguments
}

// run the dumper with the clients of the place.
func (s *struck) run(t *testing.T, arguments ...string) outcome {
	t.Helper()
	e := s.prepare(t, arguments...)
	return e.outcome(t, e.Run())
}

func (s *struck) prepare(t *testing.T, arguments ...string) *execution {
	t.Helper()
	return prepare(t, arguments...).withClient(s.path)
}

// fault is what happens while the stream stands still, and what the attempt fails with.
type fault struct {
	strike func(*testing.T, *struck, *execution)
	// reason that the attempt fails with; none where it leaves no word. There are two where it depends on what the client was
	// about to do: of some of its statements it does not say why they failed.
	reasons []contract.Reason
	// ends: the attempt ends though the stream does not go on.
	ends bool
	// ownServer: the fault is one of the whole server.
	ownServer bool
}

var faults = map[string]fault{
	"the client is killed": {func(t *testing.T, _ *struck, e *execution) {
		if err := syscall.Kill(childOf(t, e.Process.Pid), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}, []contract.Reason{contract.ClientFailed}, true, false},
	"the server is killed":                        {func(t *testing.T, s *struck, _ *execution) { s.server.Kill(t) }, []contract.Reason{contract.ConnectionLost, contract.ServerError}, false, true},
	"a table that is yet to be read is altered":   {statement("ALTER TABLE %s.z_small ADD COLUMN b INT, ALGORITHM=COPY"), []contract.Reason{contract.TableDefinitionChanged}, false, false},
	"a table that is yet to be read is dropped":   {statement("DROP TABLE %s.z_small"), []contract.Reason{contract.TableDefinitionChanged}, false, false},
	"a table that is yet to be read is renamed":   {statement("RENAME TABLE %[1]s.z_small TO %[1]s.z_renamed"), []contract.Reason{contract.TableDefinitionChanged}, false, false},
	"a table that is yet to be read is truncated": {statement("TRUNCATE TABLE %s.z_small"), []contract.Reason{contract.TableDefinitionChanged}, false, false},
	"SIGTERM": {signal(syscall.SIGTERM), []contract.Reason{contract.Interrupted}, true, false},
	"SIGKILL": {signal(syscall.SIGKILL), nil, true, false},
}

func statement(format string) func(*testing.T, *struck, *execution) {
	return func(t *testing.T, s *struck, _ *execution) { s.server.Exec(t, fmt.Sprintf(format, s.database)) }
}

func signal(number syscall.Signal) func(*testing.T, *struck, *execution) {
	return func(t *testing.T, _ *struck, e *execution) {
		if err := e.Process.Signal(number); err != nil {
			t.Fatal(err)
		}
	}
}

// everywhere a dump can be kept.
var everywhere = map[string]bool{"on a volume": true, "in a bucket": false}

func TestAFaultAtAnyPointOfTheStreamLeavesNoDumpAndTheNextAttemptLeavesAWholeOne(t *testing.T) {
	for _, release := range struckReleases {
		p, s3 := begin(t, release, false), s3test.Start(t, s3test.Options{})
		want, passed := undisturbed(t, p, s3)
		for name, f := range faults {
			for _, percent := range []int64{10, 50, 99} {
				for where, onVolume := range everywhere {
					t.Run(fmt.Sprintf("%s: %s at %d %%, %s", release.Name, name, percent, where), func(t *testing.T) {
						t.Parallel()
						p := p
						if f.ownServer {
							p = begin(t, release, false, "--innodb-flush-log-at-trx-commit=1")
						}
						s := newStruck(t, p, s3, databaseOf(t.Name()), onVolume)
						s.fail(t, f, passed*percent/100)
						if f.ownServer {
							p.server.Restart(t)
						}
						s.succeed(t, want.UncompressedBytes, "next")
					})
				}
			}
		}
	}
}

// What changes a table waits until the client has read it.
func TestATableThatIsChangedWhileItIsReadIsCopiedAsItWas(t *testing.T) {
	for _, release := range struckReleases {
		p, s3 := begin(t, release, false), s3test.Start(t, s3test.Options{})
		want, passed := undisturbed(t, p, s3)
		for name, change := range map[string]string{
			"altered": "ALTER TABLE %s.a_large ADD COLUMN b INT, ALGORITHM=COPY", "dropped": "DROP TABLE %s.a_large",
			"renamed": "RENAME TABLE %[1]s.a_large TO %[1]s.b_large", "truncated": "TRUNCATE TABLE %s.a_large",
		} {
			t.Run(release.Name+": "+name, func(t *testing.T) {
				t.Parallel()
				s := newStruck(t, p, s3, databaseOf(t.Name()), true)
				e, r := s.held(t, passed/2)
				changed := make(chan error, 1)
				go func() {
					_, err := p.server.DB().ExecContext(t.Context(), fmt.Sprintf(change, s.database))
					changed <- err
				}()
				wait(t, func() bool { return s.waitsForLock(t) })
				close(r.goOn)
				artifact := e.outcome(t, e.Wait()).mustSucceed(t)
				s.mustBeAsLong(t, artifact, want.UncompressedBytes)
				if err := <-changed; err != nil {
					t.Errorf("what waited failed: %v", err)
				}
			})
		}
	}
}

// waitsForLock reports whether a statement about the database waits for the lock of a table.
func (s *struck) waitsForLock(t *testing.T) bool {
	t.Helper()
	rows, err := s.server.DB().QueryContext(t.Context(), "SELECT 1 FROM information_schema.PROCESSLIST WHERE STATE = 'Waiting for table metadata lock' AND INFO LIKE ?", "%"+s.database+".%")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	return rows.Next()
}

// struckReleases have each fault.
var struckReleases = []dbtest.Release{dbtest.Releases[0], dbtest.Releases[2]}

// databaseOf a test is a name of its own.
func databaseOf(test string) string {
	letters := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, test)
	return "x" + letters[max(0, len(letters)-50):]
}

// accountOf a database. MySQL's names of accounts have at most 32 letters.
func accountOf(database string) string { return database[max(0, len(database)-32):] }

// newStruck makes a database whose dump has more than 24 MiB of text, all but a little of it in the first table, and a storage.
func newStruck(t *testing.T, p *place, s3 *s3test.Server, database string, onVolume bool) *struck {
	t.Helper()
	p.server.Exec(t, "DROP DATABASE IF EXISTS "+database, "CREATE DATABASE "+database, "CREATE TABLE "+database+".a_large (id INT PRIMARY KEY AUTO_INCREMENT, filling LONGBLOB)",
		"INSERT INTO "+database+".a_large (filling) SELECT RANDOM_BYTES(1024) FROM information_schema.COLLATIONS a, information_schema.COLLATIONS b LIMIT 12000",
		"CREATE TABLE "+database+".z_small (id INT PRIMARY KEY)", "INSERT INTO "+database+".z_small VALUES (1)")
	s := &struck{place: p, database: database, credentials: p.server.Reader(t, accountOf(database), "pw", database), prefix: "shop/" + database}
	s.storage = bucket(t, s3)
	s.left = func() []string {
		return slices.DeleteFunc(append(s3.Keys(t), s3.Uploads(t)...), func(key string) bool { return !strings.HasPrefix(key, s.prefix+"/") })
	}
	if onVolume {
		folder := t.TempDir()
		s.storage, s.left = into(folder), func() []string { return files(t, folder) }
	}
	return s
}

// undisturbed is a dump to which nothing happens, and how many bytes the server sends for it.
func undisturbed(t *testing.T, p *place, s3 *s3test.Server) (artifact contract.Artifact, passed int64) {
	t.Helper()
	s, clean := newStruck(t, p, s3, "undisturbed", true), startRelay(t, p.server, 0)
	artifact = s.run(t, s.arguments("clean", clean)...).mustSucceed(t)
	return artifact, clean.total()
}

// held starts an attempt and returns when so many bytes have passed and the stream stands still.
func (s *struck) held(t *testing.T, at int64) (*execution, *relay) {
	t.Helper()
	r := startRelay(t, s.server, at)
	e := s.prepare(t, s.arguments("struck", r)...)
	if err := e.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-r.reached:
	case <-time.After(patience):
		t.Fatalf("only %d of %d bytes have passed", r.total(), at)
	}
	return e, r
}

// fail an attempt by a fault at an offset, and see that it leaves nothing that could be taken for a dump.
func (s *struck) fail(t *testing.T, f fault, at int64) {
	t.Helper()
	e, r := s.held(t, at)
	f.strike(t, s, e)
	if !f.ends {
		close(r.goOn)
	}
	err := e.Wait()
	if f.ends {
		close(r.goOn)
	}
	if len(f.reasons) > 0 {
		e.outcome(t, err).mustFailWith(t, f.reasons)
		if left := s.left(); len(left) > 0 {
			t.Errorf("left in storage: %q", left)
		}
	}
	s.mustLookEmpty(t)
}

// mustFailWith checks that it failed with one of the reasons.
func (o outcome) mustFailWith(t *testing.T, reasons []contract.Reason) {
	t.Helper()
	if o.result.Failure != nil && slices.Contains(reasons, o.result.Failure.Reason) {
		reasons = []contract.Reason{o.result.Failure.Reason}
	}
	o.mustFail(t, reasons[0])
}

// mustLookEmpty fails the test if anything can be taken for a dump.
func (s *struck) mustLookEmpty(t *testing.T) {
	t.Helper()
	// Of an attempt that was killed, inspect may list what it left, as incomplete.
	for _, attempt := range s.inspect(t) {
		if attempt.Complete || attempt.Manifest != nil {
			t.Errorf("dumper inspect lists %+v", attempt)
		}
	}
	for _, command := range []string{"verify", "cat"} {
		if o := run(t, append([]string{command, "--key=" + s.prefix}, s.storage...)...); o.exit == 0 || o.stdout != "" {
			t.Errorf("dumper %s: exit code %d, %d bytes", command, o.exit, len(o.stdout))
		}
	}
}

func (s *struck) inspect(t *testing.T) []listed {
	t.Helper()
	return inspected(t, append([]string{"--key=" + s.prefix}, s.storage...)...)
}

// mustBeAsLong fails the test if the copy has not as much text as another. The database has another name, and a table may have
// another, or one column more.
func (s *struck) mustBeAsLong(t *testing.T, artifact contract.Artifact, bytes int64) {
	t.Helper()
	if difference := artifact.UncompressedBytes - bytes; difference < -1000 || difference > 1000 {
		t.Errorf("the copy has %d bytes of text, and the first had %d", artifact.UncompressedBytes, bytes)
	}
}

// succeed with the next attempt, which leaves one whole copy and nothing else.
func (s *struck) succeed(t *testing.T, bytes int64, attempt string) {
	t.Helper()
	artifact := s.run(t, s.arguments(attempt, nil)...).mustSucceed(t)
	s.mustBeAsLong(t, artifact, bytes)
	if o := run(t, append([]string{"verify", "--key=" + s.prefix}, s.storage...)...); o.exit != 0 {
		t.Errorf("dumper verify: %s", o.stderr)
	}
	want := []string{s.prefix + "/" + attempt + "/dump.sql.zst", s.prefix + "/" + attempt + "/manifest.json"}
	left := s.left()
	slices.Sort(left)
	if diff := cmp.Diff(want, left); diff != "" {
		t.Errorf("in storage (-want +got):\n%s", diff)
	}
	if attempts := s.inspect(t); len(attempts) != 1 || !attempts[0].Complete {
		t.Errorf("dumper inspect lists %+v", attempts)
	}
}
