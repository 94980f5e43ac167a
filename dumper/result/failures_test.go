package result_test

import (
	"fmt"
	"os"
	"regexp"
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
	if len(declared) < 29 {
		t.Fatalf("only %d reasons were found in reason.go", len(declared))
	}
	if diff := cmp.Diff(declared, documented); diff != "" {
		t.Errorf("docs/failures.md (-code +documentation):\n%s", diff)
	}
}
