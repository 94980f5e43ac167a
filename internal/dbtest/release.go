package dbtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Release is a server of a Debian release, with its clients. This machine's own is installed. Those of other releases are
// files that hack/compatibility/servers unpacked, whose programs run with the libraries beside them.
type Release struct {
	// Name as in a sentence.
	Name string
	// Debian's name of the release; empty for this machine's own.
	Debian string
	// MySQL, and not MariaDB.
	MySQL bool
}

// Releases are all that there are.
var Releases = []Release{
	{Name: "MariaDB 10.11"}, {Name: "MariaDB 11.8", Debian: "trixie"}, {Name: "MySQL of Debian unstable", Debian: "sid", MySQL: true},
}

// Client is the name of the program that loads a copy.
func (r Release) Client() string {
	if r.MySQL {
		return "mysql"
	}
	return "mariadb"
}

// dump is the name of the program that writes one.
func (r Release) dump() string {
	if r.MySQL {
		return "mysqldump"
	}
	return "mariadb-dump"
}

// folder of the release, below VOLCADO_OUT or out of the repository.
func (r Release) folder() (string, error) {
	out := os.Getenv("VOLCADO_OUT")
	if out == "" {
		root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
		if err != nil {
			return "", fmt.Errorf("find the repository: %w", err)
		}
		out = filepath.Join(strings.TrimSpace(string(root)), "out")
	}
	folder := filepath.Join(out, "servers", r.Debian)
	if _, err := os.Stat(filepath.Join(folder, "made-from")); err != nil {
		return "", fmt.Errorf("this needs %s, and it is not in %s: run hack/compatibility/servers, which fetches it, as `make test` does", r.Name, folder)
	}
	return folder, nil
}

// program with its loader, in front of what else it is told.
func (r Release) program(name string) ([]string, error) {
	folder, err := r.folder()
	if err != nil {
		return nil, err
	}
	loaders, err := filepath.Glob(filepath.Join(folder, "usr/lib/*-linux-gnu/ld-linux-*.so.*"))
	if err != nil || len(loaders) != 1 {
		return nil, fmt.Errorf("there are %d loaders in %s, and one is needed: remove the folder, and run hack/compatibility/servers", len(loaders), folder)
	}
	libraries := filepath.Dir(loaders[0]) + ":" + filepath.Join(folder, "usr/lib/mysql/private")
	return []string{loaders[0], "--library-path", libraries, filepath.Join(folder, name)}, nil
}

// Clients makes a folder for PATH with its programs, which is empty for this machine's own.
func (r Release) Clients(t testing.TB) string {
	t.Helper()
	folder := t.TempDir()
	if r.Debian == "" {
		return folder
	}
	for _, name := range []string{r.Client(), r.dump()} {
		program, err := r.program("usr/bin/" + name)
		if err != nil {
			t.Fatal(err)
		}
		script := "#!/bin/sh\nexec '" + strings.Join(program, "' '") + "' \"$@\"\n"
		if err := os.WriteFile(filepath.Join(folder, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// Start its server for one test.
func (r Release) Start(t testing.TB, options Options) *Server {
	t.Helper()
	if r.Debian == "" {
		return Start(t, options)
	}
	folder, err := os.MkdirTemp("", "dbtest-")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	close(ended)
	s := &Server{MySQL: r.MySQL, Folder: folder, Socket: filepath.Join(folder, "socket"), ended: ended}
	t.Cleanup(s.Stop)
	if err := r.launch(s, options); err != nil {
		t.Fatalf("%s: %v", r.Name, err)
	}
	return s
}

func (r Release) launch(s *Server, options Options) error {
	folder, err := r.folder()
	if err != nil {
		return err
	}
	server := "usr/sbin/mariadbd"
	if r.MySQL {
		server = "usr/sbin/mysqld"
	}
	program, err := r.program(server)
	if err != nil {
		return err
	}
	s.program = program[0]
	arguments := slices.Concat(program[1:], []string{"--no-defaults", "--basedir=" + folder + "/usr", "--plugin-dir=" + folder + "/usr/lib/mysql/plugin"})
	if os.Geteuid() == 0 {
		// Nobody else may be able to read the folder. The server's data are the test's own, and it listens on loopback.
		arguments = append(arguments, "--user=root")
	}
	if r.MySQL {
		arguments = append(arguments, "--secure-file-priv=NULL")
	}
	if err := r.install(s, folder, arguments); err != nil {
		return err
	}
	if r.MySQL {
		arguments = append(arguments, "--mysqlx=OFF")
	}
	return s.serve(arguments, options)
}

// install makes the server's own tables.
func (r Release) install(s *Server, folder string, arguments []string) error {
	data := filepath.Join(s.Folder, "data")
	arguments = append(arguments[:len(arguments):len(arguments)], "--datadir="+data, "--tmpdir="+s.Folder)
	if r.MySQL {
		return installed(exec.Command(s.program, append(arguments, "--initialize-insecure")...))
	}
	// What mariadb-install-db does, which runs its programs by their names.
	if err := os.Mkdir(data, 0o700); err != nil {
		return err
	}
	sql := "CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\n"
	for _, name := range []string{"mariadb_system_tables.sql", "mariadb_performance_tables.sql", "mariadb_system_tables_data.sql"} {
		text, err := os.ReadFile(filepath.Join(folder, "usr/share/mariadb", name))
		if err != nil {
			return err
		}
		sql += string(text)
	}
	bootstrap := exec.Command(s.program, append(arguments, "--bootstrap")...)
	bootstrap.Stdin = strings.NewReader(sql)
	return installed(bootstrap)
}

func installed(command *exec.Cmd) error {
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("install the server's own tables: %w\n%s", err, output)
	}
	return nil
}
