package main_test

import (
	"testing"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
)

// The clients run for minutes at full speed on such an event, and would until the run deadline.
func TestAnEventThatTheClientNeverComesToAnEndWithIsRefused(t *testing.T) {
	server := dbtest.Get(t)
	credentials := server.Account(t, "delimited", "pw", "ALL ON *.*")
	for name, test := range map[string]struct{ event, comment, body string }{
		"in its body":    {"e_body", "", "BEGIN SELECT 1; SELECT ';;'; END"},
		"in its comment": {"e_comment", "COMMENT 'a;;b'", "SELECT 1"},
		"in its name":    {"e;;name", "", "SELECT 1"},
	} {
		t.Run(name, func(t *testing.T) {
			server.Exec(t, "CREATE OR REPLACE DATABASE delimited", "CREATE TABLE delimited.t (id INT PRIMARY KEY)",
				"CREATE EVENT delimited.plain ON SCHEDULE EVERY 1 DAY DISABLE DO BEGIN SELECT 1; SELECT '; ;'; END",
				"CREATE EVENT delimited."+dbtest.QuoteName(test.event)+" ON SCHEDULE EVERY 1 DAY DISABLE "+test.comment+" DO "+test.body)
			folder := t.TempDir()
			arguments := append(flags(server, credentials, "delimited"), into(folder)...)
			run(t, arguments...).mustFail(t, contract.InvalidRequest, `"`+test.event+`"`, `"delimited"`, "ALTER EVENT")
			nothingIn(t, folder)
			run(t, append(arguments, "--table=t")...).mustSucceed(t)
			server.Exec(t, "DROP EVENT delimited."+dbtest.QuoteName(test.event))
			run(t, arguments...).mustSucceed(t)
		})
	}
}
