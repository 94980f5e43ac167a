package main_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/s3test"
)

// eraser is the attempt that deletes.
const eraser = "0b1f7c9e-1111-4222-8333-444455556666"

// doomed are dumps of one storage, by their names.
func doomed(names ...string) (all []contract.Deletion) {
	for _, name := range names {
		all = append(all, contract.Deletion{Dump: "shop/" + name, UID: "uid-" + name, KeyPrefix: "prod/shop/" + name + "/uid-" + name})
	}
	return all
}

// inBucket is the bucket of a server, with these keys.
func inBucket(t testing.TB, endpoint, keyID string) contract.Storage {
	t.Helper()
	return contract.Storage{S3: &contract.S3{
		Bucket: s3test.Bucket, Endpoint: endpoint, PathStyle: true, Secret: "dumps-writer", CredentialsDir: s3test.Credentials(t, keyID, s3test.SecretAccessKey),
	}}
}

// encoded is a file with a request of any kind, as kubelet writes it.
func encoded(t testing.TB, request interface{ Encode() ([]byte, error) }) string {
	t.Helper()
	data, err := request.Encode()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "request.json")
	if err := os.WriteFile(path, data, 0o444); err != nil {
		t.Fatal(err)
	}
	return path
}

// deletion is an execution of `dumper delete`.
type deletion struct {
	*execution
	dumps int
	file  string
}

func newDeletion(t testing.TB, storage contract.Storage, dumps []contract.Deletion) *deletion {
	t.Helper()
	file := filepath.Join(t.TempDir(), "termination-log")
	e := prepare(t, "delete", "--attempt="+eraser, "--result-file="+file, "--request-file="+encoded(t, contract.DeletionRequest{Storage: storage, Dumps: dumps}))
	return &deletion{e, len(dumps), file}
}

// result that it left, and its exit code.
func (d *deletion) result(t testing.TB, err error) (*contract.DeletionResult, outcome) {
	t.Helper()
	o := d.outcome(t, err)
	data, err := os.ReadFile(d.file)
	if err != nil {
		t.Fatalf("it left no result: %v\n%s", err, o.stderr)
	}
	r, err := contract.DecodeDeletion(string(data), eraser, d.dumps)
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	return r, o
}

// deleted runs a deletion to its end.
func deleted(t testing.TB, storage contract.Storage, dumps []contract.Deletion) (*contract.DeletionResult, outcome) {
	t.Helper()
	d := newDeletion(t, storage, dumps)
	return d.result(t, d.Run())
}

// left by two attempts of each dump: the first is complete, and the second was killed.
func left(dumps []contract.Deletion) (keys []string) {
	for _, d := range dumps {
		for _, file := range []string{"a/dump.sql.gz", "a/manifest.json", "b/dump.sql.zst"} {
			keys = append(keys, d.KeyPrefix+"/"+file)
		}
	}
	return keys
}

func TestAFullRequestIsDeletedAndNothingElseIs(t *testing.T) {
	var names, others []string
	for i := range contract.MaxDeletions {
		names, others = append(names, fmt.Sprintf("one%d", i)), append(others, fmt.Sprintf("other%d", i))
	}
	dumps := doomed(names...)
	keys, kept := left(dumps), append(left(doomed(others[:5]...)), dumps[0].KeyPrefix+"/a/notes.txt", dumps[0].KeyPrefix+"2/a/dump.sql.gz")
	s3, folder := s3test.Start(t, s3test.Options{Versions: true}), t.TempDir()
	for _, key := range slices.Concat(keys, kept) {
		s3.Put(t, key, "text")
		path := filepath.Join(folder, key)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, []byte("text"), 0o640)); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(kept)
	for sentence, place := range map[string]struct {
		storage contract.Storage
		left    func() []string
	}{
		"from a bucket": {inBucket(t, s3.Endpoint, s3test.AccessKeyID), func() []string { return s3.Keys(t) }},
		"from a volume": {contract.Storage{Directory: folder}, func() []string { return files(t, folder) }},
	} {
		t.Run(sentence, func(t *testing.T) {
			d := newDeletion(t, place.storage, dumps)
			r, o := d.result(t, d.Run())
			want := &contract.DeletionResult{Version: contract.ResultVersion, Attempt: eraser, Objects: int64(len(keys)), Bytes: int64(4 * len(keys))}
			if diff := cmp.Diff(want, r); diff != "" || o.exit != 0 {
				t.Errorf("exit code %d, the result (-want +got):\n%s", o.exit, diff)
			}
			if diff := cmp.Diff(kept, place.left()); diff != "" {
				t.Errorf("what is left (-want +got):\n%s", diff)
			}
			for _, key := range keys {
				if !strings.Contains(o.stderr, key+" ") {
					t.Errorf("the log does not name %s", key)
				}
			}
			if !strings.Contains(o.stderr, "notes.txt") {
				t.Error("the log does not name what is a stranger's")
			}
			if peak := d.peakMemory(); peak > memoryBound {
				t.Errorf("it took %d MiB", peak>>20)
			}
			if r, o := deleted(t, place.storage, dumps); r.Objects != 0 || o.exit != 0 {
				t.Errorf("the second time: exit code %d, %+v", o.exit, r)
			}
		})
	}
}

