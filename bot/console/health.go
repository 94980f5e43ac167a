package console

import "github.com/volcado-io/volcado/bot/chat"

// Health of the session: it is connected from its first prompt to its end.
func (s *screen) Health() chat.Health {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.health
}

func (s *screen) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.health = chat.Health{Connected: true, Heard: s.now()}
}

func (s *screen) heard() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.health.Heard = s.now()
}

func (s *screen) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.health.Connected, s.health.Why = false, "the session has ended"
}
