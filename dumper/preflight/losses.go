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
//
// The clients write text as utf8mb4. Of the East Asian character sets that is no round trip: Unicode has once what they have
// twice (cp932 x'8790' is loaded as x'81E0'; a backslash in sjis, x'5C', as x'815F'), and has not all that they have.
func (g gatherer) losses(ctx context.Context, facts *Facts) (err error) {
	if facts.Floats, err = g.tablesWith(ctx, "DATA_TYPE = 'float'"); err != nil {
		return err
	}
	if facts.Converted, err = g.tablesWith(ctx, "CHARACTER_SET_NAME IN ('big5', 'cp932', 'eucjpms', 'euckr', 'gb2312', 'gbk', 'sjis', 'ujis')"); err != nil {
		return err
	}
	if err := g.garbled(ctx, facts); err != nil {
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
	return g.names(ctx, "tables", `SELECT DISTINCT TABLE_NAME FROM information_schema.COLUMNS
		WHERE TABLE_SCHEMA = DATABASE() AND BINARY TABLE_SCHEMA = BINARY DATABASE() AND `+condition+" ORDER BY TABLE_NAME")
}

// names that a query lists.
func (g gatherer) names(ctx context.Context, what, query string) ([]string, error) {
	rows, err := g.db.QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("list %s of which the copy may lack something: %w", what, err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		if err := errors.Join(checkListed(name, g.at), g.counted(len(names), what)); err != nil {
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
	precise := among(p.Tables, facts.Precise)
	if len(precise) > 0 {
		return result.Errorf(contract.InvalidRequest, "leave them out with --exclude (exclude.tables), or request history: Current",
			"the history of database %q on %s cannot be copied: these tables keep it by transaction, which mariadb-dump cannot write: %s", p.Database, at.Address, text.Names(precise, 5))
	}
	return nil
}

// warn of what the copy will not have.
func warn(facts *Facts, p *plan.Plan, chosen []Table) {
	rows := withRows(p)
	var mixed, versioned []string
	for _, t := range chosen {
		if !t.Transactional {
			mixed = append(mixed, t.Name)
		}
		if t.Versioned {
			versioned = append(versioned, t.Name)
		}
	}
	if len(p.Only) == 0 {
		p.Warn(contract.ExclusionsUnmatched, unmatched(facts, p))
	}
	p.Warn(contract.TablesNotConsistent, among(rows, mixed))
	if !p.History {
		p.Warn(contract.HistoryLeftOut, among(rows, versioned))
	}
	p.Warn(contract.FloatsRounded, among(rows, facts.Floats))
	p.Warn(contract.CharactersConverted, among(rows, facts.Converted))
	p.Warn(contract.CommentsGarbled, garbledIn(facts, p))
	p.Warn(contract.RowsElsewhere, p.Elsewhere)
	if !p.Routines {
		p.Warn(contract.RoutinesLeftOut, facts.RoutineNames)
	}
	if !p.Events {
		p.Warn(contract.EventsLeftOut, facts.EventNames)
	}
}

// unmatched patterns of the exclusions: what somebody wanted to leave out may be in the copy under another name.
func unmatched(facts *Facts, p *plan.Plan) []string {
	matchesNone := func(pattern string) bool {
		return !slices.ContainsFunc(facts.Tables, func(t Table) bool { return plan.MatchAny([]string{pattern}, t.Name) })
	}
	patterns := slices.Concat(p.ExcludeTables, p.ExcludeData)
	slices.Sort(patterns)
	return slices.DeleteFunc(slices.Compact(patterns), func(pattern string) bool { return !matchesNone(pattern) })
}

// withRows are the tables whose rows are copied.
func withRows(p *plan.Plan) []string {
	if p.SchemaOnly {
		return nil
	}
	without := map[string]bool{}
	for _, name := range slices.Concat(p.WithoutData, p.Elsewhere) {
		without[name] = true
	}
	return slices.DeleteFunc(slices.Clone(p.Tables), func(name string) bool { return without[name] })
}

// among are those of the names that are in the list. A server can list 200,000 of each.
func among(list, names []string) []string {
	in := map[string]bool{}
	for _, name := range list {
		in[name] = true
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !in[name] })
}
