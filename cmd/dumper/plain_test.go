package main_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
)

// defined has views, triggers, routines, packages and an event, made by an account and a role that another server lacks.
const defined = `CREATE DATABASE defined; USE defined;
CREATE ROLE keeper;
CREATE USER "it's; -- me"@'10.0.0.%%' IDENTIFIED BY 'pw'; GRANT ALL ON *.* TO "it's; -- me"@'10.0.0.%%';
CREATE TABLE t (id INT PRIMARY KEY, v TEXT DEFAULT 'DEFINER=nobody');
INSERT INTO t VALUES (1, 'CREATE DEFINER=` + "`a`@`b`" + ` VIEW'), (2, NULL);
CREATE DEFINER="it's; -- me"@'10.0.0.%%' SQL SECURITY INVOKER VIEW v AS SELECT id, 'DEFINER=x' AS d FROM t;
CREATE DEFINER=root@localhost VIEW w AS SELECT * FROM v;
CREATE DEFINER="it's; -- me"@'10.0.0.%%' TRIGGER defined.tr BEFORE INSERT ON defined.t FOR EACH ROW SET NEW.v = 'DEFINER=root@localhost';
CREATE DEFINER=keeper PROCEDURE p() SELECT 'CREATE DEFINER=x@y PROCEDURE';
CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1;
SET sql_mode='ORACLE';
CREATE DEFINER="it's; -- me"@"10.0.0.%%" PACKAGE pk AS FUNCTION one RETURN INT; END;
//
CREATE PACKAGE BODY pk AS FUNCTION one RETURN INT AS BEGIN RETURN 1; END; END;
//
SET sql_mode='';
CREATE DEFINER="it's; -- me"@'10.0.0.%%' EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2035-01-01' DISABLE DO SELECT 'DEFINER';
`

func define(t *testing.T, server *dbtest.Server) {
	t.Helper()
	before, packages, _ := strings.Cut(defined, "SET sql_mode='ORACLE';\n")
	packages, after, _ := strings.Cut(packages, "SET sql_mode='';\n")
	sql := "DROP DATABASE IF EXISTS defined; DROP ROLE IF EXISTS keeper; DROP USER IF EXISTS \"it's; -- me\"@'10.0.0.%';\n" + strings.ReplaceAll(before, "%%", "%") +
		"SET sql_mode='ORACLE';\nDELIMITER //\n" + strings.ReplaceAll(packages, "%%", "%") + "DELIMITER ;\nSET sql_mode='';\n" + strings.ReplaceAll(after, "%%", "%")
	command := exec.CommandContext(t.Context(), "mariadb", "--no-defaults", "--socket="+server.Socket, "--user=root", "--comments")
	command.Stdin = strings.NewReader(sql)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
}

// loadAs loads a copy into a new database as an account with rights on that database alone.
func loadAs(t *testing.T, server *dbtest.Server, account, database, folder string) error {
	t.Helper()
	server.Exec(t, "CREATE OR REPLACE DATABASE "+database)
	server.Account(t, account, "pw", "ALL ON "+database+".*")
	cat := prepare(t, "cat", folder)
	cat.Stdout = nil
	text, err := cat.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cat.Start(); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "mariadb", "--no-defaults", "--socket="+server.Socket, "--user="+account, "--password=pw",
		"--default-character-set=utf8mb4", "--comments", "--max-allowed-packet=1G", "--database="+database)
	command.Stdin = text
	output, failed := command.CombinedOutput()
	if failed != nil {
		failed = fmt.Errorf("%w\n%s", failed, output)
		_ = text.Close() // so that cat ends too
	}
	if o := cat.outcome(t, cat.Wait()); failed == nil && o.exit != 0 {
		t.Fatalf("dumper cat: exit code %d\n%s", o.exit, o.stderr)
	}
	return failed
}

