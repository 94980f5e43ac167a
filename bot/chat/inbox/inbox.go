// Package inbox hands on what a service delivers, for drivers: every message once, those of one person in a channel in
// order, and each until it was handled.
package inbox

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// mostInHand is how many items are handled at once.
	mostInHand = 256
	// mostHeld is what all items together can hold, in bytes. Then Take waits. An item counts as itemSize more than it says,
	// for what the inbox itself needs: so many wait for their turn that one person's flood keeps nobody else waiting.
	mostHeld, itemSize = 32 << 20, 8 << 10
	// mostRemembered is how many items are remembered to have been handled.
	mostRemembered = 50_000
	// firstPause and longestPause bound the pauses before an item whose handler failed is handled again.
	firstPause, longestPause = 50 * time.Millisecond, 5 * time.Second
)

// Item is something that was delivered.
type Item struct {
	// ID under which the item is known: one that is delivered twice is handled once. Without an id nothing is known of it.
	ID string
	// Lane of the item. Those of one lane are begun in the order in which they were taken; one that fails does not hold up
	// the next.
	Lane string
	// Size of what the item keeps in memory, in bytes, about.
	Size int
	// Redelivered by the service itself. It is handled even if it was before, because the bot must bear that, and takes no
	// turn in its lane.
	Redelivered bool
	// Handle the item. After an error it is called again, after a pause that grows, until it returns nil or the context ends.
	Handle func(context.Context) error
}

// Fate of an item.
type Fate int

const (
	// Taken: it is being handled.
	Taken Fate = iota
	// InHand: one with the same id is being handled already.
	InHand
	// Handled: one with the same id was handled.
	Handled
	// Ended: the context has ended.
	Ended
)

// Inbox of one service. What it remembers outlives the service's connections.
type Inbox struct {
	room    *semaphore.Weighted
	slots   chan struct{}
	running sync.WaitGroup
	known   known
	lanes   lanes
}

// New makes an inbox.
func New() *Inbox {
	return &Inbox{
		room: semaphore.NewWeighted(mostHeld), slots: make(chan struct{}, mostInHand),
		known: known{states: map[string]state{}}, lanes: lanes{last: map[string]chan struct{}{}},
	}
}

// Take an item, once there is room for it.
func (b *Inbox) Take(ctx context.Context, item Item) Fate {
	if item.ID != "" {
		if fate := b.known.begin(item.ID, item.Redelivered); fate != Taken {
			return fate
		}
	}
	before, over := closed, func() {}
	if !item.Redelivered {
		before, over = b.lanes.turn(item.Lane)
	}
	started := b.begin(ctx, item.Size, func() {
		defer over()
		<-before
		b.handle(ctx, item, over)
	})
	if !started {
		b.known.set(item.ID, unseen)
		over()
		return Ended
	}
	return Taken
}

// Go runs f beside the items, once there is room for it, and says whether it does; it does not where ctx has ended.
func (b *Inbox) Go(ctx context.Context, f func()) bool { return b.begin(ctx, 0, f) }

func (b *Inbox) begin(ctx context.Context, size int, f func()) bool {
	weight := min(int64(max(size, 0))+itemSize, mostHeld)
	if ctx.Err() != nil || b.room.Acquire(ctx, weight) != nil {
		return false
	}
	b.running.Go(func() {
		defer b.room.Release(weight)
		f()
	})
	return true
}

// Wait until nothing is in hand. It is called when nothing more is taken and the context of what was taken has ended.
func (b *Inbox) Wait() { b.running.Wait() }

// handle an item until that succeeds or ctx ends. tried is called when that was tried once.
func (b *Inbox) handle(ctx context.Context, item Item, tried func()) {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		if b.attempt(ctx, item) == nil {
			b.known.set(item.ID, handled)
			return
		}
		b.known.set(item.ID, repeating)
		tried()
		if !chat.Wait(ctx, pause) {
			b.known.set(item.ID, unseen)
			return
		}
	}
}

// attempt to handle an item. Between its attempts an item keeps no other from being handled.
func (b *Inbox) attempt(ctx context.Context, item Item) error {
	select {
	case b.slots <- struct{}{}: // where there is one, an item is tried once even if the context has ended meanwhile
	default:
		select {
		case b.slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	defer func() { <-b.slots }()
	return item.Handle(ctx)
}
