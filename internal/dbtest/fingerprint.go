package dbtest

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Fingerprint describes a whole database so that two copies can be compared with cmp.Diff: the checksum of each table's
// rows, and the definition of everything.
func (s *Server) Fingerprint(t testing.TB, database string) map[string]string {
	t.Helper()
	f := s.look(t, database)
	defer f.connection.Close()
	for _, row := range f.rows("SHOW FULL TABLES") {
		name, kind := row[0], row[1]
		f.found[kind+" "+name] = f.definition("SHOW CREATE TABLE "+QuoteName(name), database, 1)
		if kind != "VIEW" {
			f.found["rows of "+name] = f.rows("CHECKSUM TABLE " + QuoteName(name) + " EXTENDED")[0][1]
		} else {
			f.found["rows of "+name] = fmt.Sprint(f.rows("SELECT * FROM " + QuoteName(name)))
		}
	}
	for _, row := range f.rows("SHOW TRIGGERS") {
		f.found["trigger "+row[0]] = f.definition("SHOW CREATE TRIGGER "+QuoteName(row[0]), database, 2)
	}
	for _, row := range f.rows("SHOW EVENTS") {
		f.found["event "+row[1]] = f.definition("SHOW CREATE EVENT "+QuoteName(row[1]), database, 3)
	}
	for _, kind := range []string{"PROCEDURE", "FUNCTION"} {
		for _, row := range f.rows("SHOW "+kind+" STATUS WHERE Db = ?", database) {
			f.found[kind+" "+row[1]] = f.definition("SHOW CREATE "+kind+" "+QuoteName(row[1]), database, 2)
		}
	}
	return f.found
}

// Contents describes a whole database so that copies in servers of another flavour can be compared with it: the rows of
// each table and view by their values, the text of what runs, and that foreign keys are there.
func (s *Server) Contents(t testing.TB, database string) map[string]string {
	t.Helper()
	f := s.look(t, database)
	defer f.connection.Close()
	f.exec("SET time_zone = '+00:00'")
	for _, row := range f.rows("SHOW FULL TABLES") {
		rows := f.rows("SELECT * FROM " + QuoteName(row[0]))
		slices.SortFunc(rows, slices.Compare)
		f.found[row[1]+" "+row[0]] = fmt.Sprintf("%q", rows)
	}
	for _, query := range []string{
		"SELECT 'trigger', TRIGGER_NAME, ACTION_STATEMENT FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()",
		"SELECT 'event', EVENT_NAME, EVENT_DEFINITION FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()",
		"SELECT ROUTINE_TYPE, ROUTINE_NAME, ROUTINE_DEFINITION FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()",
		"SELECT 'foreign key', CONSTRAINT_NAME, 'is there' FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()",
	} {
		for _, row := range f.rows(query) {
			f.found[row[0]+" "+row[1]] = row[2]
		}
	}
	return f.found
}

type fingerprint struct {
	t          testing.TB
	connection *sql.Conn
	found      map[string]string
}

// look into a database. The connection is to be closed.
func (s *Server) look(t testing.TB, database string) *fingerprint {
	t.Helper()
	connection, err := s.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f := &fingerprint{t: t, connection: connection, found: map[string]string{}}
	f.exec("USE " + QuoteName(database))
	return f
}

func (f *fingerprint) exec(statement string) {
	f.t.Helper()
	if _, err := f.connection.ExecContext(f.t.Context(), statement); err != nil {
		f.t.Fatalf("%s: %v", statement, err)
	}
}

func (f *fingerprint) rows(query string, arguments ...any) [][]string {
	f.t.Helper()
	rows, err := f.connection.QueryContext(f.t.Context(), query, arguments...)
	if err != nil {
		f.t.Fatalf("%s: %v", query, err)
	}
	var all [][]string
	for _, values := range scanned[sql.NullString](f.t, query, rows) {
		row := make([]string, len(values))
		for i, value := range values {
			row[i] = value.String
		}
		all = append(all, row)
	}
	return all
}

// scanned are the values of all rows, which it closes.
func scanned[T any](t testing.TB, query string, rows *sql.Rows) (all [][]T) {
	t.Helper()
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, pointers := make([]T, len(columns)), make([]any, len(columns))
		for i := range values {
			pointers[i] = &values[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		all = append(all, values)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return all
}

// autoIncrement of a table is the next free number, which a restore may set lower than it was.
var autoIncrement = regexp.MustCompile(` AUTO_INCREMENT=\d+`)

func (f *fingerprint) definition(query, database string, column int) string {
	f.t.Helper()
	text := f.rows(query)[0][column]
	text = strings.ReplaceAll(text, QuoteName(database)+".", "")
	return autoIncrement.ReplaceAllString(text, "")
}
