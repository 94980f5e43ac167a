package main_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
)

// The server writes a sequence in a column's default with its database. Loaded as it is, the copy would draw its numbers
// from the source's sequence, or not load.
func TestACopyDrawsFromItsOwnSequences(t *testing.T) {
	server := dbtest.Get(t)
	for _, database := range []string{"drawn", "dr`aw(n) 表"} {
		t.Run(database, func(t *testing.T) {
			quoted := dbtest.QuoteName(database)
			server.Client(t, strings.NewReplacer("@", quoted, "~", "`").Replace(`CREATE DATABASE @ CHARACTER SET utf8mb4;
				CREATE OR REPLACE DATABASE drawn_beside; CREATE SEQUENCE drawn_beside.sq; USE @;
				CREATE SEQUENCE zq; CREATE SEQUENCE ~s~~q'(~; CREATE TABLE nosequence (id INT PRIMARY KEY);
				CREATE TABLE ~a~~(t~ (~i~~d)'~ INT PRIMARY KEY DEFAULT NEXTVAL(zq),
					b INT DEFAULT (NEXTVAL(~s~~q'(~) * 10 + NEXTVAL(zq)) COMMENT 'it''s\\ ('',\n  ~id~ int(11) DEFAULT nextval(@.~zq~),',
					c INT DEFAULT (LASTVAL(zq)), d INT DEFAULT NEXTVAL(drawn_beside.sq), e VARCHAR(200) DEFAULT 'nextval(@.~zq~)',
					f VARCHAR(200) DEFAULT (CONCAT('🦊\n\'nextval(@.~zq~)\\', NEXT VALUE FOR zq)), g INT DEFAULT (SETVAL(~s~~q'(~, 500)),
					~nextval~ INT, ~two
lines~ INT DEFAULT NEXTVAL(zq)) COMMENT 'DEFAULT nextval(@.~zq~)';
				INSERT INTO ~a~~(t~ (e) VALUES (DEFAULT), ('\nCREATE TABLE x (\n  ~id~ int(11) DEFAULT nextval(@.~zq~),\n');
				CREATE TABLE b (id INT DEFAULT NEXTVAL(zq)); INSERT INTO b VALUES (1), (2);
				CREATE TRIGGER watch AFTER INSERT ON nosequence FOR EACH ROW DELETE FROM b WHERE id = '
-- Table structure for table ~b~
CREATE TABLE ~b~ (
  ~id~ int(11) DEFAULT nextval(@.~zq~)';
				CREATE PROCEDURE p() SELECT '
  ~id~ int(11) DEFAULT nextval(@.~zq~)'`))
			want := server.Fingerprint(t, database)
			credentials := server.Account(t, "drawer", "pw", append(dbtest.WholeDump(database), "SELECT ON drawn_beside.*")...)
			folder := t.TempDir()
			run(t, append(append(flags(server, credentials, database), into(folder)...), "--definers=Keep")...).mustSucceed(t)

			server.Exec(t, "CREATE OR REPLACE DATABASE drawn_copy CHARACTER SET utf8mb4")
			server.Account(t, "loader", "pw", "ALL ON drawn_copy.*", "SELECT, INSERT ON drawn_beside.*", "SET USER ON *.*")
			load(t, server, "loader", "drawn_copy", folder)
			got := server.Fingerprint(t, "drawn_copy")
			// What names the database in somebody's text still does; the fingerprint leaves it out of the original's.
			for key, texts := range map[string]int{"BASE TABLE a`(t": 4, "BASE TABLE b": 0, "trigger watch": 1, "PROCEDURE p": 1} {
				if n := strings.Count(got[key], quoted+"."); got[key] == "" || n != texts {
					t.Errorf("%s names the database %d times, want %d: %s", key, n, texts, got[key])
				}
				got[key] = strings.ReplaceAll(got[key], quoted+".", "")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the restored database differs (-want +got):\n%s", diff)
			}
			for _, table := range []string{"a`(t", "b"} {
				if text := definition(t, server, "drawn_copy", table); !strings.Contains(text, "nextval(`drawn_copy`.`zq`)") {
					t.Errorf("it does not draw from the copy's sequence: %s", text)
				}
			}
			before := next(t, server, database, "zq")
			server.Exec(t, "INSERT INTO drawn_copy.b VALUES (DEFAULT), (DEFAULT)", "INSERT INTO drawn_copy.`a``(t` () VALUES ()")
			if after := next(t, server, database, "zq"); after != before+1 {
				t.Errorf("the source's sequence went from %d to %d", before, after)
			}
		})
	}
}

