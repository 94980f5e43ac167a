package store_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
)

const (
	attempt  = "team/shop/uid/attempt/"
	artifact = attempt + "dump.sql.gz"
)

func openFolder(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.OpenFolder(path, store.ToWrite)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func mustBe(t *testing.T, err error, reason contract.Reason, says string) {
	t.Helper()
	failure, ok := errors.AsType[*result.Error](err)
	if !ok || failure.Reason != reason || !strings.Contains(failure.Message, says) {
		t.Errorf("the error is %v, want %s saying %q", err, reason, says)
	}
}

func mustBeEmpty(t *testing.T, folder string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		t.Errorf("%s holds %s", folder, entry.Name())
	}
}

func TestWhatIsWrittenIsReadAndListedAndDiscarded(t *testing.T) {
	volume := t.TempDir()
	s, ctx := openFolder(t, volume), t.Context()
	if err := s.Probe(ctx, artifact); err != nil {
		t.Fatal(err)
	}
	if err := s.WriteFile(ctx, artifact, []byte("text")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(filepath.Join(volume, artifact)); err != nil || info.Mode() != 0o640 {
		t.Errorf("the file is %v (%v), want mode 0640", info, err)
	}
	var keys []string
	for object, err := range s.List(ctx, "team/") {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, object.Key)
	}
	if len(keys) != 1 || keys[0] != artifact {
		t.Errorf("listed %q, want %q alone", keys, artifact)
	}
	data, found, err := s.ReadFile(ctx, artifact, 100)
	if string(data) != "text" || !found || err != nil {
		t.Errorf("read %q, %t, %v", data, found, err)
	}
	if _, found, err := s.ReadFile(ctx, attempt+"nothing", 100); found || err != nil {
		t.Errorf("a file that is not there: %t, %v", found, err)
	}
	if data, _, err := s.ReadFile(ctx, artifact, int64(len("text"))); string(data) != "text" || err != nil {
		t.Errorf("as long as it can be: %q, %v", data, err)
	}
	data, _, err = s.ReadFile(ctx, artifact, int64(len("text"))-1)
	mustBe(t, err, contract.ArtifactDoubted, "has more than the 3 bytes that it can have")
	if data != nil {
		t.Errorf("longer than it can be: %q", data)
	}
	if err := s.Discard(ctx, attempt, "dump.sql.gz", "nothing"); err != nil {
		t.Error(err)
	}
	mustBeEmpty(t, filepath.Join(volume, "team/shop"))
}

func TestAnAbortedFileLeavesNothing(t *testing.T) {
	volume := t.TempDir()
	s := openFolder(t, volume)
	w, err := s.NewWriter(t.Context(), artifact, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("text")); err != nil {
		t.Fatal(err)
	}
	w.Abort()
	mustBeEmpty(t, filepath.Join(volume, attempt))
}

func TestLinksAreNotFollowed(t *testing.T) {
	for sentence, link := range map[string]string{
		"at the prefix": "team", "at the dump's folder": "team/shop/uid", "at the attempt's folder": "team/shop/uid/attempt",
	} {
		for where, target := range map[string]func(volume, outside string) string{
			"out of the volume":          func(_, outside string) string { return outside },
			"within the volume":          func(volume, _ string) string { return filepath.Join(volume, "other") },
			"within the volume, by dots": func(string, string) string { return strings.Repeat("../", strings.Count(link, "/")) + "other" },
		} {
			t.Run(sentence+" "+where, func(t *testing.T) {
				volume, outside := t.TempDir(), t.TempDir()
				other := filepath.Join(volume, "other")
				path := filepath.Join(volume, link)
				if err := errors.Join(os.Mkdir(other, 0o750), os.MkdirAll(filepath.Dir(path), 0o750), os.Symlink(target(volume, outside), path)); err != nil {
					t.Fatal(err)
				}
				s := openFolder(t, volume)
				mustBe(t, s.Probe(t.Context(), artifact), contract.VolumeNotWritable, path+" is a symbolic link to ")
				mustBe(t, s.WriteFile(t.Context(), artifact, []byte("text")), contract.VolumeNotWritable, path+" is a symbolic link to ")
				_, _, err := s.ReadFile(t.Context(), artifact, 100)
				mustBe(t, err, contract.VolumeNotWritable, path+" is a symbolic link to ")
				mustBe(t, s.Discard(t.Context(), attempt, "dump.sql.gz"), contract.VolumeNotWritable, path+" is a symbolic link to ")
				mustBeEmpty(t, outside)
				mustBeEmpty(t, other)
			})
		}
	}
}

