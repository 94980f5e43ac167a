package dbtest

import (
	_ "embed" // hard.sql
	"testing"
)

//go:embed hard.sql
var hard string

// Hard makes a database with one of everything that a server can hold and a client can lose: each type at both ends, each
// kind of table, index, partition, view, trigger, routine, package, event and sequence, each mode of quoting, and lines of
// a dump within rows, names and bodies.
func (s *Server) Hard(t testing.TB, database string) {
	t.Helper()
	s.Exec(t, "CREATE OR REPLACE DATABASE "+QuoteName(database)+" CHARACTER SET utf8mb4")
	s.Client(t, hard, "--database="+database)
}
