package main_test

import (
	"strings"
	"testing"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
)

// To GRANT, _ and % in a database's name mean any character and any text.
func TestTheStatementsThatAreHandedOutGrantTheDatabaseAndNoOther(t *testing.T) {
	server := dbtest.Get(t)
	for database, other := range map[string]string{"hint_ed": "hintXed", "hint%": "hints", `hi\nt`: `hiXnt`} {
		t.Run(database, func(t *testing.T) {
			name := dbtest.QuoteName(database)
			server.Exec(t, "CREATE OR REPLACE DATABASE "+name, "CREATE TABLE "+name+".t (id INT PRIMARY KEY)", "CREATE TRIGGER "+name+".tr BEFORE INSERT ON "+name+".t FOR EACH ROW SET @a = 1",
				"CREATE VIEW "+name+".v AS SELECT 1", "CREATE PROCEDURE "+name+".p() SELECT 1")
			arguments := append(flags(server, server.Account(t, "hinted", "pw"), database), into(t.TempDir())...)
			for range 10 {
				o := run(t, arguments...)
				if o.result.Failure == nil {
					break
				}
				o.mustFail(t, contract.InsufficientPrivileges)
				_, statement, found := strings.Cut(o.result.Failure.Hint, "run on the server: ")
				if !found {
					t.Fatalf("the hint is %q", o.result.Failure.Hint)
				}
				server.Exec(t, statement)
			}
			run(t, arguments...).mustSucceed(t)
			var granted int
			if err := server.DB().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM mysql.db WHERE User = 'hinted' AND ? LIKE Db", other).Scan(&granted); err != nil {
				t.Fatal(err)
			}
			if granted > 0 {
				t.Errorf("%s is granted, too", other)
			}
		})
	}
}
