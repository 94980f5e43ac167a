package slack

import (
	"fmt"
	"testing"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// finds is how the bot looks whether a message was answered: for two keys, where it was asked and in direct messages.
func finds(t *testing.T, s *Service, m chat.Message) (found int) {
	t.Helper()
	for _, key := range []chat.Key{"answer", "end"} {
		for _, to := range []chat.Target{{Place: m.Place}, {Place: m.Place, Only: m.User}} {
			_, ok, err := s.Find(t.Context(), to, chat.Key(m.ID)+"/"+key, m.Written)
			if err != nil {
				t.Fatal(err)
			}
			if ok {
				found++
			}
		}
	}
	return found
}

func (w *world) calls(methods ...string) (n int) {
	for _, c := range w.Calls() {
		for _, method := range methods {
			if c.Method == method {
				n++
			}
		}
	}
	return n
}

// Slack takes 50 questions a minute. Of a hundred messages that were missed it is asked once for the channel and once for the
// direct messages, not four times for each.
func TestAfterAnAbsenceTheChannelIsReadOnceForAllThatWasMissed(t *testing.T) {
	w := newWorld(t)
	w.SetPage(0)
	s := w.service(t)
	s.pageSize, s.found.keep, s.places.quiet = longestPage, foundFor, kindFor
	since := w.Now()
	const missed = 100
	for n := range missed {
		w.alice.Post(w.channel, "", fmt.Sprintf("@volcado dump shop-%d", n))
	}
	arrived := w.listenSince(t, s, since, nil)
	for range missed {
		if finds(t, s, next(t, arrived)) > 0 {
			t.Error("what was never said was found")
		}
	}
	if n := w.calls("conversations.history", "conversations.replies"); n > 5 {
		t.Errorf("%d histories and threads were read", n)
	}
}

// What this process says is found at once, and what another one has said before is found after a while at the latest.
func TestWhatWasSaidIsFoundThoughItWasLookedForBefore(t *testing.T) {
	w := newWorld(t)
	s, other := w.service(t), w.service(t)
	s.found.keep = time.Hour
	arrived := w.listen(t, s, nil)
	w.alice.Post(w.channel, "", "@volcado dump shop")
	m := next(t, arrived)
	if finds(t, s, m) > 0 {
		t.Fatal("what was never said was found")
	}
	post := func(by *Service, to chat.Target, key chat.Key) {
		t.Helper()
		if _, err := by.Post(t.Context(), to, chat.Key(m.ID)+"/"+key, chat.Reply{Headline: "h"}); err != nil {
			t.Fatal(err)
		}
	}
	post(s, chat.Target{Place: m.Place}, "answer")
	if finds(t, s, m) != 1 {
		t.Error("what was said in the thread is not found")
	}
	post(s, chat.Target{Place: m.Place, Only: m.User}, "answer")
	if finds(t, s, m) != 2 {
		t.Error("what was said in direct messages is not found")
	}
	post(other, chat.Target{Place: m.Place}, "end")
	if finds(t, s, m) != 2 {
		t.Error("what was read is not remembered")
	}
	s.found.keep = 0
	if finds(t, s, m) != 3 {
		t.Error("what was read is remembered too long")
	}
}

// What was read from a moment on says nothing of what was said before it.
func TestWhatWasSaidEarlierThanWasReadIsLookedFor(t *testing.T) {
	w := newWorld(t)
	s := w.service(t)
	s.found.keep = time.Hour
	to := chat.Target{Place: w.place(w.channel, chat.KindPrivate)}
	ref, err := s.Post(t.Context(), to, "early", chat.Reply{Headline: "h"})
	if err != nil {
		t.Fatal(err)
	}
	w.Advance(time.Hour)
	now, early := w.Now(), at(ref.Post)
	for _, since := range []time.Time{now, early, now} {
		if _, found, err := s.Find(t.Context(), to, "early", since); err != nil || found != since.Equal(early) {
			t.Errorf("since %s: found %t, %v", since, found, err)
		}
	}
}

// What another process has said is found after an absence, too: a thread with replies is not taken for one without.
func TestAnAnswerOfAnotherProcessIsFoundAfterAnAbsence(t *testing.T) {
	w := newWorld(t)
	since := w.Now()
	place := w.place(w.channel, chat.KindPrivate)
	place.Thread = w.alice.Post(w.channel, "", "@volcado dump a")
	if _, err := w.service(t).Post(t.Context(), chat.Target{Place: place}, "k", chat.Reply{Headline: "h"}); err != nil {
		t.Fatal(err)
	}
	s := w.service(t)
	s.found.keep = time.Hour
	next(t, w.listenSince(t, s, since, nil))
	if _, found, err := s.Find(t.Context(), chat.Target{Place: place}, "k", at(place.Thread)); err != nil || !found {
		t.Errorf("found %t, %v", found, err)
	}
}
