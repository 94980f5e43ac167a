package slack

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/slacktest"
)

func TestAMentionThatWasMissedInAThreadThatBeganBeforeIsRead(t *testing.T) {
	w := newWorld(t)
	root := w.alice.Post(w.channel, "", "look")
	w.Advance(time.Hour)
	since := w.Now()
	w.Advance(time.Second)
	w.alice.Post(w.channel, root, "@volcado dump shop")
	if m := next(t, w.listenSince(t, w.service(t), since, nil)); m.Thread != root {
		t.Errorf("%+v", m)
	}
}

func TestAChannelThatIsGoneKeepsNoOtherFromBeingRead(t *testing.T) {
	w := newWorld(t)
	other := w.Channel("other", slacktest.Private, w.alice, w.Bot)
	since := w.Now()
	w.alice.Post(w.channel, "", "@volcado dump a")
	w.alice.Post(other, "", "@volcado dump b")
	w.Refuse("channel_not_found", "conversations.history") // once: the first of the two
	next(t, w.listenSince(t, w.service(t), since, nil))
}

// What Slack delivers once more may have been handled by another process.
func TestWhatSlackDeliversOnceMoreIsSaidToBeSo(t *testing.T) {
	w := newWorld(t)
	first := w.service(t)
	ctx, cancel := context.WithCancel(t.Context())
	seen, ended := make(chan bool, 100), make(chan error, 1)
	go func() {
		ended <- first.Listen(ctx, time.Now(), func(context.Context, chat.Message) (chat.Answer, error) {
			seen <- true
			return chat.Answer{}, errors.New("the cluster is away")
		})
	}()
	w.eventually(t, "it is connected", func() bool { return first.Health().Connected && !first.Health().Behind })
	ts := w.alice.Post(w.channel, "", "@volcado one")
	<-seen
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	arrived := w.listen(t, w.service(t), nil)
	w.Redeliver(ts)
	if m := next(t, arrived); !m.Again {
		t.Errorf("%+v", m)
	}
}

// While there is no connection Slack tells of no changes.
func TestWhatWasKnownBeforeAConnectionIsAskedForAnew(t *testing.T) {
	w := newWorld(t)
	s := w.service(t)
	arrived := w.listen(t, s, nil)
	w.alice.Post(w.channel, "", "@volcado one")
	next(t, arrived)
	w.Leave()
	w.eventually(t, "it is not connected", func() bool { return !s.Health().Connected })
	w.alice.Deactivate()
	w.Return()
	w.eventually(t, "it is connected", func() bool { return s.Health().Connected && !s.Health().Behind })
	w.bob.Post(w.channel, "", "@volcado two")
	if m := next(t, arrived); m.Text != "two" || m.User != w.bob.ID {
		t.Errorf("%+v", m)
	}
	if author, wanted, err := s.author(t.Context(), w.alice.ID); err != nil || wanted {
		t.Errorf("somebody who was deactivated meanwhile is heard: %+v, %v", author, err)
	}
}

func TestAChannelThatIsSharedCountsAsThatAtOnce(t *testing.T) {
	w := newWorld(t)
	s := w.service(t)
	s.places.quiet, s.places.busy = time.Hour, time.Hour
	w.listen(t, s, nil)
	if kind := w.kindOf(t, s, w.channel); kind != chat.KindPrivate {
		t.Fatalf("it is %s", kind)
	}
	w.channel.Share(true)
	w.eventually(t, "it is shared", func() bool { return w.kindOf(t, s, w.channel) == chat.KindShared })
}
