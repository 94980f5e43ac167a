package pattern_test

import (
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/pattern"
)

func TestMatch(t *testing.T) {
	for name, tc := range map[string]struct {
		pattern, name string
		want          bool
	}{
		"a plain name matches itself":                         {"shop", "shop", true},
		"a plain name matches nothing longer":                 {"shop", "shop2", false},
		"upper and lower case differ":                         {"shop", "Shop", false},
		"a star at the end takes the rest":                    {"shop_*", "shop_eu", true},
		"a star takes the empty run":                          {"shop_*", "shop_", true},
		"a star at the beginning":                             {"*_log", "audit_log", true},
		"two stars may not share a character":                 {"ab*ba", "aba", false},
		"the last part is anchored at the end":                {"*a*b", "axbxb", true},
		"an underscore is no wildcard, unlike in SQL":         {"shop_eu", "shopXeu", false},
		"a question mark is no wildcard":                      {"sho?", "shop", false},
		"brackets are no class":                               {"[s]hop", "shop", false},
		"one star matches everything":                         {"*", "anything", true},
		"a part may occur again before its place at the end":  {"*log", "loglog", true},
		"a middle part must be there":                         {"a*b*c", "ac", false},
		"a middle part is found behind the first, not before": {"a*a*c", "ac", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := pattern.Match(tc.pattern, tc.name); got != tc.want {
				t.Errorf("Match(%q, %q) = %v, want %v", tc.pattern, tc.name, got, tc.want)
			}
		})
	}
}

// path.Match agrees on every name and pattern made of letters and stars, which mean the same there.
func TestMatchAgreesWithPathMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.StringMatching(`[ab*]{0,8}`).Draw(t, "pattern")
		n := rapid.StringMatching(`[ab]{0,8}`).Draw(t, "name")
		want, err := path.Match(p, n)
		if err != nil {
			t.Fatal(err)
		}
		if got := pattern.Match(p, n); got != want {
			t.Fatalf("Match(%q, %q) = %v, path.Match says %v", p, n, got, want)
		}
	})
}

func TestASystemDatabaseIsNeverPermitted(t *testing.T) {
	for _, db := range []string{"mysql", "MySQL", "sys", "performance_schema", "INFORMATION_SCHEMA", ""} {
		if pattern.Permits([]v1alpha1.NamePattern{"*", v1alpha1.NamePattern(strings.ToLower(db))}, v1alpha1.DatabaseName(db)) {
			t.Errorf("%q is permitted", db)
		}
	}
	if !pattern.Permits([]v1alpha1.NamePattern{"*"}, "shop") {
		t.Error("shop is not permitted by *")
	}
}

func TestTheDefaultIsTheFirstPlainName(t *testing.T) {
	if got := pattern.DefaultDatabase([]v1alpha1.NamePattern{"shop_*", "shop", "crm"}); got != "shop" {
		t.Errorf("got %q, want shop", got)
	}
	if got := pattern.DefaultDatabase([]v1alpha1.NamePattern{"shop_*"}); got != "" {
		t.Errorf("got %q, want none", got)
	}
}

func TestTheFloorIsPickedByDatabaseWhateverItsCase(t *testing.T) {
	floor := []v1alpha1.QualifiedPattern{"shop*.sessions", "crm.people", "*.tmp_*"}
	if diff := cmp.Diff([]string{"sessions", "tmp_*"}, pattern.TablesOf(floor, "SHOP_eu")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
