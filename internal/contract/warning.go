package contract

import "slices"

// Warning says what a successful copy does not have, or what loading it needs.
type Warning struct {
	Name WarningName `json:"name"`
	// Count of the tables, definitions or patterns that it is about.
	Count int `json:"count,omitempty"`
	// Names of them: the first MaxWarningNames in a Result, and the first MaxNotedNames in a manifest.
	Names []string `json:"names,omitempty"`
}

// WarningName is one word for a Warning. docs/warnings.md explains each to people.
type WarningName string

// The warnings that there are.
const (
	// ExclusionsUnmatched: patterns of what to exclude match no table of the database, so they leave nothing out.
	ExclusionsUnmatched WarningName = "ExclusionsUnmatched"
	// TablesNotConsistent: tables that are not transactional were read one after another, and not at one moment.
	TablesNotConsistent WarningName = "TablesNotConsistent"
	// HistoryLeftOut: the past rows of system-versioned tables are not in the copy.
	HistoryLeftOut WarningName = "HistoryLeftOut"
	// FloatsRounded: columns of type FLOAT are copied with six significant digits.
	FloatsRounded WarningName = "FloatsRounded"
	// CharactersConverted: columns of an East Asian character set are copied through Unicode, which has not each of its
	// characters.
	CharactersConverted WarningName = "CharactersConverted"
	// CommentsGarbled: comments of routines and events, and names of events, that are not ASCII and were made by a client of
	// another character set than utf8 come out as other characters; from MySQL, names of routines and triggers, too.
	CommentsGarbled WarningName = "CommentsGarbled"
	// RowsElsewhere: tables whose rows are kept elsewhere are copied without rows.
	RowsElsewhere WarningName = "RowsElsewhere"
	// RoutinesLeftOut: named tables are copied without the routines of the database.
	RoutinesLeftOut WarningName = "RoutinesLeftOut"
	// EventsLeftOut: named tables are copied without the events of the database.
	EventsLeftOut WarningName = "EventsLeftOut"
	// LoadNeedsTrust: the copy has triggers or functions, which a server with a binary log takes from an account without
	// SUPER only if log_bin_trust_function_creators is on (error 1419).
	LoadNeedsTrust WarningName = "LoadNeedsTrust"
	// DefinersKept: the copy names the accounts that defined its views, triggers, routines and events.
	DefinersKept WarningName = "DefinersKept"
)

// MaxWarningNames that a Result has of each warning.
const MaxWarningNames = 3

// WarningNames are all that there are, in the order in which they are said.
func WarningNames() []WarningName {
	return []WarningName{
		ExclusionsUnmatched, TablesNotConsistent, HistoryLeftOut, FloatsRounded, CharactersConverted, CommentsGarbled, RowsElsewhere, RoutinesLeftOut, EventsLeftOut, LoadNeedsTrust, DefinersKept,
	}
}

// Brief warnings for a Result: the first names of each.
func Brief(warnings []Warning) []Warning {
	brief := slices.Clone(warnings)
	for i, w := range brief {
		brief[i].Names = slices.Clone(w.Names[:min(len(w.Names), MaxWarningNames)])
	}
	return brief
}
