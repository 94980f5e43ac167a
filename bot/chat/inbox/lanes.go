package inbox

import "sync"

// closed is waited for by what waits for nothing.
var closed = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// lanes have items begin one after the other.
type lanes struct {
	mu   sync.Mutex
	last map[string]chan struct{}
}

// turn gives what to wait for, and what to call when the next of the lane can begin.
func (l *lanes) turn(lane string) (before <-chan struct{}, over func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	mine := make(chan struct{})
	before = closed
	if previous := l.last[lane]; previous != nil {
		before = previous
	}
	l.last[lane] = mine
	return before, sync.OnceFunc(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		close(mine)
		if l.last[lane] == mine {
			delete(l.last, lane)
		}
	})
}
