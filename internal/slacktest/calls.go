package slacktest

import (
	"slices"
	"time"
)

// Call of the Web API that the server has seen and, unless an error says otherwise, done.
type Call struct {
	Method string
	// Args as they were sent, without the token: texts from a form, other values from a JSON body.
	Args map[string]any
	// Token is the kind that it came with.
	Token TokenKind
	// Error that it was answered with; empty where it was ok. A call whose answer was lost has what the answer was.
	Error string
	// At that time of the server's clock.
	At time.Time
	// Early is whether it came before the Retry-After of an earlier call of the same method was over.
	Early bool
	// Known is for how long the client could have known that it was early: since the first refusal that was not over was sent. A
	// call that was on its way at that moment is early, and no fault of the client's. 0 where it was not early.
	Known time.Duration
}

// Calls that were seen, in order. Those that were lost before they were done are not among them.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Early are the calls that came before an earlier Retry-After was over.
func (s *Server) Early() []Call {
	return slices.DeleteFunc(s.Calls(), func(c Call) bool { return !c.Early })
}

// ForgetCalls that were seen up to now.
func (s *Server) ForgetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}
