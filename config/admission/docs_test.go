package admission_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// docs/security.md names a test for each of its claims, and the tests are there.
func TestTheTestsThatSecurityMdNamesExist(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`(Test[A-Za-z]+)`").FindAllStringSubmatch(string(text), -1)
	if len(named) == 0 {
		t.Fatal("docs/security.md names no test")
	}
	var tests strings.Builder
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "out" || entry.Name() == ".git"):
			return filepath.SkipDir
		case strings.HasSuffix(path, "_test.go"):
			source, err := os.ReadFile(path)
			tests.Write(source)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range named {
		if !strings.Contains(tests.String(), "func "+match[1]+"(") {
			t.Errorf("docs/security.md names %s, which is not there", match[1])
		}
	}
}
