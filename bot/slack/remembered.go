package slack

import (
	"context"
	"sync"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/turns"
)

// remembered keeps what was read, for a while. What fails is not kept. Those who want the same at once wait for one reading of it.
type remembered[T any] struct {
	keep time.Duration
	most int
	// turns at reading, by the key.
	turns turns.Turns

	mu      sync.Mutex
	entries map[string]*entry[T]
	// changes that were told. What was read before one of them is not kept.
	changes int
}

type entry[T any] struct {
	read  time.Time
	value T
}

func newRemembered[T any](keep time.Duration, most int) *remembered[T] {
	return &remembered[T]{keep: keep, most: most, entries: map[string]*entry[T]{}}
}

func (r *remembered[T]) get(ctx context.Context, key string, read func() (T, error)) (T, error) {
	return r.within(ctx, r.keep, key, read)
}

// within is get, of what is to be no older than that.
func (r *remembered[T]) within(ctx context.Context, keep time.Duration, key string, read func() (T, error)) (T, error) {
	if known, ok := r.known(key, keep); ok {
		return known, nil
	}
	over, waited, err := r.turns.Take(ctx, key)
	if err != nil {
		var none T
		return none, &chat.Error{Kind: chat.NotDone, Err: err}
	}
	defer over()
	if waited {
		if known, ok := r.known(key, keep); ok {
			return known, nil
		}
	}
	r.mu.Lock()
	changes := r.changes
	r.mu.Unlock()
	began := time.Now()
	value, err := read()
	if err != nil {
		return value, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if changes == r.changes {
		r.set(key, began, value)
	}
	return value, nil
}

func (r *remembered[T]) known(key string, keep time.Duration) (known T, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e := r.entries[key]; e != nil && time.Since(e.read) < keep {
		return e.value, true
	}
	return known, false
}

func (r *remembered[T]) set(key string, read time.Time, value T) {
	if len(r.entries) >= r.most {
		clear(r.entries)
	}
	r.entries[key] = &entry[T]{read: read, value: value}
}

// put what was read of a key beside something else, before that moment.
func (r *remembered[T]) put(key string, read time.Time, value T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.set(key, read, value)
}

// drop what was read of a key, and what is being read.
func (r *remembered[T]) drop(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.entries, key)
	r.changes++
}

// forget all that was read.
func (r *remembered[T]) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.entries)
	r.changes++
}
