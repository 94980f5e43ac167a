package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/internal/mattermosttest"
)

func TestMain(m *testing.M) { mattermosttest.Main(m) }

// patience is far more than anything here takes.
const patience = time.Minute

// company is the demo's, on a server of the tests'.
type company struct {
	*Server
	t *testing.T
	// channel is the id of the private one.
	channel   string
	bot       *Person
	tokenFile string
}

// acme is set up for each test, on one server. The bot gets a new token each time.
func acme(t *testing.T) *company {
	t.Helper()
	passwords := map[string]string{adminName: mattermosttest.Password, memberName: "alice's password", otherName: "mallory's password"}
	c := &company{t: t, tokenFile: filepath.Join(t.TempDir(), "token"), Server: &Server{
		url: mattermosttest.Get(t).URL, transport: http.DefaultTransport, passwords: passwords,
	}}
	c.setUp()
	return c
}

func (c *company) setUp() {
	c.t.Helper()
	var err error
	if c.channel, err = setUp(c.t.Context(), c.Server, c.tokenFile); err != nil {
		c.t.Fatal(err)
	}
	c.bot = &Person{Client4: c.client(), Name: botName}
	token, err := os.ReadFile(c.tokenFile)
	if err != nil {
		c.t.Fatal(err)
	}
	c.bot.SetToken(string(token))
	me, _, err := c.bot.GetMe(c.t.Context(), "")
	if err != nil {
		c.t.Fatalf("the token in the file: %v", err)
	}
	c.bot.ID = me.Id
}

// heard waits for a person's post, as the bot does.
func (c *company) heard(channelID, text string) *model.Post {
	c.t.Helper()
	var found *model.Post
	c.eventually("the bot sees "+text, func() bool {
		list, _, err := c.bot.GetPostsForChannel(c.t.Context(), channelID, 0, 20, "", false, false)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, id := range list.Order {
			if list.Posts[id].Message == text && found == nil {
				found = list.Posts[id]
			}
		}
		return found != nil
	})
	return found
}

// post is what a person sees of one of the bot's.
func post(channel, root, text string) said {
	return said{Post: &model.Post{Id: model.NewId(), ChannelId: channel, RootId: root, Message: text}, from: botName}
}

// says something in the thread of a post; without one, in the channel.
func (c *company) says(channelID string, to *model.Post, text string) *model.Post {
	c.t.Helper()
	post := &model.Post{ChannelId: channelID, Message: text}
	if to != nil {
		post.RootId = to.Id
	}
	made, _, err := c.bot.CreatePost(c.t.Context(), post)
	if err != nil {
		c.t.Fatal(err)
	}
	return made
}

func (c *company) edits(post *model.Post, text string) {
	c.t.Helper()
	if _, _, err := c.bot.PatchPost(c.t.Context(), post.Id, &model.PostPatch{Message: &text}); err != nil {
		c.t.Fatal(err)
	}
}

// direct is the id of the bot's direct messages with somebody.
func (c *company) direct(name string) string {
	c.t.Helper()
	user, _, err := c.bot.GetUserByUsername(c.t.Context(), name, "")
	if err != nil {
		c.t.Fatal(err)
	}
	channel, _, err := c.bot.CreateDirectChannel(c.t.Context(), c.bot.ID, user.Id)
	if err != nil {
		c.t.Fatal(err)
	}
	return channel.Id
}

func (c *company) eventually(what string, condition func() bool) {
	c.t.Helper()
	deadline, tick := time.After(patience), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-deadline:
			c.t.Fatalf("not after %s: %s", patience, what)
		case <-tick.C:
		}
	}
}

// screen is what was printed so far.
type screen struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// shows waits until something was printed.
func (c *company) shows(s *screen, text string) {
	c.t.Helper()
	c.eventually("it prints "+text, func() bool { return strings.Contains(s.String(), text) })
}

// asking is ask, while the bot answers.
type asking struct {
	screen
	code int
	err  error
	over chan struct{}
}

func (c *company) ask(user, channel, text string) *asking {
	a := &asking{over: make(chan struct{})}
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	go func() {
		defer close(a.over)
		defer cancel()
		a.code, a.err = ask(ctx, c.Server, user, channel, text, &a.screen)
	}()
	return a
}
