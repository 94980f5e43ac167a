package main_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/s3test"
)

// Kubernetes can run a second pod while the first is on a node that does not answer. The second takes what the first has
// sent for what a killed attempt left.
func TestTwoAttemptsAtOnceLeaveWholeCopiesAlone(t *testing.T) {
	p, s3 := own(t), s3test.Start(t, s3test.Options{})
	_, passed := undisturbed(t, p, s3)
	for _, percent := range []int64{10, 50, 99} {
		for where, onVolume := range everywhere {
			t.Run(fmt.Sprintf("%s at %d %%", where, percent), func(t *testing.T) {
				t.Parallel()
				s := newStruck(t, p, s3, databaseOf(t.Name()), onVolume)
				e, r := s.held(t, passed*percent/100)
				run(t, s.arguments("second", nil)...).mustSucceed(t)
				close(r.goOn)
				o := e.outcome(t, e.Wait())
				whole := 2
				if o.exit != 0 {
					whole = 1
					o.mustFailWith(t, []contract.Reason{contract.StorageError})
				}
				attempts := s.inspect(t)
				if len(attempts) != whole || len(s.left()) != 2*whole {
					t.Errorf("%d copies are there, want %d: %q", len(attempts), whole, s.left())
				}
				for _, attempt := range attempts {
					if o := run(t, append([]string{"verify", "--key=" + s.prefix + "/" + filepath.Base(attempt.Location)}, s.storage...)...); o.exit != 0 || !attempt.Complete {
						t.Errorf("dumper verify %s: %s", attempt.Location, o.stderr)
					}
				}
			})
		}
	}
}

// Before its manifest is written, nothing tells a whole copy from what a killed attempt left.
func TestAnAttemptWhoseCopyIsRemovedBeforeItsManifestIsWrittenFails(t *testing.T) {
	p, s3 := own(t), s3test.Start(t, s3test.Options{})
	s := newStruck(t, p, s3, "overtaken", false)
	reached, goOn := make(chan struct{}), make(chan struct{})
	proxy := faulty(t, s3, func(_ http.ResponseWriter, r *http.Request, _ int32) bool {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "struck/manifest.json") {
			close(reached)
			<-goOn
		}
		return false
	})
	e := prepare(t, replace(s.arguments("struck", nil), "--s3-endpoint="+proxy)...)
	if err := e.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-reached:
	case <-time.After(patience):
		t.Fatal("it writes no manifest")
	}
	second := run(t, s.arguments("second", nil)...).mustSucceed(t)
	close(goOn)
	e.outcome(t, e.Wait()).mustFail(t, contract.ArtifactDoubted, "struck/dump.sql.zst")
	s.succeed(t, second.UncompressedBytes, "second")
}

// uncompressed are the arguments of an attempt whose size is known from another: compressed, it varies by two per cent.
func uncompressed(s *struck, attempt string) []string {
	return replace(s.arguments(attempt, nil), "--compression=none")
}

