package mattermost

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/mattermosttest"
)

// The history of a channel is what its members make it. One whose pages are too long must not make the bot deaf.
func TestPostsThatAreTooLargeForOnePageAreReadOneAfterTheOther(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	since := time.Now().Add(-time.Second)
	const posts = testPage + 5
	for n := range posts {
		w.ask(t, fmt.Sprintf("say %d %s", n, strings.Repeat("x", 10_000)))
	}
	s := w.service(t)
	s.longestAnswer = 64 << 10
	arrived := collected(t, s, since)
	for n := range posts {
		if m := next(t, arrived); !strings.HasPrefix(m.Text, fmt.Sprintf("say %d ", n)) {
			t.Fatalf("message %d is %.20q", n, m.Text)
		}
	}
}

// Pinning tells of a post as editing does. What somebody wrote long before the bot was there is not done because of it.
func TestAnOldMessageIsNotHeardBecauseItIsPinned(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	arrived := collected(t, w.service(t), time.Now())
	channel := w.Channel(t, w.team, model.ChannelTypePrivate, "later", w.alice, w.bob)
	old := w.say(t, w.alice, &model.Post{ChannelId: channel.Id, Message: w.mention() + "dump everything"})
	const age = 20 * time.Minute
	w.SQL(t, fmt.Sprintf("UPDATE posts SET createat = createat - %[1]d, updateat = updateat - %[1]d WHERE id = '%[2]s'", age.Milliseconds(), old.Id))
	if _, err := w.Admin.Client.InvalidateCaches(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.AddToChannel(t, channel.Id, w.bot)
	if _, err := w.bob.Client.PinPost(t.Context(), old.Id); err != nil {
		t.Fatal(err)
	}
	now := w.say(t, w.alice, &model.Post{ChannelId: channel.Id, Message: w.mention() + "hello"})
	if m := next(t, arrived); m.ID != now.Id {
		t.Errorf("got %+v", m)
	}
}

func TestSomebodyWhoIsCalledHereIsNotMentionedAsEverybody(t *testing.T) {
	w := newWorld(t, mattermosttest.Start(t, mattermosttest.Options{}))
	name := "here"
	if _, _, err := w.Admin.Client.PatchUser(t.Context(), w.alice.ID, &model.UserPatch{Username: &name}); err != nil {
		t.Fatal(err)
	}
	if mention, err := w.service(t).mention(t.Context(), w.alice.ID); err != nil || mention != "" {
		t.Errorf("the mention is %q (%v)", mention, err)
	}
}

// A server that takes the connection and says nothing.
func TestAWebsocketThatNobodyAnswersOnIsGivenUpAtOnceWhenTheBotEnds(t *testing.T) {
	greeted := make(chan struct{})
	upgrader := websocket.Upgrader{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connection, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer connection.Close()
		close(greeted)
		for {
			if _, _, err := connection.ReadMessage(); err != nil {
				return
			}
		}
	}))
	defer server.Close()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	made, err := New(Config{URL: server.URL, TokenFile: token})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := made.(*Service).open(ctx)
		ended <- err
	}()
	<-greeted
	cancel()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it is open")
		}
	case <-time.After(pingEvery):
		t.Error("it goes on")
	}
}

// As with a damaged post, which fails all the pages that it is on.
func TestAChannelThatCannotBeReadKeepsNoOtherFromBeingHeard(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	since := time.Now().Add(-time.Second)
	other := w.Channel(t, w.team, model.ChannelTypePrivate, "other", w.alice, w.bot)
	damaged := w.ask(t, "in the damaged one")
	missed := w.say(t, w.alice, &model.Post{ChannelId: other.Id, Message: w.mention() + "in the other one"})
	w.front.breakAt("/api/v4/channels/" + w.channel.Id + "/posts")
	s := w.service(t)
	s.unreadEvery = 10 * time.Millisecond
	arrived := collected(t, s, since)
	if m := next(t, arrived); m.ID != missed.Id {
		t.Fatalf("got %+v", m)
	}
	live := w.say(t, w.alice, &model.Post{ChannelId: other.Id, Message: w.mention() + "now"})
	if m := next(t, arrived); m.ID != live.Id {
		t.Fatalf("got %+v", m)
	}
	if h := s.Health(); !h.Connected || !h.Behind || !strings.Contains(h.Why, w.channel.Id) {
		t.Errorf("its health is %+v", h)
	}
	w.front.breakAt("")
	if m := next(t, arrived); m.ID != damaged.Id || !m.Again {
		t.Errorf("got %+v", m)
	}
	eventually(t, "it is well", func() bool { h := s.Health(); return h.Connected && !h.Behind && h.Why == "" })
}

// Somebody who has the bot's token exchanged for one of another account has another bot.
func TestAfterTheAccountHasChangedNothingIsKnownOfTheOldOne(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	s := w.service(t)
	if _, err := s.Post(t.Context(), chat.Target{Place: w.here().Place, Only: w.alice.ID}, "old", chat.Reply{Headline: "hello"}); err != nil {
		t.Fatal(err)
	}
	ref, err := s.Post(t.Context(), w.here(), "old", chat.Reply{Headline: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	since := time.Now().Add(-time.Minute)
	if found, is, err := s.Find(t.Context(), w.here(), "old", since); !is || found != ref || err != nil {
		t.Fatalf("found %v, %t (%v)", found, is, err)
	}
	another := w.Bot(t, "another")
	w.Join(t, w.team, another)
	w.AddToChannel(t, w.channel.Id, another)
	w.bot = another
	w.writeToken(t)
	if _, err := s.whoami(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, is, err := s.Find(t.Context(), w.here(), "old", since); is || err != nil {
		t.Errorf("the other's post is said to be its own (%v)", err)
	}
	if _, err := s.Post(t.Context(), chat.Target{Place: w.here().Place, Only: w.alice.ID}, "new", chat.Reply{Headline: "hello"}); err != nil {
		t.Errorf("it cannot open direct messages of its own: %v", err)
	}
}
