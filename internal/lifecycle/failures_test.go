package lifecycle

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// failureReasons are those of the API's block of constants for refusals and failures.
func failureReasons(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../api/v1alpha1/conditions.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var reasons []string
	for _, declaration := range file.Decls {
		block, ok := declaration.(*ast.GenDecl)
		if !ok || !strings.HasPrefix(block.Doc.Text(), "Reasons for which the manager") {
			continue
		}
		for _, spec := range block.Specs {
			reason, err := strconv.Unquote(spec.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			reasons = append(reasons, reason)
		}
	}
	if len(reasons) == 0 {
		t.Fatal("no reason was found in api/v1alpha1/conditions.go")
	}
	return reasons
}

func TestEveryReasonIsExplained(t *testing.T) {
	data, err := os.ReadFile("../../docs/failures.md")
	if err != nil {
		t.Fatal(err)
	}
	_, manager, ok := strings.Cut(string(data), "## Said by the manager")
	if !ok {
		t.Fatal("docs/failures.md has no section on the manager")
	}
	for _, reason := range failureReasons(t) {
		if !strings.Contains(manager, "\n| `"+reason+"` |") {
			t.Errorf("docs/failures.md does not explain %s", reason)
		}
	}
}

// TestEveryReasonHasAHint, but those whose hint depends on the request, and Cancelled, which needs none.
func TestEveryReasonHasAHint(t *testing.T) {
	own := map[string]bool{
		v1alpha1.ReasonNotAllowed: true, v1alpha1.ReasonDatabaseNotPermitted: true, v1alpha1.ReasonNamespaceNotEnrolled: true,
		v1alpha1.ReasonCancelled: true,
	}
	for _, reason := range failureReasons(t) {
		if hints[reason] == "" && !own[reason] {
			t.Errorf("%s has no hint", reason)
		}
	}
}
