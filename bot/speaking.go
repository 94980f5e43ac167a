package bot

import "sync"

// speaking counts the answers that are on their way. It is no sync.WaitGroup, because messages are handled while somebody
// waits. The zero value is ready.
type speaking struct {
	mu    sync.Mutex
	count int
	none  chan struct{} // closed when count is 0 again
}

// Go has an answer be said.
func (s *speaking) Go(say func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.count == 0 {
		s.none = make(chan struct{})
	}
	s.count++
	go func() {
		defer s.said()
		say()
	}()
}

func (s *speaking) said() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.count--; s.count == 0 {
		close(s.none)
	}
}

// over is closed when no answer is on its way.
func (s *speaking) over() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.count == 0 {
		over := make(chan struct{})
		close(over)
		return over
	}
	return s.none
}
