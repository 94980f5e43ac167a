package preflight

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestGrantsAreReadAsTheServerMeansThem(t *testing.T) {
	const database = "shop_1"
	for name, test := range map[string]struct {
		lines     []string
		privilege string
		table     string // empty: on the database
		want      bool
	}{
		"on everything":                             {[]string{"GRANT SELECT, TRIGGER ON *.* TO `u`@`%`"}, "TRIGGER", "", true},
		"all on everything":                         {[]string{"GRANT ALL PRIVILEGES ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*X' WITH GRANT OPTION"}, "SHOW VIEW", "", true},
		"on the database":                           {[]string{"GRANT USAGE ON *.* TO `u`@`%`", "GRANT SELECT ON `shop_1`.* TO `u`@`%`"}, "SELECT", "", true},
		"on a pattern":                              {[]string{"GRANT SELECT ON `shop%`.* TO `u`@`%`"}, "SELECT", "", true},
		"on a pattern of one character":             {[]string{"GRANT SELECT ON `shop__`.* TO `u`@`%`"}, "SELECT", "", true},
		"on a pattern whose character is escaped":   {[]string{"GRANT SELECT ON `shop\\__`.* TO `u`@`%`"}, "SELECT", "", true},
		"on another whose character is escaped":     {[]string{"GRANT SELECT ON `shop_\\_`.* TO `u`@`%`"}, "SELECT", "", false},
		"on another database":                       {[]string{"GRANT SELECT ON `shop`.* TO `u`@`%`"}, "SELECT", "", false},
		"of another privilege":                      {[]string{"GRANT SHOW VIEW ON *.* TO `u`@`%`"}, "VIEW", "", false},
		"on columns only":                           {[]string{"GRANT SELECT (`a`, `b`), TRIGGER ON `shop_1`.* TO `u`@`%`"}, "SELECT", "", false},
		"after columns":                             {[]string{"GRANT SELECT (`a`, `b`), TRIGGER ON `shop_1`.* TO `u`@`%`"}, "TRIGGER", "", true},
		"on a table":                                {[]string{"GRANT TRIGGER ON `shop_1`.`orders` TO `u`@`%`"}, "TRIGGER", "orders", true},
		"on a table, for the database":              {[]string{"GRANT TRIGGER ON `shop_1`.`orders` TO `u`@`%`"}, "TRIGGER", "", false},
		"on another table":                          {[]string{"GRANT TRIGGER ON `shop_1`.`orders` TO `u`@`%`"}, "TRIGGER", "customers", false},
		"on a routine":                              {[]string{"GRANT EXECUTE ON PROCEDURE `shop_1`.`p` TO `u`@`%`"}, "EXECUTE", "", false},
		"a role":                                    {[]string{"GRANT `copier` TO `u`@`%`"}, "SELECT", "", false},
		"taken from a database by a partial revoke": {[]string{"GRANT SELECT, TRIGGER ON *.* TO `u`@`%`", "REVOKE SELECT ON `shop_1`.* FROM `u`@`%`"}, "SELECT", "", false},
		"not taken by that revoke":                  {[]string{"GRANT SELECT, TRIGGER ON *.* TO `u`@`%`", "REVOKE SELECT ON `shop_1`.* FROM `u`@`%`"}, "TRIGGER", "", true},
		"a name with quotes in it":                  {[]string{"GRANT SELECT ON `a``. ON `.* TO `u`@`%`"}, "SELECT", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			g := parseGrants(test.lines, database)
			got := g.onDatabase(test.privilege)
			if test.table != "" {
				got = g.onTable(test.privilege, test.table)
			}
			if got != test.want {
				t.Errorf("held %t, want %t", got, test.want)
			}
		})
	}
}

func TestRoutinesAreSeenWithAnyOfThesePrivileges(t *testing.T) {
	for line, want := range map[string]bool{
		"GRANT SELECT ON *.* TO `u`@`%`":                     true,
		"GRANT SELECT ON `mysql`.`proc` TO `u`@`%`":          true,
		"GRANT SELECT ON `mysql`.* TO `u`@`%`":               true,
		"GRANT SHOW_ROUTINE ON *.* TO `u`@`%`":               true,
		"GRANT SHOW CREATE ROUTINE ON `shop`.* TO `u`@`%`":   true,
		"GRANT EXECUTE ON `shop`.* TO `u`@`%`":               true,
		"GRANT ALL PRIVILEGES ON `shop`.* TO `u`@`%`":        true,
		"GRANT SELECT ON `shop`.* TO `u`@`%`":                false,
		"GRANT SELECT ON `mysql`.`user` TO `u`@`%`":          false,
		"GRANT EXECUTE ON PROCEDURE `shop`.`p` TO `u`@`%`":   false,
		"GRANT EXECUTE ON `other`.* TO `u`@`%`":              false,
		"GRANT SHOW_ROUTINES_OF_OTHERS ON *.* TO `u`@`%`":    false,
		"GRANT USAGE ON *.* TO `SELECT ON mysql.proc`@`%`":   false,
		"GRANT INSERT, UPDATE ON `mysql`.`proc` TO `u`@`%`":  false,
		"GRANT SELECT ON `shop`.`proc` TO `u`@`%`":           false,
		"GRANT SELECT (`name`) ON `mysql`.`proc` TO `u`@`%`": false,
	} {
		if got := parseGrants([]string{line}, "shop").seesRoutines(); got != want {
			t.Errorf("%s: seen %t, want %t", line, got, want)
		}
	}
}

// The oracle is the meaning of the pattern's parts: a name put together from what each part stands for matches.
func TestAPatternMatchesWhatItStandsFor(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var pattern, name strings.Builder
		for range rapid.IntRange(0, 8).Draw(r, "parts") {
			switch rapid.IntRange(0, 3).Draw(r, "part") {
			case 0:
				pattern.WriteString("%")
				name.WriteString(rapid.StringMatching(`[a-c_%]{0,4}`).Draw(r, "run"))
			case 1:
				pattern.WriteString("_")
				name.WriteString(rapid.StringMatching(`[a-c_%é]`).Draw(r, "one"))
			case 2:
				c := rapid.SampledFrom([]string{"_", "%", `\`}).Draw(r, "escaped")
				pattern.WriteString(`\` + c)
				name.WriteString(c)
			default:
				c := rapid.StringMatching(`[a-cé]`).Draw(r, "itself")
				pattern.WriteString(c)
				name.WriteString(c)
			}
		}
		if !likeMatch(pattern.String(), name.String()) {
			r.Fatalf("%q does not match %q", pattern.String(), name.String())
		}
		if !strings.Contains(pattern.String(), "%") && likeMatch(pattern.String(), name.String()+"x") {
			r.Fatalf("%q matches more than %q", pattern.String(), name.String())
		}
	})
}

func TestNearestNames(t *testing.T) {
	names := []string{"customers", "orders", "audit_log"}
	for name, want := range map[string]string{"custmers": "customers", "ORDERS": "orders", "order": "orders", "auditlog": "audit_log", "xyz": "", "o": ""} {
		if got := nearest(name, names); got != want {
			t.Errorf("nearest to %q: %q, want %q", name, got, want)
		}
	}
}
