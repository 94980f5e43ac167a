package dbtest

import (
	_ "embed"
)

var (
	//go:embed hard/common.sql
	hardCommon string
	//go:embed hard/mariadb.sql
	hardMariaDB string
	//go:embed hard/mysql.sql
	hardMySQL string
)

// Hard is SQL that makes one of everything that a release's server can hold and a client can lose: each type at both ends,
// each kind of table, index, partition, view, trigger, routine, package, event and sequence, each mode of quoting, and lines
// of a dump within rows, names and bodies. It is for the server's own client.
func (r Release) Hard() string {
	const numbers = "CREATE TABLE seq (seq INT PRIMARY KEY);\nINSERT INTO seq "
	if r.MySQL {
		return "SET cte_max_recursion_depth = 65536;\n" + numbers +
			"WITH RECURSIVE n AS (SELECT 0 AS seq UNION ALL SELECT seq + 1 FROM n WHERE seq < 65535) SELECT seq FROM n;\n" + hardCommon + hardMySQL + "DROP TABLE seq;\n"
	}
	return numbers + "SELECT seq FROM mysql.seq_0_to_65535;\n" + hardCommon + hardMariaDB + "DROP TABLE seq;\n"
}
