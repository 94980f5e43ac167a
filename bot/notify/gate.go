package notify

import (
	"sync"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// Calls of one service at once. A service that hangs takes no more of the notifier's workers than this, and edits, of
// which there are many, never take those of what is said once. They are few, because with each goes a write to the API server:
// where that is slow, those who have just asked for a dump wait for it, too.
const (
	callsAtOnce = 10
	editsAtOnce = 2
	// Workers that the notifier needs for each service.
	Workers = callsAtOnce + editsAtOnce
	// busyFor is when a call that found no room is tried again.
	busyFor = 100 * time.Millisecond
)

// line is what is kept for each service.
type line struct {
	budget       budget
	calls, edits chan struct{}

	mu sync.Mutex
	// kinds of channels, as they were read.
	kinds map[string]kindRead
}

type kindRead struct {
	kind chat.Kind
	at   time.Time
}

func newLine() *line {
	return &line{
		calls: make(chan struct{}, callsAtOnce), edits: make(chan struct{}, editsAtOnce), kinds: map[string]kindRead{},
	}
}

// enter makes room for a call, if there is some. Call leave then.
func enter(gate chan struct{}) (leave func(), ok bool) {
	select {
	case gate <- struct{}{}:
		return func() { <-gate }, true
	default:
		return nil, false
	}
}

// kind of a channel that was read no longer ago than within: many dumps are told of in one channel.
func (l *line) kind(now time.Time, channel string, within time.Duration) (kindRead, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	read, ok := l.kinds[channel]
	return read, ok && now.Sub(read.at) <= within
}

func (l *line) readKind(now time.Time, channel string, kind chat.Kind) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, read := range l.kinds {
		if now.Sub(read.at) > kindForEdit {
			delete(l.kinds, name) // so that there are no more than are spoken in
		}
	}
	l.kinds[channel] = kindRead{kind: kind, at: now}
}
