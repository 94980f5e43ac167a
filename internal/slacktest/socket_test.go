package slacktest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

func TestAMentionArrivesAsSlackSendsIt(t *testing.T) {
	s, alice, _, c := world(t)
	a := connect(t, s, nil)
	ts := alice.Post(c, "", "@volcado dump <shop> & more, @bob and #dumps @here https://example.com/x.")
	e := inner[*slackevents.AppMentionEvent](t, a.arrives(t, socketmode.EventTypeEventsAPI))
	want := "<@" + s.Bot.ID + "> dump &lt;shop&gt; &amp; more, <@" + s.user("U000A1003").idOr(t, s, "bob") + "> and <#" + c.ID + "|dumps> <!here> <https://example.com/x>."
	if e.Text != want || e.User != alice.ID || e.Channel != c.ID || e.TimeStamp != ts || e.EventTimeStamp != ts {
		t.Errorf("got %+v\nwant %s", e, want)
	}
	eventually(t, "it is acknowledged", func() bool { return s.Unacknowledged() == 0 })
}

func (u *User) idOr(t *testing.T, s *Server, name string) string {
	t.Helper()
	return s.userByName(name).ID
}

func TestAnEventThatIsNotAcknowledgedComesAtOnceAfterOneMinuteAndAfterFive(t *testing.T) {
	s, alice, _, c := world(t)
	a := connect(t, s, never)
	alice.Post(c, "", "@volcado hello")
	first := a.arrive(t, socketmode.EventTypeEventsAPI, 1)[0].Request
	s.Advance(3 * time.Second)
	second := a.arrive(t, socketmode.EventTypeEventsAPI, 2)[1].Request
	s.Advance(3 * time.Second)
	s.Advance(time.Minute)
	third := a.arrive(t, socketmode.EventTypeEventsAPI, 3)[2].Request
	s.Advance(3 * time.Second)
	s.Advance(5 * time.Minute)
	fourth := a.arrive(t, socketmode.EventTypeEventsAPI, 4)[3].Request
	for i, r := range []*socketmode.Request{first, second, third, fourth} {
		if r.RetryAttempt != i || i > 0 && r.RetryReason != "timeout" || string(r.Payload) != string(first.Payload) {
			t.Errorf("delivery %d: attempt %d because of %q", i, r.RetryAttempt, r.RetryReason)
		}
	}
	if n := s.Unacknowledged(); n != 1 {
		t.Errorf("%d wait", n)
	}
	s.Advance(3 * time.Second)
	s.Advance(time.Hour)
	if n := s.Unacknowledged(); n != 0 || len(a.all(socketmode.EventTypeEventsAPI)) != 4 {
		t.Errorf("after the fourth %d wait", n)
	}
}

func TestEachEnvelopeGoesToOneOfSeveralConnections(t *testing.T) {
	s, alice, _, c := world(t)
	one, two := connect(t, s, nil), connect(t, s, nil)
	if hello := two.arrives(t, socketmode.EventTypeHello).Request; hello.NumConnections != 2 || hello.ConnectionInfo.AppID != AppID {
		t.Errorf("hello is %+v", hello)
	}
	for range 6 {
		alice.Post(c, "", "@volcado hello")
	}
	both := func() int {
		return len(one.all(socketmode.EventTypeEventsAPI)) + len(two.all(socketmode.EventTypeEventsAPI))
	}
	eventually(t, "all arrive", func() bool { return both() >= 6 })
	eventually(t, "all are acknowledged", func() bool { return s.Unacknowledged() == 0 })
	if both() != 6 || len(one.all(socketmode.EventTypeEventsAPI)) != 3 {
		t.Errorf("of %d, one got %d", both(), len(one.all(socketmode.EventTypeEventsAPI)))
	}
}

func TestADisconnectHasTheClientConnectAgain(t *testing.T) {
	for _, reason := range []string{"refresh_requested", "warning", "link_disabled"} {
		t.Run(reason, func(t *testing.T) {
			s, alice, _, c := world(t)
			a := connect(t, s, nil)
			s.Disconnect(reason)
			a.arrive(t, socketmode.EventTypeHello, 2)
			eventually(t, "the first connection has ended", func() bool { return s.Connections() == 1 })
			alice.Post(c, "", "@volcado hello")
			a.arrives(t, socketmode.EventTypeEventsAPI)
			if n := s.ConnectionsMade(); n != 2 {
				t.Errorf("%d connections were made", n)
			}
		})
	}
}

