package main_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
	"github.com/volcado-io/volcado/internal/s3test"
)

// artifact makes a small one and returns the folder of its storage and its attempt's folder.
func artifact(t *testing.T) (storage, attempt string) {
	t.Helper()
	server := dbtest.Get(t)
	server.Exec(t, "CREATE OR REPLACE DATABASE kept", "CREATE TABLE kept.t (id INT PRIMARY KEY)", "INSERT INTO kept.t SELECT seq FROM mysql.seq_1_to_1000")
	credentials := server.Account(t, "keeper", "pw", dbtest.WholeDump("kept")...)
	storage = t.TempDir()
	run(t, append(append(flags(server, credentials, "kept"), into(storage)...), "--attempt=one")...).mustSucceed(t)
	return storage, filepath.Join(storage, "kept", "one")
}

// mustRefuse checks that a command failed with a reason, without a result file.
func (o outcome) mustRefuse(t *testing.T, reason contract.Reason, mentions ...string) {
	t.Helper()
	if o.exit != int(reason.ExitCode()) || !strings.HasPrefix(o.stderr, string(reason)+": ") {
		t.Fatalf("exit code %d, want %s: %s", o.exit, reason, o.stderr)
	}
	for _, mention := range mentions {
		if !strings.Contains(o.stderr, mention) {
			t.Errorf("it does not mention %q: %s", mention, o.stderr)
		}
	}
}

func TestAnArtifactThatWasTamperedWithIsFoundOut(t *testing.T) {
	storage, attempt := artifact(t)
	file := filepath.Join(attempt, contract.DefaultFormat().File())
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	compressed := func(text string) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = io.WriteString(w, text)
		_ = w.Close()
		return b.Bytes()
	}
	for name, test := range map[string]struct {
		change func([]byte) []byte
		raw    bool // it is found out without decompressing too
	}{
		"a byte changed":         {func(b []byte) []byte { b[len(b)/2] ^= 1; return b }, true},
		"cut short":              {func(b []byte) []byte { return b[:len(b)-10] }, true},
		"something at its end":   {func(b []byte) []byte { return append(b, 0) }, true},
		"another gzip file":      {func([]byte) []byte { return compressed("-- Dump completed\n") }, true},
		"empty":                  {func([]byte) []byte { return nil }, true},
		"two gzip files in one":  {func(b []byte) []byte { return append(b, compressed("DROP DATABASE mysql;")...) }, true},
		"nothing, so it is good": {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			if test.change == nil {
				if err := os.WriteFile(file, whole, 0o600); err != nil {
					t.Fatal(err)
				}
				if o := run(t, "verify", storage); o.exit != 0 || !strings.Contains(o.stdout, "is whole") {
					t.Errorf("exit code %d: %s", o.exit, o.stderr)
				}
				return
			}
			if err := os.WriteFile(file, test.change(bytes.Clone(whole)), 0o600); err != nil {
				t.Fatal(err)
			}
			run(t, "verify", storage).mustRefuse(t, contract.ArtifactDoubted, file)
			run(t, "cat", storage).mustRefuse(t, contract.ArtifactDoubted, file)
			run(t, "cat", storage, "--raw").mustRefuse(t, contract.ArtifactDoubted, file)
		})
	}
}

func TestAManifestThatWasTamperedWithIsFoundOut(t *testing.T) {
	storage, attempt := artifact(t)
	file := filepath.Join(attempt, contract.ManifestFile)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(string) string{
		"another length of the text": func(m string) string { return strings.Replace(m, `"uncompressedBytes": `, `"uncompressedBytes": 1`, 1) },
		"another version":            func(m string) string { return strings.Replace(m, `"version": 2`, `"version": 3`, 1) },
		"a path for a file": func(m string) string {
			return strings.Replace(m, `"name": "dump.sql.gz"`, `"name": "../../etc/passwd"`, 1)
		},
		"a proof that nobody knows": func(m string) string { return strings.Replace(m, `"Trailer"`, `"Oath"`, 1) },
		"longer than can be":        func(m string) string { return m + strings.Repeat(" ", contract.MaxManifestBytes) },
		"not JSON":                  func(m string) string { return m[1:] },
		"nothing":                   func(string) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(file, []byte(change(string(whole))), 0o600); err != nil {
				t.Fatal(err)
			}
			run(t, "verify", storage).mustRefuse(t, contract.ArtifactDoubted)
		})
	}
}

func TestAnArtifactIsFoundByWhatAPersonHas(t *testing.T) {
	storage, attempt := artifact(t)
	for name, arguments := range map[string][]string{
		"the artifact's path":          {filepath.Join(attempt, "dump.sql.gz")},
		"the manifest's path":          {filepath.Join(attempt, "manifest.json")},
		"the attempt's path":           {attempt},
		"the storage's path":           {storage},
		"the storage and a key":        {"--storage-directory=" + storage, "--key=kept/one/dump.sql.gz"},
		"the storage and a prefix":     {"--storage-directory=" + storage, "--key=kept"},
		"the storage and no key":       {"--storage-directory=" + storage},
		"a key with a slash at an end": {"--storage-directory=" + storage, "--key=kept/one/"},
	} {
		t.Run(name, func(t *testing.T) {
			o := run(t, append([]string{"cat"}, arguments...)...)
			if o.exit != 0 || !strings.HasSuffix(o.stdout, "-- Dump completed\n") {
				t.Errorf("exit code %d: %s", o.exit, o.stderr)
			}
			raw := run(t, append([]string{"cat", "--raw"}, arguments...)...)
			if stored, err := os.ReadFile(filepath.Join(attempt, "dump.sql.gz")); err != nil || raw.stdout != string(stored) {
				t.Errorf("--raw gives something else than the file: %v", err)
			}
		})
	}
}

