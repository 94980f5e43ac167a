// Package dbtest gives tests a real MariaDB server of their own: the machine's mariadbd, with data in a temporary folder,
// on loopback, with TLS.
//
//	func TestMain(m *testing.M) { dbtest.Main(m) }
//
//	func TestSomething(t *testing.T) {
//		server := dbtest.Get(t)
//		server.Exec(t, "CREATE DATABASE shop")
//	}
package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/volcado-io/volcado/internal/certtest"
	"github.com/volcado-io/volcado/internal/children"
)

// startTimeout is far more than a server needs on a slow machine.
const startTimeout = 2 * time.Minute

// Server is a running mariadbd.
type Server struct {
	Port   int
	Socket string
	// Authority signed the server's certificate, which names localhost and 127.0.0.1, and not 127.0.0.2,
	// where it listens too. Nil without TLS.
	Authority *certtest.Authority
	// MySQL, and not MariaDB.
	MySQL bool
	// Folder in which tests may leave files for the server; removed at the end.
	Folder string

	program string
	// arguments it was started with, but for its port.
	arguments []string
	// Whose the server is; nil: the same as ours.
	credential *syscall.Credential

	db      *sql.DB
	process *os.Process
	ended   <-chan struct{}
}

// Options of a server.
type Options struct {
	// WithoutTLS: the server offers no TLS.
	WithoutTLS bool
	// BinaryLog: the server writes one.
	BinaryLog bool
	// Arguments for mariadbd.
	Arguments []string
}

var shared struct {
	sync.Mutex
	server *Server
	err    error
	tried  bool
}

// Main runs a package's tests and stops what Get started. The package's TestMain may clean up after it: the testing
// package exits with the outcome when TestMain returns.
func Main(m *testing.M) {
	m.Run()
	if shared.server != nil {
		shared.server.Stop()
	}
}

