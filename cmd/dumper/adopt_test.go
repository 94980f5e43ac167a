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
	"github.com/volcado-io/volcado/internal/s3test"
)

// The first attempt completed, and nobody heard of it. The second has no database any more, and no account.
func TestASecondAttemptAdoptsWhatTheFirstCompleted(t *testing.T) {
	server := dbtest.Get(t)
	server.Exec(t, "CREATE OR REPLACE DATABASE adopted", "CREATE TABLE adopted.t (id INT PRIMARY KEY)", "INSERT INTO adopted.t VALUES (1)")
	credentials := server.Account(t, "adopter", "pw", dbtest.WholeDump("adopted")...)
	s3, folder := s3test.Start(t, s3test.Options{}), t.TempDir()
	for name, place := range map[string]struct {
		flags []string
		left  func() []string
		put   func(key string)
	}{
		"in a bucket": {bucket(t, s3), func() []string { return s3.Keys(t) }, func(key string) { s3.Put(t, key, "text") }},
		"on a volume": {into(folder), func() []string { return files(t, folder) }, func(key string) { write(t, folder, key, "text") }},
	} {
		t.Run(name, func(t *testing.T) {
			arguments := slices.Concat(flags(server, credentials, "adopted"), place.flags, []string{"--dump=shop/one", "--key-prefix=shop/one/uid"})
			first := run(t, append(arguments, "--attempt=first")...)
			first.mustSucceed(t)
			before := place.left()
			place.put("shop/one/uid/killed/dump.sql.gz")
			place.put("shop/one/uid/killed/notes.txt")
			second := run(t, replace(arguments, "--attempt=second", "--host=no-such-host.invalid", "--credentials-dir=/nowhere", "--tls-ca-file=/nowhere")...)
			if second.exit != 0 {
				t.Fatalf("exit code %d\n%s", second.exit, second.stderr)
			}
			want := first.result
			want.Attempt, want.Adopted = "second", "first"
			want.StartedAt, want.FinishedAt = second.result.StartedAt, second.result.FinishedAt
			if diff := cmp.Diff(want, second.result); diff != "" {
				t.Errorf("the result (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(append(before, "shop/one/uid/killed/notes.txt"), place.left(), sorted); diff != "" {
				t.Errorf("what is in storage (-want +got):\n%s", diff)
			}
			for sentence, other := range map[string][]string{
				"of another dump":     {"--dump=shop/two"},
				"in another format":   {"--compression=zstd"},
				"of another database": {"--database=another"},
				"of a dump by hand":   {"--dump="},
			} {
				o := run(t, replace(arguments, append(other, "--attempt=other", "--credentials-dir=/nowhere")...)...)
				if o.result.Failure == nil || o.result.Failure.Reason != contract.CredentialsMissing {
					t.Errorf("a copy %s adopts it: %+v %+v", sentence, o.result, o.result.Failure)
				}
			}
			if diff := cmp.Diff(append(before, "shop/one/uid/killed/notes.txt"), place.left(), sorted); diff != "" {
				t.Errorf("what is in storage after attempts that failed (-want +got):\n%s", diff)
			}
		})
	}
}

var sorted = cmp.Transformer("sorted", func(s []string) []string { return slices.Sorted(slices.Values(s)) })

func write(t *testing.T, folder, key, data string) {
	t.Helper()
	path := filepath.Join(folder, key)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o640); err != nil {
		t.Fatal(err)
	}
}

// described writes the copy of an attempt into a folder, with a manifest in which something was changed.
func described(t *testing.T, folder, attempt string, finished int, change func(*contract.Manifest)) {
	t.Helper()
	m := contract.Manifest{
		Dump: "shop/one", Attempt: attempt, Format: "gzip", Database: "shop", Port: 3306, Host: "db",
		Files:  []contract.File{{Name: "dump.sql.gz", Size: 4, UncompressedBytes: 20, SHA256: strings.Repeat("a", 64)}},
		Proofs: map[string][]contract.Proof{"dump.sql.gz": {contract.ProofETag}},
		Server: contract.Software{Flavour: "MariaDB", Version: "10.11"}, Client: contract.Software{Flavour: "MariaDB", Version: "10.11"},
		Warnings:  []contract.Warning{{Name: contract.LoadNeedsTrust, Count: 1}},
		StartedAt: time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC), FinishedAt: time.Date(2026, 11, 28, 0, 0, finished, 0, time.UTC),
	}
	change(&m)
	data, err := contract.EncodeManifest(m)
	if err != nil {
		t.Fatal(err)
	}
	write(t, folder, "prod/shop/one/uid/"+attempt+"/manifest.json", string(data))
	write(t, folder, "prod/shop/one/uid/"+attempt+"/dump.sql.gz", "text")
}

// settled runs `dumper inspect` for a dump whose word was lost.
func settled(t *testing.T, s contract.Settlement) (*contract.Result, outcome) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "termination-log")
	o := run(t, "inspect", "--attempt="+eraser, "--result-file="+file, "--request-file="+encoded(t, s))
	r, err := contract.Decode(readFile(t, file), eraser)
	if err != nil {
		t.Fatalf("%v\n%s", err, o.stderr)
	}
	return r, o
}

