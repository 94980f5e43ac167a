package played_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/chattest/played"
)

// clock is a time that moves when it is told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// heard counts the messages that a handler was given, by id.
type heard struct {
	mu    sync.Mutex
	times map[string]int
	again map[string]int
	fails bool
}

func (h *heard) handle(_ context.Context, m chat.Message) (chat.Answer, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.times == nil {
		h.times, h.again = map[string]int{}, map[string]int{}
	}
	h.times[m.ID]++
	if m.Again {
		h.again[m.ID]++
	}
	if h.fails {
		return chat.Answer{}, context.DeadlineExceeded
	}
	return chat.Answer{}, nil
}

func (h *heard) count(id string) (times, again int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.times[id], h.again[id]
}

func (h *heard) all() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.times)
}

func TestWhatIsNotAcknowledgedIsDeliveredFourTimes(t *testing.T) {
	c := newClock()
	s := place(t, played.Options{Now: c.Now})
	// Every acknowledgement is lost on its way.
	s.Interfere(func(call played.Call) played.Verdict {
		if call.Op == played.OpAck {
			return played.LoseBefore()
		}
		return played.Verdict{}
	})
	h := &heard{}
	listen(t, driver(t, s), c.Now(), h.handle)
	id := s.Ask("U1", "C1", "hello")
	for i, pause := range []time.Duration{0, 3 * time.Second, time.Minute, 5 * time.Minute} {
		c.advance(pause)
		eventually(t, fmt.Sprintf("delivery %d", i+1), func() bool { times, again := h.count(id); return times == i+1 && again == i })
	}
	c.advance(time.Hour)
	next := s.Ask("U1", "C1", "anything else")
	eventually(t, "the next one arrives", func() bool { times, _ := h.count(next); return times == 1 })
	if times, _ := h.count(id); times != 4 {
		t.Errorf("it was delivered %d times", times)
	}
}

func TestAMessageThatIsHandledAgainIsNotDeliveredBeside(t *testing.T) {
	c := newClock()
	s := place(t, played.Options{Now: c.Now})
	h := &heard{fails: true}
	listen(t, driver(t, s), c.Now(), h.handle)
	id := s.Ask("U1", "C1", "hello")
	eventually(t, "it has failed", func() bool { times, _ := h.count(id); return times > 0 })
	s.Redeliver(id)
	eventually(t, "it has failed again", func() bool { times, _ := h.count(id); return times > 3 })
	if _, again := h.count(id); again > 0 {
		t.Errorf("it was handed on %d times as delivered again", again)
	}
}

func TestEveryDriverThatIsConnectedIsTold(t *testing.T) {
	s := place(t, played.Options{})
	one, two := &heard{}, &heard{}
	listen(t, driver(t, s), time.Now(), one.handle)
	listen(t, driver(t, s), time.Now(), two.handle)
	id := s.Ask("U1", "C1", "hello")
	eventually(t, "both are told", func() bool {
		a, _ := one.count(id)
		b, _ := two.count(id)
		return a == 1 && b == 1
	})
}

// What comes by the connection while history is read is in both.
func TestWhatIsReadTwiceIsHandedOnOnce(t *testing.T) {
	s := place(t, played.Options{})
	until := make(chan struct{})
	s.Fail(played.OpHistory, 1, played.Hold(until))
	h := &heard{}
	d := driver(t, s)
	listening, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	since := time.Now()
	go func() { ended <- d.Listen(listening, since, h.handle) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Listen: %v", err)
		}
	})
	eventually(t, "history is being read", func() bool { return s.Calls(played.OpHistory) == 1 })
	id := s.Ask("U1", "C1", "hello")
	close(until)
	next := s.Ask("U1", "C1", "anything else")
	eventually(t, "both are acknowledged", func() bool {
		times, _ := h.count(next)
		return times > 0 && s.Waiting() == 0
	})
	for _, id := range []string{id, next} {
		if times, _ := h.count(id); times != 1 {
			t.Errorf("it was handed on %d times", times)
		}
	}
}

