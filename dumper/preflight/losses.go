package preflight

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/plan"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

// losses finds the columns whose values a client does not copy exactly, or cannot copy at all.
func (g gatherer) losses(ctx context.Context, facts *Facts) (err error) {
	if facts.Floats, err = g.tablesWith(ctx, "DATA_TYPE = 'float'"); err != nil {
		return err
	}
	if !slices.ContainsFunc(facts.Tables, func(t Table) bool { return t.Versioned }) {
		return nil
	}
	facts.Precise, err = g.tablesWith(ctx, "GENERATION_EXPRESSION = 'ROW START' AND DATA_TYPE = 'bigint'")
	return err
}

// tablesWith a column of which a condition is true.
func (g gatherer) tablesWith(ctx context.Context, condition string) ([]string, error) {
	rows, err := g.db.QueryContext(ctx, `SELECT DISTINCT TABLE_NAME FROM information_schema.COLUMNS
		WHERE TABLE_SCHEMA = DATABASE() AND BINARY TABLE_SCHEMA = BINARY DATABASE() AND `+condition+" ORDER BY TABLE_NAME")
	if err != nil {
		return nil, fmt.Errorf("read the types of the columns: %w", err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		if err := errors.Join(checkListed(name, g.at), g.counted(len(names), "tables")); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// history fails where the past rows were asked for and cannot be copied.
func history(facts *Facts, p *plan.Plan, at servererror.Origin) error {
	if !p.History || p.SchemaOnly {
		p.History = false
		return nil
	}
	if facts.Server.Flavour != string(v1alpha1.EngineMariaDB) {
		return result.Errorf(contract.InvalidRequest, "request history: Current", "%s at %s has no system-versioned tables, so it has no history to copy", at.Engine, at.Address)
	}
	// mariadb-dump ends at such a table, also where its rows are left out.
	precise := slices.DeleteFunc(slices.Clone(facts.Precise), func(name string) bool { return !slices.Contains(p.Tables, name) })
	if len(precise) > 0 {
		return result.Errorf(contract.InvalidRequest, "leave them out with --exclude (exclude.tables), or request history: Current",
			"the history of database %q on %s cannot be copied: these tables keep it by transaction, which mariadb-dump cannot write: %s", p.Database, at.Address, text.Names(precise, 5))
	}
	return nil
}

// warn of what the copy will not have.
func warn(facts *Facts, p *plan.Plan, chosen []Table) {
	var mixed, versioned []string
	for _, t := range chosen {
		if t.View || !slices.Contains(withRows(p, []string{t.Name}), t.Name) {
			continue
		}
		if !t.Transactional {
			mixed = append(mixed, t.Name)
		}
		if t.Versioned {
			versioned = append(versioned, t.Name)
		}
	}
	p.Warn(contract.TablesNotConsistent, mixed)
	if !p.History {
		p.Warn(contract.HistoryLeftOut, versioned)
	}
	p.Warn(contract.FloatsRounded, withRows(p, facts.Floats))
	p.Warn(contract.RowsElsewhere, p.Elsewhere)
	if !p.Routines {
		p.Warn(contract.RoutinesLeftOut, facts.RoutineNames)
	}
	if !p.Events {
		p.Warn(contract.EventsLeftOut, facts.EventNames)
	}
}

// withRows are those of the tables whose rows are copied.
func withRows(p *plan.Plan, tables []string) []string {
	var found []string
	for _, name := range tables {
		if slices.Contains(p.Tables, name) && !p.SchemaOnly && !slices.Contains(p.WithoutData, name) && !slices.Contains(p.Elsewhere, name) {
			found = append(found, name)
		}
	}
	return found
}
