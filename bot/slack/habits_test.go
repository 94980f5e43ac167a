package slack

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/slacktest"
)

func whisper(text string) func(chat.Message) chat.Answer {
	return func(chat.Message) chat.Answer {
		return chat.Answer{Reply: &chat.Reply{Severity: chat.Bad, Headline: text}}
	}
}

func TestACommandIsHandedOnAndAnsweredToItsAuthorAlone(t *testing.T) {
	w := newWorld(t)
	arrived := w.listen(t, w.service(t), whisper("you have no access"))
	w.alice.Slash(w.channel, "/volcado", "  dump shop --tables a,b &lt;x ")
	m := next(t, arrived)
	if m.Text != "dump shop --tables a,b &lt;x" || !m.CanOpenForm || m.Thread != "" || m.Kind != chat.KindPrivate || m.User != w.alice.ID || m.ID == "" {
		t.Errorf("%+v", m)
	}
	w.eventually(t, "alice is answered", func() bool { return strings.Contains(w.alice.Shown(), "you have no access") })
	if strings.Contains(w.bob.Shown(), "access") || len(w.alice.Troubles()) > 0 {
		t.Errorf("bob was shown %q, and alice has %q", w.bob.Shown(), w.alice.Troubles())
	}
	w.alice.Slash(w.channel, "/volcado", "dump shop --tables a,b")
	if again := next(t, arrived); again.ID == m.ID {
		t.Error("two commands are one request")
	}
}

// commandsAndWaits: alice gives a command, which is acknowledged before it is answered. The answer comes when release is called.
func (w *world) commandsAndWaits(t *testing.T) (release func()) {
	t.Helper()
	hold := make(chan struct{})
	arrived := w.listen(t, w.service(t), func(m chat.Message) chat.Answer {
		<-hold
		return whisper("at last")(m)
	})
	w.alice.Slash(w.channel, "/volcado", "list")
	next(t, arrived)
	w.eventually(t, "it is acknowledged", func() bool { return w.Unacknowledged() == 0 })
	return func() { close(hold) }
}

func TestAnAnswerThatIsLateIsSaidBehindTheAcknowledgement(t *testing.T) {
	w := newWorld(t)
	release := w.commandsAndWaits(t)
	if strings.Contains(w.alice.Shown(), "at last") {
		t.Error("it was answered already")
	}
	release()
	w.eventually(t, "alice is answered", func() bool { return strings.Contains(w.alice.Shown(), "at last") })
	if len(w.alice.Troubles()) > 0 || strings.Contains(w.bob.Shown(), "at last") {
		t.Errorf("alice has %q, and bob was shown %q", w.alice.Troubles(), w.bob.Shown())
	}
}

// Slack shows what is for one person alone in a thread only where there are replies.
func TestARefusalIsShownToWhoeverAskedAndToNobodyElse(t *testing.T) {
	w := newWorld(t)
	arrived := w.listen(t, w.service(t), whisper("not for you"))
	root := w.alice.Post(w.channel, "", "@volcado dump shop")
	next(t, arrived)
	w.eventually(t, "it is shown", func() bool { return strings.Count(w.alice.Shown(), "not for you") == 1 })
	w.bob.Post(w.channel, root, "what is that?")
	w.alice.Post(w.channel, root, "@volcado dump shop")
	next(t, arrived)
	w.eventually(t, "it is shown in the thread", func() bool { return strings.Contains(w.alice.ShownIn(w.channel, root), "not for you") })
	if strings.Contains(w.bob.Shown(), "not for you") {
		t.Error("bob was shown it, too")
	}
	for _, c := range w.Calls() {
		if c.Method == "conversations.open" {
			t.Error("it was said in a direct message, though it could be said there")
		}
	}
}

