package preflight

import (
	"context"
	"fmt"
	"slices"

	"github.com/volcado-io/volcado/dumper/plan"
	"github.com/volcado-io/volcado/dumper/servererror"
)

// unchecked fails where a view WITH CHECK OPTION reads a view that the client writes after it. What stands in for that view
// until then cannot be updated, and the server refuses the option on a view of it (1368): loading would stop there.
func unchecked(ctx context.Context, db *Session, kept keptViews, at servererror.Origin, p *plan.Plan) error {
	checked := slices.DeleteFunc(slices.Clone(p.Views), func(view string) bool { return !kept.of(view, p).checks })
	if len(checked) == 0 {
		return nil
	}
	reads := readsOf(kept, p)
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
	return refused(names, "give the views that they read names that sort before theirs",
		"a copy of database %q on %s could not be loaded: its views %s have a CHECK OPTION and read views that the client writes after them", at, p)
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

// readsOf the views of the copy.
func readsOf(kept keptViews, p *plan.Plan) viewReads {
	copied := map[string]string{}
	for _, view := range p.Views {
		copied[folded(view, p.FoldsCase)] = view
	}
	reads := viewReads{}
	for _, view := range p.Views {
		for _, r := range references(kept.of(view, p).text) {
			if read, ok := copied[folded(r.name, p.FoldsCase)]; ok && !r.call && (r.database == "" || p.IsDatabase(r.database)) {
				reads[view] = append(reads[view], read)
			}
		}
	}
	return reads
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
