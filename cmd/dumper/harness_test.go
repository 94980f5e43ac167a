package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
	"github.com/volcado-io/volcado/internal/s3test"
)

// dumper is the program under test, as it is shipped.
var dumper string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "dumper-test-")
	if err != nil {
		panic(err)
	}
	dumper = filepath.Join(folder, "dumper")
	build := exec.Command("go", "build", "-o", dumper, ".")
	if output, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the dumper: %v\n%s", err, output)
		os.Exit(1)
	}
	defer os.RemoveAll(folder)
	dbtest.Main(m)
}

// outcome of one execution of the dumper.
type outcome struct {
	exit           int
	stdout, stderr string
	result         contract.Result
}

// execution of the dumper, with a result file.
type execution struct {
	*exec.Cmd
	resultFile     string
	stdout, stderr bytes.Buffer
	// most memory that it had, once it has ended.
	most <-chan int64
}

// Start it, and watch its memory.
func (e *execution) Start() error {
	if err := e.Cmd.Start(); err != nil {
		return err
	}
	e.most = watchMemory(e.Process.Pid)
	return nil
}

// Run it to its end.
func (e *execution) Run() error {
	if err := e.Start(); err != nil {
		return err
	}
	return e.Wait()
}

// prepare the dumper with arguments. PATH may begin with another folder, so that the client is a program of the test's.
func prepare(t testing.TB, arguments ...string) *execution {
	t.Helper()
	e := &execution{Cmd: exec.CommandContext(t.Context(), dumper, arguments...)}
	if arguments[0] == "dump" && !slices.Contains(arguments, "--help") {
		e.resultFile = filepath.Join(t.TempDir(), "termination-log")
		e.Args = append(e.Args, "--result-file="+e.resultFile, "--work-dir="+t.TempDir())
	}
	e.Stdout, e.Stderr = &e.stdout, &e.stderr
	// Nothing of this machine's own AWS configuration, and no search for it in the network.
	e.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "AWS_EC2_METADATA_DISABLED=true", "GOCOVERDIR=" + os.Getenv("GOCOVERDIR")}
	return e
}

func (e *execution) withClient(folder string) *execution {
	e.Env = append(e.Env, "PATH="+folder+":"+os.Getenv("PATH"))
	return e
}

func (e *execution) outcome(t testing.TB, err error) outcome {
	t.Helper()
	o := outcome{stdout: e.stdout.String(), stderr: e.stderr.String()}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		o.exit = exit.ExitCode()
	} else if err != nil {
		t.Fatalf("run the dumper: %v", err)
	}
	if e.resultFile == "" {
		return o
	}
	data, err := os.ReadFile(e.resultFile)
	if err != nil {
		t.Fatalf("the dumper left no result: %v\n%s", err, o.stderr)
	}
	if err := json.Unmarshal(data, &o.result); err != nil {
		t.Fatalf("the result is not JSON: %v\n%s", err, data)
	}
	return o
}

func run(t *testing.T, arguments ...string) outcome {
	t.Helper()
	e := prepare(t, arguments...)
	return e.outcome(t, e.Run())
}

// mustSucceed fails the test unless the dump has an artifact.
func (o outcome) mustSucceed(t testing.TB) contract.Artifact {
	t.Helper()
	if o.exit != 0 || o.result.Artifact == nil {
		t.Fatalf("exit code %d\n%s", o.exit, o.stderr)
	}
	return *o.result.Artifact
}

// mustFail checks reason and exit code, and that message and hint are sentences of some use.
func (o outcome) mustFail(t *testing.T, reason contract.Reason, mentions ...string) {
	t.Helper()
	if o.result.Failure == nil {
		t.Fatalf("it did not fail: exit code %d\n%s", o.exit, o.stderr)
	}
	if got := o.result.Failure.Reason; got != reason {
		t.Fatalf("reason %s, want %s: %s", got, reason, o.result.Failure.Message)
	}
	if o.exit != int(reason.ExitCode()) {
		t.Errorf("exit code %d, want %d", o.exit, reason.ExitCode())
	}
	if o.result.Artifact != nil {
		t.Error("the result has an artifact")
	}
	if o.result.Failure.Hint == "" {
		t.Error("there is no hint")
	}
	if strings.Contains(o.result.Failure.Message, "\n") {
		t.Errorf("the message is no sentence: %s", o.result.Failure.Message)
	}
	said := o.result.Failure.Message + " | " + o.result.Failure.Hint
	for _, mention := range mentions {
		if !strings.Contains(said, mention) {
			t.Errorf("it does not mention %q: %s", mention, said)
		}
	}
}

// flags are the flags for the shared server, with TLS verified as by default.
func flags(server *dbtest.Server, credentials, database string) []string {
	return []string{"dump", "--host=localhost", "--port=" + strconv.Itoa(server.Port), "--tls-ca-file=" + server.Authority.File,
		"--credentials-dir=" + credentials, "--database=" + database}
}

// into are the flags for a folder.
func into(folder string) []string { return []string{"--storage=file", "--storage-directory=" + folder} }

// bucket are the flags for an S3 server.
func bucket(t testing.TB, s *s3test.Server) []string {
	t.Helper()
	return []string{"--storage=s3", "--s3-bucket=" + s3test.Bucket, "--s3-endpoint=" + s.Endpoint, "--s3-path-style",
		"--storage-credentials-dir=" + s3test.Credentials(t, s3test.AccessKeyID, s3test.SecretAccessKey)}
}

// files below a folder, by their paths in it.
func files(t *testing.T, folder string) []string {
	t.Helper()
	found := []string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && !entry.IsDir() {
			relative, _ := filepath.Rel(folder, path)
			found = append(found, relative)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return found
}

// restore the artifact into a new database through `dumper cat` and the real client.
func restore(t *testing.T, server *dbtest.Server, database string, cat ...string) {
	t.Helper()
	o := run(t, append([]string{"cat"}, cat...)...)
	if o.exit != 0 {
		t.Fatalf("dumper cat: exit code %d\n%s", o.exit, o.stderr)
	}
	server.Exec(t, "SET FOREIGN_KEY_CHECKS=0; CREATE OR REPLACE DATABASE "+dbtest.QuoteName(database))
	command := exec.CommandContext(t.Context(), "mariadb", "--no-defaults", "--socket="+server.Socket, "--user=root", "--default-character-set=utf8mb4", "--comments", "--max-allowed-packet=1G", "--database="+database)
	command.Stdin = strings.NewReader(o.stdout)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("restore: %v\n%s", err, output)
	}
}

// fakeClient makes a folder with a mariadb-dump of the test's own, which may run the real one as "$REAL" "$@".
func fakeClient(t *testing.T, script string) string {
	t.Helper()
	real, err := exec.LookPath("mariadb-dump")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	program := "#!/bin/bash\nREAL=" + real + "\ncase \"$*\" in --version | '--no-defaults --help') exec \"$REAL\" \"$@\" ;; esac\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(folder, "mariadb-dump"), []byte(program), 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}
