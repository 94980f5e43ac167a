// Package listen runs the chat services of the replica that leads: it calls each one's Listen again after it failed, hands
// their messages to the bot, and remembers up to when all of them were handled, so that the next leader reads on from
// there. One service's failure stops no other.
package listen

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// maxAtOnce bounds the messages that are handled at once, over all services, so that a burst does not exhaust memory.
	// Each service has its share, so that one that does not answer keeps no other's messages waiting.
	maxAtOnce = 256
	// longestAbsence is how far back messages are read again at most.
	longestAbsence = 24 * time.Hour
	// saveEvery is the shortest time between two writes of the marks.
	saveEvery = 10 * time.Second
	// sampleEvery is how often the services are looked at for readiness.
	sampleEvery = 5 * time.Second
	// storeTimeout bounds one read or write of the marks.
	storeTimeout = 5 * time.Second
	// stopTimeout is how long services and handlers have to end when the bot is to stop.
	stopTimeout = 10 * time.Second
)

// Marks keep, for each service, the time before which no message is unhandled.
type Marks interface {
	Load(context.Context) (map[string]time.Time, error)
	Save(context.Context, map[string]time.Time) error
}

// Options of a Supervisor. All are required.
type Options struct {
	Services []chat.Service
	Handle   chat.Handler
	// Drain waits for what the bot still says of messages that it has handled.
	Drain func(context.Context)
	Marks Marks
	// Held reports whether this replica still holds its Lease. Without it nothing is handled and no mark is written.
	Held func() bool
	// ReplayWindow is how far back is read by a bot that has no mark.
	ReplayWindow time.Duration
	Metrics      *Metrics
	Log          *slog.Logger
}

// Supervisor listens to all services while Start runs. It is a Runnable of controller-runtime.
type Supervisor struct {
	Options
	services []*service

	mu sync.Mutex
	// leading since then; zero on a standby.
	leading time.Time
	// connected is when any service was last seen connected.
	connected time.Time
}

// New prepares a Supervisor.
func New(o Options) *Supervisor {
	s := &Supervisor{Options: o}
	share := max(1, maxAtOnce/max(1, len(o.Services)))
	for _, each := range o.Services {
		s.services = append(s.services, &service{
			Service: each, options: &s.Options, name: each.ID().String(), slots: make(chan struct{}, share),
			log: o.Log.With("service", each.ID().String()),
		})
	}
	o.Metrics.observe(s)
	return s
}

// NeedLeaderElection has controller-runtime call Start on the leader alone.
func (s *Supervisor) NeedLeaderElection() bool { return true }

// Start listens until ctx is done. It then gives services and handlers a moment to end, and writes the marks.
func (s *Supervisor) Start(ctx context.Context) error {
	now := time.Now()
	marks := s.load(ctx)
	for _, each := range s.services {
		each.water.start(from(marks[each.name], now, s.ReplayWindow))
	}
	s.lead(now)
	defer s.lead(time.Time{})
	// The services begin only now: a mark is never behind what its service was asked to read.
	var running sync.WaitGroup
	for _, each := range s.services {
		running.Go(func() { each.run(ctx) })
	}
	s.watch(ctx, marks)
	// As of now: what a driver had read and not handed over yet, it drops.
	last := s.marks(marks, false)
	if !ended(&running, stopTimeout) {
		s.Log.Error("a service or a handler does not end; it is left behind", "after", stopTimeout)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	s.Drain(ctx)
	s.save(context.WithoutCancel(ctx), marks, last)
	return nil
}

// from is where a service that was heard up to mark is read on.
func from(mark, now time.Time, window time.Duration) time.Time {
	if mark.IsZero() {
		return now.Add(-window)
	}
	if oldest := now.Add(-longestAbsence); mark.Before(oldest) {
		return oldest
	}
	if mark.After(now) { // the clock was set back
		return now
	}
	return mark
}

func (s *Supervisor) load(ctx context.Context) map[string]time.Time {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	marks, err := s.Marks.Load(ctx)
	if err != nil {
		s.Log.Error("cannot tell up to when messages were handled; only those of the replay window are read again",
			"error", err, "replayWindow", s.ReplayWindow)
	}
	if marks == nil {
		marks = map[string]time.Time{}
	}
	return marks
}

// watch looks at the services and saves the marks, until ctx is done.
func (s *Supervisor) watch(ctx context.Context, marks map[string]time.Time) {
	save, sample := time.NewTicker(saveEvery), time.NewTicker(sampleEvery)
	defer save.Stop()
	defer sample.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-save.C:
			s.save(ctx, marks, s.marks(marks, true))
		case <-sample.C:
			s.sample()
			s.tellShared()
		}
	}
}

// marks of all services, with the written ones of services that the settings no longer have: they may come back. They
// advance where that is allowed.
func (s *Supervisor) marks(written map[string]time.Time, advance bool) map[string]time.Time {
	now := time.Now()
	next := map[string]time.Time{}
	for name, mark := range written {
		if now.Sub(mark) < longestAbsence {
			next[name] = mark
		}
	}
	for _, each := range s.services {
		next[each.name] = each.water.mark(now, advance && each.settled())
	}
	return next
}

// save writes the marks unless they are written already.
func (s *Supervisor) save(ctx context.Context, written, next map[string]time.Time) {
	if !s.Held() {
		return // another leads, and knows better
	}
	if maps.EqualFunc(written, next, time.Time.Equal) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	if err := s.Marks.Save(ctx, next); err != nil {
		if !errors.Is(err, context.Canceled) {
			s.Log.Warn("cannot write up to when messages were handled; the next leader may read more again than it must", "error", err)
		}
		return
	}
	clear(written)
	maps.Copy(written, next)
}

func (s *Supervisor) lead(since time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leading, s.connected = since, since
}

func (s *Supervisor) sample() {
	if slices.ContainsFunc(s.services, func(each *service) bool { return each.Health().Connected }) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.connected = time.Now()
	}
}

// tellShared says of which services the account is shared. A leader that was paused, and goes on after another took over, hears
// that one's posts, and does not know them.
func (s *Supervisor) tellShared() {
	if !s.Held() {
		return
	}
	for _, each := range s.services {
		each.tellShared()
	}
}

// ended reports whether all that runs ended within the time.
func ended(running *sync.WaitGroup, within time.Duration) bool {
	done := make(chan struct{})
	go func() {
		running.Wait()
		close(done)
	}()
	timeout := time.NewTimer(within)
	defer timeout.Stop()
	select {
	case <-done:
		return true
	case <-timeout.C:
		return false
	}
}
