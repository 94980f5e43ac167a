package contract_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/volcado-io/volcado/internal/contract"
)

const root = "../.."

func TestTheAPIHasTheFormatsOfTheTableWithTheSameDefault(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "config/crd/bases/volcado.io_databasedumps.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(data, &crd); err != nil {
		t.Fatal(err)
	}
	format := crd.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"].Properties["compression"].Properties["format"]
	var offered []string
	for _, value := range format.Enum {
		offered = append(offered, unquoted(t, string(value.Raw)))
	}
	if diff := cmp.Diff(contract.FormatNames(), offered); diff != "" {
		t.Errorf("(-table +CRD)\n%s", diff)
	}
	if got := unquoted(t, string(format.Default.Raw)); got != contract.DefaultFormat().Name {
		t.Errorf("the CRD's default is %s, the table's %s", got, contract.DefaultFormat().Name)
	}
}

func unquoted(t *testing.T, text string) string {
	t.Helper()
	value, err := strconv.Unquote(text)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestAFormatIsFoundByItsNameAndByItsFile(t *testing.T) {
	for _, name := range contract.FormatNames() {
		named, err := contract.FormatNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range []contract.Format{named, named.Encrypt()} {
			if of, found := contract.FormatOfFile(format.File()); !found || of != format {
				t.Errorf("%s is of %+v", format.File(), of)
			}
		}
	}
	for _, name := range []string{"", "GZIP", "lz4"} {
		if _, err := contract.FormatNamed(name); err == nil || !strings.Contains(err.Error(), "use "+contract.FormatList()) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, file := range []string{"", "dump", "dump.sql.", "a/dump.sql", "dump.sql.gz.tmp", "dump.sql.age.gz", "dump.sql.gz.age.age", "manifest.json"} {
		if format, found := contract.FormatOfFile(file); found {
			t.Errorf("%q is of %s", file, format.Name)
		}
	}
}

// A format is added by a row of the table and a codec. That is so as long as nobody else knows a suffix, a decoder or a media
// type.
func TestNothingButTheTableKnowsWhatAFormatLooksLike(t *testing.T) {
	known := []string{".age"}
	for _, name := range contract.FormatNames() {
		format, err := contract.FormatNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		known = append(known, format.Suffix, format.Decode, format.MediaType)
	}
	known = slices.DeleteFunc(known, func(s string) bool { return s == "" })
	if literals := eachLiteral(t, func(position, text string) {
		for _, of := range known {
			if strings.Contains(text, of) {
				t.Errorf("%s knows %q", position, of)
			}
		}
	}); literals < 5000 {
		t.Errorf("only %d texts were found", literals)
	}
}

// eachLiteral visits the text literals of every Go file that ships, but for the table, and counts them.
func eachLiteral(t *testing.T, visit func(position, text string)) int {
	t.Helper()
	files, literals := token.NewFileSet(), 0
	skipped := []string{".git", "out", "bin", "testdata", "hack", "langtest"}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(skipped, entry.Name()):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			path == filepath.Join(root, "internal/contract/format.go"):
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				literals++
				visit(files.Position(literal.Pos()).String(), literal.Value)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return literals
}
