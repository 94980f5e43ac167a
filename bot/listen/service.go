package listen

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// firstPause before Listen is called again; it doubles each time.
	firstPause = time.Second
	// longestPause: a token that was revoked is noticed as replaced at most so late. A service that listened for longer
	// than that begins with firstPause again.
	longestPause = time.Minute
)

// service is one that is listened to.
type service struct {
	chat.Service
	options *Options
	name    string
	log     *slog.Logger
	// slots bound how many of its messages are handled at once. Whoever has them all knows that nothing is.
	slots chan struct{}
	water water

	mu      sync.Mutex
	failure string // why Listen returned last; empty while it runs
	shared  bool   // the log has said that something else speaks with the bot's account, and that is still so
}

// run listens until ctx is done, and returns when the last message's handler has ended.
func (s *service) run(ctx context.Context) {
	pause, since := firstPause, s.water.restart(time.Now())
	for ctx.Err() == nil {
		began := time.Now()
		s.setFailure("")
		err := s.listen(ctx, since.Add(-chat.ClockSkew))
		if ctx.Err() != nil {
			break
		}
		s.setFailure(err.Error())
		since = s.water.restart(time.Now())
		if time.Since(began) > longestPause {
			pause = firstPause
		}
		wait := jittered(pause)
		s.options.Metrics.failed(s.name)
		s.log.Error("the chat service stopped; it is started again", "error", err, "after", wait)
		chat.Wait(ctx, wait)
		pause = min(2*pause, longestPause)
	}
	for range cap(s.slots) {
		s.slots <- struct{}{}
	}
}

// listen calls the driver. What it panics with in this goroutine is its failure; in a goroutine of its own nobody could
// recover it, and the process ends.
func (s *service) listen(ctx context.Context, since time.Time) (err error) {
	// Whatever the driver started ends with it, before it is started again.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			s.panicked(p)
			err = fmt.Errorf("the driver panicked: %v", p)
		}
	}()
	if err := s.Listen(ctx, since, s.handle); err != nil {
		return err
	}
	return errors.New("the driver stopped listening and did not say why")
}

func (s *service) panicked(p any) {
	s.options.Metrics.panicked(s.name)
	s.log.Error("panic", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
}

// settled: the driver has no messages left to read that were written before now.
func (s *service) settled() bool {
	health := s.Health()
	return health.Connected && !health.Behind
}

// tellShared says in the log, once each time that it begins, that something else speaks with the bot's account.
func (s *service) tellShared() {
	why := s.Health().Shared
	s.mu.Lock()
	defer s.mu.Unlock()
	if why != "" && !s.shared {
		s.log.Warn("the bot's account is shared", "why", why)
	}
	s.shared = why != ""
}

func (s *service) setFailure(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failure = why
}

// jittered keeps many bots from coming back at once.
func jittered(pause time.Duration) time.Duration {
	return pause + rand.N(pause/5)
}
