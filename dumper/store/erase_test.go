package store_test

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/dumper/mounted"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/s3test"
)

// own is the prefix of the dump that is deleted.
const own = "prod/shop/one/uid"

var silent = slog.New(slog.NewTextHandler(io.Discard, nil))

func openBucket(t *testing.T, s *s3test.Server, keyID string) *store.Store {
	t.Helper()
	opened, _, err := store.OpenS3(t.Context(), store.S3{
		Bucket: s3test.Bucket, Endpoint: s.Endpoint, PathStyle: true,
		Credentials: &mounted.Secret{Dir: s3test.Credentials(t, keyID, s3test.SecretAccessKey), Name: "dumps-writer"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	return opened
}

// mustErase what the attempts of the dump left.
func mustErase(t testing.TB, s *store.Store) store.Erased {
	t.Helper()
	erased, err := s.Erase(t.Context(), own+"/", silent)
	if err != nil {
		t.Fatal(err)
	}
	return erased
}

// strangers below the prefix of the dump and beside it, of whose names each is nearly one of its own.
var strangers = []string{
	"prod/shop/one/uid2/a/dump.sql.gz", "prod/shop/one/ui/a/manifest.json", "prod/shop/one/UID/a/dump.sql.gz", "prod/shop2/one/uid/a/dump.sql.gz",
	"prod/shop/one/uid.txt", "prod/Shop/one/uid/a/dump.sql.gz", "shop/one/uid/a/dump.sql.gz",
	own + "/notes.txt", own + "/dump.sql.gz", own + "/manifest.json", own + "/a/notes.txt", own + "/a/dump.sql.gz.bak", own + "/a/dump.SQL.gz",
	own + "/a/Manifest.json", own + "/a/manifest.json.old", own + "/a/deeper/dump.sql.gz", own + "/-a/dump.sql.gz", own + "/a.b/dump.sql.gz",
	own + "/a/dump.sql.bz2", own + "/a/xdump.sql.gz", own + "/" + strings.Repeat("a", 65) + "/dump.sql",
}

// ownFiles of attempts, whatever the place is.
var ownFiles = []string{
	own + "/a/dump.sql.gz", own + "/a/manifest.json", own + "/b/dump.sql.zst", own + "/b/dump.sql", own + "/b/probe.tmp",
	own + "/" + strings.Repeat("a", 64) + "/dump.sql",
}

func TestOfABucketExactlyTheDumpsOwnGoes(t *testing.T) {
	for sentence, test := range map[string]struct {
		versions bool
		// change the bucket before the deletion, and say of how many entries more the dump consists then.
		change func(s *s3test.Server) int64
	}{
		"that keeps no versions": {false, func(*s3test.Server) int64 { return 0 }},
		"that keeps versions":    {true, func(*s3test.Server) int64 { return 0 }},
		"in which artifacts were replaced and removed": {true, func(s *s3test.Server) int64 {
			for _, key := range append(slices.Clone(strangers), ownFiles...) {
				s.Put(t, key, "another")
				s.Delete(t, key)
			}
			return int64(2 * len(ownFiles))
		}},
		"that does not keep them any more": {true, func(s *s3test.Server) int64 {
			s.Versioning(t, "Suspended")
			s.Put(t, ownFiles[0], "the null version")
			s.Delete(t, ownFiles[1])
			return 2
		}},
	} {
		t.Run(sentence, func(t *testing.T) {
			s := s3test.Start(t, s3test.Options{Versions: test.versions})
			for _, key := range append(slices.Clone(strangers), ownFiles...) {
				s.Put(t, key, key)
			}
			for _, key := range []string{own + "/c/dump.sql.gz", own + "/c/notes.txt", "prod/shop/one/uid2/c/dump.sql.gz"} {
				s.Begin(t, key)
			}
			want := int64(len(ownFiles)) + test.change(s) + 1
			kept := slices.DeleteFunc(s.Everything(t), isOwn)
			if erased := mustErase(t, openBucket(t, s, s3test.AccessKeyID)); erased.Objects != want {
				t.Errorf("%d objects were removed, want %d", erased.Objects, want)
			}
			if diff := cmp.Diff(kept, s.Everything(t)); diff != "" {
				t.Errorf("what is in the bucket, versions and uploads too (-want +got):\n%s", diff)
			}
			if erased := mustErase(t, openBucket(t, s, s3test.AccessKeyID)); erased.Objects != 0 {
				t.Errorf("the second time %d objects were removed", erased.Objects)
			}
		})
	}
}

// isOwn judges a line of Everything without the code under test.
func isOwn(line string) bool {
	key, _, _ := strings.Cut(line, " ")
	return slices.Contains(ownFiles, key) || key == own+"/c/dump.sql.gz"
}

func TestTheBytesOfVersionsAreCounted(t *testing.T) {
	s := s3test.Start(t, s3test.Options{Versions: true})
	for _, data := range []string{"four", "seven77"} {
		s.Put(t, ownFiles[0], data)
	}
	s.Delete(t, ownFiles[0])
	if got, want := mustErase(t, openBucket(t, s, s3test.AccessKeyID)), (store.Erased{Objects: 3, Bytes: 11}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// More than a page and more than a round of them.
func TestADumpWithManyVersionsIsDeletedInRounds(t *testing.T) {
	s := s3test.Start(t, s3test.Options{Versions: true})
	var putting sync.WaitGroup
	for worker := range 20 {
		putting.Go(func() {
			for i := range 55 {
				s.Put(t, fmt.Sprintf("%s/a%d/dump.sql.gz", own, worker*100+i/3), "text")
			}
		})
	}
	putting.Wait()
	s.Put(t, strangers[0], "text")
	if got := mustErase(t, openBucket(t, s, s3test.AccessKeyID)); got.Objects != 1100 {
		t.Errorf("%+v", got)
	}
	if left := s.Everything(t); len(left) != 1 {
		t.Errorf("left: %q", left)
	}
}

func TestADeletionNamesThePermissionThatItLacks(t *testing.T) {
	all := []string{"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads", "s3:GetBucketVersioning",
		"s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload"}
	for sentence, test := range map[string]struct {
		versions bool
		without  []string
		missing  string // "" where the deletion succeeds
	}{
		"with all of them":                          {true, nil, ""},
		"to ask whether there are versions":         {true, []string{"s3:GetBucketVersioning"}, ""},
		"to list versions":                          {true, []string{"s3:ListBucketVersions"}, "s3:ListBucketVersions"},
		"to know anything of versions":              {true, []string{"s3:ListBucketVersions", "s3:GetBucketVersioning"}, "s3:ListBucketVersions"},
		"to delete versions":                        {true, []string{"s3:DeleteObjectVersion"}, "s3:DeleteObjectVersion"},
		"to list uploads":                           {true, []string{"s3:ListBucketMultipartUploads"}, "s3:ListBucketMultipartUploads"},
		"to abort uploads":                          {true, []string{"s3:AbortMultipartUpload"}, "s3:AbortMultipartUpload"},
		"to list objects":                           {true, []string{"s3:ListBucket"}, "s3:ListBucket"},
		"to delete objects of a bucket with none":   {false, []string{"s3:DeleteObject"}, "s3:DeleteObject"},
		"for versions, of a bucket that keeps none": {false, []string{"s3:DeleteObjectVersion", "s3:ListBucketVersions"}, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			s := s3test.Start(t, s3test.Options{Versions: test.versions})
			s.Put(t, ownFiles[0], "text")
			s.Put(t, ownFiles[1], "manifest")
			s.Begin(t, ownFiles[0])
			s.Limit(t, slices.DeleteFunc(slices.Clone(all), func(action string) bool { return slices.Contains(test.without, action) })...)
			_, err := openBucket(t, s, s3test.LimitedKeyID).Erase(t.Context(), own+"/", silent)
			if test.missing == "" {
				if left := s.Everything(t); err != nil || len(left) > 0 {
					t.Errorf("%v; left: %q", err, left)
				}
				return
			}
			mustBe(t, err, contract.StorageAccessDenied, test.missing+") with the keys of the Secret dumps-writer for bucket dumps")
			mustHint(t, err, "have "+test.missing)
		})
	}
}

func TestAnArtifactThatIsLockedKeepsItsManifest(t *testing.T) {
	s := s3test.Start(t, s3test.Options{Versions: true})
	s.Lock(t)
	locked := s.PutLocked(t, ownFiles[0], "text")
	s.Put(t, ownFiles[1], "manifest")
	s.Put(t, ownFiles[2], "of another attempt")
	_, err := openBucket(t, s, s3test.AccessKeyID).Erase(t.Context(), own+"/", silent)
	mustBe(t, err, contract.StorageAccessDenied, "the store refuses DeleteObjectVersion (s3:DeleteObjectVersion)")
	mustHint(t, err, "look for a retention, a legal hold")
	left := s.Everything(t)
	if len(left) != 2 || !strings.Contains(left[0], locked) || !strings.HasPrefix(left[1], ownFiles[1]) {
		t.Errorf("left: %q", left)
	}
}

func TestABucketThatIsGoneIsSaidToBe(t *testing.T) {
	s := s3test.Start(t, s3test.Options{})
	opened, _, err := store.OpenS3(t.Context(), store.S3{Bucket: "gone", Endpoint: s.Endpoint, PathStyle: true,
		Credentials: &mounted.Secret{Dir: s3test.Credentials(t, s3test.AccessKeyID, s3test.SecretAccessKey)}})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	_, err = opened.Erase(t.Context(), own+"/", silent)
	mustBe(t, err, contract.BucketNotFound, "bucket gone at "+s.Endpoint+" does not exist")
}

// Whatever is in a bucket, the names of one dump go, and nothing else. The oracle knows only the names that were made up.
func TestExactlyTheDumpsOwnGoesWhateverElseIsThere(t *testing.T) {
	s := s3test.Start(t, s3test.Options{Versions: true})
	rapid.Check(t, func(r *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.SampledFrom(append(slices.Clone(strangers), ownFiles...)), 1, 8, rapid.ID).Draw(r, "names")
		for _, name := range names {
			for range rapid.IntRange(1, 2).Draw(r, "versions") {
				s.Put(t, name, name)
			}
			if rapid.Bool().Draw(r, "removed") {
				s.Delete(t, name)
			}
			if rapid.Bool().Draw(r, "uploaded") {
				s.Begin(t, name)
			}
		}
		kept := slices.DeleteFunc(s.Everything(t), isOwn)
		mustErase(t, openBucket(t, s, s3test.AccessKeyID))
		if diff := cmp.Diff(kept, s.Everything(t)); diff != "" {
			r.Fatalf("what is in the bucket (-want +got):\n%s", diff)
		}
		s.Abort(t)
	})
}

func mustHint(t *testing.T, err error, text string) {
	t.Helper()
	if hint := result.FailureOf(err).Hint; !strings.Contains(hint, text) {
		t.Errorf("the hint is %q, want %q", hint, text)
	}
}
