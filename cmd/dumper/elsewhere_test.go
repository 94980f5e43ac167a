package main_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
)

// The client leaves such rows out without a word, so the manifest has to say it.
func TestTheManifestSaysWhichTablesKeepTheirRowsElsewhere(t *testing.T) {
	server := dbtest.Get(t)
	server.Client(t, `INSTALL SONAME 'ha_federatedx'; CREATE DATABASE remote; CREATE TABLE remote.far (id INT PRIMARY KEY); INSERT INTO remote.far VALUES (1);
		CREATE DATABASE elsewhere; USE elsewhere; CREATE TABLE near (id INT PRIMARY KEY); INSERT INTO near VALUES (1);
		CREATE TABLE part (id INT) ENGINE=MyISAM; INSERT INTO part VALUES (1); CREATE TABLE merged (id INT) ENGINE=MERGE UNION=(part);`)
	server.Exec(t, "CREATE SERVER far FOREIGN DATA WRAPPER mysql OPTIONS (SOCKET '"+server.Socket+"', USER 'root', DATABASE 'remote')",
		"CREATE TABLE elsewhere.far ENGINE=FEDERATED CONNECTION='far'")
	credentials := server.Account(t, "elsewhere", "pw", dbtest.WholeDump("elsewhere")...)
	folder := t.TempDir()
	run(t, append(append(flags(server, credentials, "elsewhere"), into(folder)...), "--exclude-data=near")...).mustSucceed(t)
	m := manifest(t, folder)
	if diff := cmp.Diff([]string{"far", "merged", "near"}, m.Tables.WithoutData); diff != "" {
		t.Errorf("tables without data (-want +got):\n%s", diff)
	}
	want := []contract.Warning{{Name: contract.TablesNotConsistent, Count: 1, Names: []string{"part"}}, {Name: contract.RowsElsewhere, Count: 2, Names: []string{"far", "merged"}}}
	if diff := cmp.Diff(want, m.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if text := run(t, "cat", folder).stdout; strings.Contains(text, "INSERT INTO `far`") || strings.Contains(text, "INSERT INTO `merged`") || !strings.Contains(text, "INSERT INTO `part`") {
		t.Errorf("rows that the manifest does not tell of:\n%s", text)
	}
}
