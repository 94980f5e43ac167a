package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/bot"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/view"
)

// away is an API server that does not answer.
type away struct{ client.Reader }

func (away) List(context.Context, client.ObjectList, ...client.ListOption) error { return errReset }

// talk is a bot without a cluster, for what needs none.
type talk struct {
	*testing.T
	bot  *bot.Bot
	chat *service
	sent int
}

func newTalk(t *testing.T, limits chat.Limits) *talk {
	t.Helper()
	s := newService(chat.ServiceID{Platform: "played", Workspace: "acme"}, limits)
	s.speaker = newSpeaker(t)
	return &talk{T: t, chat: s, bot: bot.New(bot.Options{
		Cluster: read.Direct(away{}), Services: map[chat.ServiceID]chat.Service{s.id: s}, Speaker: s.speaker, ReplayWindow: time.Hour,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})}
}

func (k *talk) message(kind chat.Kind, text string) chat.Message {
	k.sent++
	return chat.Message{
		Place:  chat.Place{Platform: "played", Workspace: "acme", Channel: "C1", Thread: "T1", Kind: kind},
		Author: chat.Author{User: "alice"}, ID: strconv.Itoa(k.sent), Text: text, Written: time.Now(),
	}
}

// handle a message, and say how long until it is acknowledged and until all is said.
func (k *talk) handle(m chat.Message) (a chat.Answer, acknowledged, said time.Duration) {
	k.Helper()
	began := time.Now()
	a, err := k.bot.Handle(context.Background(), m)
	if err != nil {
		k.Fatal(err)
	}
	acknowledged = time.Since(began)
	k.bot.Wait(context.Background())
	return a, acknowledged, time.Since(began)
}

// What was certainly not said is said again, when the service wants it; and the service waits for none of that.
func TestAnAnswerIsSaidThoughTheServiceThrottles(t *testing.T) {
	throttled := func(after time.Duration) error { return &chat.Error{Kind: chat.NotDone, RetryAfter: after} }
	for name, tc := range map[string]struct {
		live         bool
		becomes      func(before int) error
		acknowledged time.Duration
		said         time.Duration
		posts, tried int
	}{
		"said at once":                      {false, nil, 0, 0, 1, 1},
		"throttled for less than a second":  {false, firstly(throttled(time.Millisecond)), time.Second, time.Second, 1, 2},
		"throttled for five seconds":        {false, firstly(throttled(5 * time.Second)), time.Second, 5 * time.Second, 1, 2},
		"on a screen, throttled":            {true, firstly(throttled(5 * time.Second)), 5 * time.Second, 5 * time.Second, 1, 2},
		"throttled for a minute":            {false, firstly(throttled(time.Minute)), 0, 0, 0, 1},
		"away for as long as it is tried":   {false, func(int) error { return throttled(0) }, time.Second, 15 * time.Second, 0, 5},
		"away, and then back":               {false, untilThe(4, throttled(0)), time.Second, 7 * time.Second, 1, 4},
		"slow to answer":                    {false, slowly(10 * time.Second), time.Second, 10 * time.Second, 1, 1},
		"nobody knows whether it was said":  {false, func(int) error { return errors.New("reset") }, 0, 0, 0, 1},
		"uncertain, as the driver says":     {false, func(int) error { return &chat.Error{Kind: chat.Uncertain} }, 0, 0, 0, 1},
		"refused for ever":                  {false, func(int) error { return &chat.Error{Kind: chat.Rejected} }, 0, 0, 0, 1},
		"the channel is gone":               {false, func(int) error { return &chat.Error{Kind: chat.PlaceGone} }, 0, 0, 0, 1},
		"the token does not count any more": {false, func(int) error { return &chat.Error{Kind: chat.Unauthorised} }, 0, 0, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newTalk(t, chat.Limits{Live: tc.live})
				k.chat.becomes = tc.becomes
				_, acknowledged, said := k.handle(k.message(chat.KindPublic, "hello"))
				if acknowledged != tc.acknowledged || said != tc.said {
					t.Errorf("acknowledged after %s and said after %s, want %s and %s", acknowledged, said, tc.acknowledged, tc.said)
				}
				if len(k.chat.posts) != tc.posts || k.chat.tried != tc.tried {
					t.Errorf("%d posts after %d tries, want %d after %d", len(k.chat.posts), k.chat.tried, tc.posts, tc.tried)
				}
			})
		})
	}
}

func firstly(err error) func(int) error { return untilThe(2, err) }

// untilThe nth try an error.
func untilThe(n int, err error) func(int) error {
	return func(before int) error {
		if before < n-1 {
			return err
		}
		return nil
	}
}

func slowly(d time.Duration) func(int) error {
	return func(int) error {
		<-time.After(d)
		return nil
	}
}

// A bot that stops waits for the answers that are on their way, but not for ever.
func TestWaitingForAnswersEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, chat.Limits{})
		k.chat.becomes = slowly(time.Hour)
		if _, err := k.bot.Handle(context.Background(), k.message(chat.KindDirect, "hello")); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		began := time.Now()
		k.bot.Wait(ctx)
		if waited := time.Since(began); waited != time.Minute {
			t.Errorf("waited %s", waited)
		}
		k.bot.Wait(context.Background())
	})
}

