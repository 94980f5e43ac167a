package contract_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/contract"
)

// constants are the values in the blocks of a file whose comment begins like this.
func constants(t *testing.T, path, comment string) []contract.Reason {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var found []contract.Reason
	for _, declaration := range file.Decls {
		block, ok := declaration.(*ast.GenDecl)
		if !ok || !strings.HasPrefix(block.Doc.Text(), comment) {
			continue
		}
		for _, spec := range block.Specs {
			value, err := strconv.Unquote(spec.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, contract.Reason(value))
		}
	}
	if len(found) < 20 {
		t.Fatalf("only %d reasons were found in %s", len(found), path)
	}
	slices.Sort(found)
	return found
}

func TestTheReasonsOfTheManagerAreTheAPIs(t *testing.T) {
	declared := constants(t, "../../api/v1alpha1/conditions.go", "Reasons for which the manager")
	if diff := cmp.Diff(declared, contract.ManagerReasons()); diff != "" {
		t.Errorf("(-api/v1alpha1 +ManagerReasons)\n%s", diff)
	}
}

func TestEveryReasonOfTheDumpersHasAnExitCodeOfItsOwn(t *testing.T) {
	declared := constants(t, "reason.go", "Reasons of the dumper's")
	if diff := cmp.Diff(declared, contract.DumperReasons()); diff != "" {
		t.Errorf("(-declared +with an exit code)\n%s", diff)
	}
	owner := map[int32]contract.Reason{}
	for _, reason := range contract.DumperReasons() {
		code := reason.ExitCode()
		if other, taken := owner[code]; taken {
			t.Errorf("%s and %s both have exit code %d", reason, other, code)
		}
		owner[code] = reason
		if low, high := int32(10), int32(59); code < low || code > high || reason.Final() != (code < 40) {
			t.Errorf("%s has exit code %d, final %t", reason, code, reason.Final())
		}
		if slices.Contains(contract.FinalExitCodes(), code) != reason.Final() {
			t.Errorf("%s is final: %t, and the Job's policy says otherwise", reason, reason.Final())
		}
	}
}

func TestAReasonThatNobodyKnowsIsADefectOfTheDumpers(t *testing.T) {
	if got := contract.Reason("Bogus").ExitCode(); got != contract.Internal.ExitCode() {
		t.Errorf("exit code %d", got)
	}
}

func TestReasonsAreThoseOfBothEachOnce(t *testing.T) {
	var want []contract.Reason
	for _, reason := range append(contract.DumperReasons(), contract.ManagerReasons()...) {
		if !slices.Contains(want, reason) {
			want = append(want, reason)
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, contract.Reasons()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// The tables in docs/failures.md are the vocabulary: the same words, exit codes and consequences as in the code.
func TestTheDocumentationHasEveryReason(t *testing.T) {
	document, err := os.ReadFile("../../docs/failures.md")
	if err != nil {
		t.Fatal(err)
	}
	dumpers, managers, found := strings.Cut(string(document), "## Said by the manager")
	if !found {
		t.Fatal("docs/failures.md has no section on the manager")
	}
	documented, declared := map[string]string{}, map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (\\d+) \\| (yes|no) \\|").FindAllStringSubmatch(dumpers, -1) {
		documented["dumper "+row[1]] = row[2] + " " + row[3]
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\|").FindAllStringSubmatch(managers, -1) {
		documented["manager "+row[1]] = "explained"
	}
	for _, reason := range contract.DumperReasons() {
		again := "yes"
		if reason.Final() {
			again = "no"
		}
		declared["dumper "+string(reason)] = fmt.Sprintf("%d %s", reason.ExitCode(), again)
	}
	for _, reason := range contract.ManagerReasons() {
		declared["manager "+string(reason)] = "explained"
	}
	if diff := cmp.Diff(declared, documented); diff != "" {
		t.Errorf("docs/failures.md (-code +documentation):\n%s", diff)
	}
}
