package client_test

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/client"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/internal/dbtest"
)

const canary = "canary-of-the-reader"

// curious is a server that greets with one plugin, asks for another, and keeps all that it is told.
func curious(t *testing.T, greets, plugin string) (port int, told func() []byte) {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	heard := make(chan []byte, 1)
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		defer connection.Close()
		_ = connection.SetDeadline(time.Now().Add(20 * time.Second))
		packet := func(sequence byte, body string) {
			_, _ = connection.Write(append([]byte{byte(len(body)), byte(len(body) >> 8), 0, sequence}, body...))
		}
		// Protocol 10, version, connection id, salt, capabilities (no TLS), character set, status, and the plugin.
		packet(0, "\x0a5.5.5-10.11.6-MariaDB\x00\x01\x00\x00\x00AAAAAAAA\x00\x00\xa2\x2d\x02\x00\x08\x00\x15"+string(make([]byte, 10))+"BBBBBBBBBBBB\x00"+greets+"\x00")
		buffer := make([]byte, 4096)
		n, _ := connection.Read(buffer)
		all := bytes.Clone(buffer[:n])
		packet(2, "\xfe"+plugin+"\x00\x02Password: \x00")
		// What the client answers: the password, or that it gives up. It waits for a reply to either.
		n, _ = connection.Read(buffer)
		heard <- append(all, buffer[:n]...)
	}()
	return listener.Addr().(*net.TCPAddr).Port, func() []byte { return <-heard }
}

func TestAClientIsGivenNoPluginThatTellsThePassword(t *testing.T) {
	for _, c := range []struct {
		dbtest.Release
		engine  v1alpha1.Engine
		greets  string
		plugins []string
	}{
		{dbtest.Releases[0], v1alpha1.EngineMariaDB, "mysql_native_password", []string{"mysql_clear_password", "dialog", "sha256_password", "caching_sha2_password"}},
		// MySQL's own accounts need the other two, see docs/security.md.
		{dbtest.Releases[2], v1alpha1.EngineMySQL, "caching_sha2_password", []string{"mysql_clear_password", "dialog"}},
	} {
		t.Setenv("PATH", c.Clients(t)+":"+os.Getenv("PATH"))
		program, err := client.Find(t.Context(), c.engine)
		if err != nil {
			t.Fatal(err)
		}
		for _, plugin := range c.plugins {
			t.Run(c.Name+": "+plugin, func(t *testing.T) {
				port, told := curious(t, c.greets, plugin)
				s := source.Server{Engine: c.engine, Host: "127.0.0.1", Port: port, Username: "reader", Password: canary, TLSMode: v1alpha1.TLSDisabled}
				output, err := dumpNothing(t, program, s)
				if err == nil {
					t.Fatal("the client did not fail")
				}
				if heard := told(); len(heard) == 0 || bytes.Contains(heard, []byte(canary)) {
					t.Errorf("the server was told %q", heard)
				}
				if !bytes.Contains(output, []byte(plugin)) {
					t.Errorf("the client does not name the plugin: %s", output)
				}
			})
		}
	}
}

func TestAnAccountOfEachSupportedPluginIsLetIn(t *testing.T) {
	server := dbtest.Get(t)
	program, err := client.Find(t.Context(), v1alpha1.EngineMariaDB)
	if err != nil {
		t.Fatal(err)
	}
	server.Exec(t, "INSTALL SONAME 'auth_ed25519'", "CREATE DATABASE plugins",
		"CREATE USER native@'%' IDENTIFIED VIA mysql_native_password USING PASSWORD('"+canary+"')", "GRANT SELECT ON plugins.* TO native@'%'",
		"CREATE USER ed25519@'%' IDENTIFIED VIA ed25519 USING PASSWORD('"+canary+"')", "GRANT SELECT ON plugins.* TO ed25519@'%'")
	for _, user := range []string{"native", "ed25519"} {
		s := source.Server{Engine: v1alpha1.EngineMariaDB, Host: "127.0.0.1", Port: server.Port, Username: user, Password: canary, TLSMode: v1alpha1.TLSDisabled}
		if output, err := dumpNothing(t, program, s); err != nil {
			t.Errorf("%s: %v\n%s", user, err, output)
		}
	}
}

func dumpNothing(t *testing.T, program *client.Program, s source.Server) ([]byte, error) {
	t.Helper()
	optionFile, remove, err := client.WriteOptionFile(t.TempDir(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = remove() }()
	run := client.Run{Options: []string{"--no-data", "--skip-lock-tables", "--single-transaction"}, Database: "plugins"}
	return exec.CommandContext(t.Context(), program.Path, run.Arguments(optionFile, program.Connection(s, s.Host, s.Port))...).CombinedOutput()
}