// xmlDenied is how S3 refuses.
func xmlDenied(w http.ResponseWriter) bool {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusForbidden)
	fmt.Fprint(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>1</RequestId></Error>`)
	return true
}

func TestWhatIsRefusedOfOneDumpIsDoneForTheOthers(t *testing.T) {
	dumps := doomed("one", "two", "three", "four")
	denied, failing := dumps[1].KeyPrefix, dumps[2].KeyPrefix
	for sentence, test := range map[string]struct {
		versions, fails bool
		exit            contract.Reason
		says            string
	}{
		"by a bucket":                                 {false, false, contract.StorageAccessDenied, "DeleteObject (s3:DeleteObject)"},
		"by a bucket that keeps versions":             {true, false, contract.StorageAccessDenied, "DeleteObjectVersion (s3:DeleteObjectVersion)"},
		"while another fails as may not happen again": {true, true, contract.StorageError, "DeleteObjectVersion (s3:DeleteObjectVersion)"},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			s3 := s3test.Start(t, s3test.Options{Versions: test.versions})
			for _, key := range left(dumps) {
				s3.Put(t, key, "text")
			}
			proxy := faulty(t, s3, func(w http.ResponseWriter, r *http.Request, _ int32) bool {
				switch {
				case r.Method == http.MethodDelete && strings.Contains(r.URL.Path, denied+"/a/dump.sql"):
					return xmlDenied(w)
				case test.fails && r.Method == http.MethodDelete && strings.Contains(r.URL.Path, failing):
					return answer(w, r, http.StatusServiceUnavailable)
				}
				return false
			})
			r, o := deleted(t, inBucket(t, proxy, s3test.AccessKeyID), dumps)
			if o.exit != int(test.exit.ExitCode()) {
				t.Errorf("exit code %d, want that of %s", o.exit, test.exit)
			}
			for position, want := range []contract.Reason{"", contract.StorageAccessDenied, map[bool]contract.Reason{true: contract.StorageError}[test.fails], ""} {
				got := r.FailureOf(position)
				if (got == nil) != (want == "") || got != nil && got.Reason != want {
					t.Errorf("of dump %d it says %+v, want %q", position, got, want)
				}
			}
			if f := r.FailureOf(1); f != nil && (!strings.Contains(f.Message, "the store refuses "+test.says+" with the keys of the Secret dumps-writer") || !strings.Contains(f.Hint, "have s3:DeleteObject")) {
				t.Errorf("it says %+v", f)
			}
			// The killed attempt's is gone, and the manifest tells still of the artifact.
			want := []string{denied + "/a/dump.sql.gz", denied + "/a/manifest.json"}
			if test.fails {
				want = append(want, failing+"/a/dump.sql.gz", failing+"/a/manifest.json", failing+"/b/dump.sql.zst")
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, s3.Keys(t)); diff != "" {
				t.Errorf("what is left (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAStorageThatCannotBeOpenedFailsEveryDump(t *testing.T) {
	s3 := s3test.Start(t, s3test.Options{})
	bucket := func(change func(*contract.S3)) contract.Storage {
		storage := inBucket(t, s3.Endpoint, s3test.AccessKeyID)
		change(storage.S3)
		return storage
	}
	for sentence, test := range map[string]struct {
		storage contract.Storage
		reason  contract.Reason
		says    string
	}{
		"its Secret is gone":    {bucket(func(s *contract.S3) { s.CredentialsDir += "/nowhere" }), contract.StorageSecretNotFound, "dumps-writer"},
		"its bucket is gone":    {bucket(func(s *contract.S3) { s.Bucket = "gone" }), contract.BucketNotFound, "bucket gone"},
		"its server is away":    {bucket(func(s *contract.S3) { s.Endpoint = fmt.Sprintf("http://127.0.0.1:%d", closedPort(t)) }), contract.StorageUnreachable, "cannot be reached"},
		"its keys are wrong":    {bucket(func(s *contract.S3) { s.CredentialsDir = s3test.Credentials(t, s3test.AccessKeyID, "wrong") }), contract.StorageAccessDenied, "SignatureDoesNotMatch"},
		"its volume is no more": {contract.Storage{Directory: filepath.Join(t.TempDir(), "nowhere")}, contract.VolumeNotWritable, "cannot be opened"},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			var names []string
			for i := range contract.MaxDeletions {
				names = append(names, fmt.Sprint("dump", i))
			}
			r, o := deleted(t, test.storage, doomed(names...))
			for position := range names {
				if f := r.FailureOf(position); f == nil || f.Reason != test.reason || !strings.Contains(f.Message, test.says) || f.Hint == "" {
					t.Fatalf("of dump %d it says %+v", position, f)
				}
			}
			if o.exit != int(test.reason.ExitCode()) || strings.Contains(o.stderr, s3test.SecretAccessKey) {
				t.Errorf("exit code %d\n%s", o.exit, o.stderr)
			}
		})
	}
}

func TestADeletionThatIsToldToStopStopsAndSaysWhatIsLeft(t *testing.T) {
	s3 := s3test.Start(t, s3test.Options{})
	var names []string
	for i := range 50 {
		names = append(names, fmt.Sprint("dump", i))
	}
	dumps := doomed(names...)
	s3.Put(t, dumps[0].KeyPrefix+"/a/dump.sql.gz", "text")
	reached := make(chan struct{})
	proxy := faulty(t, s3, func(_ http.ResponseWriter, r *http.Request, _ int32) bool {
		if r.Method != http.MethodDelete {
			return false
		}
		close(reached)
		<-r.Context().Done()
		return true
	})
	d := newDeletion(t, inBucket(t, proxy, s3test.AccessKeyID), dumps)
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-reached:
	case <-time.After(patience):
		t.Fatal("it removes nothing")
	}
	if err := d.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	r, o := d.result(t, d.Wait())
	if f := r.FailureOf(0); f == nil || f.Reason != contract.Interrupted || o.exit != int(contract.Interrupted.ExitCode()) {
		t.Errorf("exit code %d, %+v", o.exit, r)
	}
	if len(s3.Keys(t)) != 1 {
		t.Error("it was removed")
	}
}

func TestARequestForDeletionThatCannotBeMeantIsRefusedAndFailsEveryDump(t *testing.T) {
	good, err := contract.DeletionRequest{Storage: contract.Storage{Directory: t.TempDir()}, Dumps: doomed("one")}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	change := func(from, to string) string { return strings.Replace(string(good), from, to, 1) }
	for sentence, test := range map[string]struct{ request, says string }{
		"nothing":                     {"", "not JSON"},
		"of another release":          {change(`"version":1`, `"version":2`), "version 2"},
		"with a word of another":      {change(`"dumps"`, `"force":true,"dumps"`), "force"},
		"for no dump":                 {change(string(mustMarshal(t, doomed("one"))), "[]"), "1 to 100 dumps"},
		"for the namespace":           {change("prod/shop/one/uid-one", "prod/shop"), "is not that of dump"},
		"for another dump":            {change("prod/shop/one/uid-one", "prod/shop/two/uid-one"), "is not that of dump"},
		"with dots":                   {change("prod/shop/one/uid-one", "prod/../shop/one/uid-one"), "is not that of dump"},
		"with a letter that none has": {change("prod/shop/one/uid-one", "pr\\u00f6d/shop/one/uid-one"), "cannot be used"},
		"for no storage":              {change(`"directory"`, `"s3":{"bucket":""},"directory"`), "a bucket and a folder"},
	} {
		t.Run(sentence, func(t *testing.T) {
			d := newDeletion(t, contract.Storage{Directory: "/nowhere"}, doomed("one"))
			path := filepath.Join(t.TempDir(), "request.json")
			if err := os.WriteFile(path, []byte(test.request), 0o444); err != nil {
				t.Fatal(err)
			}
			d.Args = replace(d.Args, "--request-file="+path)
			r, o := d.result(t, d.Run())
			if f := r.FailureOf(0); f == nil || f.Reason != contract.InvalidRequest || !strings.Contains(f.Message, test.says) || o.exit != 10 {
				t.Errorf("exit code %d, %+v", o.exit, r)
			}
		})
	}
}

func mustMarshal(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
