package engine

import (
	"slices"

	"github.com/volcado-io/volcado/dumper/plan"
	"github.com/volcado-io/volcado/dumper/preflight"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/sqlstream"
	"github.com/volcado-io/volcado/internal/contract"
)

// Judge says why the copy that the evidence speaks of is not whole, or nil.
func (m *Mysqldump) Judge(e *Evidence, p *plan.Plan) error {
	for _, run := range e.Runs {
		if err := m.doubt(run, p); err != nil {
			return err
		}
	}
	return m.unqualified(e, p)
}

// doubt is why the text of one run is not believed.
func (m *Mysqldump) doubt(run Run, p *plan.Plan) error {
	at := m.Server.Origin(p.Database)
	at.Plans = p.Has
	if run.Guard != nil {
		return run.Guard
	}
	if err := run.Exit.Verdict(m.Program, at); err != nil {
		return err
	}
	switch {
	case run.Text.ForeignHeader:
		return preflight.ForeignVersion(at)
	case run.Text.Commands:
		return result.Errorf(contract.ServerError, "find out who answers at this address: no server writes a definition like this",
			"a definition of database %q on %s holds a command for the client that would load it, such as \\! with a shell command: refused", p.Database, at.Address)
	case !run.Text.Completed():
		return result.Errorf(contract.Truncated, "if it stays, report it with the dumper's log",
			"%s ended well, but its text does not end with the line %q", m.Program.Path, sqlstream.Trailer)
	}
	return nil
}

// unqualified fails unless the database's name was taken out of the definitions of the tables that have it, and out of
// nothing else: each is in the text once.
func (m *Mysqldump) unqualified(e *Evidence, p *plan.Plan) error {
	for _, table := range p.Qualified {
		if n := e.Definitions[table]; n != 1 || e.References[table] == 0 {
			return result.Errorf(contract.TableDefinitionChanged, "dump when no migration runs; if it stays, report it with the dumper's log",
				"the definition of table %q of database %q on %s, a column of which draws its default from a sequence, is in the client's text %d times, and names the database %d times",
				table, p.Database, m.Server.Address(), n, e.References[table])
		}
	}
	for table := range e.References {
		if !slices.Contains(p.Qualified, table) {
			return result.Errorf(contract.TableDefinitionChanged, "dump when no migration runs",
				"a column of table %q of database %q on %s began to draw its default from a sequence during the dump", table, p.Database, m.Server.Address())
		}
	}
	return nil
}