func TestALostAcknowledgementIsFollowedByAnotherDelivery(t *testing.T) {
	s, alice, _, c := world(t)
	a := connect(t, s, nil)
	s.LoseAcks(1)
	ts := alice.Post(c, "", "@volcado hello")
	a.arrives(t, socketmode.EventTypeEventsAPI)
	eventually(t, "the acknowledgement was read", func() bool { return len(s.Acks()) == 1 })
	if s.Unacknowledged() != 1 {
		t.Error("it was not lost")
	}
	s.Advance(3 * time.Second)
	a.arrive(t, socketmode.EventTypeEventsAPI, 2)
	eventually(t, "it is acknowledged", func() bool { return s.Unacknowledged() == 0 })
	sent := s.Envelopes()
	if len(sent) != 2 || !sent[0].Acknowledged.IsZero() || sent[1].Acknowledged.Before(sent[1].Sent) || sent[1].Sent.Sub(sent[0].Sent) < 3*time.Second {
		t.Errorf("the envelopes are %+v", sent)
	}
	s.Redeliver(ts)
	if r := a.arrive(t, socketmode.EventTypeEventsAPI, 3)[2].Request; r.RetryAttempt == 0 {
		t.Error("it does not say that it was delivered again")
	}
	eventually(t, "it is acknowledged again", func() bool { return s.Unacknowledged() == 0 })
}

func TestACommandIsAnsweredByItsAcknowledgement(t *testing.T) {
	big := strings.Repeat("x", 20<<10)
	for name, test := range map[string]struct {
		answer any
		acks   bool
		shown  string
		ear    string
	}{
		"with a text for its author":          {answer: map[string]any{"text": "between us"}, acks: true, shown: "between us"},
		"with a text for all":                 {answer: map[string]any{"text": "for all", "response_type": "in_channel"}, acks: true, shown: "for all", ear: "for all"},
		"not at all":                          {shown: `/volcado failed with the error "operation_timeout"`},
		"with 20 KB, which Slack passes over": {answer: json.RawMessage(`{"text":"` + big + `"}`), acks: true, shown: `/volcado failed with the error "operation_timeout"`},
	} {
		t.Run(name, func(t *testing.T) {
			s, alice, bob, c := world(t)
			a := connect(t, s, never)
			alice.Slash(c, "/volcado", "dump <shop>")
			e := a.arrives(t, socketmode.EventTypeSlashCommand)
			command, _ := e.Data.(slack.SlashCommand)
			if command.Text != "dump &lt;shop&gt;" || command.UserID != alice.ID || command.ChannelID != c.ID || command.Command != "/volcado" || !e.Request.AcceptsResponsePayload {
				t.Errorf("got %+v", command)
			}
			if test.acks {
				raw, _ := json.Marshal(map[string]any{"envelope_id": e.Request.EnvelopeID, "payload": test.answer})
				s.mu.Lock()
				s.acknowledged(raw) // slack-go itself refuses to send 20 KB
				s.mu.Unlock()
			}
			s.Advance(3 * time.Second)
			eventually(t, "it is shown", func() bool { return strings.Contains(alice.Shown(), test.shown) })
			if heard := strings.TrimSpace(bob.Shown()); heard != test.ear {
				t.Errorf("the other one was shown %q", heard)
			}
		})
	}
}

func TestACommandFailsWhenNobodyIsConnected(t *testing.T) {
	_, alice, _, c := world(t)
	alice.Slash(c, "/volcado", "")
	if got := alice.Troubles(); len(got) != 1 || got[0] != "/volcado dispatch_failed" || !strings.Contains(alice.Shown(), "dispatch_failed") {
		t.Errorf("troubles %q", got)
	}
}

func TestWhatCannotBeDecodedIsAcknowledgedAndUnknownEventsArrive(t *testing.T) {
	s, _, _, _ := world(t)
	a := connect(t, s, nil)
	s.SendRaw([]byte("{"))
	s.SendUndecodable()
	bad := a.arrive(t, socketmode.EventTypeErrorBadMessage, 1)
	if len(bad) == 0 || s.Unacknowledged() != 1 {
		t.Errorf("%d bad messages, %d wait", len(bad), s.Unacknowledged())
	}
	s.SendEvent(map[string]any{"type": "of_tomorrow", "event_ts": "1.0"})
	eventually(t, "two more bad messages", func() bool { return len(a.all(socketmode.EventTypeErrorBadMessage)) >= 2 })
}
