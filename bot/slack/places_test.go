package slack

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/slacktest"
)

func (w *world) kindOf(t *testing.T, s *Service, c *slacktest.Channel) chat.Kind {
	t.Helper()
	kind, err := s.KindOf(t.Context(), w.place(c, ""))
	if err != nil {
		t.Fatal(err)
	}
	return kind
}

// Slack takes 50 questions about channels a minute. Where the bot is busy in many it asks about each once a minute, and elsewhere as
// often as it matters.
func TestAKindIsRememberedForLongerWhereManyAreRead(t *testing.T) {
	w := newWorld(t)
	s := w.service(t)
	s.places.busy = time.Hour
	var channels []*slacktest.Channel
	for n := range mostRenewals {
		channels = append(channels, w.Channel(fmt.Sprintf("c%d", n), slacktest.Public, w.Bot))
	}
	w.kindOf(t, s, w.channel)
	w.channel.SetKind(slacktest.Public)
	if kind := w.kindOf(t, s, w.channel); kind != chat.KindPublic {
		t.Errorf("where few are read it is still %s", kind)
	}
	for _, c := range channels {
		w.kindOf(t, s, c)
	}
	w.ForgetCalls()
	for _, c := range channels {
		w.kindOf(t, s, c)
	}
	if n := w.calls("conversations.info"); n > 0 {
		t.Errorf("%d channels were read again", n)
	}
}

// Many dumps can end in one channel at once, and it is read once for all of them.
func TestThoseWhoAskAboutOneChannelAtOnceAskOnce(t *testing.T) {
	w := newWorld(t)
	s := w.service(t)
	s.places.quiet = time.Hour
	w.SlowDown(200*time.Millisecond, "conversations.info")
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := s.KindOf(t.Context(), w.place(w.channel, "")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := w.calls("conversations.info"); n != 1 {
		t.Errorf("it was read %d times", n)
	}
}
