package slack

import (
	"context"
	"slices"
	"sync"
	"time"
)

// acks are the acknowledgements that wait for a message to be handled, by the message: it can be read from the history while Slack
// delivers it, perhaps several times.
type acks struct {
	mu      sync.Mutex
	waiting map[string][]func()
	// given are the last messages whose acknowledgements were given: one more of a message can come in the moment in which it has
	// been handled and the inbox does not know that yet.
	given [100]string
	next  int
}

func (a *acks) add(id string, ack func()) {
	if ack == nil {
		return
	}
	a.mu.Lock()
	if slices.Contains(a.given[:], id) {
		a.mu.Unlock()
		ack()
		return
	}
	defer a.mu.Unlock()
	if a.waiting == nil {
		a.waiting = map[string][]func(){}
	}
	a.waiting[id] = append(a.waiting[id], ack)
}

// give those of a message, which was handled.
func (a *acks) give(id string) {
	a.mu.Lock()
	waiting := a.waiting[id]
	delete(a.waiting, id)
	a.given[a.next], a.next = id, (a.next+1)%len(a.given)
	a.mu.Unlock()
	for _, ack := range waiting {
		ack()
	}
}

func (a *acks) clear() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.waiting)
}

// mostEarly of the messages that are held back. What has no room is delivered again.
const mostEarly = 1000

// early holds back what was written before the connection began, until the history was read: Slack delivers it again in no
// certain order, and the history has it in the order in which it was written.
type early struct {
	mu sync.Mutex
	// hello is when the connection began; behind, until the history was read.
	hello  time.Time
	behind bool
	held   []heldBack
}

type heldBack struct {
	written
	ack func()
}

// begin to hold back.
func (e *early) begin() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hello, e.behind, e.held = time.Now(), true, nil
}

// before says whether a message was written before the connection began. What is written later is delivered, too, and was not
// handled before, even if the history has it first.
func (e *early) before(w written) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return at(w.TS).Before(e.hello)
}

// holds a message back, if that is to be done.
func (e *early) holds(w written, ack func()) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.behind || !at(w.TS).Before(e.hello) {
		return false
	}
	if len(e.held) < mostEarly {
		e.held = append(e.held, heldBack{w, ack})
	}
	return true
}

// end gives what was held back.
func (e *early) end(take func(written, func())) {
	e.mu.Lock()
	held := e.held
	e.behind, e.held = false, nil
	e.mu.Unlock()
	for _, h := range held {
		take(h.written, h.ack)
	}
}

// arrive is a message that Slack delivers.
func (l *listener) arrive(ctx context.Context, w written, ack func()) {
	if !l.early.holds(w, ack) {
		l.take(ctx, w, ack)
	}
}
