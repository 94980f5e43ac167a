package chattest

import (
	"context"
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/chat"
)

func returns() []test {
	return []test{
		{
			name: "a message that is delivered again keeps its id and says so", run: redelivered,
			needs: func(h Harness) bool { return h.Redeliver != nil },
		},
		{
			name: "a message that was not handled before the end comes again, and says so", run: unhandledComesAgain,
			needs: func(h Harness) bool { return h.Restart != nil },
		},
		{
			name: "what was written before it listens is read to its end, in order", run: historyIsRead,
			needs: func(h Harness) bool { return h.Restart != nil && h.Page > 0 },
		},
		{
			name: "what was written while the connection was lost is read to its end, in order", run: gapsAreRead,
			needs: func(h Harness) bool { return h.Away != nil && h.Page > 0 },
		},
	}
}

func redelivered(s *session) {
	arrived := s.collect()
	s.Type("first")
	first := s.next(arrived)
	s.settled(arrived)
	s.Redeliver(first.ID)
	s.Type("second")
	want := first
	want.Again = true
	for {
		m := s.next(arrived)
		if m.Text == "second" {
			break
		}
		if diff := cmp.Diff(want, m); diff != "" {
			s.Errorf("delivered again it was another one (-want +got)\n%s", diff)
		}
	}
	for _, m := range s.settled(arrived) {
		if diff := cmp.Diff(want, m); diff != "" {
			s.Errorf("delivered again it was another one (-want +got)\n%s", diff)
		}
	}
}

func unhandledComesAgain(s *session) {
	failed := make(chan chat.Message, 100)
	stop := s.listen(s.Service, s.began, func(_ context.Context, m chat.Message) (chat.Answer, error) {
		failed <- m
		return chat.Answer{}, errUnwell
	})
	s.Type("hello")
	want := s.next(failed)
	stop()
	want.Again = true
	for name, service := range map[string]chat.Service{"the same process": s.Service, "another process": s.Restart()} {
		arrived, handle := collector()
		stop := s.listen(service, s.began.Add(-time.Second), handle)
		if diff := cmp.Diff(want, s.next(arrived)); diff != "" {
			s.Errorf("%s (-want +got)\n%s", name, diff)
		}
		stop()
	}
}

func historyIsRead(s *session) {
	arrived, handle := collector()
	stop := s.listen(s.Service, s.began, handle)
	s.Type("at first")
	s.next(arrived)
	stop()
	n := 2*s.Page + 1
	for i := range n {
		s.Type(fmt.Sprintf("message %d", i))
	}
	later := s.Restart()
	arrived, handle = collector()
	s.Cleanup(s.listen(later, s.began.Add(-time.Second), handle))
	if m := s.next(arrived); m.Text != "at first" || !m.Again {
		s.Errorf("the first that was read is %+v", m)
	}
	s.inOrder(arrived, n)
}

// inOrder sees that those messages arrive, as read again, in order, once.
func (s *session) inOrder(arrived <-chan chat.Message, n int) {
	s.Helper()
	for i := range n {
		m := s.next(arrived)
		if want := fmt.Sprintf("message %d", i); m.Text != want || !m.Again {
			s.Fatalf("%q was read (again: %v), want %q", m.Text, m.Again, want)
		}
	}
	s.Type("at last")
	if m := s.next(arrived); m.Text != "at last" {
		s.Errorf("%q was handed on twice", m.Text)
	}
}

func gapsAreRead(s *session) {
	arrived := s.collect()
	s.Type("at first")
	first := s.next(arrived)
	reconnects := s.Service.Health().Reconnects
	s.Away.Leave()
	s.eventually("it knows that the connection is lost, and why", func() bool {
		h := s.Service.Health()
		return !h.Connected && h.Why != ""
	})
	n := 2*s.Page + 1
	for i := range n {
		s.Type(fmt.Sprintf("message %d", i))
	}
	s.Away.Return()
	s.eventually("it is connected again", func() bool { return s.Service.Health().Connected })
	if s.Service.Health().Reconnects <= reconnects {
		s.Error("it does not count that it has connected again")
	}
	// What was handled a moment before may be read again, if that is said.
	m := s.next(arrived)
	if m.ID == first.ID && m.Again {
		m = s.next(arrived)
	}
	if m.Text != "message 0" || !m.Again {
		s.Fatalf("%q was read (again: %v), want the first that was missed", m.Text, m.Again)
	}
	for i := 1; i < n; i++ {
		m := s.next(arrived)
		if want := fmt.Sprintf("message %d", i); m.Text != want || !m.Again {
			s.Fatalf("%q was read (again: %v), want %q", m.Text, m.Again, want)
		}
	}
	s.Type("at last")
	if m := s.next(arrived); m.Text != "at last" || m.Again {
		s.Errorf("%q was handed on (again: %v)", m.Text, m.Again)
	}
}
