package played

import (
	"context"
	"sync"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// pollFor is how long one call waits for events. Its answer, even without any, shows that the service is there.
	pollFor = 2 * time.Second
	// reconnectFirst and reconnectLast bound the pauses before the driver connects again.
	reconnectFirst, reconnectLast = 20 * time.Millisecond, 2 * time.Second
	// repeatFirst and repeatLast bound the pauses before a message whose handler failed is handed on again.
	repeatFirst, repeatLast = 50 * time.Millisecond, 5 * time.Second
	// inHand is how many messages are handled at once at most. Then no more are read.
	inHand = 1000
)

// listener is one call of Listen.
type listener struct {
	*Driver
	handle chat.Handler
	// position is when the last message was written up to which all have been read.
	position time.Time
	slots    chan struct{}
	running  sync.WaitGroup

	laneMu sync.Mutex
	lanes  map[string]chan struct{}
}

// Listen hands on what is written, and first what was written since then.
func (d *Driver) Listen(ctx context.Context, since time.Time, handle chat.Handler) error {
	l := &listener{
		Driver: d, handle: handle, position: since, slots: make(chan struct{}, inHand), lanes: map[string]chan struct{}{},
	}
	handling, stop := context.WithCancel(ctx)
	defer l.running.Wait()
	defer stop()
	pause := reconnectFirst
	for {
		heard, err := l.connected(handling)
		if ctx.Err() != nil {
			d.lost("stopped")
			return nil
		}
		d.lost(err.Error())
		if kind := chat.KindOfError(err); kind == chat.Unauthorised || kind == chat.Rejected {
			return err
		}
		if heard {
			pause = reconnectFirst
		}
		if !sleep(ctx, max(pause, chat.RetryAfter(err))) {
			return nil
		}
		pause = min(2*pause, reconnectLast)
		d.reconnects()
	}
}

// sleep says whether the time has passed before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// connected listens on one connection until it ends. It always returns an error, and whether the service was heard.
func (l *listener) connected(ctx context.Context) (heard bool, err error) {
	if err := l.hello(ctx); err != nil {
		return false, err
	}
	given, err := l.call(ctx, OpConnect, request{})
	if err != nil {
		return false, err
	}
	connection := given.Connection
	// Only now: whatever is written while history is read comes by the connection.
	if err := l.catchUp(ctx); err != nil {
		return false, err
	}
	l.heard()
	for {
		given, err := l.call(ctx, OpEvents, request{Connection: connection, Wait: int(pollFor / time.Millisecond)})
		if err != nil {
			return true, err
		}
		l.heard()
		for _, e := range given.Events {
			if e.Kind == eventMessage && e.Attempt == 1 && e.Message.At.After(l.position) {
				l.position = e.Message.At
			}
			l.take(ctx, e, false)
		}
	}
}

// catchUp reads what was written since the position, to its end.
func (l *listener) catchUp(ctx context.Context) error {
	position, after := l.position, ""
	for {
		given, err := l.call(ctx, OpHistory, request{Since: l.position, After: after})
		if err != nil {
			return err
		}
		for _, m := range given.Messages {
			if m.At.After(position) {
				position = m.At
			}
			l.take(ctx, wireEvent{ID: m.ID, Kind: eventMessage, Message: m}, true)
		}
		if given.Next == "" {
			l.position = position
			return nil
		}
		after = given.Next
	}
}

// closed is waited for by what waits for nothing.
var closed = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// turn makes what one person writes in one channel be handed on in order. It gives what to wait for, and what to call
// when the next one may begin.
func (l *listener) turn(lane string) (before <-chan struct{}, over func()) {
	l.laneMu.Lock()
	defer l.laneMu.Unlock()
	mine := make(chan struct{})
	before = closed
	if previous := l.lanes[lane]; previous != nil {
		before = previous
	}
	l.lanes[lane] = mine
	return before, sync.OnceFunc(func() {
		l.laneMu.Lock()
		defer l.laneMu.Unlock()
		close(mine)
		if l.lanes[lane] == mine {
			delete(l.lanes, lane)
		}
	})
}
