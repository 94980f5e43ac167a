package preflight

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/sqltext"
	"github.com/volcado-io/volcado/internal/contract"
)

// grants are what SHOW GRANTS says about one database. information_schema's privilege tables are not asked: on some
// managed servers they show nothing.
type grants struct {
	global map[string]bool
	// revoked are privileges that MySQL's partial revokes take out of the global ones for this database.
	revoked map[string]bool
	// patterns are grants on databases whose pattern matches this one, for each grantee: the account, and its roles.
	patterns map[string][]patternGrant
	// tables are grants on single tables of the database.
	tables map[string]map[string]bool
	// systemTables is set by SELECT on mysql.proc, where MariaDB and MySQL before 8 keep the bodies of routines.
	systemTables bool
	engine       v1alpha1.Engine
}

type patternGrant struct {
	pattern    string
	privileges map[string]bool
}

// parseGrants reads the lines of SHOW GRANTS. A line of another form says nothing.
func parseGrants(lines []string, database string, engine v1alpha1.Engine) grants {
	g := grants{global: map[string]bool{}, revoked: map[string]bool{}, patterns: map[string][]patternGrant{}, tables: map[string]map[string]bool{}, engine: engine}
	// Where there are partial revokes, the server takes no name for a pattern.
	// https://dev.mysql.com/doc/refman/8.4/en/partial-revokes.html
	literal := slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, "REVOKE ") })
	for _, line := range lines {
		if rest, ok := strings.CutPrefix(line, "GRANT "); ok {
			g.grant(rest, database, literal)
		} else if rest, ok := strings.CutPrefix(line, "REVOKE "); ok {
			if privileges, schema, _, _, ok := cutStatement(rest, " FROM "); ok && schema == database {
				maps.Copy(g.revoked, privileges)
			}
		}
	}
	return g
}

func (g *grants) grant(statement, database string, literal bool) {
	privileges, schema, table, grantee, ok := cutStatement(statement, " TO ")
	if !ok {
		return
	}
	switch {
	case schema == "*" && table == "*":
		maps.Copy(g.global, privileges)
	case table == "*" && (schema == database || !literal && likeMatch(schema, database)):
		g.patterns[grantee] = append(g.patterns[grantee], patternGrant{schema, privileges})
	case table != "*" && schema == database:
		if g.tables[table] == nil {
			g.tables[table] = map[string]bool{}
		}
		maps.Copy(g.tables[table], privileges)
	}
	if schema == "mysql" && (table == "*" || table == "proc") && (privileges["SELECT"] || privileges["ALL PRIVILEGES"]) {
		g.systemTables = true
	}
}

// cutStatement takes a statement apart, from the privileges on. It fails for roles and for what is not granted on tables.
func cutStatement(statement, before string) (privileges map[string]bool, schema, table, grantee string, ok bool) {
	list, object, ok := cutOutsideQuotes(statement, " ON ")
	if !ok {
		return nil, "", "", "", false
	}
	object, grantee, ok = cutOutsideQuotes(object, before)
	if !ok || strings.HasPrefix(object, "PROCEDURE ") || strings.HasPrefix(object, "FUNCTION ") || strings.HasPrefix(object, "PACKAGE ") {
		return nil, "", "", "", false
	}
	schema, table, ok = cutOutsideQuotes(strings.TrimPrefix(object, "TABLE "), ".")
	grantee, _, _ = cutOutsideQuotes(grantee, " ")
	return splitPrivileges(list), sqltext.UnquoteName(schema), sqltext.UnquoteName(table), grantee, ok
}

// onDatabase reports whether the privilege holds for everything in the database. Of the patterns that a grantee has
// for it the server asks the most specific alone: the privileges of others do not add up.
func (g grants) onDatabase(privilege string) bool {
	if holds(g.global, privilege) && !holds(g.revoked, privilege) {
		return true
	}
	for _, of := range g.patterns {
		if holds(slices.MinFunc(of, g.moreSpecific).privileges, privilege) {
			return true
		}
	}
	return false
}

func holds(privileges map[string]bool, privilege string) bool {
	return privileges[privilege] || privileges["ALL PRIVILEGES"]
}

// onTable reports whether the privilege was granted on this table alone.
func (g grants) onTable(privilege, table string) bool { return holds(g.tables[table], privilege) }

// seesRoutines reports whether the account would notice that the database has routines. An account that does not gets
// a dump without them and no error.
func (g grants) seesRoutines(server contract.Software) bool {
	// MySQL 8 keeps routines where no grant reaches; a mysql.proc that somebody still has a grant on is not there any more.
	if g.systemTables && !isMySQL8(server) || g.global["SELECT"] || g.global["SHOW_ROUTINE"] {
		return true
	}
	for _, privilege := range []string{"SHOW CREATE ROUTINE", "EXECUTE", "ALTER ROUTINE", "CREATE ROUTINE"} {
		if g.onDatabase(privilege) {
			return true
		}
	}
	return false
}

// routineGrant is what to grant so that the bodies of routines can be read.
func routineGrant(server contract.Software) string {
	switch {
	case !isMySQL8(server):
		return "SELECT ON mysql.proc"
	case before8020.MatchString(server.Version):
		// Only this, or being the definer, lets an account read them: SHOW_ROUTINE came with 8.0.20.
		return "SELECT ON *.*"
	}
	return "SHOW_ROUTINE ON *.*"
}

var (
	beforeMySQL8 = regexp.MustCompile(`^[3-7]\.`)
	before8020   = regexp.MustCompile(`^8\.0\.1?[0-9]([^0-9]|$)`)
)

func isMySQL8(server contract.Software) bool {
	return server.Flavour == string(v1alpha1.EngineMySQL) && !beforeMySQL8.MatchString(server.Version)
}

func splitPrivileges(list string) map[string]bool {
	privileges := map[string]bool{}
	depth, start := 0, 0
	add := func(end int) {
		// A privilege on columns only, SELECT (a, b), is not the privilege.
		if p := strings.TrimSpace(list[start:end]); p != "" && !strings.Contains(p, "(") {
			privileges[strings.ToUpper(p)] = true
		}
	}
	for i, c := range list {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			add(i)
			start = i + 1
		}
	}
	add(len(list))
	return privileges
}

// cutOutsideQuotes is strings.Cut that skips what stands in backticks.
func cutOutsideQuotes(s, separator string) (before, after string, found bool) {
	quoted := false
	for i := range len(s) {
		if s[i] == '`' {
			quoted = !quoted
		}
		if !quoted && strings.HasPrefix(s[i:], separator) {
			return s[:i], s[i+len(separator):], true
		}
	}
	return s, "", false
}
