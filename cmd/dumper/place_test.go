package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/internal/dbtest"
	loading "github.com/volcado-io/volcado/internal/restore"
)

// place is a server of a release, with or without a binary log.
type place struct {
	dbtest.Release
	server *dbtest.Server
	path   string // of its clients
	home   string // with the loader's option file
	log    bool
}

// target as --for names it.
func (p *place) target() string {
	if p.MySQL {
		return "mysql"
	}
	return "mariadb:" + strings.TrimPrefix(p.Name, "MariaDB ")
}

// loaderPassword is of an account that may do everything in one database, and nothing else.
const loaderPassword = "Lo4der-pw"

func begin(t *testing.T, r dbtest.Release, log bool, arguments ...string) *place {
	t.Helper()
	p := &place{Release: r, log: log, server: r.Start(t, dbtest.Options{BinaryLog: log, Arguments: arguments}), path: r.Clients(t), home: t.TempDir()}
	p.server.Exec(t, "CREATE USER loader@localhost IDENTIFIED BY '"+loaderPassword+"'", "GRANT ALL ON `copy`.* TO loader@localhost")
	p.optionFile(t, "loader", loaderPassword)
	return p
}

func (p *place) optionFile(t *testing.T, user, password string) {
	t.Helper()
	text := fmt.Sprintf("[client]\nuser=%s\npassword=%q\nsocket=%s\nssl-ca=%s\n", user, password, p.server.Socket, p.server.Authority.File)
	if err := os.WriteFile(filepath.Join(p.home, ".my.cnf"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// shell runs a command with the clients of the place first in PATH, as whoever the option file says.
func (p *place) shell(t *testing.T, command, input string) (string, error) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "bash", "-o", "pipefail", "-c", command)
	c.Env = []string{"PATH=" + p.path + ":" + filepath.Dir(dumper) + ":" + os.Getenv("PATH"), "HOME=" + p.home, "AWS_EC2_METADATA_DISABLED=true"}
	c.Stdin = strings.NewReader(input)
	output, err := c.CombinedOutput()
	return string(output), err
}

// fill a new database by root, with the place's own client.
func (p *place) fill(t *testing.T, database, clause, sql string) {
	t.Helper()
	p.server.Exec(t, "CREATE DATABASE "+dbtest.QuoteName(database)+clause)
	root := &place{Release: p.Release, server: p.server, path: p.path, home: t.TempDir()}
	root.optionFile(t, "root", "")
	if output, err := root.shell(t, loading.Into(p.Client(), "--database='"+database+"'"), sql); err != nil {
		t.Fatalf("make %s on %s: %v\n%s", database, p.Name, err, output)
	}
}

// dump a database with the place's own client, as an account with the least privileges, into a folder.
func (p *place) dump(t *testing.T, database string, more ...string) string {
	t.Helper()
	folder := t.TempDir()
	e := prepare(t, slices.Concat(p.reading(t, database), into(folder), more)...).withClient(p.path)
	e.outcome(t, e.Run()).mustSucceed(t)
	return folder
}

// reading are the flags for a database, with an account that has the least privileges.
func (p *place) reading(t *testing.T, database string) []string {
	t.Helper()
	credentials := p.server.Reader(t, "reader", loaderPassword, database)
	p.server.Exec(t, "GRANT EXECUTE ON "+dbtest.QuoteName(database)+".* TO reader@'%'") // views call functions
	return append(flags(p.server, credentials, database), p.engine())
}

// engine is its flag.
func (p *place) engine() string {
	if p.MySQL {
		return "--engine=MySQL"
	}
	return "--engine=MariaDB"
}

// load a copy into a new database, with the place's own client and the command that is handed out, as an account with rights
// on that database.
func (p *place) load(t *testing.T, database, folder string) {
	t.Helper()
	p.server.Exec(t, "CREATE DATABASE "+dbtest.QuoteName(database), "GRANT ALL ON "+dbtest.QuoteName(database)+".* TO loader@localhost")
	if output, err := p.shell(t, "dumper cat "+folder+" | "+loading.Into(p.Client(), database), ""); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
}

// own is this machine's server, which the tests share.
func own(t *testing.T) *place {
	t.Helper()
	return &place{Release: dbtest.Releases[0], server: dbtest.Get(t), path: dbtest.Releases[0].Clients(t)}
}
