package preflight

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// likeByDefinition is what LIKE means, without a thought to how long it takes.
func likeByDefinition(p, n []rune) bool {
	switch {
	case len(p) == 0:
		return len(n) == 0
	case p[0] == '%':
		return likeByDefinition(p[1:], n) || len(n) > 0 && likeByDefinition(p, n[1:])
	case len(n) == 0:
		return false
	case p[0] == '\\' && len(p) > 1:
		return p[1] == n[0] && likeByDefinition(p[2:], n[1:])
	}
	return (p[0] == '_' || p[0] == n[0]) && likeByDefinition(p[1:], n[1:])
}

func TestAPatternMatchesWhatLIKEMatches(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		pattern := rapid.StringMatching(`[ab%_\\ö]{0,8}`).Draw(r, "pattern")
		name := rapid.StringMatching(`[ab%_\\ö]{0,8}`).Draw(r, "name")
		if got, want := likeMatch(pattern, name), likeByDefinition([]rune(pattern), []rune(name)); got != want {
			r.Fatalf("likeMatch(%q, %q) is %v, want %v", pattern, name, got, want)
		}
	})
}

// Tried one way after another, there are more ways to match these than a machine can try.
func TestAPatternOfManyRunsTakesNoTime(t *testing.T) {
	name := strings.Repeat("a", maxNameRunes)
	for _, c := range []struct {
		pattern string
		want    bool
	}{
		{strings.Repeat("%a", 40) + "b", false},
		{strings.Repeat("%a", 40) + "%", true},
		{strings.Repeat("%a", 64), true},
		{strings.Repeat("%a", 65), false},
		{strings.Repeat("a%", 250) + "b", false},
		{strings.Repeat("%", 500) + "b", false},
		{strings.Repeat("%", 500), true},
		{strings.Repeat("%", longestPattern+1), false},
		{strings.Repeat("%", 1<<20) + "b", false},
	} {
		if got := likeMatch(c.pattern, name); got != c.want {
			t.Errorf("likeMatch(%.20q…, 64 times a) is %v, want %v", c.pattern, got, c.want)
		}
	}
}

func FuzzGrants(f *testing.F) {
	for _, line := range []string{
		"GRANT SELECT, SHOW VIEW ON `sh\\_%`.* TO `reader`@`%`", "GRANT ALL PRIVILEGES ON *.* TO 'a'@'b' WITH GRANT OPTION", "REVOKE SELECT ON `shop`.* FROM `a`@`%`",
		"GRANT SELECT (a, b), INSERT ON `shop`.`t` TO x", "GRANT EXECUTE ON PROCEDURE `shop`.`p` TO x", "GRANT `role`@`%` TO x", "GRANT ) ON `.` TO `", "GRANT ((,) ON ``.`` TO ",
		"GRANT SELECT ON " + strings.Repeat("%a", 40) + ".* TO x",
	} {
		f.Add(line, line)
	}
	f.Fuzz(func(_ *testing.T, a, b string) {
		for _, engine := range []v1alpha1.Engine{v1alpha1.EngineMariaDB, v1alpha1.EngineMySQL} {
			g := parseGrants([]string{a, b}, "shop", engine)
			g.onDatabase("SELECT")
		}
	})
}
