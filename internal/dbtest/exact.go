package dbtest

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Exact describes a database more closely than Fingerprint does: every value, bit by bit, and what SHOW CREATE does not
// say. What names who defined something is left out: a copy belongs to whoever loads it.
func (s *Server) Exact(t testing.TB, database string) map[string]string {
	t.Helper()
	f := s.look(t, database)
	defer f.connection.Close()
	f.found = s.Fingerprint(t, database)
	for key, text := range f.found {
		f.found[key] = definer.ReplaceAllString(text, "")
		if strings.HasPrefix(key, "rows of ") {
			// A checksum of values as the engine stores them differs where the values are the same.
			delete(f.found, key)
		}
	}
	f.exec("SET NAMES utf8mb4, time_zone = '+00:00', sql_mode = ''")
	if s.MySQL {
		// Or what it once told of a table, for a day.
		f.exec("SET information_schema_stats_expiry = 0")
	} else {
		f.packages(database)
	}
	for _, table := range described {
		f.describe(table, database)
	}
	for _, row := range f.rows("SHOW FULL TABLES") {
		f.values(database, row[0], row[1])
	}
	return f.found
}

// definer is who made a view, a trigger, a routine or an event.
var definer = regexp.MustCompile("DEFINER=(`([^`]|``)*`|\"([^\"]|\"\")*\")(@(`([^`]|``)*`|\"([^\"]|\"\")*\"))? ")

func (f *fingerprint) packages(database string) {
	f.t.Helper()
	for _, kind := range []string{"PACKAGE", "PACKAGE BODY"} {
		for _, row := range f.rows("SHOW "+kind+" STATUS WHERE Db = ?", database) {
			f.found[kind+" "+row[1]] = definer.ReplaceAllString(f.definition("SHOW CREATE "+kind+" "+QuoteName(row[1]), database, 2), "")
		}
	}
}

// described are the tables of information_schema that describe a database: the column with its name, the columns that
// name a row, and those that differ between two equal databases.
var described = []struct {
	table, database string
	names, without  []string
}{
	{"TABLES", "TABLE_SCHEMA", []string{"TABLE_NAME"}, []string{"TABLE_ROWS", "AVG_ROW_LENGTH", "DATA_LENGTH", "MAX_DATA_LENGTH", "INDEX_LENGTH", "DATA_FREE", "CREATE_TIME", "UPDATE_TIME", "CHECK_TIME", "CHECKSUM", "MAX_INDEX_LENGTH"}},
	{"COLUMNS", "TABLE_SCHEMA", []string{"TABLE_NAME", "COLUMN_NAME"}, nil},
	{"STATISTICS", "TABLE_SCHEMA", []string{"TABLE_NAME", "INDEX_NAME", "SEQ_IN_INDEX"}, []string{"INDEX_SCHEMA", "CARDINALITY"}},
	{"KEY_COLUMN_USAGE", "TABLE_SCHEMA", []string{"TABLE_NAME", "CONSTRAINT_NAME", "ORDINAL_POSITION"}, []string{"CONSTRAINT_SCHEMA", "REFERENCED_TABLE_SCHEMA"}},
	{"REFERENTIAL_CONSTRAINTS", "CONSTRAINT_SCHEMA", []string{"TABLE_NAME", "CONSTRAINT_NAME"}, []string{"UNIQUE_CONSTRAINT_SCHEMA"}},
	{"CHECK_CONSTRAINTS", "CONSTRAINT_SCHEMA", []string{"TABLE_NAME", "CONSTRAINT_NAME"}, nil},
	{"PARTITIONS", "TABLE_SCHEMA", []string{"TABLE_NAME", "PARTITION_NAME", "SUBPARTITION_NAME"}, []string{"AVG_ROW_LENGTH", "DATA_LENGTH", "MAX_DATA_LENGTH", "INDEX_LENGTH", "DATA_FREE", "CREATE_TIME", "UPDATE_TIME", "CHECK_TIME", "CHECKSUM", "TABLE_ROWS"}},
	{"VIEWS", "TABLE_SCHEMA", []string{"TABLE_NAME"}, []string{"DEFINER"}},
	{"TRIGGERS", "TRIGGER_SCHEMA", []string{"EVENT_OBJECT_TABLE", "TRIGGER_NAME"}, []string{"EVENT_OBJECT_SCHEMA", "DEFINER", "CREATED"}},
	{"ROUTINES", "ROUTINE_SCHEMA", []string{"ROUTINE_TYPE", "ROUTINE_NAME"}, []string{"DEFINER", "CREATED", "LAST_ALTERED"}},
	{"PARAMETERS", "SPECIFIC_SCHEMA", []string{"ROUTINE_TYPE", "SPECIFIC_NAME", "ORDINAL_POSITION"}, nil},
	{"EVENTS", "EVENT_SCHEMA", []string{"EVENT_NAME"}, []string{"DEFINER", "CREATED", "LAST_ALTERED", "LAST_EXECUTED", "ORIGINATOR"}},
}

