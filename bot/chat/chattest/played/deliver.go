package played

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// connection of one driver. Every driver that is connected is told everything.
type connection struct {
	queue []wireEvent
	// wake is closed when there is something in the queue, or the connection is cut.
	wake chan struct{}
	cut  bool
}

// delivery of an event that was not acknowledged yet, or will be delivered again all the same.
type delivery struct {
	event wireEvent
	// at is when it is delivered again.
	at time.Time
	// despite: even though it was acknowledged.
	despite bool
}

const (
	// longestQueue of a connection: one whose driver is frozen is cut.
	longestQueue = 5000
	// batch is how many events one call gives.
	batch = 100
	// dueEvery is how often, in real time, the clock is looked at.
	dueEvery = 20 * time.Millisecond
)

// dispatch hands an event to every connection. Where there is none it is lost, and history has the message.
func (s *Server) dispatch(e wireEvent, again bool) bool {
	if len(s.connections) == 0 {
		return false
	}
	d := &delivery{event: e}
	if again {
		s.pending[e.ID] = d
	}
	s.deliver(d)
	return true
}

// deliver an event, and plan to do it again.
func (s *Server) deliver(d *delivery) {
	d.event.Attempt++
	for _, id := range slices.Sorted(maps.Keys(s.connections)) {
		c := s.connections[id]
		if len(c.queue) >= longestQueue {
			s.cutOne(id)
			continue
		}
		c.queue = append(c.queue, d.event)
		c.signal()
	}
	if s.pending[d.event.ID] == d && d.event.Attempt <= len(s.options.Redeliver) {
		s.plan(d, s.options.Redeliver[d.event.Attempt-1])
	}
}

func (s *Server) plan(d *delivery, pause time.Duration) {
	d.at = s.options.Now().Add(pause)
	if !slices.Contains(s.due, d) {
		s.due = append(s.due, d)
	}
}

// redeliver what is due.
func (s *Server) redeliver() {
	now := s.options.Now()
	var ready []*delivery
	s.due = slices.DeleteFunc(s.due, func(d *delivery) bool {
		over := !d.despite && s.pending[d.event.ID] != d
		if !over && !d.at.After(now) {
			ready = append(ready, d)
			return true
		}
		return over
	})
	for _, d := range ready {
		s.deliver(d)
	}
}

func (c *connection) signal() {
	select {
	case <-c.wake:
	default:
		close(c.wake)
	}
}

// Disconnect cuts all connections. Drivers come back by themselves.
func (s *Server) Disconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut()
}

// SetOutage takes the whole service away, or brings it back. What people write meanwhile is in its history.
func (s *Server) SetOutage(out bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out = out
	if out {
		s.cut()
	}
}

func (s *Server) cut() {
	for id := range s.connections {
		s.cutOne(id)
	}
}

func (s *Server) cutOne(id string) {
	c := s.connections[id]
	c.cut = true
	c.signal()
	delete(s.connections, id)
}

func (s *Server) connect(*http.Request, request) (*response, *problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out {
		return nil, &problem{Status: http.StatusServiceUnavailable, Code: codeUnavailable}
	}
	s.sequence++
	id := fmt.Sprintf("connection-%06d", s.sequence)
	s.connections[id] = &connection{wake: make(chan struct{})}
	return &response{Connection: id}, nil
}

// events waits for some.
func (s *Server) events(r *http.Request, asked request) (*response, *problem) {
	timeout := time.NewTimer(min(time.Duration(asked.Wait)*time.Millisecond, time.Minute))
	defer timeout.Stop()
	tick := time.NewTicker(dueEvery)
	defer tick.Stop()
	for {
		s.mu.Lock()
		c := s.connections[asked.Connection]
		if c == nil {
			s.mu.Unlock()
			return nil, notFound(codeNoConnection)
		}
		s.redeliver()
		if len(c.queue) > 0 {
			n := min(len(c.queue), batch)
			given := &response{Events: slices.Clone(c.queue[:n])}
			c.queue = slices.Delete(c.queue, 0, n)
			s.mu.Unlock()
			return given, nil
		}
		select {
		case <-c.wake:
			c.wake = make(chan struct{})
		default:
		}
		wake := c.wake
		s.mu.Unlock()
		select {
		case <-wake:
		case <-tick.C:
		case <-timeout.C:
			return &response{}, nil
		case <-r.Context().Done():
			return &response{}, nil
		}
	}
}

// ack takes an event as handled, and shows what rides on that.
func (s *Server) ack(_ *http.Request, asked request) (*response, *problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.pending[asked.Event]; d != nil {
		delete(s.pending, asked.Event)
		s.delivers(d)
	}
	if _, before := s.acks[asked.Event]; before {
		return &response{}, nil
	}
	s.acks[asked.Event] = s.options.Now()
	if a := asked.Answer; a != nil {
		s.take(asked, a)
	}
	return &response{}, nil
}

// take shows a person what rides on an acknowledgement. What cannot be understood is left out.
func (s *Server) take(asked request, a *wireAnswer) {
	if a.Text != "" {
		r := readMarkup(a.Text, s.names())
		s.whispers = append(s.whispers, whisper{user: asked.User, text: r.shown})
	}
	if asked.Post != "" {
		// An answer to a form: it stays open, or is closed.
		for _, f := range s.forms {
			if f.ID == asked.Post {
				f.Invalid = a.Invalid
			}
		}
		if len(a.Invalid) == 0 {
			s.forms = slices.DeleteFunc(s.forms, func(f *Form) bool { return f.ID == asked.Post })
		}
	}
	if a.Form != nil {
		f := *a.Form
		f.ID, f.Channel, f.Thread = "form-"+asked.Event, asked.Channel, asked.Thread
		s.forms = append(s.forms, &f)
		s.formUsers[f.ID] = asked.User
	}
}