func TestALinkInPlaceOfTheArtifactIsNotRead(t *testing.T) {
	volume, outside := t.TempDir(), filepath.Join(t.TempDir(), "secret")
	path := filepath.Join(volume, artifact)
	if err := errors.Join(os.WriteFile(outside, []byte("secret"), 0o600), os.MkdirAll(filepath.Dir(path), 0o750), os.Symlink(outside, path)); err != nil {
		t.Fatal(err)
	}
	s := openFolder(t, volume)
	_, _, err := s.Reader(t.Context(), artifact)
	mustBe(t, err, contract.VolumeNotWritable, path+" is a symbolic link to ")
	if err := s.WriteFile(t.Context(), artifact, []byte("text")); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(outside); string(data) != "secret" {
		t.Errorf("behind the link is now %q (%v)", data, err)
	}
}

// Whoever writes to the volume may lay the link while the artifact is being written, too.
func TestAFolderThatIsReplacedWhileItIsWrittenFailsTheCommit(t *testing.T) {
	for sentence, test := range map[string]struct {
		replace func(folder, outside string) error
		reason  contract.Reason
	}{
		"by a link":         {func(folder, outside string) error { return os.Symlink(outside, folder) }, contract.VolumeNotWritable},
		"by another folder": {func(folder, _ string) error { return os.Mkdir(folder, 0o750) }, contract.VolumeNotWritable},
		// Another attempt of the same dump does this, and the next can do better.
		"by nothing": {func(string, string) error { return nil }, contract.StorageError},
	} {
		t.Run(sentence, func(t *testing.T) {
			volume, outside := t.TempDir(), t.TempDir()
			s := openFolder(t, volume)
			w, err := s.NewWriter(context.Background(), artifact, 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(w, "text"); err != nil {
				t.Fatal(err)
			}
			folder := filepath.Join(volume, attempt)
			moved := filepath.Join(volume, "moved")
			if err := errors.Join(os.Rename(folder, moved), test.replace(filepath.Clean(folder), outside)); err != nil {
				t.Fatal(err)
			}
			_, err = w.Commit()
			mustBe(t, err, test.reason, filepath.Clean(folder))
			mustBeEmpty(t, moved)
			mustBeEmpty(t, outside)
		})
	}
}

func TestWhoeverReadsAFolderIsToldNothingOfWriting(t *testing.T) {
	folder := t.TempDir()
	if err := os.Symlink("/etc", filepath.Join(folder, "linked")); err != nil {
		t.Fatal(err)
	}
	s, err := store.OpenFolder(folder, store.ToRead)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, _, err = s.ReadFile(t.Context(), "linked/passwd", 1<<20)
	mustBe(t, err, contract.InvalidRequest, `linked is a symbolic link to "/etc"`)
	_, _, err = s.Reader(t.Context(), "gone/dump.sql.gz")
	mustBe(t, err, contract.InvalidRequest, "cannot be opened: no such file or directory")
	for _, missing := range []string{filepath.Join(folder, "nowhere"), "/dev/null"} {
		_, err := store.OpenFolder(missing, store.ToRead)
		mustBe(t, err, contract.InvalidRequest, missing+" cannot be opened")
	}
}
