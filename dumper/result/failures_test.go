package result_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

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
