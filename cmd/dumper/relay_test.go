package main_test

import (
	"io"
	"net"
	"strconv"
	"sync"
	"testing"

	"github.com/volcado-io/volcado/internal/dbtest"
)

// relay stands between the dumper and a database server. It counts what the server sends, and holds the stream when so many
// bytes have passed.
type relay struct {
	port int
	// reached is closed when the stream is held, and goOn lets it go on.
	reached, goOn chan struct{}

	mutex  sync.Mutex
	passed int64
	holdAt int64
}

// startRelay to a server. It holds the stream at an offset, or never if that is 0.
func startRelay(t *testing.T, server *dbtest.Server, holdAt int64) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{port: listener.Addr().(*net.TCPAddr).Port, reached: make(chan struct{}), goOn: make(chan struct{}), holdAt: holdAt}
	t.Cleanup(func() { _ = listener.Close() })
	target := net.JoinHostPort("127.0.0.1", strconv.Itoa(server.Port))
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go r.pass(client, target)
		}
	}()
	return r
}

func (r *relay) pass(client net.Conn, target string) {
	defer client.Close()
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	}()
	_, _ = io.Copy(client, io.TeeReader(server, r))
}

// Write counts what is about to be passed on, and returns when it can be.
func (r *relay) Write(p []byte) (int, error) {
	r.mutex.Lock()
	before := r.passed
	r.passed += int64(len(p))
	held := r.holdAt > 0 && before < r.holdAt && r.passed >= r.holdAt
	r.mutex.Unlock()
	if held {
		close(r.reached)
		<-r.goOn
	}
	return len(p), nil
}

// total of what the server has sent.
func (r *relay) total() int64 {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.passed
}
