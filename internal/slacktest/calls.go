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
