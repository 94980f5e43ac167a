package main_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/hostiletest"
	"github.com/volcado-io/volcado/internal/s3test"
)

// readers are the commands that read what is below a prefix, and whether they say what is right.
var readers = map[string]func(stdout, text string) bool{
	"cat":     func(stdout, text string) bool { return stdout == text },
	"verify":  func(stdout, _ string) bool { return strings.Contains(stdout, "is whole") },
	"inspect": func(stdout, _ string) bool { return json.Valid([]byte(stdout)) },
}

// hostileCopy is a copy of the hostile server's database, by the names of its files, and its text.
func hostileCopy(t *testing.T) (files map[string]string, text string) {
	t.Helper()
	s, folder := hostiletest.StartMySQL(t, hostiletest.Ways{}), t.TempDir()
	e := prepare(t, append(hostileFlags(t, s, canary), into(folder)...)...).withClient(fakeClient(t, wholeText))
	e.outcome(t, e.Run()).mustSucceed(t)
	files = map[string]string{}
	for _, name := range []string{contract.ManifestFile, contract.DefaultFormat().File()} {
		files[name] = readFile(t, filepath.Join(folder, "shop", "one", name))
	}
	return files, run(t, "cat", folder).stdout
}

// reading is a command that reads from a hostile store.
type reading struct {
	*execution
	command string
	// ended is closed when it has, with these.
	ended <-chan struct{}
	err   error
	took  time.Duration
	peak  int64
}

// startReading starts a command on a store that has the copy. One that waits is told to stop when it has asked.
func startReading(t *testing.T, command string, way hostiletest.S3Way, files map[string]string) *reading {
	t.Helper()
	asked, arrived := way, make(chan struct{})
	var once sync.Once
	asked.Answer = func(w http.ResponseWriter, r *http.Request, right http.Handler) {
		once.Do(func() { close(arrived) })
		way.Answer(w, r, right)
	}
	store := hostiletest.StartS3(t, asked.Ways)
	for name, data := range files {
		store.Put("by-hand/one/"+name, data)
	}
	ended := make(chan struct{})
	r := &reading{command: command, ended: ended, execution: prepare(t, command, "--storage=s3", "--s3-bucket=dumps", "--s3-endpoint="+store.URL,
		"--s3-path-style", "--key=by-hand", "--storage-credentials-dir="+s3test.Credentials(t, s3test.AccessKeyID, storageCanary))}
	began := time.Now()
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(ended)
		r.err = r.Wait()
		r.took, r.peak = time.Since(began), r.peakMemory()
	}()
	if way.Waits {
		go func() {
			<-arrived
			_ = r.Process.Signal(syscall.SIGTERM)
		}()
	}
	return r
}

func TestWhateverAStoreSendsWhoReadsACopyEndsWithAReason(t *testing.T) {
	files, text := hostileCopy(t)
	ways := hostiletest.ReadingWays()
	const right = "it does nothing wrong"
	ways[right] = hostiletest.S3Way{Operation: hostiletest.Get, Answer: func(w http.ResponseWriter, r *http.Request, right http.Handler) { right.ServeHTTP(w, r) }}
	begin := func(way hostiletest.S3Way) (readings []*reading) {
		for command := range readers {
			readings = append(readings, startReading(t, command, way, files))
		}
		return readings
	}
	// What is tried again waits most of the time, so all of it waits at once.
	retried := map[string][]*reading{}
	for sentence, way := range ways {
		if way.Reason == contract.StorageUnreachable || strings.HasSuffix(sentence, "it fails for ever") {
			retried[sentence] = begin(way)
		}
	}
	for sentence, way := range ways {
		t.Run(sentence, func(t *testing.T) {
			readings := retried[sentence]
			if readings == nil {
				readings = begin(way)
			}
			for _, r := range readings {
				<-r.ended
				o := r.outcome(t, r.err)
				r.mustHold(t, o, way.Waits)
				if o.exit == 0 && !readers[r.command](o.stdout, text) {
					t.Errorf("dumper %s succeeds and says\n%.1000s", r.command, o.stdout)
				}
				if o.exit != 0 && sentence == right {
					t.Errorf("dumper %s: exit code %d\n%s", r.command, o.exit, o.stderr)
				}
			}
		})
	}
}

// mustHold what holds whatever a store sends to somebody who reads. A command that was told to stop needs no reason.
func (r *reading) mustHold(t *testing.T, o outcome, stopped bool) {
	t.Helper()
	t.Logf("dumper %s: exit code %d, %d bytes, %s, %d MiB: %.200s", r.command, o.exit, len(o.stdout), r.took.Round(time.Millisecond), r.peak>>20, o.stderr)
	reasoned := o.exit >= int(contract.InvalidRequest.ExitCode()) && o.exit < int(contract.Internal.ExitCode())
	if !stopped && o.exit != 0 && !reasoned {
		t.Errorf("dumper %s: exit code %d\n%.2000s", r.command, o.exit, o.stderr)
	}
	for _, word := range []string{"panic", "goroutine ", "runtime error", storageCanary} {
		if strings.Contains(o.stdout+o.stderr, word) {
			t.Errorf("dumper %s: %q is in what it says:\n%.3000s", r.command, word, o.stderr)
		}
	}
	// A manifest is shown with more space between its words.
	if len(o.stderr) > 16<<10 || len(o.stdout) > 4*contract.MaxManifestBytes {
		t.Errorf("dumper %s says %d bytes and %d of errors", r.command, len(o.stdout), len(o.stderr))
	}
	if r.took > hostileTime {
		t.Errorf("dumper %s took %s", r.command, r.took)
	}
	if r.peak > memoryBound {
		t.Errorf("dumper %s took %d MiB at its peak, the bound is %d MiB", r.command, r.peak>>20, memoryBound>>20)
	}
}
