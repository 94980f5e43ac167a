// Package mattermosttest gives tests a real Mattermost server of their own, with its PostgreSQL: data in a temporary folder,
// on loopback, without a licence and without a web client.
//
//	func TestMain(m *testing.M) { mattermosttest.Main(m) }
//
//	func TestSomething(t *testing.T) {
//		server := mattermosttest.Get(t)
//		team, alice := server.Team(t, "shop"), server.User(t, "alice")
//		channel := server.Channel(t, team, model.ChannelTypePrivate, "dumps", alice)
//		server.Post(t, alice, channel.Id, "good morning")
//	}
//
// The server is Mattermost 9.10, the client that of the product, so that what tests see is what the product sees.
package mattermosttest

import (
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

// Server is a running Mattermost.
type Server struct {
	// URL of the server. It stays the same when the server is restarted, and nobody listens there while it is down.
	URL string
	// Admin is a system administrator, who is in no team.
	Admin *Person
	// Folder of all that the server has; removed at the end.
	Folder string

	options  Options
	programs programs
	// Whose PostgreSQL is; nil: the same as ours.
	credential *syscall.Credential
	front      *Proxy

	mu sync.Mutex
	// Where Mattermost listens; empty while it is down.
	address string
	// What runs; nil while it is down.
	mattermost, postgres *process
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
	End()
}

// End what Get started, for a package whose TestMain is its own.
func End() {
	if shared.server != nil {
		shared.server.end()
	}
}

// Get the server that the package's tests share; it is started for the first that asks. Tests that run side by side on it make
// teams, channels and people of their own, and do not stop it.
func Get(t testing.TB) *Server {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if !shared.tried {
		shared.tried = true
		shared.server, shared.err = start(Options{})
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	shared.server.showLog(t)
	return shared.server
}

// Start a server for one test. It takes a few seconds.
func Start(t testing.TB, options Options) *Server {
	t.Helper()
	server, err := start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.end)
	server.showLog(t)
	return server
}

func start(options Options) (*Server, error) {
	found, err := findPrograms()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "mattermosttest-")
	if err != nil {
		return nil, err
	}
	s := &Server{Folder: folder, options: options, programs: found}
	if err := s.launch(); err != nil {
		s.end()
		return nil, err
	}
	return s, nil
}

func (s *Server) launch() error {
	front, err := newProxy(s.target)
	if err != nil {
		return err
	}
	s.front, s.URL = front, front.URL
	if err := s.initDatabase(); err != nil {
		return err
	}
	if err := s.startDatabase(); err != nil {
		return err
	}
	if err := s.writeConfig(); err != nil {
		return err
	}
	if err := s.startMattermost(); err != nil {
		return err
	}
	if err := s.makeAdmin(); err != nil {
		return err
	}
	return s.limitEdits()
}

// makeAdmin works because the first account of a server is its administrator's.
func (s *Server) makeAdmin() error {
	client := s.client()
	user, err := signUp(client, client, "admin")
	if err != nil {
		return err
	}
	s.Admin = &Person{ID: user.Id, Name: user.Username, Token: client.AuthToken, Client: client}
	return nil
}

// client of nobody yet.
func (s *Server) client() *model.Client4 {
	client := model.NewAPIv4Client(s.URL)
	client.HTTPClient.Transport = patient{}
	return client
}

func (s *Server) end() {
	if s.front != nil {
		s.front.close()
	}
	s.mattermost.end(syscall.SIGKILL)
	// Killed, it would leave shared memory behind.
	s.postgres.end(syscall.SIGQUIT)
	_ = os.RemoveAll(s.Folder)
}

func (s *Server) file(name string) string { return filepath.Join(s.Folder, name) }