// definitions of a database without who defined them.
func definitions(t *testing.T, server *dbtest.Server, database string) []string {
	t.Helper()
	rows, err := server.DB().QueryContext(t.Context(), `
		SELECT CONCAT('view ', TABLE_NAME, ' ', SECURITY_TYPE, ' ', REPLACE(VIEW_DEFINITION, ?, '')) FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ?
		UNION SELECT CONCAT('trigger ', TRIGGER_NAME, ' ', EVENT_OBJECT_TABLE, ' ', TRIM(ACTION_STATEMENT)) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?
		UNION SELECT CONCAT(ROUTINE_TYPE, ' ', ROUTINE_NAME, ' ', TRIM(ROUTINE_DEFINITION)) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ?
		UNION SELECT CONCAT('event ', EVENT_NAME, ' ', EVENT_DEFINITION) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ? ORDER BY 1`,
		"`"+database+"`.", database, database, database, database)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		found = append(found, strings.TrimSpace(text))
	}
	return found
}

func TestAnAccountWithRightsOnOneDatabaseLoadsACopyAndOwnsWhatItDefines(t *testing.T) {
	server := dbtest.Get(t)
	define(t, server)
	credentials := server.Account(t, "definer_reader", "pw", "SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON *.*")
	stripped, kept := t.TempDir(), t.TempDir()
	run(t, append(flags(server, credentials, "defined"), into(stripped)...)...).mustSucceed(t)
	run(t, append(append(flags(server, credentials, "defined"), into(kept)...), "--definers=Keep")...).mustSucceed(t)

	if err := loadAs(t, server, "plain_loader", "defined_plain", stripped); err != nil {
		t.Fatalf("a plain account cannot load the copy: %v", err)
	}
	want := definitions(t, server, "defined")
	if len(want) != 8 {
		t.Fatalf("the source has %d definitions: %q", len(want), want)
	}
	if diff := cmp.Diff(want, definitions(t, server, "defined_plain")); diff != "" {
		t.Errorf("definitions (-source +copy)\n%s", diff)
	}
	if diff := cmp.Diff(server.Fingerprint(t, "defined")["rows of t"], server.Fingerprint(t, "defined_plain")["rows of t"]); diff != "" {
		t.Errorf("rows (-source +copy)\n%s", diff)
	}
	owners := "SELECT COUNT(*) FROM (SELECT DEFINER FROM information_schema.VIEWS WHERE TABLE_SCHEMA = 'defined_plain' UNION ALL SELECT DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = 'defined_plain' UNION ALL SELECT DEFINER FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 'defined_plain' UNION ALL SELECT DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'defined_plain') d WHERE DEFINER <> 'plain_loader@%'"
	var others int
	if err := server.DB().QueryRowContext(t.Context(), owners).Scan(&others); err != nil || others != 0 {
		t.Errorf("%d definitions belong to somebody else (%v)", others, err)
	}
	if err := loadAs(t, server, "plain_loader", "defined_plain", kept); err == nil || !strings.Contains(err.Error(), "1227") {
		t.Errorf("with the definers that were kept, a plain account is not refused: %v", err)
	}
	if names := warnings(manifest(t, kept)); !strings.Contains(names, string(contract.DefinersKept)) || !strings.Contains(names, string(contract.LoadNeedsTrust)) {
		t.Errorf("the warnings are %s", names)
	}
}

func warnings(m *contract.Manifest) string {
	var names []string
	for _, w := range m.Warnings {
		names = append(names, fmt.Sprintf("%s %d %s", w.Name, w.Count, strings.Join(w.Names, ",")))
	}
	return strings.Join(names, "; ")
}

