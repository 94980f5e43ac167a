package preflight

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
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
		"on a pattern, beside the database itself":  {[]string{"GRANT SELECT, TRIGGER ON `shop%`.* TO `u`@`%`", "GRANT SELECT ON `shop\\_1`.* TO `u`@`%`"}, "TRIGGER", "", false},
		"on the database, beside a pattern":         {[]string{"GRANT SELECT ON `shop%`.* TO `u`@`%`", "GRANT TRIGGER ON `shop\\_1`.* TO `u`@`%`"}, "TRIGGER", "", true},
		"on a longer pattern beside a shorter one":  {[]string{"GRANT TRIGGER ON `sh%`.* TO `u`@`%`", "GRANT SELECT ON `shop%`.* TO `u`@`%`"}, "TRIGGER", "", false},
		"on one character beside a run of them":     {[]string{"GRANT SELECT ON `shop%`.* TO `u`@`%`", "GRANT TRIGGER ON `shop_1`.* TO `u`@`%`"}, "TRIGGER", "", true},
		"through a role, beside an own grant":       {[]string{"GRANT SELECT ON `shop\\_1`.* TO `u`@`%`", "GRANT TRIGGER ON `shop%`.* TO `copier`"}, "TRIGGER", "", true},
		"on a pattern where partial revokes are":    {[]string{"GRANT SELECT ON `shop%`.* TO `u`@`%`", "REVOKE SELECT ON `other`.* FROM `u`@`%`"}, "SELECT", "", false},
		"on the database despite a partial revoke":  {[]string{"GRANT SELECT ON *.* TO `u`@`%`", "REVOKE SELECT ON `shop_1`.* FROM `u`@`%`", "GRANT SELECT ON `shop_1`.* TO `u`@`%`"}, "SELECT", "", true},
		"a name with quotes in it":                  {[]string{"GRANT SELECT ON `a``. ON `.* TO `u`@`%`"}, "SELECT", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, engine := range []v1alpha1.Engine{v1alpha1.EngineMariaDB, v1alpha1.EngineMySQL} {
				g := parseGrants(test.lines, database, engine)
				got := g.onDatabase(test.privilege)
				if test.table != "" {
					got = got || g.onTable(test.privilege, test.table)
				}
				if got != test.want {
					t.Errorf("%s: held %t, want %t", engine, got, test.want)
				}
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
		if got := parseGrants([]string{line}, "shop", v1alpha1.EngineMariaDB).seesRoutines(contract.Software{Flavour: "MariaDB", Version: "10.11.14-MariaDB"}); got != want {
			t.Errorf("%s: seen %t, want %t", line, got, want)
		}
	}
}

func TestRoutinesOfMySQL8AreNotInATable(t *testing.T) {
	for version, want := range map[string]struct {
		flavour string
		seen    bool
		grant   string
	}{
		"10.11.14-MariaDB": {"MariaDB", true, "SELECT ON mysql.proc"},
		"5.7.44-log":       {"MySQL", true, "SELECT ON mysql.proc"},
		"8.0.4-rc":         {"MySQL", false, "SELECT ON *.*"},
		"8.0.19":           {"MySQL", false, "SELECT ON *.*"},
		"8.0.20":           {"MySQL", false, "SHOW_ROUTINE ON *.*"},
		"8.0.36-28":        {"MySQL", false, "SHOW_ROUTINE ON *.*"},
		"8.4.3":            {"MySQL", false, "SHOW_ROUTINE ON *.*"},
		"9.1.0":            {"MySQL", false, "SHOW_ROUTINE ON *.*"},
		"10.0.0":           {"MySQL", false, "SHOW_ROUTINE ON *.*"},
	} {
		server := contract.Software{Flavour: want.flavour, Version: version}
		for _, line := range []string{"GRANT SELECT ON `mysql`.`proc` TO `u`@`%`", "GRANT SELECT ON `mysql`.* TO `u`@`%`"} {
			if got := parseGrants([]string{line}, "shop", v1alpha1.EngineMySQL).seesRoutines(server); got != want.seen {
				t.Errorf("%s on %s: seen %t", line, version, got)
			}
		}
		if got := routineGrant(server); got != want.grant {
			t.Errorf("the hint on %s is %s, want %s", version, got, want.grant)
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

// The oracle is the server: what it lets an account with these grants do.
func TestOverlappingGrantsAreJudgedAsTheServerDoes(t *testing.T) {
	server := dbtest.Get(t)
	server.Exec(t, "CREATE OR REPLACE DATABASE shop_1", "CREATE TABLE shop_1.t (id INT)")
	patterns := []string{"%", "s%", "shop%", "shop_1", `shop\_1`, "shop__", `shop\__`, "%1", "_hop_1", "shop_%"}
	for i, first := range patterns {
		for _, second := range patterns[i+1:] {
			for _, order := range [][]string{{first, second}, {second, first}} {
				db, _ := session(t, server, "SELECT ON `"+order[0]+"`.*", "INSERT ON `"+order[1]+"`.*")
				facts := &Facts{Database: "shop_1"}
				if err := (gatherer{db: db, engine: "MariaDB"}).grants(t.Context(), facts); err != nil {
					t.Fatal(err)
				}
				_, err := db.ExecContext(t.Context(), "SELECT * FROM shop_1.t")
				if got, want := facts.Grants.onDatabase("SELECT"), err == nil; got != want {
					t.Errorf("SELECT on %s beside INSERT on %s: held %t, and the server says %v", order[0], order[1], got, err)
				}
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