func definition(t *testing.T, server *dbtest.Server, database, table string) (text string) {
	t.Helper()
	var name string
	if err := server.DB().QueryRowContext(t.Context(), "SHOW CREATE TABLE "+dbtest.QuoteName(database)+"."+dbtest.QuoteName(table)).Scan(&name, &text); err != nil {
		t.Fatal(err)
	}
	return text
}

func next(t *testing.T, server *dbtest.Server, database, sequence string) (value int64) {
	t.Helper()
	if err := server.DB().QueryRowContext(t.Context(), "SELECT NEXTVAL("+dbtest.QuoteName(database)+"."+dbtest.QuoteName(sequence)+")").Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestACopyHasTheSequencesThatItsTablesDrawFrom(t *testing.T) {
	server := dbtest.Get(t)
	server.Client(t, `CREATE DATABASE draws; USE draws; CREATE SEQUENCE zq; CREATE TABLE t (id INT DEFAULT NEXTVAL(zq)); INSERT INTO t VALUES (DEFAULT), (DEFAULT);
		CREATE TABLE u (id INT); INSERT INTO u VALUES (1); CREATE TABLE gone (a INT); CREATE SEQUENCE dropped; ALTER TABLE gone ADD id INT DEFAULT NEXTVAL(dropped); DROP SEQUENCE dropped;
		CREATE SEQUENCE viewed; CREATE VIEW v AS SELECT NEXTVAL(viewed) AS n`)
	credentials := server.Account(t, "draws", "pw", append(dbtest.WholeDump("draws"), "INSERT ON draws.*")...)
	rest := []string{"--exclude=gone", "--exclude=v"}
	for name, test := range map[string]struct {
		flags    []string
		reason   contract.Reason // none: it succeeds and loads
		mentions []string
		rows     int
	}{
		"the whole database":                        {flags: rest, rows: 2},
		"definitions alone":                         {flags: append(rest, "--schema-only")},
		"without the rows":                          {flags: append(rest, "--exclude-data=t")},
		"a table and its sequence":                  {flags: []string{"--table=t", "--table=zq"}, rows: 2},
		"a table and its sequence without the rows": {flags: []string{"--table=t", "--table=zq", "--table=u", "--exclude-data=t"}},
		"a table and its sequence without any rows": {flags: []string{"--table=t", "--table=zq", "--exclude-data=*"}},
		"a table without its sequence":              {[]string{"--table=t"}, contract.InvalidRequest, []string{`column "id" of its table "t"`, `"zq"`, "among the tables too"}, 0},
		"an excluded sequence":                      {append(rest, "--exclude=Z*"), contract.InvalidRequest, []string{`table "t"`, `sequence "zq", which is excluded`, "exclude.tables"}, 0},
		"a sequence that is gone":                   {rest[1:], contract.InvalidRequest, []string{`table "gone"`, `"dropped"`, "does not exist"}, 0},
		"a view that uses one":                      {rest[:1], contract.BrokenView, []string{`"v"`, "by name"}, 0},
		"a view that uses an excluded one":          {[]string{rest[0], "--exclude=viewed"}, contract.BrokenView, []string{`"v"`, `"viewed"`}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			o := run(t, append(append(flags(server, credentials, "draws"), into(folder)...), test.flags...)...)
			if test.reason != "" {
				o.mustFail(t, test.reason, test.mentions...)
				nothingIn(t, folder)
				return
			}
			o.mustSucceed(t)
			server.Exec(t, "CREATE OR REPLACE DATABASE draws_copy")
			server.Account(t, "loader", "pw", "ALL ON draws_copy.*", "SET USER ON *.*")
			load(t, server, "loader", "draws_copy", folder)
			var rows int
			if err := server.DB().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM draws_copy.t").Scan(&rows); err != nil || rows != test.rows {
				t.Errorf("%d rows, want %d (%v)", rows, test.rows, err)
			}
			server.Exec(t, "INSERT INTO draws_copy.t VALUES (DEFAULT)")
			if got := next(t, server, "draws_copy", "zq"); got < 1002 {
				t.Errorf("the copy's sequence gives %d, which the source's gave before", got)
			}
		})
	}
}

