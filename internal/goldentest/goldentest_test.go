package goldentest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// recorder is a test that goes on after an error.
type recorder struct {
	testing.TB
	errors int
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.errors++ }

func TestAFolderThatDiffersFailsUntilItIsUpdated(t *testing.T) {
	for name, tc := range map[string]struct {
		files  map[string]string
		errors int
	}{
		"it is what was made":       {map[string]string{"a.txt": "A", "b.txt": "B"}, 0},
		"a file differs":            {map[string]string{"a.txt": "A", "b.txt": "b"}, 1},
		"a file is missing":         {map[string]string{"a.txt": "A"}, 1},
		"a file is of nothing":      {map[string]string{"a.txt": "A", "b.txt": "B", "c.txt": "C"}, 1},
		"the folder does not exist": {nil, 2},
	} {
		t.Run(name, func(t *testing.T) {
			folder, made := filepath.Join(t.TempDir(), "golden"), map[string]string{"a": "A", "b": "B"}
			for file, text := range tc.files {
				if err := os.MkdirAll(folder, 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			r := &recorder{TB: t}
			Folder(r, folder, ".txt", made, false)
			if r.errors != tc.errors {
				t.Errorf("%d errors, want %d", r.errors, tc.errors)
			}
			Folder(t, folder, ".txt", made, true)
			entries, err := os.ReadDir(folder)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, entry := range entries {
				names = append(names, entry.Name())
			}
			if diff := cmp.Diff(fmt.Sprint([]string{"a.txt", "b.txt"}), fmt.Sprint(slices.Sorted(slices.Values(names)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
