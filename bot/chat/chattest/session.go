package chattest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// session is one case that is being run.
type session struct {
	*testing.T
	Harness
	began time.Time
}

// serve runs the service until the test ends.
func (s *session) serve(handle chat.Handler) {
	s.Helper()
	s.Cleanup(s.listen(s.Service, s.began, handle))
}

// listen runs a service until the function that it gives is called. It returns when messages arrive.
func (s *session) listen(service chat.Service, since time.Time, handle chat.Handler) (stop func()) {
	s.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- service.Listen(ctx, since, handle) }()
	s.eventually("the driver is connected", func() bool { return service.Health().Connected })
	return func() {
		cancel()
		s.ends(ended, nil)
	}
}

// ends waits for the end of Listen.
func (s *session) ends(ended <-chan error, wanted func(error) bool) {
	s.Helper()
	select {
	case err := <-ended:
		if wanted == nil && err != nil || wanted != nil && !wanted(err) {
			s.Errorf("Listen: %v", err)
		}
	case <-time.After(deadline):
		s.Errorf("Listen did not end in %s", deadline)
	}
}

// collect serves and hands messages over.
func (s *session) collect() <-chan chat.Message {
	s.Helper()
	arrived, handle := collector()
	s.serve(handle)
	return arrived
}

func collector() (<-chan chat.Message, chat.Handler) {
	arrived := make(chan chat.Message, 1000)
	return arrived, func(_ context.Context, m chat.Message) (chat.Answer, error) {
		arrived <- m
		return chat.Answer{}, nil
	}
}

func (s *session) next(arrived <-chan chat.Message) chat.Message {
	s.Helper()
	select {
	case m := <-arrived:
		return m
	case <-time.After(deadline):
		s.Fatalf("no message arrived in %s", deadline)
		return chat.Message{}
	}
}

// settled waits until the service has all its acknowledgements, where it tells, and gives what has arrived since.
func (s *session) settled(arrived <-chan chat.Message) []chat.Message {
	s.Helper()
	if s.Waiting != nil {
		s.eventually("all is acknowledged", func() bool { return s.Waiting() == 0 })
	}
	var rest []chat.Message
	for {
		select {
		case m := <-arrived:
			rest = append(rest, m)
		default:
			return rest
		}
	}
}

// hello serves until the test ends, and gives a message that the person wrote.
func (s *session) hello() chat.Message {
	s.Helper()
	arrived := s.collect()
	s.Type("hello")
	return s.next(arrived)
}

// here is where the person's message was written.
func here(m chat.Message) chat.Target { return chat.Target{Place: m.Place} }

func (s *session) post(to chat.Target, key chat.Key, r chat.Reply) chat.Ref {
	s.Helper()
	ref, err := s.Service.Post(context.Background(), to, key, r)
	if err != nil {
		s.Errorf("Post: %v", err)
	}
	return ref
}

func (s *session) edit(ref chat.Ref, r chat.Reply) {
	s.Helper()
	if err := s.Service.Edit(context.Background(), ref, r); err != nil {
		s.Errorf("Edit: %v", err)
	}
}

func (s *session) find(to chat.Target, key chat.Key) (chat.Ref, bool) {
	s.Helper()
	ref, found, err := s.Service.Find(context.Background(), to, key, s.began)
	if err != nil {
		s.Errorf("Find: %v", err)
	}
	return ref, found
}

// fails sees that an error says what is certain.
func (s *session) fails(what string, err error, want ...chat.ErrorKind) {
	s.Helper()
	if _, ok := errors.AsType[*chat.Error](err); !ok {
		s.Errorf("%s: the error is not a *chat.Error: %v", what, err)
		return
	}
	for _, kind := range want {
		if chat.KindOfError(err) == kind {
			return
		}
	}
	s.Errorf("%s: the error is %q (%v), want %v", what, chat.KindOfError(err), err, want)
}

func (s *session) eventually(what string, holds func() bool) {
	s.Helper()
	timeout := time.After(deadline)
	for !holds() {
		select {
		case <-timeout:
			s.Fatalf("not in %s: %s", deadline, what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// shows waits until the person was shown all parts.
func (s *session) shows(parts ...string) {
	s.Helper()
	for _, part := range parts {
		s.showsEither(part)
	}
}

// showsEither waits until the person was shown one of them.
func (s *session) showsEither(parts ...string) {
	s.Helper()
	timeout := time.After(deadline)
	for {
		for _, part := range parts {
			if strings.Contains(s.Shown(), part) {
				return
			}
		}
		select {
		case <-timeout:
			s.Fatalf("none of %q is shown:\n%q", parts, s.Shown())
		case <-time.After(5 * time.Millisecond):
		}
	}
}
