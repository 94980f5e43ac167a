package listen

import (
	"sync"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// maxOpen bounds how many messages that are not handled yet are told apart.
const maxOpen = 10_000

// water knows up to when all messages of a service were handled: its low-water mark. Times are the service's own.
type water struct {
	mu sync.Mutex
	// last is the mark that was told last. Nothing before it is unhandled.
	last time.Time
	// next is what the mark may become: see mark.
	next time.Time
	// newest that was handled.
	newest time.Time
	// open are the messages that were begun and are not handled, with when they were written.
	open map[message]time.Time
	// overflow is the oldest of those that open had no room for, or zero. Reading again begins there.
	overflow time.Time
}

// message is what tells one from the others of its service.
type message struct{ channel, id string }

func (w *water) start(at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last, w.next, w.newest, w.open, w.overflow = at, at, at, map[message]time.Time{}, time.Time{}
}

// restart is where the service is to be read on. All from there is read again, so what was open is forgotten.
func (w *water) restart(now time.Time) time.Time {
	at := w.mark(now, false) // what the driver had in its hands is lost
	w.start(at)
	return at
}

// begin a message, and say when it was written. It is open until it is done, also between two attempts: one whose time is
// not known, or in the future, is as old as its first attempt, or it would never become too old to be tried again.
func (w *water) begin(m chat.Message, now time.Time) (at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at = written(m, now)
	first, known := w.open[key(m)]
	if known {
		at = earlier(at, first)
	}
	if known || len(w.open) < maxOpen {
		w.open[key(m)] = at
	} else if w.overflow.IsZero() || at.Before(w.overflow) {
		w.overflow = at
	}
	return at
}

func (w *water) done(m chat.Message, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, key(m))
	if at := written(m, now); at.After(w.newest) {
		w.newest = at
	}
}

// mark is the time before which no message is unhandled. While the driver is not settled it does not advance: the driver
// may be reading one channel after another, and the newest message of the first says nothing of the second. Otherwise it
// becomes what was handled when it was asked for before, unless something older has begun since: a driver hands over one
// message of a person after the other, and between two of them none is open.
func (w *water) mark(now time.Time, settled bool) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	next := w.upToOpen(w.newest, now)
	mark := w.upToOpen(w.last, now)
	if settled {
		mark = earlier(next, w.next)
	}
	w.last, w.next = mark, next
	return mark
}

// upToOpen is at, or the time of a message that is older and not handled.
func (w *water) upToOpen(at, now time.Time) time.Time {
	for m, written := range w.open {
		switch {
		case now.Sub(written) > longestAbsence:
			delete(w.open, m) // it would not be read again anyway
		default:
			at = earlier(at, written)
		}
	}
	if now.Sub(w.overflow) > longestAbsence {
		w.overflow = time.Time{}
	}
	if !w.overflow.IsZero() {
		at = earlier(at, w.overflow)
	}
	return at
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func key(m chat.Message) message { return message{m.Channel, m.ID} }

// written is when, and never later than now: a message from the future would hide all that follow it.
func written(m chat.Message, now time.Time) time.Time {
	if m.Written.IsZero() || m.Written.After(now) {
		return now
	}
	return m.Written
}
