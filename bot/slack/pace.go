package slack

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// postEvery is the shortest time between the beginnings of two posts in one channel. Slack takes about one a second, and bursts are not
// promised. The tenth more is for calls that take less long to arrive than the one before.
const postEvery = 1100 * time.Millisecond

// pace spaces the posts of each channel.
type pace struct {
	every time.Duration

	mu sync.Mutex
	// next is when a channel has a turn to give, held until when Slack has asked to leave it alone.
	next, held map[string]time.Time
}

func newPace() *pace {
	return &pace{every: postEvery, next: map[string]time.Time{}, held: map[string]time.Time{}}
}

// wait until a channel takes a post. Where ctx ends before, nothing was posted, and the error says so.
func (p *pace) wait(ctx context.Context, channel string) error {
	for {
		turn, err := p.take(ctx, channel)
		if err != nil {
			return err
		}
		if !chat.Wait(ctx, time.Until(turn)) {
			return &chat.Error{Kind: chat.NotDone, Err: ctx.Err()}
		}
		if !p.holds(channel) {
			return nil
		}
	}
}

// take a turn.
func (p *pace) take(ctx context.Context, channel string) (time.Time, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	for _, times := range []map[string]time.Time{p.next, p.held} { // those that are over need no entry
		maps.DeleteFunc(times, func(_ string, t time.Time) bool { return t.Before(now) })
	}
	turn := now
	if free := p.next[channel]; free.After(now) {
		turn = free
	}
	if deadline, ok := ctx.Deadline(); ok && turn.After(deadline) {
		return now, &chat.Error{Kind: chat.NotDone, RetryAfter: turn.Sub(now), Err: fmt.Errorf("channel %s takes one post a second, and too many wait", channel)}
	}
	p.next[channel] = turn.Add(p.every)
	return turn, nil
}

// hold a channel for as long as Slack has asked for.
func (p *pace) hold(channel string, err error) {
	wait := chat.RetryAfter(err)
	if wait == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	until := time.Now().Add(wait)
	for _, times := range []map[string]time.Time{p.next, p.held} {
		if until.After(times[channel]) {
			times[channel] = until
		}
	}
}

// holds reports whether a channel is held. A turn that was taken before is then no longer good.
func (p *pace) holds(channel string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Now().Before(p.held[channel])
}