func TestAClickOnAButtonThatIsGoneIsHandedOn(t *testing.T) {
	w := newWorld(t)
	s := w.service(t)
	arrived := w.listen(t, s, nil)
	w.alice.Post(w.channel, "", "@volcado dump shop")
	m := next(t, arrived)
	ref, err := s.Post(t.Context(), chat.Target{Place: m.Place}, "", chat.Reply{Headline: "h", Actions: []chat.Action{{Label: "Cancel", Line: "cancel x", Danger: true}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Edit(t.Context(), ref, chat.Reply{Headline: "it is over"}); err != nil {
		t.Fatal(err)
	}
	if !w.bob.ClickEarlier(w.channel, ref.Post, "cancel x") {
		t.Fatal("there never was a button")
	}
	if clicked := next(t, arrived); clicked.Text != "cancel x" || clicked.User != w.bob.ID || clicked.Place != m.Place {
		t.Errorf("%+v", clicked)
	}
	w.eventually(t, "it is acknowledged", func() bool { return w.Unacknowledged() == 0 })
}

// A slash command works in every channel of the workspace. The bot's answer to it is seen only on the acknowledgement.
func TestACommandFromAChannelThatTheBotIsNotInIsHandedOnAsSuch(t *testing.T) {
	w := newWorld(t)
	arrived := w.listen(t, w.service(t), whisper("invite me"))
	for name, tc := range map[string]struct {
		channel *slacktest.Channel
		kind    chat.Kind
		absent  bool
	}{
		"a public channel without the bot":     {w.Channel("random", slacktest.Public, w.alice), chat.KindPublic, true},
		"a private channel without the bot":    {w.Channel("secret", slacktest.Private, w.alice), "", true},
		"a group of people without the bot":    {w.GroupDirect(w.alice, w.bob), "", true},
		"a public channel with the bot":        {w.Channel("general", slacktest.Public, w.alice, w.Bot), chat.KindPublic, false},
		"a direct message with the bot":        {w.Direct(w.alice), chat.KindDirect, false},
		"a private channel with the bot in it": {w.channel, chat.KindPrivate, false},
	} {
		t.Run(name, func(t *testing.T) {
			before := strings.Count(w.alice.Shown(), "invite me")
			w.alice.Slash(tc.channel, "/volcado", "dump shop")
			if m := next(t, arrived); m.Kind != tc.kind || m.Absent != tc.absent || !m.Unseen {
				t.Errorf("%+v", m)
			}
			w.eventually(t, "alice is answered", func() bool { return strings.Count(w.alice.Shown(), "invite me") == before+1 })
			if len(w.alice.Troubles()) > 0 {
				t.Errorf("alice has %q", w.alice.Troubles())
			}
		})
	}
}

// What only alice sees begins no thread in which others could read on.
func TestAClickOnWhatOnlyItsReaderSeesIsHandedOnWithoutAThread(t *testing.T) {
	w := newWorld(t)
	s := w.service(t)
	offers := func(m chat.Message) chat.Answer {
		if m.Text != "dump shop" {
			return chat.Answer{}
		}
		return chat.Answer{Reply: &chat.Reply{Headline: "there is one", Actions: []chat.Action{{Label: "Again", Line: "again x"}}}}
	}
	arrived := w.listen(t, s, offers)
	click := func(thread string) chat.Message {
		t.Helper()
		w.eventually(t, "there is a button", func() bool {
			return slices.ContainsFunc(w.alice.Seen(), func(m slacktest.Seen) bool {
				return m.Thread == thread && strings.Contains(m.Text, "there is one") && w.alice.Click(w.channel, m.TS, "again x")
			})
		})
		return next(t, arrived)
	}
	w.alice.Slash(w.channel, "/volcado", "dump shop")
	next(t, arrived)
	if m := click(""); m.Thread != "" || !m.Unseen || m.Channel != w.channel.ID || m.Text != "again x" {
		t.Errorf("%+v", m)
	}
	root := w.alice.Post(w.channel, "", "look")
	w.bob.Post(w.channel, root, "I do")
	w.alice.Post(w.channel, root, "@volcado dump shop")
	next(t, arrived)
	if m := click(root); m.Thread != root || !m.Unseen {
		t.Errorf("in a thread: %+v", m)
	}
}

func TestUserGroupsAreKnownAndChangesCountAtOnce(t *testing.T) {
	w := newWorld(t)
	group := w.Group("qa", w.alice)
	arrived := w.listen(t, w.service(t), nil)
	asks := func() []string {
		w.alice.Post(w.channel, "", "@volcado hello")
		return next(t, arrived).Groups
	}
	if diff := cmp.Diff([]string{group.ID}, asks()); diff != "" {
		t.Error(diff)
	}
	group.SetMembers(w.bob)
	w.eventually(t, "alice is in no group", func() bool { return len(asks()) == 0 })
}

func TestGuestsAreHeardWhereTheSettingsSaySo(t *testing.T) {
	w := newWorld(t)
	s := w.service(t)
	s.guests = true
	arrived := w.listen(t, s, nil)
	guest := w.User("guest", slacktest.AsGuest())
	w.channel.Join(guest)
	guest.Post(w.channel, "", "@volcado hello")
	if m := next(t, arrived); m.User != guest.ID {
		t.Errorf("%+v", m)
	}
}

// Slack sends what nobody has heard of, and what cannot be read. Both are acknowledged, and what comes behind is handled.
func TestWhatCannotBeReadIsAcknowledgedAndLeftOut(t *testing.T) {
	w := newWorld(t)
	s := w.service(t)
	arrived := w.listen(t, s, nil)
	w.SendUndecodable()
	w.SendEvent(map[string]any{"type": "a_new_one", "channel": map[string]any{"id": 5}})
	w.SendEnvelope("events_api", map[string]any{"event": "none"})
	w.SendEnvelope("interactive", map[string]any{"type": "view_submission", "view": map[string]any{"private_metadata": "{"}})
	w.SendEnvelope("a_new_envelope", map[string]any{})
	w.SendRaw([]byte(`{"type":`))
	w.alice.Post(w.channel, "", "@volcado hello")
	if m := next(t, arrived); m.Text != "hello" {
		t.Errorf("%+v", m)
	}
	w.eventually(t, "all is acknowledged", func() bool { return w.Unacknowledged() == 0 })
	if got := s.Health().Unreadable; got < 3 {
		t.Errorf("%d were counted", got)
	}
}

func TestATokenThatWasRevokedEndsListeningAndIsSaid(t *testing.T) {
	for name, revoke := range map[string]func(*world){
		"the bot's":         func(w *world) { w.RevokeBotToken() },
		"the app's":         func(w *world) { w.RevokeAppToken() },
		"all, by uninstall": func(w *world) { w.Uninstall() },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.service(t)
			w.listen(t, s, nil)
			revoke(w)
			w.eventually(t, "it is not connected, and says why", func() bool {
				h := s.Health()
				return !h.Connected && (strings.Contains(h.Why, "token_revoked") || strings.Contains(h.Why, "account_inactive"))
			})
			calls := len(w.Calls())
			time.Sleep(3 * testToken) //nolint:forbidigo // that nothing happens any more takes time
			if more := len(w.Calls()) - calls; more > 3 {
				t.Errorf("%d more calls were made", more)
			}
		})
	}
}

func TestTheTokenOfAnotherWorkspaceIsRefused(t *testing.T) {
	w := newWorld(t)
	made, err := New(Config{Workspace: "T0OTHER", BotTokenFile: w.botFile, AppTokenFile: w.appFile, APIURL: w.URL()})
	if err != nil {
		t.Fatal(err)
	}
	err = made.Listen(t.Context(), time.Now(), nil)
	if chat.KindOfError(err) != chat.Unauthorised || !strings.Contains(err.Error(), w.Team) || !strings.Contains(err.Error(), "T0OTHER") {
		t.Errorf("%v", err)
	}
}

func TestASecondConnectionOnTheAppsTokenIsSaid(t *testing.T) {
	w := newWorld(t)
	first, second := w.service(t), w.service(t)
	w.listen(t, first, nil)
	w.listen(t, second, nil)
	if first.Health().Shared != "" || !strings.Contains(second.Health().Shared, "2 connections") {
		t.Errorf("%q, %q", first.Health().Shared, second.Health().Shared)
	}
}

func TestSlacksRequestForAnotherConnectionLosesNothing(t *testing.T) {
	w := newWorld(t)
	s := w.service(t)
	arrived := w.listen(t, s, nil)
	before := s.Health().Reconnects
	w.Disconnect("refresh_requested")
	w.eventually(t, "it is connected anew", func() bool { return s.Health().Reconnects > before && s.Health().Connected })
	w.alice.Post(w.channel, "", "@volcado hello")
	if m := next(t, arrived); m.Text != "hello" {
		t.Errorf("%+v", m)
	}
}

// Where nobody writes, Slack's pings are all that is heard.
func TestPingsCountAsHeard(t *testing.T) {
	w := newWorld(t)
	w.SetPing(20 * time.Millisecond)
	s := w.service(t)
	w.listen(t, s, nil)
	heard := s.Health().Heard
	w.eventually(t, "a ping is heard", func() bool { return s.Health().Heard.After(heard) })
}

// Slack asks for another connection now and then. One that asks for it with its first word is not to be met with a thousand.
func TestConnectionsThatEndAtOnceAreMadeMoreAndMoreSlowly(t *testing.T) {
	w := newWorld(t)
	s := w.service(t)
	w.listen(t, s, nil)
	before := w.ConnectionsMade()
	for began := time.Now(); time.Since(began) < 2*time.Second; {
		w.eventually(t, "it is connected", func() bool { return s.Health().Connected })
		w.Disconnect("refresh_requested")
		w.eventually(t, "it is not connected, or again", func() bool { return s.Health().Reconnects > 0 })
	}
	if n := w.ConnectionsMade() - before; n < 1 || n > 8 {
		t.Errorf("%d connections were made", n)
	}
}

// A form that Slack does not open is not missed in silence: the command can be typed.
func TestWhoeverGetsNoFormIsToldWhatToType(t *testing.T) {
	w := newWorld(t)
	arrived := w.listen(t, w.service(t), func(chat.Message) chat.Answer {
		return chat.Answer{
			Form:  &chat.Form{Command: "dump", Title: "Dump", Submit: "Go", Fields: []chat.FormField{{Name: "source", Label: "Source"}}},
			Reply: &chat.Reply{Headline: "type it"},
		}
	})
	w.Refuse("internal_error", "views.open")
	w.alice.Slash(w.channel, "/volcado", "")
	next(t, arrived)
	w.eventually(t, "alice is told", func() bool { return strings.Contains(w.alice.Shown(), "type it") })
	w.alice.Slash(w.channel, "/volcado", "")
	next(t, arrived)
	w.eventually(t, "a form is open", func() bool { _, open := w.alice.Form(); return open })
	if n := strings.Count(w.alice.Shown(), "type it"); n != 1 || len(w.alice.Troubles()) > 0 {
		t.Errorf("it was said %d times, and alice has %q", n, w.alice.Troubles())
	}
}

func TestAnAnswerThatItsAddressDoesNotTakeIsSaidInTheChannel(t *testing.T) {
	w := newWorld(t)
	release := w.commandsAndWaits(t)
	w.Advance(time.Hour) // Slack takes answers for half an hour
	release()
	w.eventually(t, "alice is answered", func() bool { return strings.Contains(w.alice.Shown(), "at last") })
}

// What can be read of an envelope is its id: enough to have it not delivered again.
func TestAnEnvelopeThatIsMistypedIsAcknowledged(t *testing.T) {
	w := newWorld(t)
	s := w.service(t)
	w.listen(t, s, nil)
	w.SendRaw([]byte(`{"envelope_id":"mistyped","type":"events_api","retry_attempt":"1","payload":{}}`))
	w.eventually(t, "it is acknowledged", func() bool {
		return slices.ContainsFunc(w.Acks(), func(a slacktest.Ack) bool { return a.EnvelopeID == "mistyped" })
	})
	if n := s.Health().Unreadable; n != 1 {
		t.Errorf("%d were counted", n)
	}
	w.SendRaw([]byte(`no JSON`))
	w.eventually(t, "a frame that is no JSON is counted", func() bool { return s.Health().Unreadable == 2 })
}

// A replica that was killed is still counted for a while. That is found out, and taken back.
func TestConnectionsAreCountedAgain(t *testing.T) {
	w := newWorld(t)
	other, s := w.service(t), w.service(t)
	s.recountAfter = 300 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- other.Listen(ctx, time.Now(), nil) }()
	w.eventually(t, "the other is connected", func() bool { return other.Health().Connected })
	w.listen(t, s, nil)
	if s.Health().Shared == "" {
		t.Error("two connections are not said")
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	w.eventually(t, "there is one", func() bool { return s.Health().Shared == "" && s.Health().Connected })
}
