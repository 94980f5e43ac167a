package read

import (
	"os/exec"
	"strings"
	"testing"

	"al.essio.dev/pkg/shellescape"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/pattern"
)

// What the intersection of two patterns describes: exactly the names that both match, where it is one pattern.
func TestIntersectionIsWhatBothPermit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.StringMatching(`[ab*]{1,5}`)
		a, b := p.Draw(t, "a"), p.Draw(t, "b")
		name := rapid.StringMatching(`[ab]{1,6}`).Draw(t, "name")
		both := pattern.Match(a, name) && pattern.Match(b, name)
		described := intersect(a, b)
		if strings.Contains(described, " & ") {
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
		"nothing in common":                 {[]v1alpha1.NamePattern{"shop_*"}, []v1alpha1.NamePattern{"crm_*", "crm"}, ""},
		"some that no one pattern has":      {[]v1alpha1.NamePattern{"shop_*"}, []v1alpha1.NamePattern{"*_old_shop"}, "shop_* & *_old_shop"},
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
func TestWhatIsQuotedForAShellIsOneWordOfIt(t *testing.T) {
	for _, word := range []string{"shop", "it's", "a b", "$(id)", "`id`", "-x", "a\\b", "s3://b/k", "", "!x", "漢字", "a;b", "a\nb", "~", "a=b", "*"} {
		out, err := exec.Command("sh", "-c", "printf %s "+shellescape.Quote(word)).Output()
		if err != nil || string(out) != word {
			t.Errorf("%q became %s, which a shell reads as %q: %v", word, shellescape.Quote(word), out, err)
		}
	}
}
