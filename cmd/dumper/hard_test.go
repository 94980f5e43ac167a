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
	for _, release := range dbtest.Releases {
		t.Run(release.Name, func(t *testing.T) { copyHard(t, release) })
	}
}

// copyHard copies the hard database of one release under each mode of its server.
func copyHard(t *testing.T, release dbtest.Release) {
	p := begin(t, release, false, "--character-set-server=utf8mb4")
	p.fill(t, hardName, " CHARACTER SET utf8mb4", release.Hard())
	want := p.server.Exact(t, hardName)
	copies := 0
	for name, test := range map[string]struct {
		mariadb, mysql string // sql_mode of the server, and of whoever loads the copy
		flags          []string
	}{
		"with the server's defaults, and its identity verified": {"STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION",
			"ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION", nil},
		"in ANSI mode, and its authority verified":   {"ANSI", "ANSI", []string{"--tls-mode=VerifyCA", "--compression=zstd"}},
		"without backslash escapes, and through TLS": {"NO_BACKSLASH_ESCAPES", "NO_BACKSLASH_ESCAPES", []string{"--tls-mode=Required", "--compression=none"}},
		"in all strict modes at once, and in the clear": {"TRADITIONAL,ANSI,NO_BACKSLASH_ESCAPES,NO_ZERO_DATE,NO_ZERO_IN_DATE,PAD_CHAR_TO_FULL_LENGTH",
			"TRADITIONAL,ANSI,NO_BACKSLASH_ESCAPES,NO_ZERO_DATE,NO_ZERO_IN_DATE,PAD_CHAR_TO_FULL_LENGTH", []string{"--tls-mode=Disabled"}},
		"in Oracle's mode": {"ORACLE", "", nil},
	} {
		mode := test.mariadb
		if release.MySQL {
			mode = test.mysql
		}
		if mode == "" {
			continue // which this server does not have
		}
		t.Run(name, func(t *testing.T) {
			p.server.Exec(t, "SET GLOBAL sql_mode = '"+mode+"'", "SET GLOBAL time_zone = '-05:30'")
			// Foreign keys that refer to one another keep a database from being replaced.
			copies++
			database := fmt.Sprintf("hard_copy_%d", copies)
			folder := p.dump(t, hardName, test.flags...)
			p.load(t, database, folder)
			if diff := cmp.Diff(want, p.server.Exact(t, database)); diff != "" {
				t.Errorf("the copy differs (-source +copy):\n%s", diff)
			}
		})
	}
}
