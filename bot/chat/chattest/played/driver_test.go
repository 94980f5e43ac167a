package played_test

import (
	"context"
	"testing"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/chattest/played"
)

// deadline of anything that a test waits for.
const deadline = time.Minute

// place is a server with alice, bob and a channel of theirs.
func place(t *testing.T, o played.Options) *played.Server {
	t.Helper()
	s := played.Start(t, o)
	s.SetUser(played.User{ID: "U1", Name: "alice", DisplayName: "Alice", Locale: "es-MX", Groups: []string{"qa"}})
	s.SetUser(played.User{ID: "U2", Name: "bob", DisplayName: "Bob"})
	s.SetChannel(played.Channel{ID: "C1", Kind: chat.KindPrivate, Members: []string{"U1", "U2"}})
	return s
}

func driver(t *testing.T, s *played.Server) chat.Service {
	t.Helper()
	d, err := played.New(s.Config())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// listen until the test ends.
func listen(t *testing.T, d chat.Service, since time.Time, handle chat.Handler) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Listen(ctx, since, handle) }()
	// Not only connected, but done with what was written before: what comes now is no replay.
	defer eventually(t, "the driver listens", func() bool { return d.Health().Connected })
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Listen: %v", err)
		}
	})
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	timeout := time.After(deadline)
	for !holds() {
		select {
		case <-timeout:
			t.Fatalf("not in %s: %s", deadline, what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestAMessageIsAnsweredInItsThread(t *testing.T) {
	s := place(t, played.Options{})
	d := driver(t, s)
	listen(t, d, time.Now(), func(ctx context.Context, m chat.Message) (chat.Answer, error) {
		_, err := d.Post(ctx, chat.Target{Place: m.Place, Mention: m.User}, chat.Key(m.ID+"/answer"), chat.Reply{Headline: "You said " + m.Text})
		return chat.Answer{}, err
	})
	id := s.Ask("U1", "C1", "hello <b>")
	eventually(t, "it is acknowledged", func() bool { _, ok := s.Acknowledged(id); return ok })
	posts := s.PostsByKey(id + "/answer")
	if len(posts) != 1 || posts[0].Thread != id || posts[0].Shown != "@U1 You said hello <b>" {
		t.Errorf("the bot said %+v", posts)
	}
	if len(s.Notified("U1")) != 1 || len(s.Notified("U2")) != 0 {
		t.Errorf("notified were %+v", posts[0].Notified)
	}
}
