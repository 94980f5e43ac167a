// Package slacktest plays Slack for tests: a workspace with people, channels and an installed app, of which the Web API and Socket
// Mode are served on loopback as Slack documents them. It refuses what Slack refuses, and what Slack would pass over in silence
// where that hides a mistake, such as an argument that no method has.
//
//	s := slacktest.New(t)
//	alice := s.User("alice")
//	dumps := s.Channel("dumps", slacktest.Public, alice, s.Bot)
//	// Point a client with s.BotToken() and s.AppToken() at s.URL().
//	alice.Post(dumps, "", "@volcado dump shop")
//	alice.Shown()
//
// The server goes by a clock of its own, which runs as the real one does and can be moved forward with Advance.
package slacktest

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// AppID of the app that is installed.
const AppID = "A0VOLCADO1"

// Server is a workspace with one app installed. All its methods can be called from any goroutine.
type Server struct {
	// Bot is the app's bot user.
	Bot *User
	// BotID of the app's bot, B…, which is not the id of its user.
	BotID string
	// Team is the id of the workspace, T….
	Team string
	// Domain of the workspace.
	Domain string

	told     func(problem string)
	listener *listener
	serving  *http.Server
	began    time.Time
	stop     func()

	mu       sync.Mutex
	clock    clock
	ids      int
	lastTS   int64
	tokens   tokens
	settings settings
	used     map[string]bool
	users    []*User
	channels []*Channel
	groups   []*Group
	messages map[string]*message
	views    []*view
	triggers map[string]*trigger
	links    map[string]*responseURL
	faults   []*fault
	calls    []Call
	rates    rateBook
	sockets  sockets
	over     bool
}

// settings are what a test can change of how the workspace and the app are set up.
type settings struct {
	scopes   []string
	events   map[string]bool
	commands map[string]bool
	rates    Rates
	// Of a page at most; 0: as many as were asked for.
	page int
	// After which own messages cannot be edited; 0: never.
	editWindow time.Duration
	// The stricter of what Slack documents in two ways.
	metadataScope, repliesUserOnly bool
	// What Slack does, by some who have seen it, with a reply to what was deleted.
	unthreads bool
}

// New starts a server for a test, which ends with it, and fails when it asks for what cannot be. The server is as Start makes it.
func New(t testing.TB) *Server {
	t.Helper()
	s, err := Start(func(problem string) { t.Errorf("%s", problem) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.End)
	return s
}

// Start starts a server outside of a test, such as for a benchmark, which serves until End. The app is called volcado, has every scope
// of AllScopes, is subscribed to DefaultEvents, has the slash command /volcado, and is in no channel. wrong is told, in any goroutine
// and with the server's lock held, when something is asked for that cannot be, such as that somebody writes in a channel without being
// there.
func Start(wrong func(problem string)) (*Server, error) {
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("slacktest: %w", err)
	}
	s := &Server{
		Team: "T0WORKSPC1", Domain: "example", BotID: "B0VOLCADO1", told: wrong, began: time.Now(),
		messages: map[string]*message{}, triggers: map[string]*trigger{}, links: map[string]*responseURL{}, used: map[string]bool{},
		settings: settings{scopes: AllScopes(), commands: map[string]bool{"/volcado": true}, events: map[string]bool{}},
	}
	for _, name := range DefaultEvents() {
		s.settings.events[name] = true
	}
	s.tokens.renew()
	s.rates.init()
	s.sockets.init()
	s.Bot = s.User("volcado", AsBot())
	s.listener = &listener{Listener: plain, open: map[net.Conn]bool{}}
	s.serving = &http.Server{Handler: s.routes(), ReadHeaderTimeout: time.Minute}
	go func() { _ = s.serving.Serve(s.listener) }()
	stop := make(chan struct{})
	s.stop = sync.OnceFunc(func() { close(stop) })
	go s.tick(stop)
	return s, nil
}

// End the server: connections are reset, and no more are taken. What was recorded can be read as before.
func (s *Server) End() {
	s.stop()
	s.mu.Lock()
	s.over = true
	s.sockets.closeAll()
	s.mu.Unlock()
	_ = s.serving.Close()
	s.listener.cut()
}

// URL of the Web API, with a trailing slash.
func (s *Server) URL() string { return s.base() + "/api/" }

func (s *Server) base() string { return "http://" + s.listener.Addr().String() }

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("/link/", s.serveLink)
	mux.HandleFunc("/commands/", s.serveResponseURL)
	mux.HandleFunc("/actions/", s.serveResponseURL)
	return mux
}

// id makes an id that no other thing of the server has. The caller holds the lock.
func (s *Server) id(kind string) string {
	s.ids++
	return fmt.Sprintf("%s0%08X", kind, 0xA1000+s.ids)
}

// secret makes a long id of letters and digits. The caller holds the lock.
func (s *Server) secret() string {
	return strings.ToLower(s.id("x")) + fmt.Sprintf("%016x", time.Now().UnixNano())
}

// wrong tells the test that it asks for what cannot be.
func (s *Server) wrong(format string, args ...any) {
	s.told("slacktest: " + fmt.Sprintf(format, args...))
}
