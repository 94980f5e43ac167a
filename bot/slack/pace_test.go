package slack

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

func TestAChannelHasATurnASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, began := newPace(), time.Now()
		for range 4 {
			if err := p.wait(t.Context(), "C1"); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took < 3*time.Second || took > 4*time.Second {
			t.Errorf("four posts took %s", took)
		}
		began = time.Now()
		if err := p.wait(t.Context(), "C2"); err != nil || time.Since(began) > 0 {
			t.Errorf("another channel waits: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		if err := p.wait(ctx, "C2"); chat.RetryAfter(err) == 0 || chat.KindOfError(err) != chat.NotDone {
			t.Errorf("a turn that comes too late: %v", err)
		}
	})
}

func TestATurnThatWasTakenWaitsWhenSlackAsksForThat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, began := newPace(), time.Now()
		posted := make(chan time.Duration, 3)
		for range 3 {
			go func() {
				if err := p.wait(t.Context(), "C1"); err != nil {
					t.Error(err)
				}
				posted <- time.Since(began)
			}()
		}
		<-posted
		p.hold("C1", &chat.Error{Kind: chat.NotDone, RetryAfter: 10 * time.Second})
		second, third := <-posted, <-posted
		if second < 10*time.Second || third < second+time.Second {
			t.Errorf("they post after %s and %s", second, third)
		}
	})
}
