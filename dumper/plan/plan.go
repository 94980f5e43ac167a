// Package plan says what a copy will hold. The preflight fills it from what the server says and what was asked for, and
// engines read it.
package plan

import (
	"slices"
	"strings"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/pattern"
)

// Plan is what is copied. All names are as the server writes them.
type Plan struct {
	Server   contract.Software
	Database string
	// Only these tables and views are named to the client; empty means the whole database.
	Only []string
	// Tables whose definition is copied, without views.
	Tables []string
	Views  []string
	// Excluded tables and views are left out altogether.
	Excluded []string
	// WithoutData are tables of which only the definition is copied.
	WithoutData []string
	// Elsewhere are tables whose rows are no part of the database, so that the clients leave them out by themselves.
	Elsewhere []string
	// UsesSequences: a column's default refers to a sequence.
	UsesSequences bool
	// Sequences of this database that defaults of columns refer to. They must be there before the tables.
	Sequences []string
	// Qualified are tables whose definition names this database, because a column's default refers to a sequence of it.
	Qualified []string
	// Routines and Events are copied.
	Routines, Events bool
	SchemaOnly       bool
	// KeepDefiners of views, triggers, routines and events.
	KeepDefiners bool
	// History of system-versioned tables is copied.
	History bool
	// Warnings of what the copy will not have.
	Warnings []contract.Warning
	// EstimatedBytes of rows, by the server's statistics.
	EstimatedBytes int64
	// ExcludeTables and ExcludeData are the patterns of what is left out.
	ExcludeTables, ExcludeData []string
	// FoldsCase: the server takes upper and lower case in names for the same.
	FoldsCase bool
	// LeftOut are the tables and views of the database that are not copied, and Functions those functions that are not.
	LeftOut, Functions []string
}

// Has reports whether a table or a view of that name is copied.
func (p *Plan) Has(name string) bool {
	return slices.Contains(p.Tables, name) || slices.Contains(p.Views, name)
}

// Same compares names of tables and databases as the server does.
func (p *Plan) Same(a, b string) bool { return a == b || p.FoldsCase && strings.EqualFold(a, b) }

// IsDatabase compares a name with the database's as the server does.
func (p *Plan) IsDatabase(name string) bool { return p.Same(name, p.Database) }

// Leaves reports whether a table that the preflight did not know may be in the artifact, and its rows: the client reads
// the list of tables again, and a table may have come into being since.
func (p *Plan) Leaves(table string) (definition, rows bool) {
	if MatchAny(p.ExcludeTables, table) {
		return false, false
	}
	return true, !p.SchemaOnly && !MatchAny(p.ExcludeData, table)
}

// MatchAny reports whether one of the patterns matches a name.
func MatchAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return pattern.MatchFold(p, name) })
}

// Warn of something, unless it is about nothing.
func (p *Plan) Warn(name contract.WarningName, names []string) {
	if len(names) > 0 {
		p.Warnings = append(p.Warnings, contract.Warning{Name: name, Count: len(names), Names: names})
	}
}
