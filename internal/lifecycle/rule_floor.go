package lifecycle

import "github.com/volcado-io/volcado/internal/pattern"

// aboveFloor refuses a request that names a table which no dump of the source ever holds. Without this the table would
// be left out in silence.
func aboveFloor(f Facts, given *grant) *obstacle {
	if f.Source.Spec.Exclude == nil {
		return nil
	}
	excluded := pattern.TablesOf(f.Source.Spec.Exclude.Tables, given.database)
	for _, table := range f.Dump.Spec.Tables {
		for _, p := range excluded {
			if pattern.MatchFold(p, string(table)) {
				return &obstacle{Failure: tableExcluded(f.Source, table)}
			}
		}
	}
	return nil
}
