package bot

import (
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/pattern"
)

// The API server judges names by the CRD. Were the bot's pattern another, people would get the API server's words.
func TestNamesAreJudgedAsTheCRDDoes(t *testing.T) {
	data, err := os.ReadFile("../config/crd/bases/volcado.io_databasedumps.yaml")
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

func TestWhatIsWrongWithANameIsSaid(t *testing.T) {
	for name, want := range map[string]string{
		"":                      "it is empty",
		"-x":                    "it begins with a dash",
		"--result-file=x":       "it begins with a dash",
		"shop.orders":           "it has a dot; tables are named without their database",
		" shop":                 "it begins or ends with a space",
		"sh*":                   "it has a *, which is only for --exclude",
		"a/b":                   "it may have letters, digits, spaces and _ $ @ # + -",
		"`x`":                   "it may have letters, digits, spaces and _ $ @ # + -",
		"x\ny":                  "it may have letters, digits, spaces and _ $ @ # + -",
		"; rm -rf /":            "it may have letters, digits, spaces and _ $ @ # + -",
		strings.Repeat("x", 65): "it has more than 64 characters",
	} {
		err := checkName("table", name)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", name, err, want)
		}
	}
	for _, name := range []string{"orders", "Größe", "注文", "a b", "a$b", "x-", strings.Repeat("é", 64)} {
		if err := checkName("table", name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := checkPattern("*_log"); err != nil {
		t.Error(err)
	}
}

// What the intersection of two patterns describes: exactly the names that both match, where it is one pattern.
func TestIntersectionIsWhatBothPermit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.StringMatching(`[ab*]{1,5}`)
		a, b := p.Draw(t, "a"), p.Draw(t, "b")
		name := rapid.StringMatching(`[ab]{1,6}`).Draw(t, "name")
		both := pattern.Match(a, name) && pattern.Match(b, name)
		described := intersect(a, b)
		if strings.Contains(described, " that is also ") {
			return // not one pattern: it names both
		}
		if got := described != "" && pattern.Match(described, name); got != both {
			t.Fatalf("%q and %q: described as %q, and %q: %v, want %v", a, b, described, name, got, both)
		}
	})
}

func TestWhatSourceAndListPermitTogether(t *testing.T) {
	for name, tc := range map[string]struct {
		source, list []v1alpha1.NamePattern
		want         string
	}{
		"all of the source":                 {[]v1alpha1.NamePattern{"shop", "shop_*"}, []v1alpha1.NamePattern{"*"}, "shop shop_*"},
		"the narrower of two":               {[]v1alpha1.NamePattern{"shop_*"}, []v1alpha1.NamePattern{"shop_eu", "crm"}, "shop_eu"},
		"nothing in common":                 {[]v1alpha1.NamePattern{"shop_*"}, []v1alpha1.NamePattern{"crm_*", "*_old_shop"}, "shop_* that is also *_old_shop"},
		"what a wider one says is not said": {[]v1alpha1.NamePattern{"shop", "*"}, []v1alpha1.NamePattern{"*"}, "*"},
		"no system database":                {[]v1alpha1.NamePattern{"*"}, []v1alpha1.NamePattern{"mysql", "shop"}, "shop"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(permittedByBoth(tc.source, tc.list), " "); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// A word for the shell, read by a real one, is the word.
func TestShellQuote(t *testing.T) {
	for _, word := range []string{"shop", "it's", "a b", "$(id)", "`id`", "-x", "a\\b", "s3://b/k", "", "!x", "漢字", "a;b"} {
		if got := shell(t, "printf %s "+shellQuote(word)); got != word {
			t.Errorf("%q became %s, which a shell reads as %q", word, shellQuote(word), got)
		}
	}
}