// Get the server that the package's tests share; it is started for the first that asks. It has TLS.
func Get(t testing.TB) *Server {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if !shared.tried {
		shared.tried = true
		shared.server, shared.err = Launch(Options{})
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server
}

// Start a server for one test.
func Start(t testing.TB, options Options) *Server {
	t.Helper()
	server, err := Launch(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	return server
}

// DB is a connection pool of root's, through the socket.
func (s *Server) DB() *sql.DB { return s.db }

// Exec runs statements as root.
func (s *Server) Exec(t testing.TB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := s.db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// Launch a server for a program that is no test, which must stop it.
func Launch(options Options) (*Server, error) {
	server, err := exec.LookPath("mariadbd")
	if err != nil {
		// Where Debian keeps it, which is in root's PATH only.
		server, err = exec.LookPath("/usr/sbin/mariadbd")
	}
	if err != nil {
		return nil, lacking("mariadbd")
	}
	for _, program := range []string{"mariadb-install-db", "mariadb-dump", "mariadb"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, lacking(program)
		}
	}
	folder, err := os.MkdirTemp("", "dbtest-")
	if err != nil {
		return nil, err
	}
	s := &Server{Folder: folder, Socket: filepath.Join(folder, "socket"), program: server, ended: make(chan struct{})}
	if err := s.launch(options); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func lacking(program string) error {
	return fmt.Errorf("this needs a real MariaDB, and there is no %s in PATH: run `make test`, which installs "+
		"what is missing, or install the packages mariadb-server and mariadb-client", program)
}

func (s *Server) launch(options Options) error {
	// mariadbd refuses to run as root.
	if os.Geteuid() == 0 {
		if err := s.becomeNobody(); err != nil {
			return err
		}
	}
	data := filepath.Join(s.Folder, "data")
	install := exec.Command("mariadb-install-db", "--no-defaults", "--datadir="+data, "--tmpdir="+s.Folder, "--skip-test-db", "--auth-root-authentication-method=normal")
	install.SysProcAttr = &syscall.SysProcAttr{Credential: s.credential}
	if output, err := install.CombinedOutput(); err != nil {
		return fmt.Errorf("mariadb-install-db: %w\n%s", err, output)
	}
	return s.serve([]string{"--no-defaults"}, options)
}

// serve the data that was installed. The program gets the arguments of before first.
func (s *Server) serve(before []string, options Options) error {
	// Another server, when it starts, removes the temporary tables that it finds in a folder that they share.
	arguments := append(slices.Clone(before), "--datadir="+filepath.Join(s.Folder, "data"), "--tmpdir="+s.Folder, "--socket="+s.Socket, "--bind-address=127.0.0.1,127.0.0.2",
		"--pid-file="+filepath.Join(s.Folder, "pid"), "--performance-schema=OFF", "--innodb-flush-log-at-trx-commit=0",
		"--innodb-buffer-pool-size=64M", "--max-allowed-packet=64M", "--max-connections=50")
	if options.BinaryLog {
		arguments = append(arguments, "--log-bin=binary", "--server-id=1")
	} else {
		arguments = append(arguments, "--skip-log-bin")
	}
	if !options.WithoutTLS {
		authority, err := certtest.NewAuthority(s.Folder, "authority")
		if err != nil {
			return err
		}
		certificate, key, err := authority.Issue("server", "localhost", "127.0.0.1")
		if err != nil {
			return err
		}
		s.Authority = authority
		arguments = append(arguments, "--ssl-cert="+certificate, "--ssl-key="+key)
	}
	arguments = append(arguments, options.Arguments...)
	s.arguments = arguments
	return s.listen(arguments)
}

// listen starts mariadbd on a free port. Between finding it and using it somebody else may take it; then another is
// tried.
func (s *Server) listen(arguments []string) error {
	var last error
	for range 3 {
		port, err := freePort()
		if err != nil {
			return err
		}
		s.Port = port
		if last = s.run(append(slices.Clip(arguments), "--port="+strconv.Itoa(port))); last == nil {
			return nil
		}
	}
	return last
}

func (s *Server) run(arguments []string) error {
	path := filepath.Join(s.Folder, "log")
	log, err := os.Create(path)
	if err != nil {
		return err
	}
	defer log.Close()
	command := exec.Command(s.program, arguments...)
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Credential: s.credential}
	ended, err := children.Start(command, syscall.SIGKILL)
	if err != nil {
		return err
	}
	s.process, s.ended = command.Process, ended
	return s.ready(path)
}

// ready connects until the server answers.
func (s *Server) ready(log string) error {
	config := mysql.NewConfig()
	config.User, config.Net, config.Addr, config.MultiStatements = "root", "unix", s.Socket, true
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	db := sql.OpenDB(connector)
	for {
		if db.PingContext(ctx) == nil {
			s.db = db
			return nil
		}
		select {
		case <-s.ended:
			output, _ := os.ReadFile(log)
			return fmt.Errorf("mariadbd ended at its start:\n%s", output)
		case <-ctx.Done():
			return errors.New("mariadbd did not answer in time; see " + log)
		case <-tick.C:
		}
	}
}

// Kill the server as a node that fails does: what it has in memory is lost.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	_ = s.db.Close()
	if err := s.process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.ended
}

// Restart a server that was killed. It recovers its data, and may have another port.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	if err := s.listen(s.arguments); err != nil {
		t.Fatal(err)
	}
}

// Stop the server and remove its data.
func (s *Server) Stop() {
	if s.db != nil {
		_ = s.db.Close()
	}
	if s.process != nil {
		_ = s.process.Kill()
		<-s.ended
	}
	_ = os.RemoveAll(s.Folder)
}

// becomeNobody lets the server run as nobody, whom every system has; mysql, whom the package mariadb-server makes, owns the
// data of the machine's own server.
func (s *Server) becomeNobody() error {
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return fmt.Errorf("mariadbd does not run as root, so as root these tests run it as nobody: %w", err)
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
	return os.Chown(s.Folder, int(uid), int(gid))
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
