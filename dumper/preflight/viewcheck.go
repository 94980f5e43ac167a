package preflight

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/volcado-io/volcado/dumper/plan"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

// unchecked fails where a view WITH CHECK OPTION reads a view that the client writes after it. What stands in for that view
// until then cannot be updated, and the server refuses the option on a view of it (1368): loading would stop there.
func unchecked(ctx context.Context, db *Session, at servererror.Origin, p *plan.Plan) error {
	checked, reads, err := checkOptions(ctx, db, p)
	if err != nil || len(checked) == 0 {
		return err
	}
	order, err := written(ctx, db, p)
	if err != nil {
		return err
	}
	var names []string
	known := map[string]int{}
	for _, view := range checked {
		if reads.latest(view, order, known, 0) > order[view] {
			names = append(names, view)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return result.Errorf(contract.BrokenView,
		"leave them out with --exclude (exclude.tables), or give the views that they read names that sort before theirs",
		"a copy of database %q on %s could not be loaded: its views %s have a CHECK OPTION and read views that the client writes after them",
		p.Database, at.Address, text.Names(names, mostNamed))
}

// viewReads are the views of the copy that each view of it reads.
type viewReads map[string][]string

// maxDepth of views that read one another. A server cannot open as many.
const maxDepth = 1000

// latest is the place of the last view that a view reads, itself or through others, or -1. known are those that were looked
// for already: each view is looked at once.
func (r viewReads) latest(view string, order, known map[string]int, depth int) int {
	last, ok := known[view]
	if ok {
		return last
	}
	last = -1
	if depth > maxDepth {
		return last
	}
	known[view] = last
	for _, read := range r[view] {
		last = max(last, order[read], r.latest(read, order, known, depth+1))
	}
	known[view] = last
	return last
}

// checkOptions are the views of the copy that have one, and what its views read.
func checkOptions(ctx context.Context, db *Session, p *plan.Plan) (checked []string, reads viewReads, err error) {
	rows, err := db.QueryContext(ctx, "SELECT TABLE_NAME, VIEW_DEFINITION, CHECK_OPTION FROM information_schema.VIEWS WHERE BINARY TABLE_SCHEMA = BINARY DATABASE() ORDER BY TABLE_NAME")
	if err != nil {
		return nil, nil, fmt.Errorf("read the check options of the views: %w", err)
	}
	defer rows.Close()
	copied := map[string]string{}
	for _, view := range p.Views {
		copied[folded(view, p.FoldsCase)] = view
	}
	reads = viewReads{}
	for rows.Next() {
		var name, option string
		var definition sql.NullString
		if err := rows.Scan(&name, &definition, &option); err != nil {
			return nil, nil, err
		}
		view, ok := copied[folded(name, p.FoldsCase)]
		if !ok {
			continue
		}
		if option != "NONE" {
			checked = append(checked, view)
		}
		for _, r := range references(definition.String) {
			if read, ok := copied[folded(r.name, p.FoldsCase)]; ok && !r.call && (r.database == "" || p.IsDatabase(r.database)) {
				reads[view] = append(reads[view], read)
			}
		}
	}
	return checked, reads, rows.Err()
}

// written is the place of each view in the client's order: that of its arguments, else that in which the server lists the
// tables.
func written(ctx context.Context, db *Session, p *plan.Plan) (map[string]int, error) {
	order := map[string]int{}
	for i, view := range p.Views {
		order[view] = i
	}
	if len(p.Only) > 0 {
		return order, nil
	}
	rows, err := db.QueryContext(ctx, "SHOW TABLES")
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	defer rows.Close()
	for i := 0; rows.Next(); i++ {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		if _, ok := order[name]; ok {
			order[name] = i
		}
	}
	return order, rows.Err()
}
