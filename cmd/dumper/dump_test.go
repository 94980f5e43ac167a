package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
	"github.com/volcado-io/volcado/internal/s3test"
)

func TestACopyRestoresEqual(t *testing.T) {
	server := dbtest.Get(t)
	server.Sample(t, "shop")
	want := server.Fingerprint(t, "shop")
	credentials := server.Account(t, "reader", "pässword \\ \"'#`", dbtest.WholeDump("shop")...)
	s3 := s3test.Start(t, s3test.Options{})
	folder := t.TempDir()
	inBucket := append(bucket(t, s3), "--key-prefix=prod/shop/uid")
	for name, test := range map[string]struct{ dump, cat []string }{
		"through gzip and a folder":  {into(folder), []string{filepath.Join(folder, "shop/one/dump.sql.gz")}},
		"through zstd and a folder":  {append(into(folder), "--compression=zstd", "--key-prefix=zstd"), []string{filepath.Join(folder, "zstd/one/dump.sql.zst")}},
		"through zstd and a bucket":  {append(slices.Clone(inBucket), "--compression=zstd", "--compression-level=9", "--attempt=two"), append(bucket(t, s3), "--key=prod/shop/uid/two/dump.sql.zst")},
		"uncompressed in a folder":   {append(into(folder), "--compression=none", "--key-prefix=plain"), []string{filepath.Join(folder, "plain")}},
		"through gzip and a bucket":  {inBucket, append(bucket(t, s3), "--key=prod/shop/uid/one/dump.sql.gz")},
		"with VerifyCA, so a guard":  {append(into(folder), "--tls-mode=VerifyCA", "--key-prefix=guarded"), []string{filepath.Join(folder, "guarded")}},
		"at the fastest compression": {append(into(folder), "--compression-level=1", "--key-prefix=fast"), []string{filepath.Join(folder, "fast/one/manifest.json")}},
	} {
		t.Run(name, func(t *testing.T) {
			o := run(t, append(append(flags(server, credentials, "shop"), "--attempt=one"), test.dump...)...)
			o.mustSucceed(t)
			restore(t, server, "restored", test.cat...)
			if diff := cmp.Diff(want, server.Fingerprint(t, "restored")); diff != "" {
				t.Errorf("the restored database differs (-want +got):\n%s", diff)
			}
			if o := run(t, append([]string{"verify"}, test.cat...)...); o.exit != 0 {
				t.Errorf("dumper verify: %s", o.stderr)
			}
		})
	}
	if diff := cmp.Diff([]string{
		"prod/shop/uid/one/dump.sql.gz", "prod/shop/uid/one/manifest.json", "prod/shop/uid/two/dump.sql.zst", "prod/shop/uid/two/manifest.json",
	}, s3.Keys(t)); diff != "" {
		t.Errorf("keys in the bucket (-want +got):\n%s", diff)
	}
}

