package lifecycle

import "github.com/volcado-io/volcado/internal/pattern"

// databasePermitted finds the database: the dump's, or the source's default. The source has to permit it.
func databasePermitted(f Facts, given *grant) *obstacle {
	name := f.Dump.Spec.Database
	if name == "" {
		// A dump that was accepted keeps its database, though the source's default may have changed since.
		name = f.Dump.Status.Database
	}
	if name == "" {
		name = pattern.DefaultDatabase(f.Source.Spec.Databases)
	}
	switch {
	case name == "":
		return &obstacle{Failure: noDefaultDatabase(f)}
	case !pattern.Permits(f.Source.Spec.Databases, name):
		return &obstacle{Failure: databaseNotPermitted(f, name)}
	}
	given.database = name
	return nil
}
