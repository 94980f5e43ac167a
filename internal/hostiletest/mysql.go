// Package hostiletest has a MySQL server and an S3 server for tests, every answer of which can be wrong. Their own answers are
// right, so that each test is wrong in one place.
package hostiletest

import (
	"bytes"
	"crypto/tls"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volcado-io/volcado/internal/certtest"
)

// Version that the server gives, as a MariaDB and as a MySQL.
const (
	Version      = "10.11.14-MariaDB"
	mysqlVersion = "9.7.0"
)

// MySQL answers on loopback like a server with the database shop and its table orders, as far as a preflight asks.
type MySQL struct {
	Port int
	// Authority of its certificate, which names localhost and 127.0.0.1; nil without TLS.
	Authority *certtest.Authority

	listener net.Listener
	tls      *tls.Config
	ways     Ways
	done     sync.WaitGroup

	mu    sync.Mutex
	open  map[net.Conn]bool
	ended bool
	heard bytes.Buffer
}

// Ways to be wrong. Each gets the connection at its moment and returns true if it answered.
type Ways struct {
	// TLS offers it; Stranger with a certificate of an authority that nobody knows.
	TLS, Stranger bool
	// MySQL, and not a MariaDB.
	MySQL bool
	// Greet in place of the greeting.
	Greet func(*Conn) bool
	// Login in place of accepting whoever logs in. The login was read.
	Login func(*Conn) bool
	// Query in place of the answer to a query.
	Query func(c *Conn, query string) bool
}

// StartMySQL for one test.
func StartMySQL(t testing.TB, ways Ways) *MySQL {
	t.Helper()
	s := &MySQL{ways: ways, open: map[net.Conn]bool{}}
	if ways.TLS {
		s.Authority, s.tls = certified(t)
		if ways.Stranger {
			_, s.tls = certified(t)
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.listener, s.Port = listener, listener.Addr().(*net.TCPAddr).Port
	s.done.Go(s.accept)
	t.Cleanup(s.stop)
	return s
}

// certified makes an authority, and a configuration with a certificate of it for localhost and 127.0.0.1.
func certified(t testing.TB) (*certtest.Authority, *tls.Config) {
	t.Helper()
	authority, err := certtest.NewAuthority(t.TempDir(), "hostile-authority")
	if err != nil {
		t.Fatal(err)
	}
	certificate, key, err := authority.Issue("hostile", "localhost", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	return authority, &tls.Config{Certificates: []tls.Certificate{pair}}
}

// Heard reports whether the server was told the text, outside or inside TLS. It waits for what is on its way on connections
// that whoever connected has closed.
func (s *MySQL) Heard(text string) bool {
	const patience, pause = 10 * time.Second, 2 * time.Millisecond
	for began := time.Now(); s.connected() && time.Since(began) < patience; {
		<-time.After(pause)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(s.heard.String(), text)
}

func (s *MySQL) connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open) > 0
}

func (s *MySQL) hear(p []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard.Write(p)
}

func (s *MySQL) accept() {
	for {
		connection, err := s.listener.Accept()
		if err != nil {
			return
		}
		if !s.keep(connection) {
			return
		}
		s.done.Go(func() {
			defer s.drop(connection)
			(&Conn{Conn: connection, server: s}).serve()
		})
	}
}

func (s *MySQL) keep(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		_ = c.Close()
		return false
	}
	s.open[c] = true
	return true
}

func (s *MySQL) drop(c net.Conn) {
	_ = c.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
}

func (s *MySQL) stop() {
	_ = s.listener.Close()
	s.mu.Lock()
	s.ended = true
	for c := range s.open {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.done.Wait()
}
