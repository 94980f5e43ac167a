package mattermosttest

import (
	"syscall"
	"testing"
)

// Stop the server as its administrator would. Nobody listens at URL then.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	s.mattermost.end(syscall.SIGTERM)
	s.mattermost = nil
	s.setTarget("")
	s.front.Cut()
}

// StartAgain a server that was stopped, with the data that it had, and wait until it answers.
func (s *Server) StartAgain(t testing.TB) {
	t.Helper()
	if err := s.startMattermost(); err != nil {
		t.Fatal(err)
	}
}

// Restart the server.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.Stop(t)
	s.StartAgain(t)
}

// StopDatabase takes the server's database away. The server stays, and does not say what it lacks: a token that it does not
// remember is refused as a revoked one is (401), a post as one to an unknown channel (400).
func (s *Server) StopDatabase(t testing.TB) {
	t.Helper()
	// SIGINT: whoever is connected is thrown out.
	s.postgres.end(syscall.SIGINT)
	s.postgres = nil
}

// StartDatabase gives it back, with the data that it had.
func (s *Server) StartDatabase(t testing.TB) {
	t.Helper()
	if err := s.startDatabase(); err != nil {
		t.Fatal(err)
	}
}

// Proxy in front of the server, for one test: what uses its URL can be cut off while the test itself goes on using the server's.
func (s *Server) Proxy(t testing.TB) *Proxy {
	t.Helper()
	proxy, err := newProxy(s.target)
	if err == nil {
		err = proxy.Restore()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.close)
	return proxy
}
