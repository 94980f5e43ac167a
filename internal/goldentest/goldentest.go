// Package goldentest holds what is made to files that a reviewer has read.
package goldentest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Folder fails the test where a file of the folder is not what was made, by its name without the extension (which has a dot), or is
// missing, or is of nothing that was made. With update the folder becomes what was made, and the test does not fail.
func Folder(t testing.TB, folder, extension string, made map[string]string, update bool) {
	t.Helper()
	if update {
		write(t, folder, extension, made)
	}
	left, err := filepath.Glob(filepath.Join(folder, "*"+extension))
	if err != nil {
		t.Fatal(err)
	}
	unread := map[string]bool{}
	for _, path := range left {
		unread[path] = true
	}
	for name, got := range made {
		path := filepath.Join(folder, name+extension)
		delete(unread, path)
		want, err := os.ReadFile(path)
		if err != nil {
			t.Errorf("%v; -update writes it", err)
			continue
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got; -update writes it anew)\n%s", path, diff)
		}
	}
	for path := range unread {
		t.Errorf("%s is of nothing that is made; -update removes it", path)
	}
}

func write(t testing.TB, folder, extension string, made map[string]string) {
	t.Helper()
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, got := range made {
		if err := os.WriteFile(filepath.Join(folder, name+extension), []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