func TestAStoreThatAnswers503FromAnyPointOnHoldsNoDump(t *testing.T) {
	p, s3 := own(t), s3test.Start(t, s3test.Options{})
	original := newStruck(t, p, s3, "unavailable", true)
	want := run(t, uncompressed(original, "clean")...).mustSucceed(t)
	type attempt struct {
		*struck
		*execution
		well *atomic.Bool // the store is well again
	}
	// They wait for one another attempt most of the time, so all of them wait at once.
	attempts := map[int64]attempt{}
	for _, percent := range []int64{10, 50, 99} {
		s, well := newStruck(t, p, s3, fmt.Sprintf("unavailable_%d", percent), false), &atomic.Bool{}
		var sent atomic.Int64
		proxy := faulty(t, s3, func(w http.ResponseWriter, r *http.Request, _ int32) bool {
			// A server that does not know the table's size yet has it uploaded in one piece.
			if well.Load() || r.Method != http.MethodPut || !strings.HasSuffix(r.URL.Path, "/dump.sql") {
				return false
			}
			return sent.Add(max(0, r.ContentLength)) >= want.SizeBytes*percent/100 && answer(w, r, http.StatusServiceUnavailable)
		})
		s.storage = replace(s.storage, "--s3-endpoint="+proxy)
		attempts[percent] = attempt{s, prepare(t, uncompressed(s, "struck")...), well}
		if err := attempts[percent].Start(); err != nil {
			t.Fatal(err)
		}
	}
	for percent, a := range attempts {
		t.Run(fmt.Sprintf("at %d %%", percent), func(t *testing.T) {
			a.outcome(t, a.Wait()).mustFail(t, contract.StorageError)
			if left := a.left(); len(left) > 0 {
				t.Errorf("left in storage: %q", left)
			}
			a.mustLookEmpty(t)
			a.well.Store(true)
			a.succeed(t, want.UncompressedBytes, "next")
		})
	}
}

// onTmpfs runs a failing attempt on a volume of so many bytes, then, when the volume was enlarged, the next. The mount is
// seen by these processes alone and goes away with them. Its arguments: the volume, its size, a folder for what is said, the
// dumper, the prefix, and those of an attempt.
const onTmpfs = `volume=$0 size=$1 said=$2 dumper=$3 prefix=$4; shift 4
mount -t tmpfs -o size=$size tmpfs "$volume" || exit 99
"$dumper" "$@" --attempt=struck --result-file="$said/result"; code=$?
"$dumper" inspect "$volume" >"$said/inspect"
"$dumper" verify "$volume/$prefix" && exit 98
find "$volume" -type f >"$said/left"
mount -o remount,size=1g "$volume" || exit 97
"$dumper" "$@" --attempt=next --result-file="$said/next" && "$dumper" verify "$volume/$prefix" || exit 96
find "$volume" -type f | sort >"$said/whole"
exit $code`

func TestAVolumeThatIsFullAtAnyPointHoldsNoDump(t *testing.T) {
	p, s3 := own(t), s3test.Start(t, s3test.Options{})
	s := newStruck(t, p, s3, "filled", true)
	want := run(t, uncompressed(s, "clean")...).mustSucceed(t)
	for _, percent := range []int64{10, 50, 99} {
		t.Run(fmt.Sprintf("at %d %%", percent), func(t *testing.T) {
			t.Parallel()
			said, volume := t.TempDir(), t.TempDir()
			e := prepare(t, replace(uncompressed(s, "struck"), into(volume)...)...)
			dump := strings.Split(strings.ReplaceAll(strings.Join(e.Args[1:], "\x00"), "--attempt=struck\x00", ""), "\x00")
			unshare := []string{"unshare", "--mount", "--"}
			if os.Geteuid() != 0 {
				unshare = []string{"unshare", "--mount", "--map-root-user", "--"}
			}
			size := strconv.FormatInt(want.SizeBytes*percent/100, 10)
			e.Args = append(append(unshare, "sh", "-c", onTmpfs, volume, size, said, e.Path, s.prefix), dump...)
			e.Path, e.resultFile = lookPath(t, "unshare"), filepath.Join(said, "result")
			e.outcome(t, e.Run()).mustFail(t, contract.StorageFull, volume)
			if left := readFile(t, filepath.Join(said, "left")); left != "" {
				t.Errorf("left on the volume: %s", left)
			}
			if listing := readFile(t, filepath.Join(said, "inspect")); !strings.Contains(listing, `"attempts": []`) {
				t.Errorf("dumper inspect lists %s", listing)
			}
			attempt := filepath.Join(volume, s.prefix, "next")
			if got := readFile(t, filepath.Join(said, "whole")); got != attempt+"/dump.sql\n"+attempt+"/manifest.json\n" {
				t.Errorf("the next attempt left on the volume: %s", got)
			}
		})
	}
}
