package result_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/dumper/result"
)

// The table in docs/failures.md is the vocabulary: the same words, exit codes and consequences as in the code.
func TestTheDocumentationHasEveryReason(t *testing.T) {
	document, err := os.ReadFile("../../docs/failures.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (\\d+) \\| (yes|no) \\|").FindAllStringSubmatch(string(document), -1) {
		documented[row[1]] = row[2] + " " + row[3]
	}
	source, err := os.ReadFile("reason.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]string{}
	for _, row := range regexp.MustCompile(`(?m)^\t(\w+) +Reason = "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		reason := result.Reason(row[2])
		again := "yes"
		if reason.Final() {
			again = "no"
		}
		declared[row[1]] = fmt.Sprintf("%d %s", reason.ExitCode(), again)
	}
	if len(declared) < 33 {
		t.Fatalf("only %d reasons were found in reason.go", len(declared))
	}
	if diff := cmp.Diff(declared, documented); diff != "" {
		t.Errorf("docs/failures.md (-code +documentation):\n%s", diff)
	}
}

// The last attempt's failure is what a person reads, and after it nothing is tried again. Whether it will be is the
// reason's matter, and the Job's.
func TestNoHintPromisesAnotherAttempt(t *testing.T) {
	files, literals := token.NewFileSet(), 0
	for _, folder := range []string{"..", "../../cmd/dumper"} {
		err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(files, path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(node ast.Node) bool {
				if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
					literals++
					if strings.Contains(literal.Value, "tried again") {
						t.Errorf("%s: %s", files.Position(literal.Pos()), literal.Value)
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if literals < 500 {
		t.Errorf("only %d texts were found", literals)
	}
}
