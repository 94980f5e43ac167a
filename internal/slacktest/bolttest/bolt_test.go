package bolttest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/slacktest"
)

// world is a workspace with alice, who is in the channel with the bot, and the app.
type world struct {
	*slacktest.Server
	t     *testing.T
	alice *slacktest.User
	dumps *slacktest.Channel
	app   *app
}

func newWorld(t *testing.T) *world {
	t.Helper()
	s := slacktest.New(t)
	w := &world{Server: s, t: t, alice: s.User("alice")}
	w.dumps = s.Channel("dumps", slacktest.Public, w.alice, s.Bot)
	w.app = run(t, s)
	return w
}

// settled is when everything was acknowledged, every call was taken, and alice has got an answer to all that she did.
func (w *world) settled() {
	w.t.Helper()
	eventually(w.t, "all is acknowledged", func() bool { return w.Unacknowledged() == 0 })
	for _, call := range w.Calls() {
		if call.Error != "" {
			w.t.Errorf("%s was refused: %s, with %v", call.Method, call.Error, call.Args)
		}
	}
	if troubles := w.alice.Troubles(); len(troubles) > 0 {
		w.t.Errorf("alice has had %v", troubles)
	}
}

func (w *world) same(what string, want, got report) {
	w.t.Helper()
	want.What, want.Payload, got.Payload = got.What, nil, nil
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("of %s, Bolt is told something else (-want +got)\n%s", what, diff)
	}
}

func TestAMentionIsAnsweredWithBlocksAndAButtonIsClicked(t *testing.T) {
	w := newWorld(t)
	ts := w.alice.Post(w.dumps, "", "@volcado dump")
	said := w.app.tells("said", 1)
	mention := w.app.tells("mention", 1)
	if mention.Event == "" {
		t.Error("the event has no id")
	}
	mention.Event = ""
	w.same("the mention", report{Text: "<@" + w.Bot.ID + "> dump", TS: ts, User: w.alice.ID, Bot: w.BotID, BotUser: w.Bot.ID}, mention)
	w.same("its answer", report{TS: said.TS, Channel: w.dumps.ID, Value: "one"}, said)
	if got := w.alice.ShownIn(w.dumps, ts); got != "hello from blocks\nGo\n" {
		t.Errorf("alice is shown %q", got)
	}
	want := map[string]any{"event_type": "dump", "event_payload": map[string]any{"key": "one"}}
	if diff := cmp.Diff(want, w.message(said.TS)["metadata"]); diff != "" {
		t.Errorf("the answer's metadata (-want +got)\n%s", diff)
	}

	if !w.alice.Click(w.dumps, said.TS, "go") {
		t.Fatal("there is no button")
	}
	w.app.tells("responded", 1)
	w.same("the click", report{Text: "go", Value: "shop", User: w.alice.ID, TS: said.TS, Channel: w.dumps.ID}, w.app.tells("click", 1))
	if replaced := w.message(said.TS); replaced["text"] != "it goes" || replaced["blocks"] != nil {
		t.Errorf("the message was replaced by %v", replaced)
	}
	if w.alice.Click(w.dumps, said.TS, "go") {
		t.Error("its button is still there")
	}
	w.settled()
}

// message of the channel with that ts.
func (w *world) message(ts string) map[string]any {
	w.t.Helper()
	for _, message := range w.dumps.Messages() {
		if message["ts"] == ts {
			return message
		}
	}
	w.t.Fatalf("there is no message at %s", ts)
	return nil
}

func TestADirectMessageIsAnswered(t *testing.T) {
	w := newWorld(t)
	direct := w.Direct(w.alice)
	w.alice.Post(direct, "", "hello")
	said := w.app.tells("said", 1)
	w.same("the message", report{Text: "hello", User: w.alice.ID, Channel: direct.ID, Value: "im"}, w.app.tells("message", 1))
	if said.Channel != direct.ID || w.alice.ShownIn(direct, "") != "hello in private\n" {
		t.Errorf("in %s alice is shown %q", said.Channel, w.alice.Shown())
	}
	w.settled()
}

func TestACommandOpensAFormThatIsRefusedAndThenTaken(t *testing.T) {
	w := newWorld(t)
	w.alice.Slash(w.dumps, "/volcado", "a & b")
	w.app.tells("responded", 1)
	w.same("the command", report{Text: "a &amp; b", User: w.alice.ID, Channel: w.dumps.ID, Value: "/volcado"}, w.app.tells("command", 1))
	for _, text := range []string{"one moment\n", "fill in the form\n"} {
		eventually(t, "alice is shown "+text, func() bool { return strings.Contains(w.alice.ShownIn(w.dumps, ""), text) })
	}
	for _, seen := range w.alice.Seen() {
		if !seen.Only {
			t.Errorf("everybody is shown %q", seen.Text)
		}
	}
	form, open := w.alice.Form()
	if !open {
		t.Fatal("there is no form")
	}
	w.same("the form", report{Value: form.ID, Text: "kept"}, w.app.tells("opened", 1))

	if !w.alice.SendForm(map[string]string{"name": "shoe"}) {
		t.Fatal("the form cannot be sent")
	}
	eventually(t, "the form is refused", func() bool {
		form, open := w.alice.Form()
		return open && form.Invalid["database"] == "there is no shoe"
	})
	if !w.alice.SendForm(map[string]string{"name": "shop"}) {
		t.Fatal("the form cannot be sent again")
	}
	eventually(t, "the form is taken", func() bool {
		_, open := w.alice.Form()
		return !open
	})
	for n, name := range []string{"shoe", "shop"} {
		w.same("what is sent", report{Text: name, User: w.alice.ID, Value: form.ID}, w.app.tells("form", n+1))
	}
	w.settled()
}

func TestAConnectionIsRenewedWhenSlackAsksForIt(t *testing.T) {
	w := newWorld(t)
	w.Disconnect("refresh_requested")
	eventually(t, "there is another connection", func() bool { return w.ConnectionsMade() == 2 })
	w.alice.Post(w.dumps, "", "@volcado again")
	w.app.tells("said", 1)
	if text := w.app.tells("mention", 1).Text; !strings.HasSuffix(text, "> again") {
		t.Errorf("Bolt is told %q", text)
	}
	w.settled()
	if got := w.Connections(); got != 1 {
		t.Errorf("there are %d connections", got)
	}
}

func TestAnEventIsDeliveredAgainWhenItsAcknowledgementIsLost(t *testing.T) {
	w := newWorld(t)
	w.LoseAcks(1)
	w.alice.Post(w.dumps, "", "@volcado dump")
	w.app.tells("said", 1)
	eventually(t, "an acknowledgement is lost", func() bool { return len(w.Acks()) > 0 })
	w.Advance(3 * time.Second)
	want := w.app.tells("mention", 1)
	want.Retry, want.Reason = 1, "timeout"
	w.same("the event that comes again", want, w.app.tells("mention", 2))
	w.settled()
	acks := w.Acks()
	if len(acks) != 2 || acks[0].EnvelopeID == acks[1].EnvelopeID || !acks[0].Known || !acks[1].Known {
		t.Errorf("it is acknowledged by %+v", acks)
	}
	if got := len(w.app.told("said")); got != 1 {
		t.Errorf("it is answered %d times", got)
	}
}
