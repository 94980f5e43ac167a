package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// jobsWords are those of a Job's hints, which whoever runs the dumper by hand has no use for.
var jobsWords = regexp.MustCompile(`of the (source|DumpStorage)|(source|storage)'s Secret|\bpod\b|s3\.(endpoint|bucket|region|pathStyle)|exclude\.(tables|data)|history: |SecretRef`)

// Messages that are no hints, and hints of what is not done by hand.
var notHints = []string{
	"was stopped by the seccomp profile of its pod", "in the dump's namespace", "is the source's", "dumper image", "of the storage or, if the credentials belong there",
}

func TestEachHintHasWordsForWhoeverRunsItByHand(t *testing.T) {
	files := token.NewFileSet()
	looked := 0
	err := filepath.WalkDir("../../dumper", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			said, err := strconv.Unquote(literal.Value)
			if err != nil || !jobsWords.MatchString(said) || slices.ContainsFunc(notHints, func(part string) bool { return strings.Contains(said, part) }) {
				return true
			}
			looked++
			if got := flagsOfFields.Replace(said); jobsWords.MatchString(got) {
				t.Errorf("%s: %q", files.Position(literal.Pos()), got)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if looked < 20 {
		t.Errorf("only %d such hints were found", looked)
	}
}