func TestALocationFromChatWorksAndNothingElseIsInIt(t *testing.T) {
	server := dbtest.Get(t)
	server.Exec(t, "CREATE OR REPLACE DATABASE pasted", "CREATE TABLE pasted.t (id INT PRIMARY KEY)")
	credentials := server.Account(t, "paster", "pw", dbtest.WholeDump("pasted")...)
	s3 := s3test.Start(t, s3test.Options{})
	where := bucket(t, s3)
	run(t, append(append(flags(server, credentials, "pasted"), where...), "--key-prefix=prod/shop", "--attempt=one")...).mustSucceed(t)
	run(t, append(append(flags(server, credentials, "pasted"), where...), "--key-prefix=prod/shop", "--attempt=two")...).mustSucceed(t)
	access := []string{"--s3-endpoint=" + s3.Endpoint, "--s3-path-style", where[len(where)-1]}
	for _, location := range []string{"s3://dumps/prod/shop/one/dump.sql.gz", "s3://dumps/prod/shop/one/", "s3://dumps/prod/shop/two/manifest.json"} {
		if o := run(t, append([]string{"verify", location}, access...)...); o.exit != 0 {
			t.Errorf("%s: %s", location, o.stderr)
		}
	}
	for location, reason := range map[string]contract.Reason{
		"s3://dumps/prod/shop":                                    contract.InvalidRequest, // two of them
		"s3://dumps/prod/nothing":                                 contract.InvalidRequest,
		"s3://nowhere/prod/shop/one/dump.sql.gz":                  contract.BucketNotFound,
		"s3://dumps/prod/shop/one/dump.sql.gz?endpoint=evil":      contract.InvalidRequest,
		"s3://dumps?profile=admin":                                contract.InvalidRequest,
		"s3://key:secret@dumps/prod/shop/one/dump.sql.gz":         contract.InvalidRequest,
		"gs://dumps/prod/shop/one/dump.sql.gz":                    contract.InvalidRequest,
		"s3:///prod/shop/one/dump.sql.gz":                         contract.InvalidRequest,
		"https://s3.example.com/dumps/prod/shop/one?X-Amz-Token=": contract.InvalidRequest,
	} {
		run(t, append([]string{"cat", location}, access...)...).mustRefuse(t, reason)
	}
}

func TestInspectTellsCompleteFromIncomplete(t *testing.T) {
	storage, attempt := artifact(t)
	for name, size := range map[string]int{"half/dump.sql.gz": 7, "stray.txt": 1} {
		path := filepath.Join(storage, "kept", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := run(t, "inspect", "--storage-directory="+storage, "--key=kept")
	var report struct {
		Attempts []struct {
			Location string
			Complete bool
			Files    map[string]int64
		}
	}
	if err := json.Unmarshal([]byte(o.stdout), &report); err != nil {
		t.Fatal(err)
	}
	complete := map[string]bool{}
	for _, a := range report.Attempts {
		complete[a.Location] = a.Complete
	}
	want := map[string]bool{attempt: true, filepath.Join(storage, "kept", "half"): false, filepath.Join(storage, "kept"): false}
	if diff := cmp.Diff(want, complete); diff != "" {
		t.Errorf("complete attempts (-want +got):\n%s", diff)
	}
}

func TestOneOfSeveralArtifactsIsNamedSoThatItCanBePasted(t *testing.T) {
	storage, attempt := artifact(t)
	if err := os.CopyFS(filepath.Join(storage, "kept", "two"), os.DirFS(attempt)); err != nil {
		t.Fatal(err)
	}
	o := run(t, "cat", storage)
	o.mustRefuse(t, contract.InvalidRequest, "there are 2 artifacts", attempt)
	if o := run(t, "verify", attempt); o.exit != 0 {
		t.Errorf("what the hint names: %s", o.stderr)
	}
}

func TestAnOutputWithoutRoomIsNoDefect(t *testing.T) {
	storage, _ := artifact(t)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	for _, arguments := range [][]string{{"cat", storage}, {"cat", "--raw", storage}, {"cat", "--for=mariadb", storage}} {
		e := prepare(t, arguments...)
		e.Stdout = full
		e.outcome(t, e.Run()).mustRefuse(t, contract.StorageFull, "no space left on device", "free space where the output goes")
	}
}

func TestHelpHasExamples(t *testing.T) {
	for _, command := range []string{"dump", "cat", "verify", "inspect", "delete"} {
		if o := run(t, command, "--help"); o.exit != 0 || !strings.Contains(o.stdout, "Examples:") {
			t.Errorf("dumper %s --help: exit code %d\n%s", command, o.exit, o.stdout)
		}
	}
	run(t, "frobnicate").mustRefuse(t, contract.InvalidRequest, "frobnicate")
	run(t, "cat", "--frobnicate").mustRefuse(t, contract.InvalidRequest, "frobnicate")
}

func TestALocationThatATerminalWouldObeyIsQuoted(t *testing.T) {
	storage, attempt := artifact(t)
	folder := filepath.Join(storage, "kept", "t\x1b]0;owned\a\u202e")
	if err := os.Rename(attempt, folder); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"verify", "inspect"} {
		o := run(t, command, storage)
		if o.exit != 0 || strings.ContainsAny(o.stdout, "\x1b\a\u202e") || !strings.Contains(o.stdout, "owned") {
			t.Errorf("dumper %s: exit code %d: %q %s", command, o.exit, o.stdout, o.stderr)
		}
	}
}
