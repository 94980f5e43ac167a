package slack

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/slacktest"
)

const (
	// testPage is small, so that few messages fill some.
	testPage = 20
	// testToken is how often the token is tried.
	testToken = 200 * time.Millisecond
	// testPace is a time between posts that no test waits for.
	testPace = time.Millisecond
)

// world is a private channel of a played workspace, with alice, bob and the bot in it.
type world struct {
	*slacktest.Server
	alice, bob       *slacktest.User
	channel          *slacktest.Channel
	botFile, appFile string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	s := slacktest.New(t)
	s.SetPage(testPage)
	app := readManifest(t)
	s.SetScopes(app.OAuth.Scopes.Bot...)
	s.SetEvents(app.Settings.Events.Bot...)
	w := &world{Server: s, alice: s.User("alice"), bob: s.User("bob")}
	w.channel = s.Channel("dumps", slacktest.Private, w.alice, w.bob, s.Bot)
	w.botFile, w.appFile = filepath.Join(t.TempDir(), "bot"), filepath.Join(t.TempDir(), "app")
	w.writeTokens(t)
	return w
}

func (w *world) writeTokens(t *testing.T) {
	t.Helper()
	for path, token := range map[string]string{w.botFile: w.BotToken(), w.appFile: w.AppToken()} {
		if err := os.WriteFile(path, []byte(token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// service is another driver of the workspace, as in another process.
func (w *world) service(t *testing.T) *Service {
	t.Helper()
	made, err := New(Config{Workspace: w.Team, BotTokenFile: w.botFile, AppTokenFile: w.appFile, APIURL: w.URL()})
	if err != nil {
		t.Fatal(err)
	}
	s := made.(*Service)
	s.pageSize, s.tokenEvery, s.pace.every = testPage, testToken, testPace
	s.places.quiet, s.places.busy, s.found.keep = 0, 0, 0 // in a test everything happens within seconds
	return s
}

func (w *world) place(c *slacktest.Channel, kind chat.Kind) chat.Place {
	return chat.Place{Platform: Platform, Workspace: w.Team, Channel: c.ID, Kind: kind}
}

// listen until the test ends, and hand over what arrives.
func (w *world) listen(t *testing.T, s *Service, answer func(chat.Message) chat.Answer) <-chan chat.Message {
	t.Helper()
	return w.listenSince(t, s, time.Now(), answer)
}

func (w *world) listenSince(t *testing.T, s *Service, since time.Time, answer func(chat.Message) chat.Answer) <-chan chat.Message {
	t.Helper()
	arrived := make(chan chat.Message, 1000)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Listen(ctx, since, func(_ context.Context, m chat.Message) (chat.Answer, error) {
			arrived <- m
			if answer == nil {
				return chat.Answer{}, nil
			}
			return answer(m), nil
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil && chat.KindOfError(err) != chat.Unauthorised {
			t.Error(err)
		}
	})
	w.eventually(t, "the driver is connected", func() bool { return s.Health().Connected && !s.Health().Behind })
	return arrived
}

const deadline = 20 * time.Second

func next(t *testing.T, arrived <-chan chat.Message) chat.Message {
	t.Helper()
	select {
	case m := <-arrived:
		return m
	case <-time.After(deadline):
		t.Fatal("no message arrived")
		return chat.Message{}
	}
}

func (w *world) eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	timeout := time.After(deadline)
	for !holds() {
		select {
		case <-timeout:
			t.Fatalf("not in %s: %s", deadline, what)
		case <-time.After(2 * time.Millisecond):
		}
	}
}
