package played

import (
	"context"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// pollFor is how long one call waits for events. Its answer, even without any, shows that the service is there.
	pollFor = 2 * time.Second
	// reconnectFirst and reconnectLast bound the pauses before the driver connects again.
	reconnectFirst, reconnectLast = 20 * time.Millisecond, 2 * time.Second
)

// listener is one call of Listen.
type listener struct {
	*Driver
	handle chat.Handler
	// position is when the last message was written up to which all have been read.
	position time.Time
}

// Listen hands on what is written, and first what was written since then.
func (d *Driver) Listen(ctx context.Context, since time.Time, handle chat.Handler) error {
	l := &listener{Driver: d, handle: handle, position: since}
	handling, stop := context.WithCancel(ctx)
	defer l.inbox.Wait()
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
		if !chat.Wait(ctx, max(pause, chat.RetryAfter(err))) {
			return nil
		}
		pause = min(2*pause, reconnectLast)
		d.reconnects()
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
