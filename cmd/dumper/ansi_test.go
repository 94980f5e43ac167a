package main_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
)

// With ANSI_QUOTES grants and views are written with double quotes, and these are what the preflight reads.
func TestAServerInANSIModeIsReadLikeAnyOther(t *testing.T) {
	server := dbtest.Start(t, dbtest.Options{Arguments: []string{"--sql-mode=ANSI"}})
	server.Exec(t, "CREATE DATABASE ansi", "CREATE TABLE ansi.customers (id INT PRIMARY KEY)", "INSERT INTO ansi.customers VALUES (1)",
		"CREATE TABLE ansi.orders (id INT)", "CREATE VIEW ansi.v AS SELECT id FROM ansi.customers")
	credentials := server.Account(t, "ansi", "pw", dbtest.WholeDump("ansi")...)
	folder := t.TempDir()
	run(t, append(flags(server, credentials, "ansi"), into(folder)...)...).mustSucceed(t)
	restore(t, server, "ansi_copy", folder)
	if diff := cmp.Diff(server.Fingerprint(t, "ansi"), server.Fingerprint(t, "ansi_copy")); diff != "" {
		t.Errorf("the restored database differs (-want +got):\n%s", diff)
	}
	o := run(t, append(append(flags(server, credentials, "ansi"), into(t.TempDir())...), "--exclude=customers")...)
	o.mustFail(t, contract.BrokenView, `"v"`, `"customers"`)
}
