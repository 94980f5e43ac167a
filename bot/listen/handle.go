package listen

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// handleTimeout bounds one attempt at a message; it is tried again.
const handleTimeout = time.Minute

var errNotLeading = errors.New("another replica of the bot leads now")

// handle is the Handler that drivers call.
func (s *service) handle(ctx context.Context, m chat.Message) (chat.Answer, error) {
	s.options.Metrics.received(s.name)
	if from := m.ServiceID(); from != s.ID() {
		// It would be judged, and answered, as if somebody of that service had written it. To try again would change nothing.
		s.log.Error("a message is left out: the driver says that another service sent it", "from", from.String(), "message", m.ID)
		s.options.Metrics.handled(s.name, outcomeError)
		return chat.Answer{Outcome: chat.Failed}, nil
	}
	m.Written = s.water.begin(m, time.Now())
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return chat.Answer{}, ctx.Err()
	}
	defer func() { <-s.slots }()
	switch {
	case ctx.Err() != nil:
		return chat.Answer{}, ctx.Err()
	case !s.options.Held():
		return chat.Answer{}, errNotLeading
	}
	ctx, cancel := finishing(ctx)
	defer cancel()
	answer, err := s.attempt(ctx, m)
	if err != nil {
		// The driver only learns that it has to try again, so this is the place to say why.
		s.options.Metrics.handled(s.name, outcomeError)
		s.log.Warn("a message was not handled; it is tried again", "error", err, "channel", m.Channel, "message", m.ID)
		return chat.Answer{}, err
	}
	s.water.done(m, time.Now())
	s.options.Metrics.handled(s.name, outcomes[answer.Outcome])
	return answer, nil
}

// attempt calls the bot. A message that makes it panic is tried again like any other, in case that depends on what is in
// the cluster, and given up when the replay window is over.
func (s *service) attempt(ctx context.Context, m chat.Message) (answer chat.Answer, err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		s.panicked(p)
		if !m.Written.IsZero() && time.Since(m.Written) > s.options.ReplayWindow {
			answer, err = chat.Answer{Outcome: chat.Failed}, nil
			return
		}
		answer, err = chat.Answer{}, fmt.Errorf("the bot panicked: %v", p)
	}()
	return s.options.Handle(ctx, m)
}

// finishing is a context for what has begun: when the bot is to stop, it has stopTimeout to end.
func finishing(ctx context.Context) (context.Context, context.CancelFunc) {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), handleTimeout)
	stop := context.AfterFunc(ctx, func() {
		chat.Wait(bounded, stopTimeout-time.Second)
		cancel()
	})
	return bounded, func() { stop(); cancel() }
}
