package preflight

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/volcado-io/volcado/dumper/plan"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/dumper/sqltext"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

// mostNamed of many views, in a sentence.
const mostNamed = 5

// CheckViews fails where a view cannot be copied, where the artifact could not be loaded because of one, or where one
// would go on reading the original. The client finds the first alone, and stops at the first view of many.
func CheckViews(ctx context.Context, db *Session, server source.Server, p *plan.Plan) error {
	if len(p.Views) == 0 {
		return nil
	}
	at := server.Origin(p.Database)
	var kept keptViews
	for _, step := range []func() error{
		func() (err error) { kept, err = readViews(ctx, db, p); return err },
		func() error { return lacking(kept, at, p) },
		func() error { return broken(ctx, db, at, p) },
		func() error { return namesake(ctx, db, at, p) },
		func() error { return unchecked(ctx, db, kept, at, p) },
	} {
		if err := db.try(step); err != nil {
			return classify(ctx, err, at)
		}
	}
	return nil
}

// keptView is a view as the server keeps it: with every table of its text written `db`.`table`.
type keptView struct {
	text string
	// checks what is written through it: it has a CHECK OPTION.
	checks bool
}

// keptViews of the database, by their folded names.
type keptViews map[string]keptView

func (k keptViews) of(view string, p *plan.Plan) keptView { return k[folded(view, p.FoldsCase)] }

func readViews(ctx context.Context, db *Session, p *plan.Plan) (keptViews, error) {
	rows, err := db.QueryContext(ctx, "SELECT TABLE_NAME, VIEW_DEFINITION, CHECK_OPTION FROM information_schema.VIEWS WHERE BINARY TABLE_SCHEMA = BINARY DATABASE()")
	if err != nil {
		return nil, fmt.Errorf("read the definitions of the views: %w", err)
	}
	defer rows.Close()
	kept := keptViews{}
	for rows.Next() {
		var name, option string
		var text sql.NullString
		if err := rows.Scan(&name, &text, &option); err != nil {
			return nil, err
		}
		kept[folded(name, p.FoldsCase)] = keptView{text: text.String, checks: option != "NONE"}
	}
	return kept, rows.Err()
}

// lacking fails where a view of the copy reads something of the database that is left out: the client would copy the view
// without a word.
func lacking(kept keptViews, at servererror.Origin, p *plan.Plan) error {
	if len(p.LeftOut) == 0 && len(p.Functions) == 0 {
		return nil
	}
	without := newLack(p)
	for _, view := range p.Views {
		for _, r := range references(kept.of(view, p).text) {
			if r.database != "" && !p.IsDatabase(r.database) {
				continue
			}
			if err := without.neededBy(p, view, r, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// lack is what the copy has not, for views that refer to it: a server can have many of both.
type lack struct{ tables, functions map[string]bool }

func newLack(p *plan.Plan) lack {
	l := lack{map[string]bool{}, map[string]bool{}}
	for _, name := range p.LeftOut {
		l.tables[folded(name, p.FoldsCase)] = true
	}
	for _, name := range p.Functions {
		l.functions[folded(name, true)] = true
	}
	return l
}

// folded is the same for names that the server takes for the same.
func folded(name string, fold bool) string {
	if fold {
		return strings.ToLower(strings.ToUpper(name))
	}
	return name
}

func (l lack) neededBy(p *plan.Plan, view string, r reference, at servererror.Origin) error {
	unloadable := func(hint, reads string) error {
		return result.Errorf(contract.BrokenView, hint, "the copy of database %q on %s could not be loaded: its view %q %s", p.Database, at.Address, view, reads)
	}
	switch {
	case r.call:
		if l.functions[folded(r.name, true)] {
			return unloadable("leave the view out, or copy the whole database: routines are not copied with named tables",
				fmt.Sprintf("calls the function %q, which is left out", r.name))
		}
	case r.database == "" || !l.tables[folded(r.name, p.FoldsCase)]:
	case plan.MatchAny(p.ExcludeTables, r.name):
		return unloadable("leave the view out too (--exclude, exclude.tables), or keep the table and leave out its rows alone (exclude.data)",
			fmt.Sprintf("reads the excluded table %q", r.name))
	default:
		return unloadable(fmt.Sprintf("name %q among the tables too, or leave the view out", r.name),
			fmt.Sprintf("reads %q, which is not among the named tables", r.name))
	}
	return nil
}

// broken tries each view as the client will and fails with the names of all that are broken.
func broken(ctx context.Context, db *Session, at servererror.Origin, p *plan.Plan) error {
	var names []string
	var first error
	for _, view := range p.Views {
		rows, err := db.QueryContext(ctx, "SHOW FIELDS FROM "+sqltext.QuoteName(view))
		if err == nil {
			err = errors.Join(rows.Close(), rows.Err())
		}
		if err == nil {
			continue
		}
		failure := result.FailureOf(classify(ctx, err, at))
		if failure.Reason != contract.BrokenView && failure.Reason != contract.TableDefinitionChanged {
			return err
		}
		names = append(names, view)
		if first == nil {
			first = err
		}
	}
	if first == nil {
		return nil
	}
	return result.Errorf(contract.BrokenView, "repair or drop them, or leave them out with --exclude (exclude.tables)",
		"database %q on %s has broken views: %s%s", p.Database, at.Address, text.Names(names, mostNamed), cause(first, at))
}

// cause is why the first of several views is broken, as the server says it, if it can be quoted.
func cause(err error, at servererror.Origin) string {
	if e, ok := errors.AsType[*mysql.MySQLError](err); ok {
		if words := at.Quote.Quote(e.Message); words != "" {
			return " (the first: " + words + ")"
		}
		return fmt.Sprintf(" (the first: error %d)", e.Number)
	}
	return ""
}

// namesake fails where the definition that the client writes names the database: the restored view would read the
// original's tables, or call its functions, without a word, or not load where there is no original. The servers leave the
// name out of a view unless one of its tables, or of those that its views read, is in another database; then they write
// it everywhere. A function keeps it if the view was made with it, and a sequence always has it.
func namesake(ctx context.Context, db *Session, at servererror.Origin, p *plan.Plan) error {
	var names []string
	for _, view := range p.Views {
		var name, text, client, collation string
		if err := db.QueryRowContext(ctx, "SHOW CREATE VIEW "+sqltext.QuoteName(view)).Scan(&name, &text, &client, &collation); err != nil {
			return err
		}
		if slices.ContainsFunc(references(text), func(r reference) bool { return r.database != "" && p.IsDatabase(r.database) }) {
			names = append(names, view)
		}
	}
	return refused(names, "define them without the database's name, without tables of another database and without sequences",
		"a copy of database %q on %s would read the original: its views %s refer to it by name, as views do that also read another database or use a sequence", at, p)
}

// refused is the failure of views that cannot be copied, if there are any. said has the database, the address and their names.
func refused(names []string, instead, said string, at servererror.Origin, p *plan.Plan) error {
	if len(names) == 0 {
		return nil
	}
	return result.Errorf(contract.BrokenView, "leave them out with --exclude (exclude.tables), or "+instead, said, p.Database, at.Address, text.Names(names, mostNamed))
}
