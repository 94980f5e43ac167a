package listen

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// deaf is a driver whose posts do not return before they are let go, whatever becomes of their contexts.
type deaf struct {
	speaker
	letGo chan struct{}
}

func (*deaf) ID() chat.ServiceID  { return chat.ServiceID{Platform: "fake", Workspace: "deaf"} }
func (*deaf) Health() chat.Health { return chat.Health{Connected: true} }

func (d *deaf) Post(context.Context, chat.Target, chat.Key, chat.Reply) (chat.Ref, error) {
	<-d.letGo
	return chat.Ref{Post: "p1"}, nil
}

func guardDeaf(t *testing.T) (*deaf, chat.Service) {
	t.Helper()
	d := &deaf{letGo: make(chan struct{})}
	return d, Guard(d, func() bool { return true }, supervise(t).Metrics, slog.New(slog.DiscardHandler))
}

// postFor posts, with a context that ends after a second.
func postFor(g chat.Service, key chat.Key) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, err := g.Post(ctx, chat.Target{}, key, chat.Reply{})
	return err
}

func TestACallThatIgnoresTheEndOfItsContextIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, g := guardDeaf(t)
		began := time.Now()
		err := postFor(g, "uid/0/end")
		if took := time.Since(began); chat.KindOfError(err) != chat.Uncertain || took > time.Second+returnWithin {
			t.Errorf("after %s it says %v", took, err)
		}
		// What may still be posted must not be taken for what was not.
		if _, _, err := g.Find(t.Context(), chat.Target{}, "uid/0/end", midnight); chat.KindOfError(err) != chat.Uncertain || d.calls != 0 {
			t.Errorf("while the post is under way it is sought %d times: %v", d.calls, err)
		}
		if _, _, err := g.Find(t.Context(), chat.Target{}, "uid/1/end", midnight); err != nil || d.calls != 1 {
			t.Errorf("another post is sought %d times: %v", d.calls, err)
		}
		close(d.letGo)
		synctest.Wait()
		if _, _, err := g.Find(t.Context(), chat.Target{}, "uid/0/end", midnight); err != nil || d.calls != 2 {
			t.Errorf("when the post has returned it is sought %d times: %v", d.calls, err)
		}
	})
}

func TestADriverWhoseCallsDoNotReturnIsCalledNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, g := guardDeaf(t)
		for range mostLeftBehind {
			if err := postFor(g, "k"); chat.KindOfError(err) != chat.Uncertain {
				t.Fatal(err)
			}
		}
		if err := postFor(g, "k"); chat.KindOfError(err) != chat.NotDone {
			t.Errorf("one more says %v", err)
		}
		if _, err := g.KindOf(t.Context(), chat.Place{}); err == nil || d.calls != 0 {
			t.Errorf("the driver was called: %v", err)
		}
		if h := g.Health(); h.Connected || !strings.Contains(h.Why, "64 calls of the driver do not return; restart the bot") {
			t.Errorf("health %+v", h)
		}
		close(d.letGo)
		synctest.Wait()
		if _, err := g.KindOf(t.Context(), chat.Place{}); err != nil || !g.Health().Connected {
			t.Errorf("when they have returned it says %v", err)
		}
	})
}