func (f *fingerprint) describe(d struct {
	table, database string
	names, without  []string
}, database string) {
	f.t.Helper()
	columns := f.rows("SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'information_schema' AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION", d.table)
	for _, row := range f.rows("SELECT * FROM information_schema."+d.table+" WHERE BINARY "+d.database+" = BINARY ?", database) {
		key, said := d.table, []string{}
		for i, column := range columns {
			switch name := column[0]; {
			case slices.Contains(d.names, name):
				key += fmt.Sprintf(" %q", row[i])
			case name == d.database || slices.Contains(d.without, name) || row[i] == "":
			default:
				said = append(said, name+"="+strings.ReplaceAll(row[i], QuoteName(database)+".", ""))
			}
		}
		f.found[key] = strings.Join(said, "\n")
	}
}

// values of a table or view, without the times at which the server wrote the rows of a versioned one. Rows are compared
// without regard to their order, which no table has.
func (f *fingerprint) values(database, table, kind string) {
	f.t.Helper()
	var columns []string
	for _, row := range f.rows(`SELECT COLUMN_NAME, DATA_TYPE FROM information_schema.COLUMNS WHERE BINARY TABLE_SCHEMA = BINARY ? AND BINARY TABLE_NAME = BINARY ?
		AND COALESCE(GENERATION_EXPRESSION, '') NOT IN ('ROW START', 'ROW END') ORDER BY ORDINAL_POSITION`, database, table) {
		columns = append(columns, exactly(row[0], row[1]))
	}
	lines := f.exactRows("SELECT " + strings.Join(columns, ", ") + " FROM " + QuoteName(table))
	slices.SortFunc(lines, cmp.Compare[string])
	text := strings.Join(lines, "\n")
	if len(text) > 64<<10 {
		text = fmt.Sprintf("%d rows of SHA-256 %x", len(lines), sha256.Sum256([]byte(text)))
	}
	f.found["values of "+kind+" "+table] = text
}

// exactly is the expression for a column's value, which no character set on the way and no way of showing it changes.
func exactly(name, kind string) string {
	column := QuoteName(name)
	switch kind {
	case "char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set", "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "vector":
		return "HEX(" + column + ")"
	case "geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection", "geomcollection":
		return "CONCAT(ST_SRID(" + column + "), ' ', HEX(ST_AsWKB(" + column + ")))"
	case "bit":
		return "HEX(" + column + " + 0)"
	}
	return column
}

// exactRows reads rows in the server's binary protocol, in which a DOUBLE and a FLOAT keep each bit.
func (f *fingerprint) exactRows(query string) (lines []string) {
	f.t.Helper()
	statement, err := f.connection.PrepareContext(f.t.Context(), query)
	if err != nil {
		f.t.Fatalf("%s: %v", query, err)
	}
	defer statement.Close()
	rows, err := statement.QueryContext(f.t.Context())
	if err != nil {
		f.t.Fatalf("%s: %v", query, err)
	}
	for _, values := range scanned[any](f.t, query, rows) {
		lines = append(lines, exactLine(values))
	}
	return lines
}

func exactLine(values []any) string {
	said := make([]string, len(values))
	for i, value := range values {
		switch v := value.(type) {
		case nil:
			said[i] = "NULL"
		case float64, float32:
			said[i] = fmt.Sprintf("%x", v)
		case []byte:
			said[i] = fmt.Sprintf("%q", v)
		default:
			said[i] = fmt.Sprint(v)
		}
	}
	return strings.Join(said, "|")
}
