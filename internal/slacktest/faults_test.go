package slacktest

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

func TestCallsAreLost(t *testing.T) {
	for name, test := range map[string]struct {
		lose func(s *Server)
		done bool
	}{
		"before they are done": {func(s *Server) { s.LoseBefore("chat.update", "chat.postMessage") }, false},
		"after they were done": {func(s *Server) { s.LoseAfter("chat.postMessage") }, true},
	} {
		t.Run(name, func(t *testing.T) {
			s, alice, _, c := world(t)
			test.lose(s)
			if _, err := client(s).AuthTest(); err != nil {
				t.Errorf("another call was lost: %v", err)
			}
			if _, _, err := client(s).PostMessage(c.ID, slack.MsgOptionText("hello", false)); err == nil {
				t.Error("the call was not lost")
			}
			if shown := strings.Contains(alice.Shown(), "hello"); shown != test.done {
				t.Errorf("it was done: %v", shown)
			}
			if _, _, err := client(s).PostMessage(c.ID, slack.MsgOptionText("hello again", false)); err != nil {
				t.Errorf("the next call: %v", err)
			}
		})
	}
}

func TestCallsAreThrottledByTheirRates(t *testing.T) {
	s, _, _, c := world(t)
	other := s.Channel("other", Public, s.Bot)
	s.SetRates(SlackRates())
	post := func(c *Channel) (string, error) {
		_, ts, err := client(s).PostMessage(c.ID, slack.MsgOptionText("hello", false))
		return ts, err
	}
	ts, err := post(c)
	if err != nil {
		t.Fatal(err)
	}
	var limited *slack.RateLimitedError
	if _, err := post(c); !errors.As(err, &limited) || limited.RetryAfter != time.Second {
		t.Errorf("the second post in a second: %v", err)
	}
	if _, err := post(other); err != nil {
		t.Errorf("a post in another channel: %v", err)
	}
	if n := len(s.Early()); n != 0 {
		t.Errorf("%d calls are early", n)
	}
	if _, err := post(c); err == nil || len(s.Early()) != 1 {
		t.Errorf("too early again: %v, and %d are", err, len(s.Early()))
	}
	s.Advance(time.Second)
	if _, err := post(c); err != nil {
		t.Errorf("after a second: %v", err)
	}
	for i := range 51 {
		_, _, _, err := client(s).UpdateMessage(c.ID, ts, slack.MsgOptionText("edited", false))
		if (err == nil) != (i < 50) {
			t.Errorf("edit %d in a minute: %v", i, err)
		}
	}
	s.Advance(time.Minute)
	if _, _, _, err := client(s).UpdateMessage(c.ID, ts, slack.MsgOptionText("edited", false)); err != nil {
		t.Errorf("after a minute: %v", err)
	}
}

func TestTheServiceGoesAwayAndComesBack(t *testing.T) {
	s, alice, _, c := world(t)
	a := connect(t, s, nil)
	s.Leave()
	eventually(t, "the connection has ended", func() bool { return s.Connections() == 0 })
	if _, err := client(s).AuthTest(); err == nil {
		t.Error("it answers while it is away")
	}
	alice.Post(c, "", "@volcado meanwhile")
	s.Advance(3 * time.Second)
	s.Return()
	a.arrive(t, socketmode.EventTypeHello, 2)
	if got := a.all(socketmode.EventTypeEventsAPI); len(got) != 0 {
		t.Errorf("an event came at once: %+v", got)
	}
	answer, err := client(s).GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: c.ID})
	if err != nil || !strings.HasSuffix(answer.Messages[0].Text, "meanwhile") {
		t.Errorf("it is not in the history: %v", err)
	}
	s.Advance(time.Minute)
	if r := a.arrives(t, socketmode.EventTypeEventsAPI).Request; r.RetryAttempt != 2 {
		t.Errorf("after a minute came attempt %d", r.RetryAttempt)
	}
}

func TestAnswersCanBeSlowMalformedAndHuge(t *testing.T) {
	s, _, _, _ := world(t)
	s.Answer(http.StatusOK, []byte("<html>"), "auth.test")
	if _, err := client(s).AuthTest(); err == nil {
		t.Error("what is no JSON was taken")
	}
	s.Answer(http.StatusBadGateway, nil)
	if _, err := client(s).AuthTest(); err == nil {
		t.Error("a bad gateway was taken")
	}
	s.Answer(http.StatusOK, []byte(`{"ok":true,"user_id":"`+strings.Repeat("U", 1<<20)+`"}`))
	if answer, err := client(s).AuthTest(); err != nil || len(answer.UserID) != 1<<20 {
		t.Errorf("what is huge: %v", err)
	}
	s.SlowDown(50*time.Millisecond, "auth.test")
	began := time.Now()
	if _, err := client(s).AuthTest(); err != nil || time.Since(began) < 50*time.Millisecond {
		t.Errorf("what is slow came after %s: %v", time.Since(began), err)
	}
}

func TestAMutedConnectionStaysOpenAndSaysNothing(t *testing.T) {
	s, alice, _, c := world(t)
	a := connect(t, s, nil)
	s.Mute(true)
	alice.Post(c, "", "@volcado hello")
	s.Advance(3 * time.Second)
	if len(a.all(socketmode.EventTypeEventsAPI)) != 0 || s.Connections() != 1 || s.Unacknowledged() != 1 {
		t.Error("it said something")
	}
	s.Mute(false)
	a.arrives(t, socketmode.EventTypeEventsAPI)
	eventually(t, "it is acknowledged", func() bool { return s.Unacknowledged() == 0 })
}

func TestATicketIsGoodForOneConnection(t *testing.T) {
	s, _, _, _ := world(t)
	url, _ := ask(t, s, s.AppToken(), "apps.connections.open", nil)["url"].(string)
	for i := range 2 {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http"+strings.TrimPrefix(url, "ws"), nil)
		if err != nil {
			t.Fatal(err)
		}
		for key, value := range map[string]string{
			"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": "https://api.slack.com",
		} {
			r.Header.Set(key, value)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if want := []int{http.StatusSwitchingProtocols, http.StatusForbidden}[i]; answer.StatusCode != want {
			t.Errorf("use %d: %s", i, answer.Status)
		}
	}
}

func TestARevokedAppTokenEndsTheClient(t *testing.T) {
	s, _, _, _ := world(t)
	connect(t, s, nil)
	s.RevokeAppToken()
	eventually(t, "the connection has ended", func() bool { return s.Connections() == 0 })
	if _, _, err := client(s).StartSocketModeContext(t.Context()); err == nil || err.Error() != "token_revoked" {
		t.Errorf("to connect again: %v", err)
	}
}
