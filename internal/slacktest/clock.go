package slacktest

import (
	"fmt"
	"slices"
	"time"
)

// clock is the real one, moved forward by the test, with what is to be done later.
type clock struct {
	ahead time.Duration
	later []*appointment
}

// appointment is something to be done at a time, with the lock held.
type appointment struct {
	at time.Time
	do func()
}

// tickEvery is how often what is due is done.
const tickEvery = 5 * time.Millisecond

// Now by the server's clock.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

// Advance moves the server's clock forward, and does what has become due: an event that waits for its acknowledgement is delivered
// once more at most, however far the clock moves, because its receiver had no time to acknowledge it in between.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock.ahead += d
	s.runDue()
}

func (s *Server) now() time.Time { return time.Now().Add(s.clock.ahead) }

// after has something done later by the server's clock. The caller holds the lock, and so does the call.
func (s *Server) after(d time.Duration, do func()) *appointment {
	a := &appointment{at: s.now().Add(d), do: do}
	s.clock.later = append(s.clock.later, a)
	return a
}

// cancel an appointment.
func (s *Server) cancel(a *appointment) {
	s.clock.later = slices.DeleteFunc(s.clock.later, func(other *appointment) bool { return other == a })
}

func (s *Server) runDue() {
	now := s.now()
	var due []*appointment
	s.clock.later = slices.DeleteFunc(s.clock.later, func(a *appointment) bool {
		if a.at.After(now) {
			return false
		}
		due = append(due, a)
		return true
	})
	slices.SortStableFunc(due, func(a, b *appointment) int { return a.at.Compare(b.at) })
	for _, a := range due {
		a.do()
	}
}

func (s *Server) tick(stop <-chan struct{}) {
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			s.mu.Lock()
			s.runDue()
			s.mu.Unlock()
		}
	}
}

// nextTS is the time of a message: unique in the workspace, and later than all before.
func (s *Server) nextTS() string {
	now := s.now().UnixMicro()
	if now <= s.lastTS {
		now = s.lastTS + 1
	}
	s.lastTS = now
	return formatTS(now)
}

func formatTS(micros int64) string { return fmt.Sprintf("%d.%06d", micros/1e6, micros%1e6) }

// timeOf a message; the zero time where it is none.
func timeOf(ts string) time.Time {
	var seconds, micros int64
	if _, err := fmt.Sscanf(ts, "%d.%06d", &seconds, &micros); err != nil {
		return time.Time{}
	}
	return time.UnixMicro(seconds*1e6 + micros)
}
