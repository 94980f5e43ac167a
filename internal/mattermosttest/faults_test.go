package mattermosttest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// ask a URL once, over a connection of its own.
func ask(t *testing.T, url string, timeout time.Duration) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/v4/system/ping", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func TestFaults(t *testing.T) {
	begun := time.Now()
	s := Start(t, Options{})
	t.Logf("started in %s", time.Since(begun))
	alice, bot := s.User(t, "alice"), s.Bot(t, "volcado")
	channel := s.Channel(t, s.Team(t, "shop"), model.ChannelTypePrivate, "dumps", alice, bot)
	s.Post(t, alice, channel.Id, "before")

	t.Run("a server that is stopped refuses connections, and keeps its URL and data", func(t *testing.T) {
		url, begun := s.URL, time.Now()
		s.Stop(t)
		if err := ask(t, s.URL, patience); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("while it is down: %v", err)
		}
		stopped := time.Now()
		s.StartAgain(t)
		t.Logf("stopped in %s, started in %s", stopped.Sub(begun), time.Since(stopped))
		if s.URL != url {
			t.Errorf("its URL was %s and is %s", url, s.URL)
		}
		if got := messages(s.Posts(t, channel.Id)); got != "before" {
			t.Errorf("the channel has %q", got)
		}
	})
	t.Run("without its database nobody is served, and with it again everybody is", func(t *testing.T) {
		s.StopDatabase(t)
		if _, _, err := alice.Client.CreatePost(t.Context(), &model.Post{ChannelId: channel.Id, Message: "lost"}); err == nil {
			t.Error("a post was accepted")
		}
		// Not "try later", which is what a token that was revoked looks like.
		if _, _, err := bot.Client.GetMe(t.Context(), ""); refused(err) != http.StatusUnauthorized {
			t.Errorf("a token that it has not seen since its start: %v", err)
		}
		s.StartDatabase(t)
		eventually(t, "a post is accepted", func() bool {
			_, _, err := alice.Client.CreatePost(t.Context(), &model.Post{ChannelId: channel.Id, Message: "after"})
			return err == nil
		})
		if got := messages(s.Posts(t, channel.Id)); got != "before / after" {
			t.Errorf("the channel has %q", got)
		}
	})
	t.Run("what is cut off hears at once, is refused, and gets through when the network is restored", func(t *testing.T) {
		proxy := s.Proxy(t)
		socket := s.listen(t, proxy.URL, bot)
		proxy.Cut()
		eventually(t, "the websocket is closed", func() bool {
			select {
			case _, open := <-socket.EventChannel:
				return !open
			default:
				return false
			}
		})
		if err := ask(t, proxy.URL, patience); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("while it is cut: %v", err)
		}
		if err := ask(t, s.URL, patience); err != nil {
			t.Errorf("the test is cut off, too: %v", err)
		}
		if err := proxy.Restore(); err != nil {
			t.Fatal(err)
		}
		socket = s.listen(t, proxy.URL, bot)
		hear(t, socket, s.Post(t, alice, channel.Id, "hello again"))
	})
	t.Run("what is stalled hears nothing and loses nothing", func(t *testing.T) {
		proxy := s.Proxy(t)
		socket := s.listen(t, proxy.URL, bot)
		proxy.Stall()
		post := s.Post(t, alice, channel.Id, "are you there?")
		if err := ask(t, proxy.URL, 300*time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("while it is stalled: %v", err)
		}
		for len(socket.EventChannel) > 0 { // what came before
			if text, _ := (<-socket.EventChannel).GetData()["post"].(string); strings.Contains(text, post.Id) {
				t.Error("while it is stalled it heard of a post")
			}
		}
		if err := proxy.Restore(); err != nil {
			t.Fatal(err)
		}
		hear(t, socket, post)
		eventually(t, "the websocket's is the only connection left", func() bool { return proxy.Connections() == 1 })
	})
}