func TestEditsEndWithTheirWindowAndBudget(t *testing.T) {
	c := newClock()
	s := place(t, played.Options{Now: c.Now, EditWindow: time.Hour, Limits: chat.Limits{EditEvery: time.Second, EditsPerMinute: 2}})
	d := driver(t, s)
	to := chat.Target{Place: chat.Place{Platform: "played", Workspace: "acme", Channel: "C1"}}
	ref, err := d.Post(t.Context(), to, "key", chat.Reply{Headline: "0"})
	if err != nil {
		t.Fatal(err)
	}
	edit := func(headline string) chat.ErrorKind {
		err := d.Edit(t.Context(), ref, chat.Reply{Headline: headline})
		if err == nil {
			return -1
		}
		return chat.KindOfError(err)
	}
	var got []chat.ErrorKind
	for _, headline := range []string{"1", "2", "3"} {
		got = append(got, edit(headline))
		c.advance(10 * time.Second)
	}
	c.advance(50 * time.Second)
	got = append(got, edit("4"))
	c.advance(time.Hour)
	got = append(got, edit("5"))
	if diff := cmp.Diff([]chat.ErrorKind{-1, -1, chat.NotDone, -1, chat.Rejected}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	post := s.PostsByKey("key")[0]
	var before []string
	for _, e := range post.Edits {
		before = append(before, e.Shown)
	}
	if diff := cmp.Diff([]string{"0", "1", "2"}, before); diff != "" || post.Shown != "4" {
		t.Errorf("it shows %q (-want +got)\n%s", post.Shown, diff)
	}
}

func TestARotatedTokenIsReadAnew(t *testing.T) {
	s := place(t, played.Options{})
	h := &heard{}
	d := driver(t, s)
	listen(t, d, time.Now(), h.handle)
	s.RotateToken(t, true)
	id := s.Ask("U1", "C1", "hello")
	eventually(t, "the message arrives", func() bool { times, _ := h.count(id); return times == 1 })
}

func TestAPostThatIsHeldIsMadeInTheEnd(t *testing.T) {
	s := place(t, played.Options{})
	until := make(chan struct{})
	s.Fail(played.OpPost, 1, played.Hold(until))
	ctx, giveUp := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	d := driver(t, s)
	to := chat.Target{Place: chat.Place{Platform: "played", Workspace: "acme", Channel: "C1"}}
	go func() {
		_, err := d.Post(ctx, to, "key", chat.Reply{Headline: "late"})
		ended <- err
	}()
	eventually(t, "the post is under way", func() bool { return s.Calls(played.OpPost) == 1 })
	giveUp()
	if err := <-ended; chat.KindOfError(err) != chat.Uncertain {
		t.Errorf("got %v", err)
	}
	if len(s.PostsByKey("key")) != 0 {
		t.Error("it was made at once")
	}
	close(until)
	eventually(t, "it is made", func() bool { return len(s.PostsByKey("key")) == 1 })
}

func TestADriverSaysWhatIsWrongWithItsSettings(t *testing.T) {
	s := place(t, played.Options{})
	for name, tc := range map[string]struct {
		change func(*played.Config)
		says   string
		found  chat.Severity
	}{
		"nothing":                {func(*played.Config) {}, "accepts the token", chat.Good},
		"another workspace":      {func(c *played.Config) { c.Workspace = "other" }, `for workspace "acme"`, chat.Bad},
		"no such file":           {func(c *played.Config) { c.TokenFile += "x" }, "read the token", chat.Bad},
		"nobody at that address": {func(c *played.Config) { c.URL = "http://127.0.0.1:1" }, "connection refused", chat.Bad},
	} {
		t.Run(name, func(t *testing.T) {
			config := s.Config()
			tc.change(&config)
			d, err := played.New(config)
			if err != nil {
				t.Fatal(err)
			}
			findings := d.(chat.Examiner).Examine(t.Context())
			if len(findings) != 1 || findings[0].Severity != tc.found || !strings.Contains(findings[0].Text, tc.says) {
				t.Errorf("it says %+v", findings)
			}
		})
	}
	for name, config := range map[string]played.Config{
		"no url":             {Workspace: "acme", TokenFile: "x"},
		"a url that is none": {URL: "played", Workspace: "acme", TokenFile: "x"},
		"no workspace":       {URL: "http://127.0.0.1:1", TokenFile: "x"},
		"no token":           {URL: "http://127.0.0.1:1", Workspace: "acme"},
	} {
		if _, err := played.New(config); err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
}

// With everything going wrong now and then, each message arrives, and each answer can be brought to stand once.
func TestNothingIsLostInChaos(t *testing.T) {
	const messages = 200
	s := place(t, played.Options{Redeliver: []time.Duration{50 * time.Millisecond, 100 * time.Millisecond}})
	s.SetChaos(played.Chaos{
		Seed: 7, Redeliver: 0.25, RedeliverAfter: []time.Duration{0, 20 * time.Millisecond}, Reconnect: 0.05,
		LoseBefore: 0.1, LoseAfter: 0.1, Throttle: 0.1, ThrottleAfter: time.Millisecond, Trouble: 0.05,
	})
	h := &heard{}
	d := driver(t, s)
	answer := func(ctx context.Context, m chat.Message) (chat.Answer, error) {
		_, _ = h.handle(ctx, m)
		to := chat.Target{Place: m.Place}
		_, found, err := d.Find(ctx, to, chat.Key(m.ID), m.Written)
		if err == nil && !found {
			_, err = d.Post(ctx, to, chat.Key(m.ID), chat.Reply{Headline: "heard " + m.Text})
		}
		return chat.Answer{}, err
	}
	listen(t, d, time.Now(), answer)
	for i := range 20 {
		s.SetUser(played.User{ID: fmt.Sprintf("P%d", i)})
	}
	ids := map[string]bool{}
	for i := range messages {
		if i%10 == 0 {
			eventually(t, "the driver connects again", func() bool { return s.Connections() == 1 })
		}
		ids[s.Ask(fmt.Sprintf("P%d", i%20), "C1", fmt.Sprint(i))] = true
	}
	eventually(t, "all are handed on", func() bool { return h.all() == messages })
	eventually(t, "all are answered", func() bool {
		for id := range ids {
			if len(s.PostsByKey(id)) == 0 {
				return false
			}
		}
		return true
	})
	if s.Calls(played.OpConnect) < 5 {
		t.Errorf("it has connected %d times", s.Calls(played.OpConnect))
	}
}
