package main_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/dbtest"
)

// nasty are names, or parts of them, that somebody's program could take for something else.
var nasty = []string{
	"--result-file=x", "-", "--", " leading", "two  words", `"`, `""`, "'", "''", "`", "``", `\`, `\\`, `\'`, "%", "_", "%s%n", "@", "#", "/*", "*/", "/*!50003 x */",
	"-- Dump completed", ";", "DELIMITER ;", "DELIMITER", ".", "..", "/", "a.b", "`.`", "~", "$(id)", "$HOME", "NULL", "VALUES", "VALUES (", "select", ":=(", "(", "CON", "0", "0x41", "1e5", "\\N", "\\!", "= ", "*",
	"\u00a0", "\u00e9", "e\u0301", "\u0131", "\u200b", "\u202etxt", "\u2028", "\u3000x", "\ue000", "\ufeff", "\ufffd", "\ufffe", "\uffff", "ａ", "表", "＇", "＼",
}

// anyName is a name of characters of the Basic Multilingual Plane, or one of the nasty ones. The number at its end keeps it
// apart from others that a collation takes for the same.
func anyName(random *rand.Rand, control bool) func(int) string {
	return func(n int) string {
		var name strings.Builder
		for name.Len() < 4+random.IntN(12) {
			if random.IntN(3) == 0 {
				name.WriteString(nasty[random.IntN(len(nasty))])
				continue
			}
			r := rune(1 + random.IntN(0xffff))
			if random.IntN(4) == 0 {
				r = rune(1 + random.IntN(0x7f))
			}
			// What is no character, and what is refused in the name of a table.
			if r < 0xd800 || r > 0xdfff {
				if control || !unicode.IsControl(r) {
					name.WriteRune(r)
				}
			}
		}
		// Events with ;; are refused.
		return fmt.Sprintf("%s %d", strings.ReplaceAll(name.String(), ";;", ";"), n)
	}
}

// perTable is a table with everything that hangs on it: T is the table, C and D are its columns, N is a new name each time, M
// one of what the client writes into a comment, and S a text.
var perTable = []string{
	"CREATE TABLE {T} ({C} INT, {D} VARCHAR(60) DEFAULT {S} COMMENT {S}, g INT AS ({C} + 1) INVISIBLE, KEY {N} ({D}), CONSTRAINT {N} CHECK ({C} > 0)) COMMENT {S} PARTITION BY LIST ({C}) (PARTITION {N} DEFAULT COMMENT {S})",
	"INSERT INTO {T} ({C}, {D}) VALUES (1, DEFAULT), (2, {S})", "CREATE SEQUENCE {M}",
	"CREATE VIEW {M} AS SELECT {C} AS {N}, {S} AS c FROM {T}",
	"CREATE TRIGGER {N} BEFORE INSERT ON {T} FOR EACH ROW SET NEW.{D} = CONCAT(NEW.{D}, {S})",
	"CREATE PROCEDURE {N}({N} INT) COMMENT {S} SELECT {S} AS {N}, {S}",
	"CREATE FUNCTION {N}({N} INT) RETURNS TEXT COMMENT {S} RETURN {S}",
	"CREATE EVENT {N} ON SCHEDULE EVERY 1 DAY STARTS '2035-01-01' DISABLE COMMENT {S} DO SELECT {S} AS {N}",
}

var placeholder = regexp.MustCompile(`\{[A-Z]\}`)

// fill the statements for one table.
func fill(name, inner func(int) string, number *int) (filled []string) {
	fresh := func(name func(int) string) string { *number++; return name(*number) }
	known := map[string]string{"{T}": dbtest.QuoteName(fresh(name)), "{C}": dbtest.QuoteName(fresh(inner)), "{D}": dbtest.QuoteName(fresh(inner))}
	for _, statement := range perTable {
		filled = append(filled, placeholder.ReplaceAllStringFunc(statement, func(what string) string {
			switch what {
			case "{N}":
				return dbtest.QuoteName(fresh(inner))
			case "{M}":
				return dbtest.QuoteName(fresh(name))
			case "{S}":
				return "'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(fresh(inner)) + "'"
			}
			return known[what]
		}))
	}
	return filled
}

func TestNamesAndTextsOfAnyCharacterAreCopiedAsTheyAre(t *testing.T) {
	server := dbtest.Start(t, dbtest.Options{Arguments: []string{"--character-set-server=utf8mb4"}})
	for _, seed := range []uint64{1, 2, 3} {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			name, inner := anyName(random, false), anyName(random, true)
			database := fmt.Sprintf("-%d 表 %%", seed)
			server.Exec(t, "CREATE DATABASE "+dbtest.QuoteName(database))
			connection, err := server.DB().Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer connection.Close()
			statements := []string{"USE " + dbtest.QuoteName(database)}
			number := 0
			for range 40 {
				statements = append(statements, fill(name, inner, &number)...)
			}
			for _, statement := range statements {
				if _, err := connection.ExecContext(t.Context(), statement); err != nil {
					t.Fatalf("%q: %v", statement, err)
				}
			}
			want := server.Exact(t, database)
			credentials := server.Account(t, "names_reader", "pw", minimal(database)...)
			folder, copied := t.TempDir(), fmt.Sprintf("names_copy_%d", seed)
			run(t, append(flags(server, credentials, database), into(folder)...)...).mustSucceed(t)
			if err := loadAs(t, server, "names_loader", copied, folder); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, server.Exact(t, copied)); diff != "" {
				t.Errorf("the copy differs (-source +copy):\n%s", diff)
			}
		})
	}
}
