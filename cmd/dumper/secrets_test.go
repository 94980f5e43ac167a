package main_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/dumper/client"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
	"github.com/volcado-io/volcado/internal/s3test"
)

const (
	canary        = "canary-4f7a1c-password"
	storageCanary = s3test.SecretAccessKey
)

func TestNoCredentialIsSeenAnywhere(t *testing.T) {
	server := dbtest.Get(t)
	large(t, server, "watched")
	credentials := server.Account(t, "watched", canary, dbtest.WholeDump("watched")...)
	s3 := s3test.Start(t, s3test.Options{})
	gate := filepath.Join(t.TempDir(), "gate")
	e := prepare(t, append(flags(server, credentials, "watched"), bucket(t, s3)...)...).withClient(fakeClient(t, paused(gate, late)))
	start(t, e, late)
	seen := map[string]string{}
	processes := append([]int{e.Process.Pid}, childOf(t, e.Process.Pid))
	for _, pid := range append(processes, childrenOf(t, processes[1])...) {
		for _, file := range []string{"cmdline", "environ"} {
			data, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
			if err != nil {
				t.Fatal(err)
			}
			seen[fmt.Sprintf("%s of %d", file, pid)] = string(data)
		}
	}
	if len(seen) < 6 {
		t.Errorf("only these processes were seen: %d", len(seen)/2)
	}
	open(t, gate)
	o := e.outcome(t, e.Wait())
	o.mustSucceed(t)
	seen["standard output"], seen["standard error"] = o.stdout, o.stderr
	seen["result"] = fmt.Sprintf("%+v", o.result)
	for _, key := range s3.Keys(t) {
		cat := run(t, append([]string{"cat", "--key=" + key}, bucket(t, s3)...)...)
		seen["artifact"] = cat.stdout
		data, err := os.ReadFile(filepath.Join(s3.Folder, s3test.Bucket, key))
		if err != nil {
			t.Fatal(err)
		}
		seen[key] = string(data)
	}
	for name, secrets := range map[string][]string{"wrong password": {canary + "-x"}, "right": nil} {
		arguments := append(flags(server, credentials, "watched"), bucket(t, s3)...)
		if secrets != nil {
			arguments = replace(arguments, "--credentials-dir="+dbtest.Credentials(t, "watched", secrets[0]))
		} else {
			arguments = replace(arguments, "--storage-credentials-dir="+s3test.Credentials(t, s3test.AccessKeyID, storageCanary+"-x"))
		}
		o := run(t, arguments...)
		seen["failure with "+name] = o.stdout + o.stderr + fmt.Sprintf("%+v", o.result.Failure)
	}
	for where, text := range seen {
		for _, secret := range []string{canary, storageCanary} {
			if strings.Contains(text, secret) {
				t.Errorf("a credential is in %s", where)
			}
		}
	}
	for _, argument := range e.Args {
		if folder, ok := strings.CutPrefix(argument, "--work-dir="); ok {
			if left := files(t, folder); len(left) > 0 {
				t.Errorf("left in the work folder: %q", left)
			}
		}
	}
}

// A server, a client or a store that echoes a password does not get it into the result, and the part that is not the
// password does not come through either.
func TestAnEchoedPasswordIsNotShown(t *testing.T) {
	server := dbtest.Get(t)
	server.Exec(t, "CREATE OR REPLACE DATABASE echoed", "CREATE TABLE echoed.t (id INT PRIMARY KEY)")
	credentials := server.Account(t, "echoed", canary, dbtest.WholeDump("echoed")...)
	script := `echo "mariadb-dump: I was given $(grep password= "${1#--defaults-file=}")" >&2; exit 1`
	e := prepare(t, append(flags(server, credentials, "echoed"), into(t.TempDir())...)...).withClient(fakeClient(t, script))
	o := e.outcome(t, e.Run())
	o.mustFail(t, contract.ClientFailed, "its text holds a credential and is not shown")
	if said := o.stdout + o.stderr + o.result.Failure.Message; strings.Contains(said, canary) || strings.Contains(said, "I was given") {
		t.Errorf("the password was echoed, or what stands beside it: %s", said)
	}
}