func TestThePastRowsOfVersionedTablesAreCopiedWhenAllHistoryIsAskedFor(t *testing.T) {
	server := dbtest.Get(t)
	server.Exec(t, "CREATE OR REPLACE DATABASE past", "CREATE TABLE past.v (id INT PRIMARY KEY, a INT) WITH SYSTEM VERSIONING",
		"CREATE TABLE past.plain (id INT)", "CREATE TABLE past.x (id INT, s TIMESTAMP(6) GENERATED ALWAYS AS ROW START, e TIMESTAMP(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING",
		"INSERT INTO past.v VALUES (1, 1), (2, 1), (3, 1)", "UPDATE past.v SET a = 2 WHERE id < 3", "DELETE FROM past.v WHERE id = 2", "INSERT INTO past.x (id) VALUES (1)", "DELETE FROM past.x")
	credentials := server.Account(t, "historian", "pw", append(dbtest.WholeDump("past"), "DELETE HISTORY ON past.*")...)
	all, current := t.TempDir(), t.TempDir()
	run(t, append(append(flags(server, credentials, "past"), into(all)...), "--history=All")...).mustSucceed(t)
	run(t, append(flags(server, credentials, "past"), into(current)...)...).mustSucceed(t)
	rows := func(database string) string {
		var text string
		if err := server.DB().QueryRowContext(t.Context(), fmt.Sprintf(`SELECT CONCAT((SELECT GROUP_CONCAT(CONCAT_WS(',', id, a, ROW_START, ROW_END) ORDER BY 1 SEPARATOR ' ') FROM %[1]s.v FOR SYSTEM_TIME ALL),
			' | ', (SELECT COUNT(*) FROM %[1]s.x FOR SYSTEM_TIME ALL))`, database)).Scan(&text); err != nil {
			t.Fatal(err)
		}
		return text
	}
	if err := loadAs(t, server, "historian_loader", "past_all", all); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows("past"), rows("past_all")); diff != "" {
		t.Errorf("rows with their history (-source +copy)\n%s", diff)
	}
	if got := warnings(manifest(t, all)); got != "" {
		t.Errorf("with all of the history it warns: %s", got)
	}
	if got, want := warnings(manifest(t, current)), "HistoryLeftOut 2 v,x"; got != want {
		t.Errorf("without the history it warns %q, want %q", got, want)
	}
}

func TestHistoryThatTheClientCannotCopyIsRefused(t *testing.T) {
	server := dbtest.Get(t)
	server.Exec(t, "CREATE OR REPLACE DATABASE precise", "CREATE TABLE precise.v (id INT, s BIGINT UNSIGNED GENERATED ALWAYS AS ROW START, e BIGINT UNSIGNED GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING ENGINE=InnoDB")
	credentials := server.Account(t, "precise", "pw", dbtest.WholeDump("precise")...)
	folder := t.TempDir()
	history := func(more ...string) outcome {
		return run(t, append(append(append(flags(server, credentials, "precise"), into(folder)...), "--history=All"), more...)...)
	}
	history().mustFail(t, contract.InvalidRequest, `"v"`, "by transaction", "history: Current")
	history("--exclude-data=v").mustFail(t, contract.InvalidRequest, `"v"`)
	server.Exec(t, "CREATE TABLE precise.w (id INT)")
	history("--exclude=v").mustSucceed(t)
	run(t, append(append(flags(server, credentials, "precise"), into(t.TempDir())...), "--history=All", "--schema-only")...).mustSucceed(t)
}

func TestDigitsOfFloatsThatAreLostAreSaid(t *testing.T) {
	server := dbtest.Get(t)
	server.Exec(t, "CREATE OR REPLACE DATABASE floats", "CREATE TABLE floats.a (x FLOAT)", "CREATE TABLE floats.b (x DOUBLE, y DECIMAL(20,10))", "CREATE TABLE floats.c (x FLOAT)")
	credentials := server.Account(t, "floats", "pw", dbtest.WholeDump("floats")...)
	folder := t.TempDir()
	run(t, append(append(flags(server, credentials, "floats"), into(folder)...), "--exclude-data=c")...).mustSucceed(t)
	if got, want := warnings(manifest(t, folder)), "FloatsRounded 1 a"; got != want {
		t.Errorf("it warns %q, want %q", got, want)
	}
}
