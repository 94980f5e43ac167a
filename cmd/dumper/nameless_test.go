package main_test

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/dbtest"
)

// Around what was made under another default than the database has now, the clients name the database. Whoever loads
// the copy beside the source would change the source, or be stopped.
func TestACopyOfADatabaseWhoseCollationWasChangedLoadsUnderAnotherName(t *testing.T) {
	server := dbtest.Get(t)
	for _, database := range []string{"changed", "back`tick 表"} {
		t.Run(database, func(t *testing.T) {
			quoted := dbtest.QuoteName(database)
			server.Client(t, strings.ReplaceAll(`CREATE DATABASE @ CHARACTER SET latin1; USE @;
				CREATE TABLE t (id INT PRIMARY KEY, a TEXT CHARACTER SET utf8mb4); INSERT INTO t VALUES (1, 'ALTER DATABASE @ CHARACTER SET latin1 COLLATE latin1_swedish_ci ;');
				CREATE TRIGGER first BEFORE INSERT ON t FOR EACH ROW SET NEW.a = CONCAT(NEW.a, 'x');
				CREATE FUNCTION shout(word TEXT) RETURNS TEXT DETERMINISTIC RETURN UPPER(word);
				CREATE PROCEDURE p() SELECT '
ALTER DATABASE @ CHARACTER SET latin1 COLLATE latin1_swedish_ci';
				CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 03:00:00' DISABLE DO CALL p();
				ALTER DATABASE @ CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
				CREATE TRIGGER second AFTER INSERT ON t FOR EACH ROW DELETE FROM t WHERE id < 0`, "@", quoted))
			want := server.Fingerprint(t, database)
			credentials := server.Account(t, "changer", "pw", dbtest.WholeDump(database)...)
			folder := t.TempDir()
			run(t, append(append(flags(server, credentials, database), into(folder)...), "--definers=Keep")...).mustSucceed(t)

			server.Exec(t, "CREATE OR REPLACE DATABASE changed_copy CHARACTER SET latin1")
			server.Account(t, "loader", "pw", "ALL ON changed_copy.*", "SET USER ON *.*")
			load(t, server, "loader", "changed_copy", folder)
			if diff := cmp.Diff(want, server.Fingerprint(t, "changed_copy")); diff != "" {
				t.Errorf("the restored database differs (-want +got):\n%s", diff)
			}
			for _, name := range []string{database, "changed_copy"} {
				var collation string
				query := "SELECT DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?"
				if err := server.DB().QueryRowContext(t.Context(), query, name).Scan(&collation); err != nil || collation != "utf8mb4_bin" {
					t.Errorf("database %q has collation %s %v", name, collation, err)
				}
			}
		})
	}
}

// load an artifact as an account that has no right but on the database it loads into. Its password is pw.
func load(t *testing.T, server *dbtest.Server, account, database, artifact string) {
	t.Helper()
	o := run(t, "cat", artifact)
	command := exec.CommandContext(t.Context(), "mariadb", "--no-defaults", "--protocol=TCP", "--host=127.0.0.1", "--port="+strconv.Itoa(server.Port),
		"--user="+account, "--password=pw", "--default-character-set=utf8mb4", "--database="+database)
	command.Stdin = strings.NewReader(o.stdout)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("load: %v\n%s", err, output)
	}
}
