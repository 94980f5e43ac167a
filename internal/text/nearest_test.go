package text

import (
	"slices"
	"strings"
	"testing"

	"github.com/hbollon/go-edlib"
	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	tables := []string{"customers", "orders", "audit_log"}
	for name, tc := range map[string]struct {
		typed string
		from  []string
		want  string
	}{
		"a letter too few":                          {"shp", []string{"crm", "shop"}, "shop"},
		"two letters swapped":                       {"shpo", []string{"crm", "shop"}, "shop"},
		"another case":                              {"SHOP", []string{"shop"}, "shop"},
		"another word altogether":                   {"people", []string{"shop"}, ""},
		"another word of one letter":                {"x", []string{"y"}, ""},
		"nothing to choose from":                    {"shop", nil, ""},
		"a name that is empty is none":              {"x", []string{""}, ""},
		"nothing was typed":                         {"", []string{"a", "shop"}, ""},
		"of two that are as near, the first":        {"shopx", []string{"shopb", "shopa"}, "shopa"},
		"a letter in a word of three":               {"cmr", []string{"crm"}, "crm"},
		"not everything is near to a short one":     {"x", []string{"ab"}, ""},
		"a table without its underscore":            {"auditlog", tables, "audit_log"},
		"a table with a letter too few":             {"custmers", tables, "customers"},
		"one letter of a table":                     {"o", tables, ""},
		"letters of another script":                 {"магазн", []string{"магазин"}, "магазин"},
		"a long one that is near, beside a far one": {"abcdefghij", []string{"abcdefghijklmno", "abcdefwxyz"}, "abcdefghijklmno"},
		"a line of ten thousand characters":         {strings.Repeat("x", 10000), []string{"shop"}, ""},
		"a name of ten thousand characters":         {"shop", []string{strings.Repeat("x", 10000)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Nearest(tc.typed, tc.from); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func findsTheNearest(t *rapid.T) {
	word := rapid.StringMatching(`[abAB_]{0,6}`)
	typed, candidates := word.Draw(t, "typed"), rapid.SliceOfN(word, 0, 5).Draw(t, "candidates")
	got := Nearest(typed, candidates)
	if got != "" && !slices.Contains(candidates, got) {
		t.Fatalf("%q is none of %q", got, candidates)
	}
	if typed != "" && slices.Contains(candidates, typed) && !strings.EqualFold(got, typed) {
		t.Fatalf("%q is among %q, and nearest is %q", typed, candidates, got)
	}
	shuffled := rapid.Permutation(candidates).Draw(t, "shuffled")
	if again := Nearest(typed, shuffled); again != got {
		t.Fatalf("in another order %q, and not %q", again, got)
	}
	if got == "" {
		return
	}
	slips := edlib.OSADamerauLevenshteinDistance(strings.ToLower(typed), strings.ToLower(got))
	if longest := max(len(typed), len(got)); slips >= longest || slips > 1 && slips*3 > longest {
		t.Fatalf("%q is another word than %q: %d slips", got, typed, slips)
	}
	for _, candidate := range candidates {
		if d := edlib.OSADamerauLevenshteinDistance(strings.ToLower(typed), strings.ToLower(candidate)); candidate != "" && d < slips && d*3 <= len(candidate) {
			t.Fatalf("%q is nearer to %q than %q", candidate, typed, got)
		}
	}
}

func TestNearestIsNearAndNothingIsNearer(t *testing.T) { rapid.Check(t, findsTheNearest) }

func FuzzNearest(f *testing.F) { f.Fuzz(rapid.MakeFuzz(findsTheNearest)) }

// The library against the definition: the least number of slips, found by trying them all.
func TestDistanceIsAMetricThatCountsSlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ab]{0,5}`)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		if got, want := edlib.OSADamerauLevenshteinDistance(a, b), slips(a, b); got != want {
			t.Fatalf("the distance of (%q, %q) = %d, want %d", a, b, got, want)
		}
	})
}

func slips(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	least := min(slips(a[1:], b)+1, slips(a, b[1:])+1)
	if a[0] == b[0] {
		least = min(least, slips(a[1:], b[1:]))
	} else {
		least = min(least, slips(a[1:], b[1:])+1)
	}
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		least = min(least, slips(a[2:], b[2:])+1)
	}
	return least
}
