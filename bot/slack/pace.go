package slack

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// postEvery is the shortest time between two posts in one channel: Slack takes about one a second, and bursts are not promised.
const postEvery = time.Second

// pace spaces the posts of each channel.
type pace struct {
	every time.Duration

	mu   sync.Mutex
	next map[string]time.Time
}

func newPace() *pace { return &pace{every: postEvery, next: map[string]time.Time{}} }

// wait until a channel takes a post. Where ctx ends before, nothing was posted, and the error says so.
func (p *pace) wait(ctx context.Context, channel string) error {
	p.mu.Lock()
	now := time.Now()
	for c, free := range p.next { // those that are free again need no entry
		if free.Before(now) {
			delete(p.next, c)
		}
	}
	turn := now
	if free := p.next[channel]; free.After(now) {
		turn = free
	}
	if deadline, ok := ctx.Deadline(); ok && turn.After(deadline) {
		p.mu.Unlock()
		return &chat.Error{Kind: chat.NotDone, RetryAfter: turn.Sub(now), Err: fmt.Errorf("channel %s takes one post a second, and too many wait", channel)}
	}
	p.next[channel] = turn.Add(p.every)
	p.mu.Unlock()
	if !chat.Wait(ctx, time.Until(turn)) {
		return &chat.Error{Kind: chat.NotDone, Err: ctx.Err()}
	}
	return nil
}

// hold a channel for as long as Slack has asked for.
func (p *pace) hold(channel string, err error) {
	wait := chat.RetryAfter(err)
	if wait == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(wait); until.After(p.next[channel]) {
		p.next[channel] = until
	}
}
