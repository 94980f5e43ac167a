// Package turns lets those who work on the same thing do so one after the other, and everybody else beside them.
package turns

import (
	"context"
	"sync"
)

// Turns are taken by key. The zero value is ready.
type Turns struct {
	mu    sync.Mutex
	taken map[string]chan struct{} // closed when the turn is over
}

// Take waits for a turn with the key, or for ctx's end, which is the only error. waited says that somebody else had one
// meanwhile. Call over to pass the turn on.
func (t *Turns) Take(ctx context.Context, key string) (over func(), waited bool, err error) {
	for {
		t.mu.Lock()
		before, busy := t.taken[key]
		if !busy {
			if t.taken == nil {
				t.taken = map[string]chan struct{}{}
			}
			mine := make(chan struct{})
			t.taken[key] = mine
			t.mu.Unlock()
			return func() { t.end(key, mine) }, waited, nil
		}
		t.mu.Unlock()
		waited = true
		select {
		case <-before:
		case <-ctx.Done():
			return nil, true, ctx.Err()
		}
	}
}

func (t *Turns) end(key string, mine chan struct{}) {
	t.mu.Lock()
	delete(t.taken, key)
	t.mu.Unlock()
	close(mine)
}