// The manifest's own command, as it is, in a shell. One row of 12 MB is a statement of 24 MB, and the clients'
// limit is 16 MiB unless they are told.
func TestTheManifestsCommandRestores(t *testing.T) {
	server := dbtest.Get(t)
	server.Sample(t, "by_manifest")
	server.Exec(t, "CREATE TABLE by_manifest.films (id INT PRIMARY KEY, film LONGBLOB)", "INSERT INTO by_manifest.films VALUES (1, REPEAT(x'00ff5c27', 3000000))")
	want := server.Fingerprint(t, "by_manifest")
	if !strings.Contains(want["PROCEDURE tidy"], "-- a comment; with a semicolon") {
		t.Fatalf("the sample lost its comment: %s", want["PROCEDURE tidy"])
	}
	credentials := server.Account(t, "by_manifest", "pw", dbtest.WholeDump("by_manifest")...)
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, ".my.cnf"), []byte("[client]\nuser=root\nsocket="+server.Socket+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, compression := range contract.FormatNames() {
		t.Run(compression, func(t *testing.T) {
			folder := t.TempDir()
			artifact := run(t, append(append(flags(server, credentials, "by_manifest"), into(folder)...), "--compression="+compression, "--attempt=one")...).mustSucceed(t)
			server.Exec(t, "SET FOREIGN_KEY_CHECKS=0", "CREATE OR REPLACE DATABASE from_manifest")
			text, err := os.Open(filepath.Join(folder, "by_manifest", "one", artifact.File))
			if err != nil {
				t.Fatal(err)
			}
			defer text.Close()
			command := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(manifest(t, folder).Restore, "DATABASE", "from_manifest"))
			command.Stdin, command.Env = text, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home}
			if output, err := command.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", command, err, output)
			}
			if diff := cmp.Diff(want, server.Fingerprint(t, "from_manifest")); diff != "" {
				t.Errorf("the restored database differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheSelectionDecidesWhatIsCopied(t *testing.T) {
	server := dbtest.Get(t)
	server.Sample(t, "selection")
	server.Exec(t, "CREATE TABLE selection.old_stuff (id INT) ENGINE=MyISAM", "INSERT INTO selection.old_stuff VALUES (1)")
	credentials := server.Account(t, "selector", "pw", dbtest.WholeDump("selection")...)
	whole := server.Fingerprint(t, "selection")
	for name, test := range map[string]struct {
		flags    []string
		without  []string // keys of the fingerprint that are gone
		emptied  []string // tables whose definition is there and whose rows are not
		manifest func(*contract.Manifest)
	}{
		"excluded tables are gone, whatever the case of the pattern": {
			flags:   []string{"--exclude=SESS*", "--exclude=empty_one", "--exclude=view_of_*"},
			without: []string{"BASE TABLE sessions", "rows of sessions", "BASE TABLE empty_one", "rows of empty_one", "VIEW view_of_view", "rows of view_of_view"},
			manifest: func(m *contract.Manifest) {
				m.Tables.Excluded = []string{"empty_one", "sessions", "view_of_view"}
			},
		},
		"tables without data keep their definition": {
			flags: []string{"--exclude-data=audit_*", "--exclude-data=Sessions"}, emptied: []string{"audit_log", "sessions"},
			manifest: func(m *contract.Manifest) { m.Tables.WithoutData = []string{"audit_log", "sessions"} },
		},
		"the schema alone": {
			flags:    []string{"--schema-only"},
			emptied:  []string{"customers", "orders", "nokey", "audit_log", "sessions", "old_stuff"},
			manifest: func(m *contract.Manifest) { m.SchemaOnly, m.Warnings = true, m.Warnings[1:] },
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			run(t, append(append(flags(server, credentials, "selection"), into(folder)...), test.flags...)...).mustSucceed(t)
			restore(t, server, "selected", folder)
			want := map[string]string{}
			for key, value := range whole {
				want[key] = value
			}
			for _, key := range test.without {
				delete(want, key)
			}
			got := server.Fingerprint(t, "selected")
			for _, table := range test.emptied {
				want["rows of "+table] = "0"
			}
			if test.flags[0] == "--schema-only" {
				want["rows of a_view_before_its_tables"], want["rows of view_of_view"] = "[]", "[]"
				delete(want, "rows of tickets")
				delete(got, "rows of tickets")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the restored database differs (-want +got):\n%s", diff)
			}
			m := manifest(t, folder)
			wantManifest := contract.Manifest{Warnings: []contract.Warning{
				{Name: contract.TablesNotConsistent, Count: 1, Names: []string{"old_stuff"}}, {Name: contract.LoadNeedsTrust, Count: 2},
			}}
			test.manifest(&wantManifest)
			gotManifest := contract.Manifest{SchemaOnly: m.SchemaOnly, Warnings: m.Warnings,
				Tables: contract.Tables{Excluded: m.Tables.Excluded, WithoutData: m.Tables.WithoutData}}
			if diff := cmp.Diff(wantManifest, gotManifest); diff != "" {
				t.Errorf("manifest (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNamedTablesComeAloneWithTheirTriggers(t *testing.T) {
	server := dbtest.Get(t)
	server.Sample(t, "named")
	credentials := server.Account(t, "namer", "pw", dbtest.WholeDump("named")...)
	folder := t.TempDir()
	run(t, append(append(flags(server, credentials, "named"), into(folder)...),
		"--table=orders", "--table=customers", "--table=a_view_before_its_tables", "--table=audit_log", "--exclude-data=audit_log")...).mustSucceed(t)
	restore(t, server, "named_copy", folder)
	want := server.Fingerprint(t, "named")
	for key := range want {
		switch key {
		case "BASE TABLE orders", "rows of orders", "BASE TABLE customers", "rows of customers", "BASE TABLE audit_log", "rows of audit_log",
			"VIEW a_view_before_its_tables", "rows of a_view_before_its_tables", "trigger orders_audit":
		default:
			delete(want, key)
		}
	}
	want["rows of audit_log"] = "0"
	if diff := cmp.Diff(want, server.Fingerprint(t, "named_copy")); diff != "" {
		t.Errorf("the restored database differs (-want +got):\n%s", diff)
	}
	m := manifest(t, folder)
	if m.Routines || m.Events || !m.Tables.Only {
		t.Errorf("the manifest says routines %t, events %t, only %t", m.Routines, m.Events, m.Tables.Only)
	}
	if !strings.Contains(strings.Join(m.Notes, " "), "routines and events are left out") {
		t.Errorf("the manifest does not note what is left out: %q", m.Notes)
	}
}

// Nothing in a name is ever an option, a shell command, a pattern or a path.
func TestOddNamesAreJustNames(t *testing.T) {
	server := dbtest.Get(t)
	names := []string{"--result-file=x", "-x", "; rm -rf ~", "two words", "naïve 表 🦊"[:len("naïve 表")], "a.b", "per%cent_under", "back`tick", "quo'te\"", "$(id)", "~", "..", "a/b", "back\\slash", "#hash", "--"}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			server.Exec(t, "CREATE OR REPLACE DATABASE "+dbtest.QuoteName(name), "USE "+dbtest.QuoteName(name))
			for _, table := range names {
				server.Exec(t, "CREATE TABLE "+dbtest.QuoteName(name)+"."+dbtest.QuoteName(table)+" (id INT PRIMARY KEY)",
					"INSERT INTO "+dbtest.QuoteName(name)+"."+dbtest.QuoteName(table)+" VALUES (7)")
			}
			credentials := server.Account(t, "odd", "pw", "ALL ON *.*")
			want := server.Fingerprint(t, name)
			folder := t.TempDir()
			run(t, append(flags(server, credentials, name), into(folder)...)...).mustSucceed(t)
			restore(t, server, "odd_copy", folder)
			if diff := cmp.Diff(want, server.Fingerprint(t, "odd_copy")); diff != "" {
				t.Errorf("all tables (-want +got):\n%s", diff)
			}
			only := t.TempDir()
			run(t, append(append(flags(server, credentials, name), into(only)...), "--table="+name, "--key-prefix=only")...).mustSucceed(t)
			restore(t, server, "odd_copy", only)
			want = map[string]string{"BASE TABLE " + name: want["BASE TABLE "+name], "rows of " + name: want["rows of "+name]}
			if diff := cmp.Diff(want, server.Fingerprint(t, "odd_copy")); diff != "" {
				t.Errorf("one table (-want +got):\n%s", diff)
			}
			rest := t.TempDir()
			run(t, append(append(flags(server, credentials, name), into(rest)...), "--exclude="+name, "--key-prefix=rest")...).mustSucceed(t)
			if m := manifest(t, rest); len(m.Tables.Names) != len(names)-1 || len(m.Tables.Excluded) != 1 {
				t.Errorf("without it: %d tables, excluded %q", len(m.Tables.Names), m.Tables.Excluded)
			}
			restore(t, server, "odd_copy", rest)
			if got := len(server.Fingerprint(t, "odd_copy")); got != 2*(len(names)-1) {
				t.Errorf("without it: %d things restored", got)
			}
			server.Exec(t, "DROP DATABASE "+dbtest.QuoteName(name))
		})
	}
	if _, err := os.Stat("x"); err == nil {
		t.Error("a file x was written")
	}
}

// manifest of the one artifact below a folder.
func manifest(t *testing.T, folder string) *contract.Manifest {
	t.Helper()
	attempts := inspected(t, folder)
	if len(attempts) != 1 || !attempts[0].Complete {
		t.Fatalf("dumper inspect does not show one complete artifact: %+v", attempts)
	}
	return attempts[0].Manifest
}

// listed is what dumper inspect says of an attempt.
type listed struct {
	Location string
	Complete bool
	Manifest *contract.Manifest
}

// inspected are the attempts that dumper inspect lists.
func inspected(t *testing.T, arguments ...string) []listed {
	t.Helper()
	o := run(t, append([]string{"inspect"}, arguments...)...)
	var report struct{ Attempts []listed }
	if err := json.Unmarshal([]byte(o.stdout), &report); err != nil {
		t.Fatalf("dumper inspect: %v\n%s", err, o.stderr)
	}
	return report.Attempts
}
