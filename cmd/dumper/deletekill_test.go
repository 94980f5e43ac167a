package main_test

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/s3test"
)

// fill a bucket with a dump of two attempts, of which one was replaced and one removed, and with a stranger's object and
// upload. It returns what is not the dump's.
func fillForDeletion(t *testing.T, s3 *s3test.Server, prefix string) (kept []string) {
	t.Helper()
	for _, file := range []string{"a/dump.sql.gz", "a/manifest.json", "b/dump.sql.zst", "a/dump.sql.gz"} {
		s3.Put(t, prefix+"/"+file, file)
	}
	s3.Delete(t, prefix+"/b/dump.sql.zst")
	s3.Begin(t, prefix+"/c/dump.sql.gz")
	for _, file := range []string{"/a/notes.txt", "2/a/dump.sql.gz"} {
		s3.Put(t, prefix+file, file)
		s3.Begin(t, prefix+file)
	}
	return slices.DeleteFunc(s3.Everything(t), func(line string) bool {
		return strings.HasPrefix(line, prefix+"/") && !strings.HasPrefix(line, prefix+"/a/notes.txt")
	})
}

// A deletion that is killed at any of its requests, before the store has it or after, leaves no artifact without the manifest
// that tells of it, brings none back that was removed, and is finished by the next.
func TestADeletionThatIsKilledAtAnyRequestIsFinishedByTheNext(t *testing.T) {
	dump := doomed("one")
	prefix := dump[0].KeyPrefix
	s3 := s3test.Start(t, s3test.Options{Versions: true})
	for strike, killed := int32(1), true; killed; strike++ {
		for _, passed := range []bool{false, true} {
			kept := fillForDeletion(t, s3, prefix)
			killed = killAt(t, s3, strike, passed)
			visible := s3.Keys(t)
			if slices.Contains(visible, prefix+"/a/dump.sql.gz") && !slices.Contains(visible, prefix+"/a/manifest.json") {
				t.Errorf("killed at request %d, an artifact is left without its manifest: %q", strike, visible)
			}
			if slices.Contains(visible, prefix+"/b/dump.sql.zst") {
				t.Errorf("killed at request %d, an artifact that was removed is there again: %q", strike, visible)
			}
			r, o := deleted(t, inBucket(t, s3.Endpoint, s3test.AccessKeyID), dump)
			if o.exit != 0 || len(r.Failures) > 0 {
				t.Errorf("after request %d: exit code %d, %+v", strike, o.exit, r)
			}
			if diff := cmp.Diff(kept, s3.Everything(t)); diff != "" {
				t.Errorf("after request %d, versions and uploads too (-want +got):\n%s", strike, diff)
			}
		}
		if !killed && strike < 10 {
			t.Errorf("it ended with %d requests", strike)
		}
	}
}

// killAt kills a deletion at one of its requests, before the store has it or after. It returns false where there are fewer.
func killAt(t *testing.T, s3 *s3test.Server, strike int32, passed bool) bool {
	t.Helper()
	var requests atomic.Int32
	var d *deletion
	proxy := faulty(t, s3, func(w http.ResponseWriter, r *http.Request, _ int32) bool {
		if requests.Add(1) != strike {
			return false
		}
		if passed {
			direct(t, s3).ServeHTTP(w, r)
		}
		_ = d.Process.Kill()
		return true
	})
	d = newDeletion(t, inBucket(t, proxy, s3test.AccessKeyID), doomed("one"))
	err := d.Run()
	return err != nil && d.outcome(t, err).exit == -1
}
