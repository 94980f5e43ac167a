package main_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/dbtest"
)

// hardName is a name that has something of everything in it, and that a database can have.
const hardName = `--hard ü 100%_`

// minimal are the least grants with which the hard database can be copied: its views call functions.
func minimal(database string) []string {
	return append(dbtest.WholeDump(database), "EXECUTE ON "+dbtest.QuoteName(database)+".*")
}

func TestAHardDatabaseReadByAMinimalAccountAndLoadedByAPlainOneIsTheSame(t *testing.T) {
	server := dbtest.Start(t, dbtest.Options{Arguments: []string{"--character-set-server=utf8mb4"}})
	server.Hard(t, hardName)
	want := server.Exact(t, hardName)
	credentials := server.Account(t, "minimal", "pw", minimal(hardName)...)
	copies := 0
	for name, test := range map[string]struct {
		mode  string // of the server, and of whoever loads the copy
		flags []string
	}{
		"with the server's defaults, and its identity verified": {"STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION", nil},
		"in ANSI mode, and its authority verified":              {"ANSI", []string{"--tls-mode=VerifyCA", "--compression=zstd"}},
		"without backslash escapes, and through TLS":            {"NO_BACKSLASH_ESCAPES", []string{"--tls-mode=Required", "--compression=none"}},
		"in all strict modes at once, and in the clear":         {"TRADITIONAL,ANSI,NO_BACKSLASH_ESCAPES,NO_ZERO_DATE,NO_ZERO_IN_DATE,PAD_CHAR_TO_FULL_LENGTH", []string{"--tls-mode=Disabled"}},
		"in Oracle's mode": {"ORACLE", nil},
	} {
		t.Run(name, func(t *testing.T) {
			server.Exec(t, "SET GLOBAL sql_mode = '"+test.mode+"'", "SET GLOBAL time_zone = '-05:30'")
			// Foreign keys that refer to one another keep a database from being replaced.
			copies++
			folder, database := t.TempDir(), fmt.Sprintf("hard_copy_%d", copies)
			run(t, append(append(flags(server, credentials, hardName), into(folder)...), test.flags...)...).mustSucceed(t)
			if err := loadAs(t, server, "plain", database, folder); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, server.Exact(t, database)); diff != "" {
				t.Errorf("the copy differs (-source +copy):\n%s", diff)
			}
		})
	}
}
