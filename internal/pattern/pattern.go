// Package pattern matches the names of databases and tables against the patterns of the API, in which only * is special.
package pattern

import (
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Match reports whether name matches pattern: * stands for any run of characters, every other character for itself.
// Upper and lower case differ.
func Match(pattern, name string) bool {
	first, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == name
	}
	name, ok := strings.CutPrefix(name, first)
	if !ok {
		return false
	}
	// Between two stars, the leftmost occurrence leaves most for what follows, so no backtracking is needed.
	for {
		part, after, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(name, part)
		}
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name, rest = name[i+len(part):], after
	}
}

// MatchFold is Match with upper and lower case alike. Exclusions use it: a server may fold the case of table names
// (lower_case_table_names), and a pattern written in another case must not let a table through.
func MatchFold(pattern, name string) bool {
	return Match(strings.ToLower(pattern), strings.ToLower(name))
}

// IsLiteral reports whether the pattern is a plain name.
func IsLiteral(pattern string) bool { return !strings.Contains(pattern, "*") }

// IsSystemDatabase reports whether the name is one of the databases that hold the server's own state and accounts.
func IsSystemDatabase(name string) bool {
	switch strings.ToLower(name) {
	case "mysql", "sys", "performance_schema", "information_schema":
		return true
	}
	return false
}

// Permits reports whether a source with these patterns permits the database. A system database never is.
func Permits(databases []v1alpha1.NamePattern, database v1alpha1.DatabaseName) bool {
	if database == "" || IsSystemDatabase(string(database)) {
		return false
	}
	for _, p := range databases {
		if Match(string(p), string(database)) {
			return true
		}
	}
	return false
}

// DefaultDatabase is the database meant when a request names none: the first plain name, or "" if there is none.
func DefaultDatabase(databases []v1alpha1.NamePattern) v1alpha1.DatabaseName {
	for _, p := range databases {
		if IsLiteral(string(p)) {
			return v1alpha1.DatabaseName(p)
		}
	}
	return ""
}

// TablesOf picks from <database pattern>.<table pattern> entries those that speak of the database, and returns their
// table patterns.
func TablesOf(entries []v1alpha1.QualifiedPattern, database v1alpha1.DatabaseName) []string {
	var tables []string
	for _, entry := range entries {
		db, table, ok := strings.Cut(string(entry), ".")
		if ok && MatchFold(db, string(database)) {
			tables = append(tables, table)
		}
	}
	return tables
}
