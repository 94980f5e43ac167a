package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/client"
	"github.com/volcado-io/volcado/dumper/plan"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/hack/bench/dump/shop"
	"github.com/volcado-io/volcado/internal/dbtest"
)

// The account that copies; root's rights, which mydumper's lock needs.
const (
	username = "bench"
	password = "not a secret"
)

// bench is a server with a database, and the programs that copy it.
type bench struct {
	scale
	folder string
	server *dbtest.Server
	// dumper and compressor are the paths of programs.
	dumper, compressor string
	// clientFolder has the program that the dumper takes for mariadb-dump.
	clientFolder, realClient string
	// credentials is a folder as a mounted Secret is.
	credentials string
	// clientArguments are what the dumper itself would give mariadb-dump.
	clientArguments  []string
	removeOptionFile func() error
	recording        recording
}

func newBench(ctx context.Context, s scale, folder string) (_ *bench, err error) {
	if err := os.RemoveAll(folder); err != nil {
		return nil, fmt.Errorf("empty the benchmark's folder: %w", err)
	}
	b := &bench{
		scale: s, folder: folder, dumper: filepath.Join(folder, "dumper"), compressor: filepath.Join(folder, "compressor"),
		clientFolder: filepath.Join(folder, "client"), credentials: filepath.Join(folder, "credentials"),
	}
	for _, f := range []string{b.clientFolder, b.credentials, b.copies()} {
		if err := os.MkdirAll(f, 0o700); err != nil {
			return nil, fmt.Errorf("make the benchmark's folder: %w", err)
		}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	if err := b.checkRoom(); err != nil {
		return nil, err
	}
	say("the dumper, and programs to measure it with")
	if err := b.build(ctx); err != nil {
		return nil, err
	}
	say("a database of about %d MB of SQL text", s.text/1_000_000)
	if err := b.startServer(ctx); err != nil {
		return nil, err
	}
	return b, b.prepareClient(ctx)
}

func (b *bench) close() error {
	if b.server != nil {
		b.server.Stop()
	}
	if b.removeOptionFile != nil {
		if err := b.removeOptionFile(); err != nil {
			return fmt.Errorf("remove the option file: %w", err)
		}
	}
	if err := os.RemoveAll(b.folder); err != nil {
		return fmt.Errorf("remove the benchmark's folder: %w", err)
	}
	return nil
}

// copies is the folder that everybody writes into.
func (b *bench) copies() string { return filepath.Join(b.folder, "copies") }

// copy is the file of those who write one.
func (b *bench) copy() string { return filepath.Join(b.copies(), "copy") }

// empty the folder of copies, so that no run waits for what another has left to be written to the disk.
func (b *bench) empty() error {
	if err := errors.Join(os.RemoveAll(b.copies()), os.Mkdir(b.copies(), 0o700)); err != nil {
		return fmt.Errorf("empty the folder of copies: %w", err)
	}
	unix.Sync()
	return nil
}

// checkRoom for the database, its text and the longest copy, before an hour has gone by.
func (b *bench) checkRoom() error {
	var disk unix.Statfs_t
	if err := unix.Statfs(b.folder, &disk); err != nil {
		return fmt.Errorf("look at the disk: %w", err)
	}
	needed, free := 4*b.text+b.stream*3/10, int64(disk.Bavail)*disk.Bsize
	if free < needed {
		return fmt.Errorf("%s has %d GB free, and this needs %d", b.folder, free/1_000_000_000, needed/1_000_000_000)
	}
	return nil
}

func (b *bench) build(ctx context.Context) error {
	for program, pkg := range map[string]string{
		b.dumper:     "./cmd/dumper",
		b.compressor: "./hack/bench/dump/compressor",
		filepath.Join(b.clientFolder, "mariadb-dump"): "./hack/bench/dump/client",
	} {
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, pkg)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if said, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w: %s", pkg, err, said)
		}
	}
	return nil
}

func (b *bench) startServer(ctx context.Context) (err error) {
	// All of the database fits into memory twice.
	b.server, err = dbtest.Launch(dbtest.Options{WithoutTLS: true, Arguments: []string{
		"--innodb-buffer-pool-size=" + strconv.FormatInt(max(256<<20, 3*b.text), 10), "--innodb-log-file-size=512M",
	}})
	if err != nil {
		return err
	}
	began := time.Now()
	if err := shop.Fill(ctx, b.server.DB(), b.text); err != nil {
		return err
	}
	for _, statement := range []string{
		"CREATE USER " + username + "@'%' IDENTIFIED BY '" + password + "'",
		"GRANT ALL ON *.* TO " + username + "@'%'",
	} {
		if _, err := b.server.DB().ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("make an account: %w", err)
		}
	}
	for name, value := range map[string]string{source.KeyUsername: username, source.KeyPassword: password} {
		if err := os.WriteFile(filepath.Join(b.credentials, name), []byte(value), 0o600); err != nil {
			return fmt.Errorf("write credentials: %w", err)
		}
	}
	tell("filled in %.0f s", time.Since(began).Seconds())
	return nil
}

// prepareClient finds out what the dumper would give mariadb-dump, for those who run it by themselves.
func (b *bench) prepareClient(ctx context.Context) error {
	program, err := client.Find(ctx, v1alpha1.EngineMariaDB)
	if err != nil {
		return err
	}
	b.realClient = program.Path
	server := source.Server{
		Engine: v1alpha1.EngineMariaDB, Host: "127.0.0.1", Port: b.server.Port, Username: username, Password: password, TLSMode: v1alpha1.TLSDisabled,
	}
	optionFile, remove, err := client.WriteOptionFile(b.folder, server)
	if err != nil {
		return err
	}
	b.removeOptionFile = remove
	runs := client.Runs(server.Engine, program, &plan.Plan{Database: shop.Database, Routines: true, Events: true})
	b.clientArguments = append([]string{program.Path}, runs[0].Arguments(optionFile, program.Connection(server, server.Host, server.Port))...)
	return nil
}
