package preflight

import "strings"

// grants are what SHOW GRANTS says about one database. information_schema's privilege tables are not asked: on some
// managed servers they show nothing.
type grants struct {
	global   map[string]bool
	database map[string]bool
	// tables are grants on single tables of the database.
	tables map[string]map[string]bool
	// systemTables is set by SELECT on mysql.proc, where MariaDB keeps the bodies of routines.
	systemTables bool
}

// parseGrants reads the lines of SHOW GRANTS. A line of another form says nothing.
func parseGrants(lines []string, database string) grants {
	g := grants{global: map[string]bool{}, database: map[string]bool{}, tables: map[string]map[string]bool{}}
	for _, line := range lines {
		if rest, ok := strings.CutPrefix(line, "GRANT "); ok {
			g.apply(rest, " TO ", database, true)
		} else if rest, ok := strings.CutPrefix(line, "REVOKE "); ok {
			// MySQL's partial revokes take a database out of a global grant.
			g.apply(rest, " FROM ", database, false)
		}
	}
	return g
}

func (g *grants) apply(statement, before, database string, granted bool) {
	list, object, ok := cutOutsideQuotes(statement, " ON ")
	if !ok {
		return
	}
	object, _, ok = cutOutsideQuotes(object, before)
	if !ok {
		return
	}
	schema, table, ok := cutOutsideQuotes(strings.TrimPrefix(object, "TABLE "), ".")
	if !ok || strings.HasPrefix(object, "PROCEDURE ") || strings.HasPrefix(object, "FUNCTION ") || strings.HasPrefix(object, "PACKAGE ") {
		return
	}
	privileges := splitPrivileges(list)
	schema, table = unquote(schema), unquote(table)
	var into map[string]bool
	switch {
	case schema == "*" && table == "*":
		into = g.global
	case table == "*" && likeMatch(schema, database):
		into = g.database
	case schema == database:
		if g.tables[table] == nil {
			g.tables[table] = map[string]bool{}
		}
		into = g.tables[table]
	}
	if schema == "mysql" && (table == "*" || table == "proc") && (privileges["SELECT"] || privileges["ALL PRIVILEGES"]) {
		g.systemTables = granted
	}
	for privilege := range privileges {
		if into != nil {
			into[privilege] = granted
		}
	}
}

// onDatabase reports whether the privilege holds for everything in the database.
func (g grants) onDatabase(privilege string) bool {
	for _, name := range []string{privilege, "ALL PRIVILEGES"} {
		if held, said := g.database[name]; said {
			if held {
				return true
			}
			continue
		}
		if g.global[name] && !g.revoked(privilege) {
			return true
		}
	}
	return false
}

func (g grants) revoked(privilege string) bool {
	held, said := g.database[privilege]
	return said && !held
}

// onTable reports whether the privilege holds for one table.
func (g grants) onTable(privilege, table string) bool {
	return g.onDatabase(privilege) || g.tables[table][privilege] || g.tables[table]["ALL PRIVILEGES"]
}

// seesRoutines reports whether the account would notice that the database has routines. An account that does not gets
// a dump without them and no error.
func (g grants) seesRoutines() bool {
	if g.systemTables || g.global["SELECT"] || g.global["SHOW_ROUTINE"] {
		return true
	}
	for _, privilege := range []string{"SHOW CREATE ROUTINE", "EXECUTE", "ALTER ROUTINE", "CREATE ROUTINE"} {
		if g.onDatabase(privilege) {
			return true
		}
	}
	return false
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

func unquote(name string) string {
	if len(name) < 2 || name[0] != '`' || name[len(name)-1] != '`' {
		return name
	}
	return strings.ReplaceAll(name[1:len(name)-1], "``", "`")
}

// likeMatch matches a grant's database pattern: % is any run, _ any one character, \ takes the special meaning away.
func likeMatch(pattern, name string) bool {
	p, n := []rune(pattern), []rune(name)
	return like(p, n)
}

func like(p, n []rune) bool {
	for len(p) > 0 {
		switch {
		case p[0] == '%':
			for i := range len(n) + 1 {
				if like(p[1:], n[i:]) {
					return true
				}
			}
			return false
		case len(n) == 0:
			return false
		case p[0] == '\\' && len(p) > 1:
			if p[1] != n[0] {
				return false
			}
			p = p[1:]
		case p[0] != '_' && p[0] != n[0]:
			return false
		}
		p, n = p[1:], n[1:]
	}
	return len(n) == 0
}
