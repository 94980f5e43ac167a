package store_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
)

// ownTemporary files of attempts that were killed while they wrote into a folder.
var ownTemporary = []string{own + "/a/dump.sql.gz.tmp", own + "/a/manifest.json.tmp", own + "/d/dump.sql.zst.tmp"}

// put a file there, and the folders on the way.
func put(t *testing.T, volume, name string) {
	t.Helper()
	path := filepath.Join(volume, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, []byte(name), 0o640)); err != nil {
		t.Fatal(err)
	}
}

// tree of a folder: the files with what is in them, and links with where they point. Folders are there for what is in them.
func tree(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		if entry.Type() == fs.ModeSymlink {
			all[name], err = os.Readlink(path)
			return err
		}
		data, err := os.ReadFile(path)
		all[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func openToRemove(t *testing.T, volume string) *store.Store {
	t.Helper()
	s, err := store.OpenFolder(volume, store.ToRemove)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Whatever is on a volume, the names of one dump go, and nothing else.
func TestOfAVolumeExactlyTheDumpsOwnGoes(t *testing.T) {
	mine := slices.Concat(ownFiles, ownTemporary)
	others := append(slices.Clone(strangers), own+"/a/notes.txt.tmp", own+"/a/dump.sql.gz.tmp.tmp", own+"/dump.sql.gz.tmp")
	check := func(t *testing.T, volume string, names []string) string {
		for _, name := range names {
			put(t, volume, name)
		}
		want := map[string]string{}
		removed := int64(0)
		for _, name := range names {
			if slices.Contains(mine, name) {
				removed++
			} else {
				want[name] = name
			}
		}
		if erased := mustErase(t, openToRemove(t, volume)); erased.Objects != removed {
			t.Errorf("%d files were removed, want %d", erased.Objects, removed)
		}
		return cmp.Diff(want, tree(t, volume))
	}
	t.Run("of all that can be there", func(t *testing.T) {
		if diff := check(t, t.TempDir(), slices.Concat(mine, others)); diff != "" {
			t.Errorf("what is on the volume (-want +got):\n%s", diff)
		}
	})
	t.Run("of any of it", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			names := rapid.SliceOfNDistinct(rapid.SampledFrom(slices.Concat(mine, others)), 0, 20, rapid.ID).Draw(r, "names")
			if diff := check(t, t.TempDir(), names); diff != "" {
				r.Fatalf("what is on the volume (-want +got):\n%s", diff)
			}
		})
	})
}

func TestTheEmptyFoldersOfADumpGo(t *testing.T) {
	volume := t.TempDir()
	for _, name := range slices.Concat(ownFiles, ownTemporary) {
		put(t, volume, name)
	}
	if err := os.Mkdir(filepath.Join(volume, own, "empty"), 0o750); err != nil {
		t.Fatal(err)
	}
	mustErase(t, openToRemove(t, volume))
	mustBeEmpty(t, filepath.Join(volume, filepath.Dir(own)))
}

func TestNoLinkIsFollowedToWhatIsRemoved(t *testing.T) {
	for sentence, test := range map[string]struct {
		link string
		// says what the failure says; "" where the link is a stranger, and stays.
		says string
	}{
		"at the prefix":              {"prod", "prod is a symbolic link to "},
		"at the dump's folder":       {own, own + " is a symbolic link to "},
		"at an attempt's folder":     {own + "/a", ""},
		"in place of an artifact":    {own + "/a/dump.sql.gz", ""},
		"in place of a manifest":     {own + "/a/manifest.json", ""},
		"beside the dump, elsewhere": {"prod/shop/one/other", ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			volume, outside := t.TempDir(), t.TempDir()
			for _, name := range []string{"one/uid/a/dump.sql.gz", "uid/a/manifest.json", "a/dump.sql.gz", "dump.sql.gz", "manifest.json", "shop/one/uid/a/dump.sql.gz"} {
				put(t, outside, name)
			}
			path := filepath.Join(volume, test.link)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.Symlink(outside, path)); err != nil {
				t.Fatal(err)
			}
			before, links := tree(t, outside), tree(t, volume)
			_, err := openToRemove(t, volume).Erase(t.Context(), own+"/", silent)
			if test.says != "" {
				mustBe(t, err, contract.VolumeNotWritable, test.says)
			} else if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff([]map[string]string{before, links}, []map[string]string{tree(t, outside), tree(t, volume)}); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWhatCannotBeReadIsNotSaidToBeGone(t *testing.T) {
	if os.Geteuid() == 0 {
		unprivileged(t)
		return
	}
	volume := t.TempDir()
	put(t, volume, ownFiles[0])
	folder := filepath.Dir(filepath.Join(volume, ownFiles[0]))
	for mode, what := range map[fs.FileMode]string{0: "is closed", 0o500: "is read-only"} {
		if err := os.Chmod(folder, mode); err != nil {
			t.Fatal(err)
		}
		_, err := openToRemove(t, volume).Erase(t.Context(), own+"/", silent)
		mustBe(t, err, contract.VolumeNotWritable, "permission denied")
		if err := os.Chmod(folder, 0o750); err != nil {
			t.Fatal(err)
		}
		if left := tree(t, volume); len(left) != 1 {
			t.Errorf("where the folder %s, %d files are left", what, len(left))
		}
	}
}

func TestAVolumeThatIsNotThereIsNotEmpty(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	_, err := store.OpenFolder(nowhere, store.ToRemove)
	mustBe(t, err, contract.VolumeNotWritable, nowhere+" cannot be opened")
	if _, err := os.Stat(nowhere); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it was made: %v", err)
	}
}

func TestADeletionThatIsToldToStopSaysSo(t *testing.T) {
	volume := t.TempDir()
	put(t, volume, ownFiles[0])
	ctx, stop := context.WithCancelCause(t.Context())
	stop(result.Errorf(contract.Interrupted, "", "told to stop"))
	_, err := openToRemove(t, volume).Erase(ctx, own+"/", silent)
	mustBe(t, err, contract.Interrupted, "told to stop")
	if len(tree(t, volume)) != 1 {
		t.Error("it went on")
	}
}

// A file in place of a folder holds nothing of a dump's.
func TestAFileWhereAFolderWouldBeHoldsNothing(t *testing.T) {
	for _, name := range []string{"prod", "prod/shop/one", own} {
		volume := t.TempDir()
		put(t, volume, name)
		if erased := mustErase(t, openToRemove(t, volume)); erased.Objects != 0 || len(tree(t, volume)) != 1 {
			t.Errorf("%s: %+v", name, erased)
		}
	}
}

// unprivileged runs this test again without root's right to read and write everything.
func unprivileged(t *testing.T) {
	t.Helper()
	setpriv, err := exec.LookPath("setpriv")
	if err != nil {
		t.Fatalf("this test needs setpriv: %v", err)
	}
	command := exec.CommandContext(t.Context(), setpriv, "--reuid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", os.Args[0], "-test.run=^"+t.Name()+"$")
	command.Env, command.Dir = append(os.Environ(), "GOCOVERDIR="), "/"
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}