func TestADumpWhoseWordWasLostIsSettledByItsNewestCompleteCopy(t *testing.T) {
	same := func(*contract.Manifest) {}
	for sentence, test := range map[string]struct {
		leave func(t *testing.T, folder string)
		want  string // the attempt that is adopted; "" for none
	}{
		"none at all": {func(*testing.T, string) {}, ""},
		"one":         {func(t *testing.T, folder string) { described(t, folder, "first", 1, same) }, "first"},
		"the newest": {func(t *testing.T, folder string) {
			described(t, folder, "a", 1, same)
			described(t, folder, "b", 3, same)
			described(t, folder, "c", 2, same)
		}, "b"},
		"of two as new, that of the greater name": {func(t *testing.T, folder string) {
			described(t, folder, "b", 1, same)
			described(t, folder, "a", 1, same)
		}, "b"},
		"one beside an attempt that was killed": {func(t *testing.T, folder string) {
			described(t, folder, "first", 1, same)
			write(t, folder, "prod/shop/one/uid/killed/dump.sql.gz", "te")
		}, "first"},
		"none, as the artifact is another size": {func(t *testing.T, folder string) {
			described(t, folder, "first", 1, same)
			write(t, folder, "prod/shop/one/uid/first/dump.sql.gz", "another")
		}, ""},
		"none, as the artifact is gone": {func(t *testing.T, folder string) {
			described(t, folder, "first", 1, same)
			if err := os.Remove(filepath.Join(folder, "prod/shop/one/uid/first/dump.sql.gz")); err != nil {
				t.Fatal(err)
			}
		}, ""},
		"the older, as the newest is no manifest": {func(t *testing.T, folder string) {
			described(t, folder, "first", 1, same)
			described(t, folder, "second", 2, same)
			write(t, folder, "prod/shop/one/uid/second/manifest.json", "{")
		}, "first"},
		"none, as it is of another dump": {func(t *testing.T, folder string) {
			described(t, folder, "first", 1, func(m *contract.Manifest) { m.Dump = "shop/two" })
		}, ""},
		"none, as it was made by hand": {func(t *testing.T, folder string) {
			described(t, folder, "first", 1, func(m *contract.Manifest) { m.Dump = "" })
		}, ""},
		"none, as it is of another database": {func(t *testing.T, folder string) {
			described(t, folder, "first", 1, func(m *contract.Manifest) { m.Database = "Shop" })
		}, ""},
		"none, as it says to be another's": {func(t *testing.T, folder string) {
			described(t, folder, "first", 1, func(m *contract.Manifest) { m.Attempt = "second" })
		}, ""},
		"none, as it is in another format": {func(t *testing.T, folder string) {
			described(t, folder, "first", 1, func(m *contract.Manifest) {
				m.Format, m.Files[0].Name = "none", "dump.sql"
				m.Proofs = map[string][]contract.Proof{"dump.sql": {contract.ProofETag}}
			})
		}, ""},
		"none, as it is deeper": {func(t *testing.T, folder string) {
			described(t, folder, "x/first", 1, func(m *contract.Manifest) { m.Attempt = "first" })
		}, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			folder := t.TempDir()
			test.leave(t, folder)
			r, o := settled(t, contract.Settlement{Storage: contract.Storage{Directory: folder}, KeyPrefix: "prod/shop/one/uid", Dump: "shop/one", Database: "shop", File: "dump.sql.gz"})
			if test.want == "" {
				if r.Failure == nil || r.Failure.Reason != contract.ArtifactDoubted || !strings.Contains(r.Failure.Message, "no attempt of shop/one left a complete artifact at "+folder) || o.exit != 48 {
					t.Errorf("exit code %d: %+v", o.exit, r)
				}
				return
			}
			if r.Adopted != test.want || r.Artifact == nil || r.Artifact.SizeBytes != 4 || r.Server.Version != "10.11" || len(r.Warnings) != 1 || r.FinishedAt.IsZero() || o.exit != 0 {
				t.Errorf("exit code %d: %+v", o.exit, r)
			}
		})
	}
}

func TestASettlementThatCannotBeMadeSaysWhy(t *testing.T) {
	good := contract.Settlement{Storage: contract.Storage{Directory: t.TempDir()}, KeyPrefix: "prod/shop/one/uid", Dump: "shop/one", Database: "shop", File: "dump.sql.gz"}
	for sentence, test := range map[string]struct {
		edit   func(*contract.Settlement)
		reason contract.Reason
	}{
		"its storage is away": {func(s *contract.Settlement) {
			s.Storage = inBucket(t, fmt.Sprintf("http://127.0.0.1:%d", closedPort(t)), s3test.AccessKeyID)
		}, contract.StorageUnreachable},
		"it has no prefix":  {func(s *contract.Settlement) { s.KeyPrefix = "" }, contract.InvalidRequest},
		"it has no storage": {func(s *contract.Settlement) { s.Storage = contract.Storage{} }, contract.InvalidRequest},
	} {
		t.Run(sentence, func(t *testing.T) {
			s := good
			test.edit(&s)
			if r, o := settled(t, s); r.Failure == nil || r.Failure.Reason != test.reason || o.exit != int(test.reason.ExitCode()) {
				t.Errorf("exit code %d: %+v", o.exit, r)
			}
		})
	}
	path := encoded(t, good)
	run(t, "inspect", "--attempt=one", "--request-file="+path, "--key=x").mustRefuse(t, contract.InvalidRequest, "--key was given beside --request-file")
	run(t, "inspect", "--request-file="+path, "s3://dumps/x").mustRefuse(t, contract.InvalidRequest, "was given beside --request-file")
	run(t, "inspect", "--attempt=one", t.TempDir()).mustRefuse(t, contract.InvalidRequest, "are for the answer to --request-file")
}
