package main_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/hostiletest"
	"github.com/volcado-io/volcado/internal/s3test"
)

// hostileDumps are dumps in a hostile store: as many at once as are deleted at once, and more.
func hostileDumps() (all []contract.Deletion) {
	for _, name := range []string{"one", "two", "three", "four", "five", "six"} {
		all = append(all, contract.Deletion{Dump: "by-hand/" + name, UID: "uid", KeyPrefix: "by-hand/" + name + "/uid"})
	}
	return all
}

// erasing is a deletion from a hostile store.
type erasing struct {
	*deletion
	store *hostiletest.S3
	began time.Time
	ended <-chan error
}

// startErasing from a store that has the dumps. One that waits is told to stop when it has asked.
func startErasing(t *testing.T, way hostiletest.S3Way) *erasing {
	t.Helper()
	asked, arrived := way, make(chan struct{})
	var once sync.Once
	asked.Answer = func(w http.ResponseWriter, r *http.Request, right http.Handler) {
		once.Do(func() { close(arrived) })
		way.Answer(w, r, right)
	}
	store := hostiletest.StartS3(t, asked.Erasing)
	dumps := hostileDumps()
	for _, key := range left(dumps) {
		store.Put(key, "text")
	}
	store.Put("by-hand/old/notes.txt", "text")
	storage := contract.Storage{S3: &contract.S3{Bucket: "dumps", Endpoint: store.URL, PathStyle: true, CredentialsDir: s3test.Credentials(t, s3test.AccessKeyID, storageCanary)}}
	ended := make(chan error, 1)
	e := &erasing{newDeletion(t, storage, dumps), store, time.Now(), ended}
	if err := e.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { ended <- e.Wait() }()
	if way.Waits {
		go func() {
			<-arrived
			_ = e.Process.Signal(syscall.SIGTERM)
		}()
	}
	return e
}

func TestWhateverAStoreSendsADeletionEndsAndClaimsNothingThatIsNotSo(t *testing.T) {
	started := map[string]*erasing{}
	ways := hostiletest.ErasingWays()
	for sentence, way := range ways {
		// What is tried again waits most of the time, so all of it waits at once.
		if way.Reason == contract.StorageUnreachable || strings.HasSuffix(sentence, "it fails for ever") {
			started[sentence] = startErasing(t, way)
		}
	}
	for sentence, way := range ways {
		t.Run(sentence, func(t *testing.T) {
			e := started[sentence]
			if e == nil {
				e = startErasing(t, way)
			}
			r, o := e.result(t, <-e.ended)
			peak, took := e.peakMemory(), time.Since(e.began)
			t.Logf("exit code %d, %d MiB: %+v", o.exit, peak>>20, r.Failures)
			if peak > memoryBound || len(o.stderr) > 4<<20 || started[sentence] == nil && took > hostileTime {
				t.Errorf("it took %d MiB and %s, and said %d bytes", peak>>20, took, len(o.stderr))
			}
			for _, word := range []string{"panic", "goroutine ", "runtime error", storageCanary} {
				if strings.Contains(o.stdout+o.stderr, word) {
					t.Errorf("%q is in what it says:\n%.3000s", word, o.stderr)
				}
			}
			e.mustClaimOnlyWhatIsSo(t, way, r, o)
		})
	}
}

// mustClaimOnlyWhatIsSo: of a dump that it says is gone, the store shows nothing any more. A store that lies about its lists
// can hide what it has, and what is asked of it is only what it says.
func (e *erasing) mustClaimOnlyWhatIsSo(t *testing.T, way hostiletest.S3Way, r *contract.DeletionResult, o outcome) {
	t.Helper()
	keys := e.store.Keys()
	if !slices.Contains(keys, "by-hand/old/notes.txt") {
		t.Error("a stranger's object is gone")
	}
	if (o.exit == 0) != (len(r.Failures) == 0) {
		t.Errorf("exit code %d, %+v", o.exit, r.Failures)
	}
	if way.Operation != hostiletest.Delete && way.Operation != hostiletest.Versioning {
		return
	}
	for position, dump := range hostileDumps() {
		there := slices.ContainsFunc(keys, func(key string) bool { return strings.HasPrefix(key, dump.KeyPrefix+"/") })
		if f := r.FailureOf(position); there && f == nil {
			t.Errorf("dump %d is said to be gone, and is there: %q", position, keys)
		}
	}
}
