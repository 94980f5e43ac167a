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
)

// sequenceDefault is a column's default that refers to a sequence.
type sequenceDefault struct {
	table, column string
	// sequence with its database, which is empty if the server leaves it out.
	sequence reference
}

// defaults are the only place of a table's definition where MariaDB permits a sequence: generated columns, constraints
// and partitions may not have one. MySQL knows none.
func (g gatherer) defaults(ctx context.Context, facts *Facts) error {
	if g.engine != v1alpha1.EngineMariaDB {
		return nil
	}
	rows, err := g.db.QueryContext(ctx, `SELECT TABLE_NAME, COLUMN_NAME, COLUMN_DEFAULT FROM information_schema.COLUMNS
		WHERE TABLE_SCHEMA = DATABASE() AND BINARY TABLE_SCHEMA = BINARY DATABASE() AND COLUMN_DEFAULT LIKE '%val(%'
		ORDER BY TABLE_NAME, ORDINAL_POSITION`)
	if err != nil {
		return fmt.Errorf("read the defaults of the columns: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var table, column, text string
		if err := rows.Scan(&table, &column, &text); err != nil {
			return err
		}
		if err := errors.Join(checkListed(table, g.at), checkListed(column, g.at), g.counted(len(facts.Defaults), "defaults")); err != nil {
			return err
		}
		for _, r := range references(text) {
			facts.Defaults = append(facts.Defaults, sequenceDefault{table: table, column: column, sequence: r})
		}
	}
	return rows.Err()
}

// drawFrom notes the sequences that defaults of columns refer to, and fails where the copy would lack one: its table could
// not be made. A sequence of another database stays what it is, as in a view.
func drawFrom(p *plan.Plan, defaults []sequenceDefault, tables []Table, at servererror.Origin) error {
	copied := map[string]bool{}
	for _, name := range p.Tables {
		copied[name] = true
	}
	for _, d := range defaults {
		if !copied[d.table] {
			continue
		}
		p.UsesSequences = true
		if d.sequence.database != "" {
			if !p.IsDatabase(d.sequence.database) {
				continue
			}
			if !slices.Contains(p.Qualified, d.table) {
				p.Qualified = append(p.Qualified, d.table)
			}
		}
		is := func(name string) bool { return p.Same(name, d.sequence.name) }
		i := slices.IndexFunc(p.Tables, is)
		if i < 0 {
			return lacksSequence(p, d, slices.ContainsFunc(tables, func(t Table) bool { return is(t.Name) }), at)
		}
		if name := p.Tables[i]; !slices.Contains(p.Sequences, name) {
			p.Sequences = append(p.Sequences, name)
		}
	}
	return nil
}

func lacksSequence(p *plan.Plan, d sequenceDefault, exists bool, at servererror.Origin) error {
	var what, hint string
	switch {
	case plan.MatchAny(p.ExcludeTables, d.sequence.name):
		what, hint = "which is excluded", "leave the table out too (--exclude, exclude.tables), or keep the sequence"
	case exists:
		what, hint = "which is not among the named tables", fmt.Sprintf("name %q among the tables too", d.sequence.name)
	default:
		what, hint = fmt.Sprintf("which does not exist, or which the user %q cannot see", at.Username),
			"give the column another default, make the sequence, or let the user read it: "+servererror.GrantHint(at, "SELECT")
	}
	return result.Errorf(contract.InvalidRequest, hint, "the copy of database %q on %s could not be loaded: column %q of its table %q draws its default from the sequence %q, %s",
		p.Database, at.Address, d.column, d.table, d.sequence.name, what)
}
