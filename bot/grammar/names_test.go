package grammar

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// The API server judges names by the CRD. Were the bot's pattern another, people would get the API server's words.
func TestNamesAreJudgedAsTheCRDDoes(t *testing.T) {
	data, err := os.ReadFile("../../config/crd/bases/volcado.io_databasedumps.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var crd map[string]any
	if err := yaml.Unmarshal(data, &crd); err != nil {
		t.Fatal(err)
	}
	spec := at(t, crd, "spec", "versions", 0, "schema", "openAPIV3Schema", "properties", "spec", "properties")
	for want, got := range map[any]any{
		databaseName.String(): at(t, spec, "database", "pattern"),
		namePattern.String():  at(t, spec, "exclude", "properties", "tables", "items", "pattern"),
	} {
		if got != want {
			t.Errorf("the CRD has %v, the bot %v", got, want)
		}
	}
	for what, pair := range map[string][2]any{
		"name":       {float64(maxName), at(t, spec, "database", "maxLength")},
		"tables":     {float64(maxTables), at(t, spec, "tables", "maxItems")},
		"exclusions": {float64(maxExclusions), at(t, spec, "exclude", "properties", "tables", "maxItems")},
		"reason":     {float64(maxReason), at(t, spec, "reason", "maxLength")},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: the bot has %v, the CRD %v", what, pair[0], pair[1])
		}
	}
}

func at(t *testing.T, in any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch key := step.(type) {
		case string:
			in = in.(map[string]any)[key]
		case int:
			in = in.([]any)[key]
		}
		if in == nil {
			t.Fatalf("the CRD has nothing at %v", path)
		}
	}
	return in
}

func TestWhatIsWrongWithAName(t *testing.T) {
	for name, want := range map[string]NameProblem{
		"":                      NameEmpty,
		"-x":                    NameDash,
		"--result-file=x":       NameDash,
		"shop.orders":           NameDot,
		" shop":                 NameSpace,
		"shop ":                 NameSpace,
		"sh*":                   NameStar,
		"a/b":                   NameCharacters,
		"`x`":                   NameCharacters,
		"x\ny":                  NameCharacters,
		"; rm -rf /":            NameCharacters,
		strings.Repeat("x", 65): NameTooLong,
	} {
		wrong := checkTable(name)
		if wrong == nil || wrong.Kind != BadTable || wrong.Name != want || wrong.Typed != name {
			t.Errorf("%q: got %+v, want %s", name, wrong, want)
		}
	}
	for _, name := range []string{"orders", "Größe", "注文", "a b", "a$b", "x-", strings.Repeat("é", 64)} {
		if wrong := checkTable(name); wrong != nil {
			t.Errorf("%q: %+v", name, wrong)
		}
	}
	if wrong := checkPattern("*_log"); wrong != nil {
		t.Errorf("%+v", wrong)
	}
}

func TestCheckDatabase(t *testing.T) {
	for name, want := range map[string]*Problem{
		"shop":  nil,
		"mysql": {Kind: SystemDatabase, Typed: "mysql"},
		"SYS":   {Kind: SystemDatabase, Typed: "SYS"},
		"sh*":   {Kind: BadDatabase, Typed: "sh*", Name: NameStar},
	} {
		if diff := cmp.Diff(want, CheckDatabase(name)); diff != "" {
			t.Errorf("%q (-want +got)\n%s", name, diff)
		}
	}
}
