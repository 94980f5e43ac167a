package preflight

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/source"
)

// ViewsOnExcluded fails where a view of the copy reads a table that is left out: the client would copy the view without
// a word, and the artifact could not be loaded. Both servers keep a view's text with every table written `db`.`table`.
func ViewsOnExcluded(ctx context.Context, db *Session, server source.Server, plan *Plan) error {
	if len(plan.Views) == 0 || len(plan.Excluded) == 0 {
		return nil
	}
	at := server.Origin(plan.Database)
	texts, err := viewTexts(ctx, db)
	if err != nil {
		return classify(ctx, err, at)
	}
	for _, view := range plan.Views {
		for _, excluded := range plan.Excluded {
			if strings.Contains(texts[view], quoteName(plan.Database)+"."+quoteName(excluded)) {
				return result.Errorf(result.BrokenView,
					"leave the view out too (--exclude, exclude.tables), or keep the table and leave out its rows alone (exclude.data)",
					"the copy of database %q on %s could not be loaded: its view %q reads the excluded table %q",
					plan.Database, at.Address, view, excluded)
			}
		}
	}
	return nil
}

func viewTexts(ctx context.Context, db *Session) (map[string]string, error) {
	rows, err := db.QueryContext(ctx, "SELECT TABLE_NAME, VIEW_DEFINITION FROM information_schema.VIEWS WHERE BINARY TABLE_SCHEMA = BINARY DATABASE()")
	if err != nil {
		return nil, fmt.Errorf("read the definitions of the views: %w", err)
	}
	defer rows.Close()
	texts := map[string]string{}
	for rows.Next() {
		var name string
		var text sql.NullString
		if err := rows.Scan(&name, &text); err != nil {
			return nil, err
		}
		texts[name] = text.String
	}
	return texts, rows.Err()
}