// A refusal rides on the acknowledgement where the service can show it to one person there, and is not posted as well.
func TestWhatIsForTheAskerRidesOnTheAcknowledgement(t *testing.T) {
	for name, tc := range map[string]struct {
		kind  chat.Kind
		line  string
		rides bool
		posts int
	}{
		"a refusal in a private channel":   {chat.KindPrivate, "whoami", true, 0},
		"a refusal in a public channel":    {chat.KindPublic, "whoami", true, 0},
		"a refusal in direct messages":     {chat.KindDirect, "whoami", false, 1},
		"what anybody can read":            {chat.KindPublic, "hello", false, 1},
		"nothing, where outsiders read":    {chat.KindShared, "whoami", false, 1},
		"how to write a command of theirs": {chat.KindPublic, "dump", false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(t, chat.Limits{Ephemeral: true})
			m := k.message(tc.kind, tc.line)
			said, _, _ := k.handle(m)
			if (said.Reply != nil) != tc.rides || len(k.chat.posts) != tc.posts {
				t.Errorf("rides %v, want %v; posted %+v", said.Reply != nil, tc.rides, k.chat.posts)
			}
			// A second acknowledgement of the message says nothing again.
			again, _, _ := k.handle(m)
			if again.Reply != nil || again.Outcome != said.Outcome || len(k.chat.posts) != tc.posts {
				t.Errorf("the second time: %+v, posted %+v", again, k.chat.posts)
			}
		})
	}
}

// "Answered in a direct message" would be a lie where it was not, and nothing at all would look like a bot that is down.
func TestTheThreadSaysWhenADirectMessageWasNotSent(t *testing.T) {
	k := newTalk(t, chat.Limits{})
	k.chat.becomes = func(before int) error {
		if before == 0 {
			return &chat.Error{Kind: chat.Rejected}
		}
		return nil
	}
	k.handle(k.message(chat.KindPublic, "whoami"))
	if got := k.chat.posts; len(got) != 1 || typeName(got[0].View) != "NotInDirect" || got[0].To.Only != "" {
		t.Errorf("posted %+v", got)
	}
}

// People are spoken to in their own language, where it is known.
func TestTheAnswerIsInTheAuthorsLanguage(t *testing.T) {
	for locale, want := range map[string]string{"es-MX": "es-MX", "es": "es", "": "", "es_MX.UTF-8": "", "\x1b[2J": "", "x": ""} {
		k := newTalk(t, chat.Limits{})
		m := k.message(chat.KindPublic, "whoami")
		m.Locale = locale
		k.handle(m)
		if len(k.chat.posts) != 2 {
			t.Fatalf("posted %+v", k.chat.posts)
		}
		for _, p := range k.chat.posts {
			if p.Locale != want {
				t.Errorf("%q: %s is in %q, want %q", locale, typeName(p.View), p.Locale, want)
			}
		}
	}
}

// A double click is one message, and a bot that lives long remembers only the latest.
func TestTheLatestMessagesAreRemembered(t *testing.T) {
	k := newTalk(t, chat.Limits{})
	first := k.message(chat.KindDirect, "hello")
	k.handle(first)
	for range 4095 {
		k.handle(k.message(chat.KindDirect, "hello"))
	}
	k.handle(first)
	if n := len(k.chat.posts); n != 4096 {
		t.Errorf("%d answers", n)
	}
	k.handle(k.message(chat.KindDirect, "hello"))
	k.handle(first) // forgotten
	if n := len(k.chat.posts); n != 4098 {
		t.Errorf("%d answers", n)
	}
	if _, is := k.chat.posts[0].View.(view.Hello); !is {
		t.Errorf("answered %+v", k.chat.posts[0])
	}
}

// Who can read a channel is asked before something is named there. A service that is slow to tell holds no acknowledgement.
func TestAServiceThatIsSlowToSayWhoReadsHoldsNothingUp(t *testing.T) {
	for name, tc := range map[string]struct {
		slow               time.Duration
		ephemeral          bool
		acknowledged, said time.Duration
		rides              bool
		goes               string
	}{
		"it says at once":                            {slow: 0, goes: "place"},
		"it takes ten seconds":                       {slow: 10 * time.Second, acknowledged: time.Second, said: 10 * time.Second, goes: "place"},
		"it never says":                              {slow: time.Hour, acknowledged: time.Second, said: 10 * time.Second, goes: "asker, pointer"},
		"it says at once, and answers can ride":      {ephemeral: true, goes: "place"},
		"it takes ten seconds, and answers can ride": {slow: 10 * time.Second, ephemeral: true, acknowledged: time.Second, said: time.Second, rides: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newTalk(t, chat.Limits{Ephemeral: tc.ephemeral})
				k.chat.slow = tc.slow
				a, acknowledged, said := k.handle(k.message(chat.KindPublic, "list"))
				if acknowledged != tc.acknowledged || said != tc.said || (a.Reply != nil) != tc.rides {
					t.Errorf("acknowledged after %s and said after %s, want %s and %s; rides %v", acknowledged, said, tc.acknowledged, tc.said, a.Reply != nil)
				}
				if got := goes(t, "alice", k.chat.posts); got != tc.goes {
					t.Errorf("it goes to %s, want %s", got, tc.goes)
				}
			})
		})
	}
}
