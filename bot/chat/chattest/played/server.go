package played

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// Options of a server. The zero value serves.
type Options struct {
	// Workspace of the service; acme where it is empty.
	Workspace string
	// Token that the bot shows; one is made where it is empty.
	Token string
	// Epoch is the beginning of every message's id; one that nobody has used is made where it is empty.
	Epoch string
	// Now is the service's clock: time.Now where it is nil. Waiting for an answer takes real time all the same.
	Now func() time.Time
	// Page is how many messages a page of history has: 50 where it is 0.
	Page int
	// EditWindow is for how long a post can be edited; 0 is for ever.
	EditWindow time.Duration
	// Redeliver are the pauses after which an event that was not acknowledged is delivered again: where it is nil after
	// 3 s, after another minute, and after another five.
	Redeliver []time.Duration
	// Limits that the service tells the bot and holds it to. Where Longest is 0, it is 4,000. Actions, Forms and Ephemeral
	// are always there.
	Limits chat.Limits
	// CannotFind: the service says that its history cannot be relied on. Finds of Limits is not looked at.
	CannotFind bool
}

// BotID is the bot's user id, and BotName what people call it.
const (
	BotID   = "UBOT"
	BotName = "volcado"
)

// Server is the service. All its methods can be called at any time.
type Server struct {
	options   Options
	url       string
	tokenFile string
	closed    chan struct{}

	mu          sync.Mutex
	token       string
	sequence    int
	users       map[string]*User
	channels    map[string]*Channel
	messages    []*Post // in the order of writing
	byID        map[string]*Post
	byKey       map[string][]*Post
	byChannel   map[string][]*Post
	forms       []*Form
	formUsers   map[string]string
	whispers    []whisper
	screen      []shown // everything that was shown, in order
	connections map[string]*connection
	pending     map[string]*delivery
	due         []*delivery
	acks        map[string]time.Time
	edits       []time.Time // of the last minute
	out         bool
	faults      []*fault
	interfere   func(Call) Verdict
	chaos       Chaos
	random      *rand.Rand
	counts      map[Op]int
}

// whisper is what one person was shown in an acknowledgement.
type whisper struct{ user, text string }

// NewServer makes a server without people or channels.
func NewServer(o Options) *Server {
	if o.Workspace == "" {
		o.Workspace = "acme"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Token == "" {
		o.Token = fmt.Sprintf("token-%x", rand.Uint64())
	}
	if o.Epoch == "" {
		o.Epoch = fmt.Sprintf("%x", rand.Uint64())
	}
	if o.Page == 0 {
		o.Page = 50
	}
	if o.Redeliver == nil {
		o.Redeliver = []time.Duration{3 * time.Second, time.Minute, 5 * time.Minute}
	}
	if o.Limits.Longest == 0 {
		o.Limits.Longest = 4000
	}
	return &Server{
		options: o, token: o.Token, closed: make(chan struct{}),
		users: map[string]*User{BotID: {ID: BotID, Name: BotName, Bot: true}}, channels: map[string]*Channel{},
		byID: map[string]*Post{}, byKey: map[string][]*Post{}, byChannel: map[string][]*Post{}, formUsers: map[string]string{},
		connections: map[string]*connection{}, pending: map[string]*delivery{}, acks: map[string]time.Time{},
		random: rand.New(rand.NewPCG(0, 0)), counts: map[Op]int{},
	}
}

// Start serves a new server on loopback until the test ends, with its token in a file.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s := NewServer(o)
	s.tokenFile = filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(s.tokenFile, []byte(s.token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	served := httptest.NewServer(s)
	s.url = served.URL
	t.Cleanup(func() {
		// A call that waits, or is held, would keep the server from closing.
		close(s.closed)
		served.CloseClientConnections()
		served.Close()
	})
	return s
}

// Config for a driver of a server that Start made.
func (s *Server) Config() Config {
	return Config{URL: s.url, Workspace: s.options.Workspace, TokenFile: s.tokenFile}
}

// RotateToken makes another token the only one that counts. It is written into the file where inFile is set; else the bot
// is locked out.
func (s *Server) RotateToken(t testing.TB, inFile bool) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = fmt.Sprintf("token-%x", rand.Uint64())
	s.cut()
	if !inFile {
		return
	}
	// As a mounted Secret changes: at once.
	next := s.tokenFile + ".next"
	if err := os.WriteFile(next, []byte(s.token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, s.tokenFile); err != nil {
		t.Fatal(err)
	}
}

// RestoreToken writes the token that counts into the file.
func (s *Server) RestoreToken(t testing.TB) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.WriteFile(s.tokenFile, []byte(s.token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// longestRequest that the server reads, in bytes.
const longestRequest = 1 << 20

// ServeHTTP serves the bot.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op := Op(strings.TrimPrefix(r.URL.Path, "/api/"))
	run, known := operations[op]
	if !known || r.Method != http.MethodPost {
		http.NotFound(w, r)
		return
	}
	s.mu.Lock()
	s.counts[op]++
	out, authorised := s.out, r.Header.Get("Authorization") == "Bearer "+s.token
	s.mu.Unlock()
	if out {
		panic(http.ErrAbortHandler) // the connection ends without an answer
	}
	if !authorised {
		answer(w, nil, &problem{Status: http.StatusUnauthorized, Code: codeUnauthorised})
		return
	}
	var asked request
	data, err := io.ReadAll(io.LimitReader(r.Body, longestRequest))
	if err == nil {
		err = json.Unmarshal(data, &asked)
	}
	if err != nil {
		answer(w, nil, &problem{Status: http.StatusBadRequest, Code: codeUnintelligible})
		return
	}
	verdict := s.judge(Call{Op: op, Channel: asked.Channel, Thread: asked.Thread, Post: asked.Post, Key: asked.Key, Text: asked.Text})
	if !verdict.before(s.closed) {
		panic(http.ErrAbortHandler)
	}
	if verdict.problem != nil {
		answer(w, nil, verdict.problem)
		return
	}
	given, refused := run(s, r, asked)
	if verdict.loseAfter {
		panic(http.ErrAbortHandler)
	}
	answer(w, given, refused)
}

func answer(w http.ResponseWriter, given *response, refused *problem) {
	w.Header().Set("Content-Type", "application/json")
	var body any = given
	if refused != nil {
		w.WriteHeader(refused.Status)
		body = refused
	}
	_ = json.NewEncoder(w).Encode(body) // whoever asked may have gone
}

// operations are the calls there are.
var operations = map[Op]func(*Server, *http.Request, request) (*response, *problem){
	OpHello:   (*Server).hello,
	OpConnect: (*Server).connect,
	OpEvents:  (*Server).events,
	OpAck:     (*Server).ack,
	OpPost:    (*Server).post,
	OpEdit:    (*Server).edit,
	OpDirect:  (*Server).direct,
	OpChannel: (*Server).channel,
	OpUser:    (*Server).user,
	OpHistory: (*Server).history,
}

func (s *Server) hello(*http.Request, request) (*response, *problem) {
	l := s.options.Limits
	return &response{Workspace: s.options.Workspace, Bot: BotID, Limits: &wireLimits{
		EditEvery: l.EditEvery.Milliseconds(), EditsPerMinute: l.EditsPerMinute, Longest: l.Longest, Finds: !s.options.CannotFind,
	}}, nil
}

func notFound(code string) *problem { return &problem{Status: http.StatusNotFound, Code: code} }

func forbidden(code string) *problem { return &problem{Status: http.StatusForbidden, Code: code} }
