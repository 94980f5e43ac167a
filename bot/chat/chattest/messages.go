package chattest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/chat"
)

func messages() []test {
	return []test{
		{name: "every message is handed on once, in order, with its author and place", run: messagesArrive},
		{name: "every message has an id of its own", run: idsDiffer},
		{name: "a message that is written while another is answered is not lost", run: nothingIsLost},
		{name: "a message is handed on again until its handler does not fail, and then no more", run: failuresAreRepeated},
		{
			name: "a message whose handler fails does not hold up the others", run: failuresHoldNobodyUp,
			needs: func(h Harness) bool { return !h.Service.Limits().Live },
		},
		{
			name: "a message is acknowledged when it was handled, and not before", run: acknowledgedWhenHandled,
			needs: func(h Harness) bool { return h.Waiting != nil },
		},
		{
			name: "two who speak do not mix", run: speakersDoNotMix,
			needs: func(h Harness) bool { return h.Second != nil },
		},
		{
			name: "a message in a thread is answered there, by another process, too", run: threadsAreKept,
			needs: func(h Harness) bool { return h.Threads != nil && h.Restart != nil },
		},
		{
			name: "a message that was edited says so, and is another one", run: editsAreTold,
			needs: func(h Harness) bool { return h.Edit != nil },
		},
		{name: "its health says whether it listens, and if not, why not", run: healthIsTold},
		{name: "it ends, without an error, when it is told to", run: itEnds},
	}
}

func messagesArrive(s *session) {
	arrived := s.collect()
	for _, text := range []string{
		"hello", "dump shop --reason \"<b>&amp; ümläut ☃ 漢字\"", "a < b > c & d &lt; \\* *x* _y_ `z` <@U0> @here", "", "help",
	} {
		s.Type(text)
		m := s.next(arrived)
		if m.Text != text {
			s.Errorf("typed %q, handed on %q", text, m.Text)
		}
		if diff := cmp.Diff(s.Author, m.Author); diff != "" {
			s.Errorf("another author (-want +got)\n%s", diff)
		}
		place := m.Place
		place.Thread = ""
		if diff := cmp.Diff(s.Place, place); diff != "" {
			s.Errorf("another place (-want +got)\n%s", diff)
		}
		if m.ServiceID() != s.Service.ID() {
			s.Errorf("a message of %s, of the service %s", m.ServiceID(), s.Service.ID())
		}
		if away := time.Since(m.Written).Abs(); away > time.Minute {
			s.Errorf("written at %s, which is %s away", m.Written, away)
		}
		if m.Again {
			s.Error("it was handed on for the first time, as if again")
		}
	}
	for _, m := range s.settled(arrived) {
		s.Errorf("%q was handed on again", m.Text)
	}
}

func idsDiffer(s *session) {
	arrived := s.collect()
	seen := map[string]bool{}
	for range 3 {
		s.Type("hello")
		m := s.next(arrived)
		if m.ID == "" || len(m.ID) > 128 || seen[m.ID] {
			s.Errorf("id %q is empty, too long, or was there before", m.ID)
		}
		seen[m.ID] = true
	}
}

func nothingIsLost(s *session) {
	arrived, answer := make(chan chat.Message, 10), make(chan struct{})
	s.serve(func(_ context.Context, m chat.Message) (chat.Answer, error) {
		arrived <- m
		<-answer
		return chat.Answer{}, nil
	})
	s.Type("first")
	s.next(arrived)
	s.Type("second")
	close(answer)
	if m := s.next(arrived); m.Text != "second" {
		s.Errorf("got %q", m.Text)
	}
}

var errUnwell = errors.New("the handler is unwell")

func failuresAreRepeated(s *session) {
	var mu sync.Mutex
	calls := map[string]int{}
	arrived := make(chan chat.Message, 100)
	s.serve(func(_ context.Context, m chat.Message) (chat.Answer, error) {
		mu.Lock()
		defer mu.Unlock()
		calls[m.Text]++
		arrived <- m
		if m.Text == "hard" && calls[m.Text] < 3 {
			return chat.Answer{}, errUnwell
		}
		return chat.Answer{}, nil
	})
	s.Type("hard")
	first := s.next(arrived)
	for range 2 {
		if m := s.next(arrived); m.ID != first.ID || m.Text != first.Text {
			s.Errorf("after %+v failed, %+v was handed on", first, m)
		}
	}
	s.Type("easy")
	if m := s.next(arrived); m.Text != "easy" {
		s.Errorf("%q was handed on again, though it had been handled", m.Text)
	}
	for _, m := range s.settled(arrived) {
		s.Errorf("%q was handed on again, though it had been handled", m.Text)
	}
}

