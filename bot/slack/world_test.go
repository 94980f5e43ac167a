package slack

import (
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
	s.pageSize, s.tokenEvery, s.pace.every, s.places.kinds.keep = testPage, testToken, testPace, 0
	return s
}

func (w *world) place(c *slacktest.Channel, kind chat.Kind) chat.Place {
	return chat.Place{Platform: Platform, Workspace: w.Team, Channel: c.ID, Kind: kind}
}