// The oracle is the server: whatever the bytes of a password, the client logs in with it from the option file, and so does
// the preflight.
func TestAnyPasswordLogsIn(t *testing.T) {
	server := dbtest.Get(t)
	server.Exec(t, "CREATE OR REPLACE DATABASE passwords", "CREATE TABLE passwords.t (id INT PRIMARY KEY)")
	try := func(t testing.TB, password string) {
		t.Helper()
		credentials := server.Account(t.(*testing.T), "any", password, "ALL ON *.*")
		o := run(t.(*testing.T), append(flags(server, credentials, "passwords"), into(t.(*testing.T).TempDir())...)...)
		if o.exit != 0 {
			t.Errorf("password %q: %s", password, o.stderr)
		}
	}
	for _, password := range []string{"", " ", " lead and trail ", "\t", `"`, `'`, `"quoted"`, `'quoted'`, `\`, `\\`, `a\nb`, `\s\t\"`, "#", "a#b", ";", "=", "[client]", "a\nb", "\r", "x\x1a", "\x01\x7f\x80\xff\xa0\x85", "pässwörd 🦊", "%s", "$(id)", "`id`", strings.Repeat(`\`, 1000)} {
		t.Run(fmt.Sprintf("%q", password), func(t *testing.T) { try(t, password) })
	}
}

// The oracle is the clients' own parser of option files.
func TestOptionFilesSayWhatTheyShould(t *testing.T) {
	program := lookPath(t, "my_print_defaults")
	folder := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		anything := rapid.Map(rapid.SliceOfN(rapid.ByteRange(1, 255), 0, 200), func(b []byte) string { return string(b) })
		tricky := rapid.StringMatching(`[ "'\\#\n\r\tnrtbs;=\[\]a-c]{0,40}`)
		server := source.Server{Username: rapid.OneOf(anything, tricky).Draw(r, "username"), Password: rapid.OneOf(anything, tricky).Draw(r, "password")}
		file, remove, err := client.WriteOptionFile(folder, server)
		if err != nil {
			r.Fatal(err)
		}
		defer func() { _ = remove() }()
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o400 {
			r.Fatalf("mode %v %v", info.Mode(), err)
		}
		output, err := printDefaults(program, file)
		if err != nil {
			r.Fatal(err)
		}
		if want := "--user=" + server.Username + "\n--password=" + server.Password + "\n--plugin-dir=" + filepath.Join(filepath.Dir(file), "plugins") + "\n"; output != want {
			r.Fatalf("the clients read %q, want %q", output, want)
		}
	})
}

func printDefaults(program, file string) (string, error) {
	output, err := exec.Command(program, "--defaults-file="+file, "client").Output()
	return string(output), err
}

// Nor does a store that echoes the keys get them into what the commands that read say. Without TLS, nothing of its text
// comes through, right guess or wrong.
func TestWhatAStoreSaysOfTheKeysIsTheSameForEveryGuessWhenReading(t *testing.T) {
	var guess atomic.Value
	endpoint := s3test.Listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, "<Error><Code>InvalidArgument</Code><Message>the key is %s, is it?</Message></Error>", guess.Load())
	}))
	mounted := "--storage-credentials-dir=" + s3test.Credentials(t, s3test.AccessKeyID, storageCanary)
	for _, command := range []string{"cat", "verify", "inspect"} {
		for from, credentials := range map[string]struct{ flags, env []string }{
			"a Secret":        {flags: []string{mounted}},
			"the environment": {flags: []string{"--s3-region=us-east-1"}, env: []string{"AWS_ACCESS_KEY_ID=" + s3test.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + storageCanary}},
		} {
			t.Run(command+" with keys from "+from, func(t *testing.T) {
				said := func(key string) string {
					guess.Store(key)
					e := prepare(t, append([]string{command, "s3://dumps/x", "--s3-endpoint=" + endpoint, "--s3-path-style"}, credentials.flags...)...)
					e.Env = append(e.Env, credentials.env...)
					o := e.outcome(t, e.Run())
					if o.exit != int(contract.StorageError.ExitCode()) || !strings.Contains(o.stderr, "InvalidArgument") || strings.Contains(o.stderr, "is it?") {
						t.Errorf("exit code %d\n%s%s", o.exit, o.stdout, o.stderr)
					}
					return o.stdout + o.stderr
				}
				if right, wrong := said(storageCanary), said(storageCanary[1:]); right != wrong {
					t.Errorf("of the right key is said\n%s and of a wrong one\n%s", right, wrong)
				}
			})
		}
	}
}
