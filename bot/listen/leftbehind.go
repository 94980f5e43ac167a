package listen

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// returnWithin is how long after the end of its context a call of a driver has to return.
	returnWithin = 2 * time.Second
	// mostLeftBehind bounds the calls of one service that have not returned. Beyond it nothing is called any more.
	mostLeftBehind = 64
)

// leftBehind are calls that did not return when their context had ended. Nobody can stop them. Whoever made them goes on, or
// a few would silence the service until the bot is restarted.
type leftBehind struct {
	mu    sync.Mutex
	calls int
	posts map[chat.Key]int
}

// call the driver, and leave the call behind if it does not return in time. Key is what is posted, or empty.
func call[T any](ctx context.Context, g *guarded, key chat.Key, do func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	if err := g.left.full(); err != nil {
		return outcome{}.value, &chat.Error{Kind: chat.NotDone, Err: err}
	}
	returned := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() { returned <- o }()
		defer g.recovered(&o.err)
		o.value, o.err = do()
	}()
	select {
	case o := <-returned:
		return o.value, o.err
	case <-ctx.Done():
	}
	patience := time.NewTimer(returnWithin)
	defer patience.Stop()
	select {
	case o := <-returned:
		return o.value, o.err
	case <-patience.C:
	}
	g.left.add(key)
	g.log.Error("a call of the driver does not return, although its context has ended; it is left behind", "key", key)
	go func() {
		<-returned
		g.left.remove(key)
	}()
	return outcome{}.value, &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("the driver does not return: %w", ctx.Err())}
}

func (l *leftBehind) add(key chat.Key) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	if key == "" {
		return
	}
	if l.posts == nil {
		l.posts = map[chat.Key]int{}
	}
	l.posts[key]++
}

func (l *leftBehind) remove(key chat.Key) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls--
	if key == "" {
		return
	}
	if l.posts[key]--; l.posts[key] == 0 {
		delete(l.posts, key)
	}
}

// full: there are as many as there can be.
func (l *leftBehind) full() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.calls < mostLeftBehind {
		return nil
	}
	return fmt.Errorf("%d calls of the driver do not return; restart the bot", l.calls)
}

// posting: a post of this key may still be made.
func (l *leftBehind) posting(key chat.Key) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.posts[key] == 0 {
		return nil
	}
	return &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("a post of %s has not returned", key)}
}
