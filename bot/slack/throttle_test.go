package slack

import (
	"testing"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

func TestAMethodIsLeftAloneWhenSlackAsksForThatWhoeverWantsIt(t *testing.T) {
	w := newWorld(t)
	s := w.service(t)
	w.Throttle(time.Minute, "users.info")
	for _, id := range []string{w.alice.ID, w.bob.ID} {
		if _, err := s.people.of(t.Context(), w.Team, id); chat.RetryAfter(err) < 50*time.Second {
			t.Errorf("%s: %v", id, err)
		}
	}
	if n := len(w.Calls()); n != 1 {
		t.Errorf("%d calls were made", n)
	}
	if _, err := s.whoami(t.Context()); err != nil {
		t.Errorf("another method: %v", err)
	}
}