func failuresHoldNobodyUp(s *session) {
	arrived := make(chan chat.Message, 1000)
	s.serve(func(_ context.Context, m chat.Message) (chat.Answer, error) {
		if m.Text == "impossible" {
			return chat.Answer{}, errUnwell
		}
		arrived <- m
		return chat.Answer{}, nil
	})
	s.Type("impossible")
	s.Type("possible")
	if m := s.next(arrived); m.Text != "possible" {
		s.Errorf("got %q", m.Text)
	}
}

func acknowledgedWhenHandled(s *session) {
	arrived, answer := make(chan chat.Message), make(chan error)
	s.serve(func(_ context.Context, m chat.Message) (chat.Answer, error) {
		arrived <- m
		return chat.Answer{}, <-answer
	})
	s.Type("hello")
	for _, result := range []error{errUnwell, nil} {
		s.next(arrived)
		if s.Waiting() != 1 {
			s.Error("it was acknowledged before it was handled")
		}
		answer <- result
	}
	s.eventually("it is acknowledged", func() bool { return s.Waiting() == 0 })
}

func speakersDoNotMix(s *session) {
	arrived := s.collect()
	authors, ids := map[string]chat.Author{"first": s.Author, "second": s.Second.Author}, map[string]bool{}
	s.Type("first")
	s.Second.Type("second")
	for range 2 {
		m := s.next(arrived)
		if diff := cmp.Diff(authors[m.Text], m.Author); diff != "" {
			s.Errorf("%q (-want +got)\n%s", m.Text, diff)
		}
		ids[m.ID] = true
		place := m.Place
		place.Thread = ""
		if place != s.Place {
			s.Errorf("%q was written in %+v, want %+v", m.Text, place, s.Place)
		}
		delete(authors, m.Text)
	}
	if len(authors) > 0 || len(ids) != 2 {
		s.Errorf("not handed on were %v; the ids are %v", authors, ids)
	}
}

func threadsAreKept(s *session) {
	arrived := s.collect()
	s.Type("first")
	begun := s.next(arrived)
	if begun.Thread == "" || len(begun.Thread) > 128 {
		s.Fatalf("thread %q is empty or too long", begun.Thread)
	}
	s.Threads.Type(begun.Thread, "in it")
	if m := s.next(arrived); m.Place != begun.Place || m.Text != "in it" {
		s.Errorf("what was written in the thread of %+v came as %+v", begun, m)
	}
	s.Type("another")
	other := s.next(arrived)
	if other.Thread == begun.Thread {
		s.Error("two messages of the channel have one thread")
	}
	// A dump remembers its place by these parts, and a later process answers there.
	later := s.Restart()
	place := chat.Place{
		Platform: begun.Platform, Workspace: begun.Workspace, Channel: begun.Channel, Thread: begun.Thread, Kind: begun.Kind,
	}
	ref, err := later.Post(context.Background(), chat.Target{Place: place}, "later", chat.Reply{Headline: "said later"})
	if err != nil {
		s.Fatalf("Post: %v", err)
	}
	s.showsIn(begun.Thread, "said later")
	if err := s.Service.Edit(context.Background(), ref, chat.Reply{Headline: "edited by another"}); err != nil {
		s.Errorf("Edit: %v", err)
	}
	s.showsIn(begun.Thread, "edited by another")
	if found, ok := s.find(chat.Target{Place: place}, "later"); s.Service.Limits().Finds && (!ok || found != ref) {
		s.Errorf("found %+v, %v; want %+v", found, ok, ref)
	}
}

func (s *session) showsIn(thread, part string) {
	s.Helper()
	s.eventually(part+" is shown in the thread", func() bool { return contains(s.Threads.Shown(thread), part) })
}

func editsAreTold(s *session) {
	arrived := s.collect()
	s.Type("hello")
	first := s.next(arrived)
	s.Edit(first.ID, "dump everything")
	s.Edit(first.ID, "dump more")
	edited := s.next(arrived)
	if !edited.Edited || edited.ID == first.ID || edited.Author.User != first.Author.User || edited.Place != first.Place {
		s.Errorf("%+v was edited, and came as %+v", first, edited)
	}
	s.Type("the next one")
	if m := s.next(arrived); m.Edited || m.Text != "the next one" {
		s.Errorf("after the edits came %+v", m)
	}
}

func healthIsTold(s *session) {
	if h := s.Service.Health(); h.Connected || h.Why == "" {
		s.Errorf("before it listens its health is %+v", h)
	}
	arrived, handle := collector()
	stop := s.listen(s.Service, s.began, handle)
	s.Type("hello")
	s.next(arrived)
	if h := s.Service.Health(); !h.Connected || h.Why != "" || time.Since(h.Heard).Abs() > time.Minute {
		s.Errorf("while it listens its health is %+v", h)
	}
	stop()
	if h := s.Service.Health(); h.Connected || h.Why == "" {
		s.Errorf("after it has listened its health is %+v", h)
	}
}

func itEnds(s *session) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	_, handle := collector()
	go func() { ended <- s.Service.Listen(ctx, s.began, handle) }()
	stop()
	s.ends(ended, nil)
}
