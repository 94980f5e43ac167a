package mattermosttest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

const (
	databaseUser        = "mattermost"
	databaseName        = "postgres"
	databaseConnections = 60
	postgresLog         = "postgres.log"
)

// environment without what is set here: PG* and MM_* would change what runs.
func (s *Server) environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.Folder, "TMPDIR=" + s.Folder, "LC_ALL=C", "TZ=UTC"}
}

func (s *Server) socketFolder() string { return s.file("postgres") }

// initDatabase makes PostgreSQL's data. Neither program of it runs as root.
func (s *Server) initDatabase() error {
	if err := os.Mkdir(s.socketFolder(), 0o700); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		if err := s.becomeNobody(); err != nil {
			return err
		}
	}
	// Whoever can open the socket, in a folder of its owner's, is trusted.
	command := exec.Command(s.programs.initdb, "--pgdata="+s.file("postgres/data"), "--username="+databaseUser, "--auth=trust", "--no-sync",
		"--locale=C", "--encoding=UTF8")
	command.Dir, command.Env = s.socketFolder(), s.environment()
	command.SysProcAttr = &syscall.SysProcAttr{Credential: s.credential}
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, output)
	}
	return nil
}

// becomeNobody lets PostgreSQL run as nobody, whom every system has; postgres, whom the package makes, owns the data of the
// machine's own server.
func (s *Server) becomeNobody() error {
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return fmt.Errorf("postgres does not run as root, so as root these tests run it as nobody: %w", err)
	}
	uid, err := strconv.ParseUint(nobody.Uid, 10, 32)
	if err != nil {
		return err
	}
	gid, err := strconv.ParseUint(nobody.Gid, 10, 32)
	if err != nil {
		return err
	}
	s.credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	// It passes through the first and owns the second; the rest is not its business.
	if err := os.Chmod(s.Folder, 0o711); err != nil {
		return err
	}
	return os.Chown(s.socketFolder(), int(uid), int(gid))
}

func (s *Server) startDatabase() error {
	command := exec.Command(s.programs.postgres, "-D", s.file("postgres/data"), "-k", s.socketFolder())
	for _, setting := range []string{"listen_addresses=", "unix_socket_permissions=0700", "max_connections=" + strconv.Itoa(databaseConnections),
		// What is lost when the machine goes down is nobody's loss here.
		"fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "wal_level=minimal", "max_wal_senders=0"} {
		command.Args = append(command.Args, "-c", setting)
	}
	command.Dir, command.Env = s.socketFolder(), s.environment()
	postgres, err := run(command, s.file(postgresLog), syscall.SIGQUIT, s.credential)
	if err != nil {
		return err
	}
	s.postgres = postgres
	return postgres.await(func(ctx context.Context) bool {
		_, err := s.query(ctx, "SELECT 1")
		return err == nil
	})
}

// SQL runs a statement in the server's database, for what its API does not offer, and returns what psql prints: a line per row,
// with | between columns. The server has caches: see InvalidateCaches of Admin's client.
func (s *Server) SQL(t testing.TB, statement string) string {
	t.Helper()
	output, err := s.query(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	return output
}

func (s *Server) query(ctx context.Context, statement string) (string, error) {
	command := exec.CommandContext(ctx, s.programs.psql, "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--no-password",
		"--set=ON_ERROR_STOP=1", "--host="+s.socketFolder(), "--username="+databaseUser, "--dbname="+databaseName, "--command="+statement)
	command.Dir, command.Env = s.Folder, s.environment()
	output, err := command.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", statement, err, output)
	}
	return strings.TrimSpace(string(output)), nil
}
