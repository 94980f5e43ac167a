package client_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/volcado-io/volcado/dumper/client"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// dumpThrough runs the real client against an address with --ssl, as with mode Required.
func dumpThrough(t *testing.T, port int) (output []byte, err error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "client.cnf")
	if err := os.WriteFile(file, []byte("[client]\nuser=guarded\npassword=pw\n"), 0o400); err != nil {
		t.Fatal(err)
	}
	return exec.CommandContext(t.Context(), "mariadb-dump", "--defaults-file="+file, "--protocol=TCP", "--host=127.0.0.1", "--port="+strconv.Itoa(port),
		"--ssl", "--skip-ssl-verify-server-cert", "--skip-dump-date", "--", "guarded").CombinedOutput()
}

func prepareGuarded(t *testing.T, server *dbtest.Server) {
	t.Helper()
	server.Exec(t, "CREATE OR REPLACE DATABASE guarded", "CREATE TABLE guarded.t (id INT PRIMARY KEY)")
	server.Account(t, "guarded", "pw", "ALL ON guarded.*")
}

func guard(t *testing.T, address string) *client.Guard {
	t.Helper()
	g, err := client.StartGuard(t.Context(), address, servererror.Origin{Engine: "MariaDB", Address: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	return g
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func TestTheGuardLetsTLSPass(t *testing.T) {
	server := dbtest.Get(t)
	prepareGuarded(t, server)
	g := guard(t, address(server.Port))
	output, err := dumpThrough(t, g.Port())
	if err != nil || !bytes.Contains(output, []byte("-- Dump completed")) {
		t.Errorf("%v\n%s", err, output)
	}
	if g.Failure() != nil {
		t.Errorf("the guard complains: %v", g.Failure())
	}
}

// This is why there is a guard. If a newer client refuses by itself, this test says so.
func TestTheClientAloneGoesOnInTheClear(t *testing.T) {
	server := dbtest.Start(t, dbtest.Options{WithoutTLS: true})
	prepareGuarded(t, server)
	output, err := dumpThrough(t, server.Port)
	if err != nil || !bytes.Contains(output, []byte("-- Dump completed")) {
		t.Errorf("the client refuses a server without TLS: %v\n%s", err, output)
	}
}

func TestTheGuardStopsTheClientBeforeItSpeaksInTheClear(t *testing.T) {
	plain := dbtest.Start(t, dbtest.Options{WithoutTLS: true})
	prepareGuarded(t, plain)
	withTLS := dbtest.Get(t)
	prepareGuarded(t, withTLS)
	for name, upstream := range map[string]func(t *testing.T) (port int, spoken func() []byte){
		"a server without TLS": func(t *testing.T) (int, func() []byte) { return wiretap(t, plain.Port, nil) },
		// The server has TLS, and somebody in between takes the offer out of its greeting.
		"a greeting that was changed": func(t *testing.T) (int, func() []byte) { return wiretap(t, withTLS.Port, withoutOffer) },
	} {
		t.Run(name, func(t *testing.T) {
			port, spoken := upstream(t)
			g := guard(t, address(port))
			if output, err := dumpThrough(t, g.Port()); err == nil {
				t.Errorf("the client went on:\n%s", output)
			}
			failure, ok := errors.AsType[*result.Error](g.Failure())
			if !ok || failure.Reason != contract.TLSUnavailable {
				t.Errorf("the guard says %v", g.Failure())
			}
			if said := spoken(); len(said) > 0 {
				t.Errorf("the client said %q in the clear", said)
			}
		})
	}
}

// A client that does not ask for TLS is not let through, even if the server offers it.
func TestTheGuardStopsAClientThatDoesNotAsk(t *testing.T) {
	server := dbtest.Get(t)
	prepareGuarded(t, server)
	port, spoken := wiretap(t, server.Port, nil)
	g := guard(t, address(port))
	connection, err := net.Dial("tcp", address(g.Port()))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	greeting := make([]byte, 1024)
	if _, err := connection.Read(greeting); err != nil {
		t.Fatal(err)
	}
	login := append([]byte{40, 0, 0, 1, 0x85, 0xa6, 0xff, 0x01}, bytes.Repeat([]byte("x"), 36)...)
	if _, err := connection.Write(login); err != nil {
		t.Fatal(err)
	}
	if rest, _ := io.ReadAll(connection); len(rest) > 0 {
		t.Errorf("the server answered %q", rest)
	}
	if g.Failure() == nil {
		t.Error("the guard says nothing")
	}
	if said := spoken(); len(said) > 0 {
		t.Errorf("the client's %q reached the server", said)
	}
}

// withoutOffer clears CLIENT_SSL in a greeting.
func withoutOffer(greeting []byte) {
	end := 5 + bytes.IndexByte(greeting[5:], 0)
	greeting[end+1+4+8+1+1] &^= 0x08
}

// wiretap relays to a port, changes the first packet from there, and records what is said to it.
func wiretap(t *testing.T, port int, change func([]byte)) (tapped int, spoken func() []byte) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		defer connection.Close()
		server, err := net.Dial("tcp", address(port))
		if err != nil {
			return
		}
		defer server.Close()
		stop := context.AfterFunc(t.Context(), func() { _ = server.Close(); _ = connection.Close() })
		defer stop()
		greeting := make([]byte, 4096)
		n, err := server.Read(greeting)
		if err != nil {
			return
		}
		if change != nil {
			change(greeting[:n])
		}
		_, _ = connection.Write(greeting[:n])
		go func() { _, _ = io.Copy(connection, server) }()
		_, _ = io.Copy(io.MultiWriter(server, &said), connection)
	}()
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().(*net.TCPAddr).Port, func() []byte {
		_ = listener.Close()
		<-ended
		return said.Bytes()
	}
}
