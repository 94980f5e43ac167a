package main_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
)

// The client selects a database whose name it has escaped as a string, and says that it does not exist.
func TestEventsOfADatabaseWithAQuoteInItsNameAreRefused(t *testing.T) {
	server := dbtest.Get(t)
	for _, database := range []string{"it's", `say "hello"`, `slash\`} {
		t.Run(database, func(t *testing.T) {
			quoted := dbtest.QuoteName(database)
			server.Exec(t, "CREATE DATABASE "+quoted, "CREATE TABLE "+quoted+".t (id INT)", "CREATE PROCEDURE "+quoted+".p() SELECT 1")
			credentials := server.Account(t, "quoting", "pw", dbtest.WholeDump(database)...)
			whole := func() (outcome, string) {
				folder := t.TempDir()
				return run(t, append(flags(server, credentials, database), into(folder)...)...), folder
			}
			o, folder := whole()
			o.mustSucceed(t)
			if err := loadAs(t, server, "quoting_loader", "quoting_copy", folder); err != nil {
				t.Fatal(err)
			}
			if got := server.Fingerprint(t, "quoting_copy")["PROCEDURE p"]; got == "" {
				t.Error("its routine is lost")
			}
			server.Exec(t, "CREATE EVENT "+quoted+".e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1")
			o, folder = whole()
			o.mustFail(t, contract.InvalidRequest, "a quote or a backslash", "name the tables")
			nothingIn(t, folder)
			run(t, append(append(flags(server, credentials, database), into(t.TempDir())...), "--table=t")...).mustSucceed(t)
		})
	}
}

// In place of a view the client first makes one of constants, and a view of that one takes no CHECK OPTION.
func TestACheckOptionOnAViewThatIsWrittenLaterIsRefused(t *testing.T) {
	server := dbtest.Get(t)
	server.Client(t, `CREATE DATABASE checked; USE checked; CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1);
		CREATE VIEW z AS SELECT id FROM t; CREATE VIEW M AS SELECT id FROM z; CREATE VIEW a AS SELECT id FROM t WITH CHECK OPTION;
		CREATE VIEW zz AS SELECT id FROM z WHERE id < 5 WITH LOCAL CHECK OPTION; CREATE VIEW z_plain AS SELECT id FROM zz;`)
	credentials := server.Account(t, "checker", "pw", dbtest.WholeDump("checked")...)
	for name, test := range map[string]struct {
		view     string // made for this case
		flags    []string
		mentions []string // none: it succeeds and loads
	}{
		"views that read what is written before them": {view: "SELECT 1"},
		"a view on one that is written after it":      {"CREATE VIEW b AS SELECT id FROM z WITH CHECK OPTION", nil, []string{`"b"`, "CHECK OPTION", "--exclude"}},
		"through another view":                        {"CREATE VIEW b AS SELECT id FROM M WITH CASCADED CHECK OPTION", nil, []string{`"b"`}},
		"upper case, which is written before lower":   {"CREATE VIEW N AS SELECT id FROM a WITH CHECK OPTION", nil, []string{`"N"`}},
		"named before what it reads":                  {"CREATE VIEW b AS SELECT id FROM z WITH CHECK OPTION", []string{"--table=t", "--table=b", "--table=z"}, []string{`"b"`}},
		"named after what it reads":                   {"CREATE VIEW b AS SELECT id FROM z WITH CHECK OPTION", []string{"--table=t", "--table=z", "--table=b"}, nil},
		"left out":                                    {"CREATE VIEW b AS SELECT id FROM z WITH CHECK OPTION", []string{"--exclude-table=b"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if test.view != "" {
				server.Client(t, "DROP VIEW IF EXISTS b, N; "+test.view, "--database=checked")
			}
			folder := t.TempDir()
			o := run(t, append(append(flags(server, credentials, "checked"), into(folder)...), test.flags...)...)
			if test.mentions != nil {
				o.mustFail(t, contract.BrokenView, test.mentions...)
				nothingIn(t, folder)
				return
			}
			o.mustSucceed(t)
			if err := loadAs(t, server, "checker_loader", "checked_copy", folder); err != nil {
				t.Fatal(err)
			}
			want, got := server.Exact(t, "checked"), server.Exact(t, "checked_copy")
			for key := range want {
				if _, copied := got[key]; !copied && test.flags != nil {
					delete(want, key)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" || len(got) == 0 {
				t.Errorf("the copy differs (-source +copy):\n%s", diff)
			}
		})
	}
	server.Exec(t, "DROP VIEW IF EXISTS checked.b, checked.N")
}
