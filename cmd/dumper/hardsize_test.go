package main_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/dbtest"
	"github.com/volcado-io/volcado/internal/s3test"
)

// A row of 64 MiB is a line of 128 MiB where its bytes are written as hexadecimal digits, or each is escaped.
func TestRowsOf64MBAreCopiedWithinTheBoundOnMemory(t *testing.T) {
	for _, release := range struckReleases {
		t.Run(release.Name, func(t *testing.T) {
			t.Parallel()
			log := "--innodb-log-file-size=1G"
			if release.MySQL {
				log = "--innodb-redo-log-capacity=1G"
			}
			copyWide(t, begin(t, release, false, "--max-allowed-packet=256M", log))
		})
	}
}

func copyWide(t *testing.T, p *place) {
	t.Helper()
	p.server.Exec(t, "CREATE DATABASE wide", "CREATE TABLE wide.a (id INT PRIMARY KEY, b LONGBLOB, c LONGTEXT)",
		"INSERT INTO wide.a VALUES (1, REPEAT(RANDOM_BYTES(1024), 65536), NULL)", `INSERT INTO wide.a VALUES (2, NULL, REPEAT('\'\\";\n-- Dump completed\n\0\Z', 2700000))`,
		"INSERT INTO wide.a VALUES (3, '', '')")
	want := sums(t, p.server, "wide")
	s3, folder := s3test.Start(t, s3test.Options{}), t.TempDir()
	for _, arguments := range [][]string{
		slices.Concat(p.reading(t, "wide"), bucket(t, s3), []string{"--compression=none"}),
		append(p.reading(t, "wide"), into(folder)...),
		{"verify", folder},
	} {
		e := prepare(t, arguments...).withClient(p.path)
		if o := e.outcome(t, e.Run()); o.exit != 0 {
			t.Fatalf("dumper %s: exit code %d\n%s", arguments[0], o.exit, o.stderr)
		}
		if took := e.peakMemory(); took == 0 || took > memoryBound {
			t.Errorf("dumper %s took %d MiB at its peak, the bound is %d MiB", arguments[0], took>>20, memoryBound>>20)
		} else {
			t.Logf("dumper %s took %d MiB at its peak", arguments[0], took>>20)
		}
	}
	p.load(t, "wide_copy", folder)
	if diff := cmp.Diff(want, sums(t, p.server, "wide_copy")); diff != "" {
		t.Errorf("the copy differs (-source +copy):\n%s", diff)
	}
}

// sums of the rows of the table a, which are too long to be compared in our own memory.
func sums(t *testing.T, server *dbtest.Server, database string) (text string) {
	t.Helper()
	query := "SELECT GROUP_CONCAT(CONCAT_WS(' ', id, LENGTH(b), SHA2(b, 256), LENGTH(c), SHA2(c, 256)) ORDER BY id SEPARATOR '\\n') FROM " + database + ".a"
	if err := server.DB().QueryRowContext(t.Context(), query).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return text
}

func TestADatabaseOf5000TablesIsCopied(t *testing.T) {
	t.Parallel()
	server := dbtest.Start(t, dbtest.Options{Arguments: []string{"--innodb-file-per-table=0", "--debug-no-sync"}})
	var statements strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&statements, "CREATE TABLE `table %d` (id INT PRIMARY KEY, a VARCHAR(20) DEFAULT 'd%[1]d'); INSERT INTO `table %[1]d` VALUES (%[1]d, 'a');\n", i)
	}
	server.Exec(t, "CREATE DATABASE many")
	server.Client(t, statements.String(), "--database=many")
	want := server.Fingerprint(t, "many")
	if len(want) != 10_000 {
		t.Fatalf("the source has %d definitions and tables of rows", len(want))
	}
	credentials := server.Account(t, "many_reader", "pw", dbtest.WholeDump("many")...)
	folder := t.TempDir()
	run(t, append(flags(server, credentials, "many"), into(folder)...)...).mustSucceed(t)
	if n := len(manifest(t, folder).Tables.Names); n != 5000 {
		t.Errorf("the manifest has %d tables", n)
	}
	if err := loadAs(t, server, "many_loader", "many_copy", folder); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, server.Fingerprint(t, "many_copy")); diff != "" {
		t.Errorf("the copy differs (-source +copy):\n%.5000s", diff)
	}
}
