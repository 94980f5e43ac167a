package mattermost

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/mattermosttest"
)

const (
	workspace = "acme"
	// testPage is small, so that few posts fill some.
	testPage = 20
	testPing = time.Second
)

// world is a private channel of a real server, with alice, bob and the bot in it.
type world struct {
	*mattermosttest.Server
	alice, bob, bot *mattermosttest.Person
	team            *model.Team
	channel         *model.Channel
	tokenFile       string
	front           *front
	link            *mattermosttest.Proxy
}

func newWorld(t *testing.T, s *mattermosttest.Server) *world {
	t.Helper()
	w := &world{Server: s, alice: s.User(t, "alice"), bob: s.User(t, "bob"), bot: s.Bot(t, "volcado"), team: s.Team(t, "shop")}
	w.channel = s.Channel(t, w.team, model.ChannelTypePrivate, "dumps", w.alice, w.bob, w.bot)
	w.tokenFile = filepath.Join(t.TempDir(), "token")
	w.writeToken(t)
	w.link = s.Proxy(t)
	w.front = newFront(t, w.link.URL)
	return w
}

func (w *world) writeToken(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(w.tokenFile, []byte(w.bot.Token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// service is another driver of the server, as in another process.
func (w *world) service(t *testing.T) *Service {
	t.Helper()
	made, err := New(Config{URL: w.front.URL, Workspace: workspace, TokenFile: w.tokenFile})
	if err != nil {
		t.Fatal(err)
	}
	s := made.(*Service)
	s.pageSize, s.pingEvery = testPage, testPing
	return s
}

func (w *world) mention() string { return "@" + w.bot.Name + " " }

// front is a proxy before the server, as companies have them, that does what it is told to the next post or edit.
type front struct {
	*httptest.Server
	mu   sync.Mutex
	next func(http.ResponseWriter, *http.Request)
	// broken begins the paths that the server has trouble with. It is empty where it has none.
	broken string
}

func newFront(t *testing.T, to string) *front {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	onward := httputil.NewSingleHostReverseProxy(target)
	onward.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	f := &front{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.breaks(r.URL.Path) {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		speaks := r.Method == http.MethodPost && r.URL.Path == "/api/v4/posts" || r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/patch")
		if next := f.take(); speaks && next != nil {
			next(w, r)
			return
		} else if next != nil {
			f.set(next)
		}
		onward.ServeHTTP(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *front) take() func(http.ResponseWriter, *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := f.next
	f.next = nil
	return next
}

func (f *front) set(next func(http.ResponseWriter, *http.Request)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next = next
}

// breakAt makes the server have trouble with what begins so, or with nothing.
func (f *front) breakAt(path string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken = path
}

func (f *front) breaks(path string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.broken != "" && strings.HasPrefix(path, f.broken)
}

func (f *front) loseBefore() {
	f.set(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
}

func (f *front) loseAfter(t *testing.T, to string) {
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	onward := httputil.NewSingleHostReverseProxy(target)
	f.set(func(_ http.ResponseWriter, r *http.Request) {
		onward.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	})
}

// throttle as Mattermost does it: its answer is no JSON.
func (f *front) throttle(d time.Duration) {
	f.set(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", strconv.Itoa(int(d/time.Second)))
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte("limit exceeded\n"))
	})
}

// observer is a person who has Mattermost open.
type observer struct {
	mu       sync.Mutex
	person   string
	seen     []sighting
	notified int
}

type sighting struct {
	channel, thread, text string
	effects               []string
}

// observe what the bot says to a person.
func (w *world) observe(t *testing.T, person *mattermosttest.Person) *observer {
	t.Helper()
	socket, err := model.NewWebSocketClient4("ws"+strings.TrimPrefix(w.URL, "http"), person.Token)
	if err != nil {
		t.Fatal(err)
	}
	o := &observer{person: person.ID}
	socket.Listen()
	t.Cleanup(socket.Close)
	hello := make(chan struct{})
	greet := sync.OnceFunc(func() { close(hello) })
	go func() {
		for range socket.ResponseChannel {
			continue
		}
	}()
	go func() {
		for event := range socket.EventChannel {
			if event.EventType() == model.WebsocketEventHello {
				greet()
			}
			o.event(event, w.bot.ID)
		}
	}()
	select {
	case <-hello:
	case <-time.After(time.Minute):
		t.Fatal("the observer is not connected")
	}
	return o
}

func (o *observer) event(event *model.WebSocketEvent, bot string) {
	if event.EventType() != model.WebsocketEventPosted && event.EventType() != model.WebsocketEventPostEdited {
		return
	}
	post := &model.Post{}
	text, _ := event.GetData()["post"].(string)
	if json.Unmarshal([]byte(text), post) != nil || post.UserId != bot || post.Type != "" {
		return
	}
	read, effects := readAs(post.Message)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen = append(o.seen, sighting{post.ChannelId, post.RootId, read, effects})
	var mentions []string
	list, _ := event.GetData()["mentions"].(string)
	_ = json.Unmarshal([]byte(list), &mentions)
	if event.EventType() == model.WebsocketEventPosted && slices.Contains(mentions, o.person) {
		o.notified++
	}
}

// shown in a thread, or in all of them.
func (o *observer) shown(thread string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var b strings.Builder
	for _, s := range o.seen {
		if thread == "" || s.thread == thread {
			b.WriteString(s.text + "\n")
		}
	}
	return b.String()
}

func (o *observer) effects() (all []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.seen {
		all = append(all, s.effects...)
	}
	return all
}

func (o *observer) notifications() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.notified
}

// collected serves until the test ends, and gives what arrives.
func collected(t *testing.T, s *Service, since time.Time) <-chan chat.Message {
	t.Helper()
	arrived := make(chan chat.Message, 10_000)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Listen(ctx, since, func(_ context.Context, m chat.Message) (chat.Answer, error) {
			arrived <- m
			return chat.Answer{}, nil
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Listen: %v", err)
		}
	})
	eventually(t, "it is connected", func() bool { return s.Health().Connected })
	return arrived
}

func next(t *testing.T, arrived <-chan chat.Message) chat.Message {
	t.Helper()
	select {
	case m := <-arrived:
		return m
	case <-time.After(time.Minute):
		t.Fatal("no message arrived")
		return chat.Message{}
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	timeout := time.After(time.Minute)
	for !holds() {
		select {
		case <-timeout:
			t.Fatalf("not in a minute: %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
