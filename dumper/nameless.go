package dumper

import (
	"io"
	"slices"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/sqltext"
	"github.com/volcado-io/volcado/internal/contract"
)

// nameless is the client's text without the database's name.
func (a *attempt) nameless(text io.Reader, c *copied) io.Reader {
	if a.Server.Engine == v1alpha1.EngineMariaDB {
		text = sqltext.NewUnqualified(text, a.plan.IsDatabase, func(table string, references int) {
			if references > 0 || slices.Contains(a.plan.Qualified, table) {
				c.definitions[table]++
			}
		})
	}
	return sqltext.NewNameless(text, a.plan.Database)
}

// unqualified fails unless the database's name was taken out of the definitions of the tables that have it, and out of
// nothing else: each is in the text once. Where one is found twice, one of them stands in the body of a trigger, a
// routine or an event.
func (a *attempt) unqualified(definitions map[string]int) error {
	for _, table := range a.plan.Qualified {
		switch definitions[table] {
		case 1:
		case 0:
			return result.Errorf(contract.TableDefinitionChanged, "dump when no migration runs; if it stays, report it with the dumper's log",
				"the definition of table %q of database %q on %s, a column of which draws its default from a sequence, was not found in the client's text",
				table, a.plan.Database, a.Server.Address())
		default:
			return result.Errorf(contract.InvalidRequest, "take it out of the comment or the string that it stands in, or leave the table out with --exclude (exclude.tables)",
				"the body of a trigger, a routine or an event of database %q on %s holds lines of a dump with the definition of table %q, a column of which draws its default from a sequence, so that the table's own cannot be told apart",
				a.plan.Database, a.Server.Address(), table)
		}
	}
	for table := range definitions {
		if !slices.Contains(a.plan.Qualified, table) {
			return result.Errorf(contract.TableDefinitionChanged, "dump when no migration runs",
				"a column of table %q of database %q on %s began to draw its default from a sequence during the dump", table, a.plan.Database, a.Server.Address())
		}
	}
	return nil
}
