package notify

import (
	"slices"
	"sync"
	"time"
)

// budget shares a workspace's edits fairly: who has waited longest is next, and everybody has one turn at most. Edits
// alone wait here; what is said once never does.
type budget struct {
	mu sync.Mutex
	// left of the edits, and when that was.
	left float64
	at   time.Time
	// waiting, the longest first.
	waiting []waiting
	// pausedUntil: the service wants to be left alone.
	pausedUntil time.Time
}

type waiting struct {
	key string
	due time.Time
}

const (
	// mostAtOnce is how many edits that were not used can be made at once.
	mostAtOnce = 3
	// missed is how long after its time a turn is kept.
	missed = 30 * time.Second
)

// take has key edit now, or says when it is its turn. Without a limit it always is. One that is first goes before all
// that wait.
func (b *budget) take(now time.Time, key string, perMinute int, first bool) (at time.Time, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.pausedUntil) {
		return b.pausedUntil, false
	}
	if perMinute <= 0 {
		return now, true
	}
	each := time.Minute / time.Duration(perMinute)
	b.refill(now, each)
	b.waiting = slices.DeleteFunc(b.waiting, func(w waiting) bool { return now.Sub(w.due) > missed })
	place := slices.IndexFunc(b.waiting, func(w waiting) bool { return w.key == key })
	switch {
	case place >= 0:
	case first:
		place, b.waiting = 0, slices.Insert(b.waiting, 0, waiting{key: key})
	default:
		place, b.waiting = len(b.waiting), append(b.waiting, waiting{key: key})
	}
	if b.left >= float64(place+1) {
		b.left--
		b.waiting = slices.Delete(b.waiting, place, place+1)
		return now, true
	}
	at = now.Add(time.Duration((float64(place+1) - b.left) * float64(each))).Add(time.Millisecond)
	b.waiting[place].due = at
	return at, false
}

func (b *budget) refill(now time.Time, each time.Duration) {
	if b.at.IsZero() {
		b.left = mostAtOnce
	} else if passed := now.Sub(b.at); passed > 0 {
		b.left = min(b.left+float64(passed)/float64(each), mostAtOnce)
	}
	b.at = now
}

// leave gives up a turn.
func (b *budget) leave(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = slices.DeleteFunc(b.waiting, func(w waiting) bool { return w.key == key })
}

// pause edits: the service wants to be left alone.
func (b *budget) pause(until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until.After(b.pausedUntil) {
		b.pausedUntil = until
	}
}
