package main_test

import (
	"strings"
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
		"left out":                                    {"CREATE VIEW b AS SELECT id FROM z WITH CHECK OPTION", []string{"--exclude=b"}, nil},
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

// Each character set goes through Unicode, which some do not survive whole.
func TestCharactersThatAreConvertedAreSaid(t *testing.T) {
	server := dbtest.Get(t)
	server.Exec(t, "CREATE OR REPLACE DATABASE converted", "CREATE TABLE converted.a (s VARCHAR(9) CHARACTER SET sjis, c VARCHAR(9) CHARACTER SET cp932)",
		"INSERT INTO converted.a VALUES (x'5C', x'8790')", "CREATE TABLE converted.b (s VARCHAR(9) CHARACTER SET latin1, u VARCHAR(9) CHARACTER SET utf8mb4)",
		"CREATE TABLE converted.c (s VARCHAR(9) CHARACTER SET gbk)", "CREATE TABLE converted.d (s VARCHAR(9) CHARACTER SET big5)")
	credentials := server.Account(t, "converter", "pw", dbtest.WholeDump("converted")...)
	folder := t.TempDir()
	run(t, append(append(flags(server, credentials, "converted"), into(folder)...), "--exclude-data=d")...).mustSucceed(t)
	if got, want := warnings(manifest(t, folder)), "CharactersConverted 2 a,c"; got != want {
		t.Errorf("it warns %q, want %q", got, want)
	}
	if err := loadAs(t, server, "converter_loader", "converted_copy", folder); err != nil {
		t.Fatal(err)
	}
	// If this fails, the clients have learnt it and the warning can go.
	if got := server.Exact(t, "converted_copy")["values of BASE TABLE a"]; got != `"815F"|"81E0"` {
		t.Errorf("the copy has %s", got)
	}
}

// The server writes what it keeps in utf8 into a text that is in another character set.
func TestCommentsThatComeOutAsOtherCharactersAreSaid(t *testing.T) {
	server := dbtest.Get(t)
	server.Client(t, strings.ReplaceAll(`CREATE DATABASE garbled; USE garbled; CREATE TABLE t (id INT); SET NAMES latin1;
		CREATE PROCEDURE odd() COMMENT 'ü' SELECT 1; CREATE PROCEDURE ~fine_ü~() COMMENT 'plain' SELECT 'ü'; CREATE EVENT ~odd_ü~ ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1;
		CREATE EVENT odd_too ON SCHEDULE EVERY 1 DAY DISABLE COMMENT 'ü' DO SELECT 1; CREATE EVENT fine ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 'ü'; SET NAMES utf8mb4;
		CREATE PROCEDURE utf() COMMENT 'ü' SELECT 'ü'; CREATE EVENT utf_ü ON SCHEDULE EVERY 1 DAY DISABLE COMMENT 'ü' DO SELECT 'ü'`, "~", "`"))
	credentials := server.Account(t, "garbler", "pw", dbtest.WholeDump("garbled")...)
	folder := t.TempDir()
	run(t, append(flags(server, credentials, "garbled"), into(folder)...)...).mustSucceed(t)
	if got, want := warnings(manifest(t, folder)), "CommentsGarbled 3 odd,odd_Ã¼,odd_too"; got != want {
		t.Errorf("it warns %q, want %q", got, want)
	}
	if err := loadAs(t, server, "garbler_loader", "garbled_copy", folder); err != nil {
		t.Fatal(err)
	}
	// If this fails, server and client have learnt it and the warning can go.
	got := server.Exact(t, "garbled_copy")
	for key, want := range map[string]bool{"event utf_ü": true, "event fine": true, "PROCEDURE fine_Ã¼": true, "event odd_Ã¼": false, "event odd_too": true} {
		if _, there := got[key]; there != want {
			t.Errorf("%s is there: %t, want %t", key, there, want)
		}
	}
}

// MySQL writes a routine's and a trigger's own name like that, too, and the name of the trigger's table.
func TestNamesThatMySQLGarblesAreSaid(t *testing.T) {
	p := begin(t, dbtest.Releases[2], false)
	p.fill(t, "garbled", " CHARACTER SET utf8mb4", strings.ReplaceAll(`CREATE TABLE t (id INT); SET NAMES latin1; CREATE PROCEDURE ~proc_ü~() SELECT 'ü'; CREATE PROCEDURE fine(~par_ü~ INT) SELECT 'ü', ~par_ü~;
		CREATE FUNCTION ~func_ü~() RETURNS INT DETERMINISTIC RETURN 1; CREATE TRIGGER ~trig_ü~ BEFORE INSERT ON t FOR EACH ROW SET @a = 'ü'; CREATE TRIGGER fine BEFORE UPDATE ON t FOR EACH ROW SET @a = 'ü';
		CREATE VIEW ~view_ü~ AS SELECT 'ü' AS ~ü~; CREATE EVENT ~event_ü~ ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1; CREATE TABLE ~tab_ü~ (~col_ü~ INT);
		CREATE TRIGGER lost BEFORE INSERT ON ~tab_ü~ FOR EACH ROW SET NEW.~col_ü~ = 7; SET NAMES utf8mb4; CREATE PROCEDURE ~utf_ü~() COMMENT 'ü' SELECT 'ü';`, "~", "`"))
	refused := prepare(t, append(p.reading(t, "garbled"), into(t.TempDir())...)...).withClient(p.path)
	refused.outcome(t, refused.Run()).mustFail(t, contract.InvalidRequest, `could not be loaded: "lost"`, "utf8mb4")
	folder := p.dump(t, "garbled", "--exclude=tab_*")
	if got, want := warnings(manifest(t, folder)), "CommentsGarbled 4 func_Ã¼,proc_Ã¼,event_Ã¼,trig_Ã¼; LoadNeedsTrust 3 "; got != want {
		t.Errorf("it warns %q, want %q", got, want)
	}
	p.load(t, "copy", folder)
	// If this fails, server and client have learnt it and the warning can go.
	got := p.server.Exact(t, "copy")
	for key, want := range map[string]bool{"PROCEDURE utf_ü": true, "PROCEDURE fine": true, "trigger fine": true, "VIEW view_Ã¼": true,
		"PROCEDURE proc_Ã¼": false, "FUNCTION func_Ã¼": false, "trigger trig_Ã¼": false, "event event_Ã¼": false} {
		if _, there := got[key]; there != want {
			t.Errorf("%s is there: %t, want %t", key, there, want)
		}
	}
}