func TestATriggerThatHoldsTheDefinitionOfSuchATableIsLeftAsItIs(t *testing.T) {
	server := dbtest.Get(t)
	heading := "\n-- Table structure for table `t`\n--\n\nDROP TABLE IF EXISTS `t`;\n/*!40101 SET x */;\nCREATE TABLE `t` (\n  `id` int DEFAULT nextval(`pasted_dump`.`sq`)\n);\n"
	server.Client(t, `CREATE DATABASE pasted_dump; USE pasted_dump; CREATE SEQUENCE sq; CREATE TABLE a (id INT); CREATE TABLE t (id INT DEFAULT NEXTVAL(sq))`)
	server.Exec(t, fmt.Sprintf("CREATE TRIGGER pasted_dump.holds BEFORE INSERT ON pasted_dump.a FOR EACH ROW SET @x = '%s'", heading))
	credentials := server.Account(t, "paster", "pw", dbtest.WholeDump("pasted_dump")...)
	folder := t.TempDir()
	run(t, append(flags(server, credentials, "pasted_dump"), into(folder)...)...).mustSucceed(t)
	restore(t, server, "pasted_copy", folder)
	var body, want, column string
	const statement = "SELECT ACTION_STATEMENT FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = "
	if err := server.DB().QueryRowContext(t.Context(), "SELECT ("+statement+"'pasted_copy'), ("+statement+`'pasted_dump'),
		(SELECT COLUMN_DEFAULT FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'pasted_copy' AND TABLE_NAME = 't')`).Scan(&body, &want, &column); err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(body) != strings.TrimSpace(want) || !strings.Contains(want, "pasted_dump") {
		t.Errorf("the trigger's body is %q, want %q", body, want)
	}
	if column != "nextval(`pasted_copy`.`sq`)" {
		t.Errorf("the column's default is %s", column)
	}
}

func TestATableThatBeginsToDrawFromASequenceDuringTheDumpIsFoundOut(t *testing.T) {
	server := dbtest.Get(t)
	server.Client(t, `CREATE DATABASE late; USE late; CREATE SEQUENCE sq; CREATE TABLE t (id INT); CREATE TABLE u (id INT DEFAULT NEXTVAL(sq))`)
	credentials := server.Account(t, "late", "pw", dbtest.WholeDump("late")...)
	for change, table := range map[string]string{
		"ALTER TABLE late.t ALTER id SET DEFAULT NEXTVAL(late.sq)": `"t"`,
		"DROP TABLE late.u": `"u"`,
	} {
		client := fakeClient(t, fmt.Sprintf("mariadb --no-defaults --socket=%s --user=root --execute='%s' || exit 1\nexec \"$REAL\" \"$@\"", server.Socket, change))
		folder := t.TempDir()
		e := prepare(t, append(flags(server, credentials, "late"), into(folder)...)...).withClient(client)
		e.outcome(t, e.Run()).mustFail(t, contract.TableDefinitionChanged, table)
		nothingIn(t, folder)
		server.Exec(t, "CREATE OR REPLACE TABLE late.t (id INT)", "CREATE OR REPLACE TABLE late.u (id INT DEFAULT NEXTVAL(late.sq))")
	}
}
