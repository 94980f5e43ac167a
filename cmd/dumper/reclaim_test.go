package main_test

import (
	"path"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/dbtest"
	"github.com/volcado-io/volcado/internal/s3test"
)

func TestWhatAKilledAttemptLeftIsRemovedByTheNextOfTheSameDumpAndNothingElseIs(t *testing.T) {
	server := dbtest.Get(t)
	credentials, _ := large(t, server, "reclaimed")
	s3 := s3test.Start(t, s3test.Options{})
	folder := t.TempDir()
	for name, place := range map[string]struct {
		flags []string
		left  func() []string // what is there: keys, and what an unfinished write is seen by
		// unfinished is what a write of this attempt's that was killed is seen by.
		unfinished func(attempt string) string
	}{
		"in a bucket": {
			bucket(t, s3), func() []string { return append(s3.Keys(t), s3.Uploads(t)...) },
			func(attempt string) string { return path.Join(attempt, "dump.sql.gz") },
		},
		"on a volume": {
			into(folder), func() []string { return files(t, folder) },
			func(attempt string) string { return path.Join(attempt, "dump.sql.gz.tmp") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			of := func(prefix, attempt string) []string {
				return slices.Concat(flags(server, credentials, "reclaimed"), place.flags, []string{"--dump=shop/one", "--key-prefix=" + prefix, "--attempt=" + attempt})
			}
			kill := func(prefix, attempt string) {
				e := prepare(t, of(prefix, attempt)...).withClient(fakeClient(t, paused("/nonexistent/gate", late)))
				start(t, e, late)
				wait(t, func() bool { return slices.Contains(place.left(), place.unfinished(path.Join(prefix, attempt))) })
				if err := e.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				_ = e.Wait()
			}
			kill("shop/one", "killed")
			kill("shop/one-more", "another")
			run(t, of("shop/one", "next")...).mustSucceed(t)
			want := []string{
				place.unfinished("shop/one-more/another"),
				"shop/one/next/dump.sql.gz", "shop/one/next/manifest.json",
			}
			got := place.left()
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("what is in storage (-want +got):\n%s", diff)
			}
		})
	}
}
