package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

const (
	// ackWithin is how long Slack waits for an acknowledgement.
	ackWithin = 3 * time.Second
	// dropFrom is the size of a response that Slack drops without a word, in bytes.
	dropFrom = 20 << 10

	verificationToken = "verification-token"
)

// retryAfter is how long after a delivery has failed the event is delivered again.
var retryAfter = []time.Duration{0, time.Minute, 5 * time.Minute}

// delivery is what is to be acknowledged: an event, with all its deliveries, or a click, a command or a form.
type delivery struct {
	kind    string
	payload object
	// accepts a payload with the acknowledgement.
	accepts bool
	// Every delivery has an envelope of its own.
	envelopes []string
	attempt   int
	timer     *appointment
	done      bool
	// answered is called with the acknowledgement's payload, failed when none came in time.
	answered func(payload object)
	failed   func(reason string)
}

// deliver an event; ts is that of the message that it tells of, if it does.
func (s *Server) deliver(payload object, ts string) {
	d := &delivery{kind: "events_api", payload: payload}
	if ts != "" {
		s.sockets.told[ts] = append(s.sockets.told[ts], d)
	}
	s.sockets.deliveries = append(s.sockets.deliveries, d)
	s.attempt(d)
}

// ask for what a person waits for: it is delivered once.
func (s *Server) ask(kind string, payload object, accepts bool, answered func(object), failed func(string)) {
	d := &delivery{kind: kind, payload: clone(payload), accepts: accepts, answered: answered, failed: failed}
	s.sockets.deliveries = append(s.sockets.deliveries, d)
	s.attempt(d)
}

// attempt to deliver, and see to what happens when it is not acknowledged.
func (s *Server) attempt(d *delivery) {
	if d.done {
		return
	}
	if !s.transmit(d) {
		s.undelivered(d, "dispatch_failed")
		return
	}
	d.timer = s.after(ackWithin, func() { s.undelivered(d, "operation_timeout") })
}

// transmit over one connection; false where there is none.
func (s *Server) transmit(d *delivery) bool {
	c := s.choose()
	if c == nil || s.listener.isAway() {
		return false
	}
	envelope := object{
		"envelope_id": s.uuid(), "type": d.kind, "payload": d.payload, "accepts_response_payload": d.accepts,
	}
	if d.kind == "events_api" {
		envelope["retry_attempt"], envelope["retry_reason"] = d.attempt, ""
		if d.attempt > 0 {
			envelope["retry_reason"] = "timeout"
		}
	}
	d.envelopes = append(d.envelopes, str(envelope, "envelope_id"))
	s.sockets.sent = append(s.sockets.sent, &Envelope{ID: str(envelope, "envelope_id"), Kind: d.kind, Payload: d.payload, Sent: s.now()})
	c.send(encode(envelope))
	return true
}

// undelivered is after a delivery that was not acknowledged.
func (s *Server) undelivered(d *delivery, reason string) {
	d.timer = nil
	if d.failed != nil {
		s.settle(d)
		d.failed(reason)
		return
	}
	if d.attempt >= len(retryAfter) {
		s.settle(d)
		return
	}
	wait := retryAfter[d.attempt]
	d.attempt++
	d.timer = s.after(wait, func() { s.attempt(d) })
}

// settle what waits no longer.
func (s *Server) settle(d *delivery) {
	d.done = true
	if d.timer != nil {
		s.cancel(d.timer)
		d.timer = nil
	}
	s.sockets.deliveries = slices.DeleteFunc(s.sockets.deliveries, func(other *delivery) bool { return other == d })
}

// acknowledged is what a client has sent.
func (s *Server) acknowledged(data []byte) {
	var frame struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	if json.Unmarshal(data, &frame) != nil {
		s.sockets.acks = append(s.sockets.acks, Ack{Payload: data})
		return
	}
	i := slices.IndexFunc(s.sockets.deliveries, func(d *delivery) bool { return slices.Contains(d.envelopes, frame.EnvelopeID) })
	ack := Ack{EnvelopeID: frame.EnvelopeID, Payload: frame.Payload, Known: i >= 0, Dropped: len(data) >= dropFrom}
	s.sockets.acks = append(s.sockets.acks, ack)
	if i < 0 || ack.Dropped {
		return
	}
	if s.sockets.loseAcks > 0 {
		s.sockets.loseAcks--
		return
	}
	d := s.sockets.deliveries[i]
	for _, e := range s.sockets.sent {
		if e.ID == frame.EnvelopeID {
			e.Acknowledged = s.now()
		}
	}
	s.settle(d)
	if d.answered != nil {
		var payload object
		if json.Unmarshal(frame.Payload, &payload) != nil {
			var text string
			if json.Unmarshal(frame.Payload, &text) == nil && text != "" {
				payload = object{"text": text}
			}
		}
		d.answered(payload)
	}
}

// Unacknowledged is how many events, clicks, commands and forms were sent and wait for their acknowledgement. An event counts until
// it was acknowledged or its fourth delivery was not, however often it was sent; the others for three seconds.
func (s *Server) Unacknowledged() int {
	return s.count(func(d *delivery) bool { return len(d.envelopes) > 0 })
}

// Undelivered is how many events could not be sent yet, because there was no connection, and will be tried again.
func (s *Server) Undelivered() int {
	return s.count(func(d *delivery) bool { return len(d.envelopes) == 0 })
}

func (s *Server) count(counts func(*delivery) bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, d := range s.sockets.deliveries {
		if counts(d) {
			n++
		}
	}
	return n
}

// Redeliver all events that have told of the message with that ts, as Slack does when it has lost the acknowledgement.
func (s *Server) Redeliver(ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := s.sockets.told[ts]
	if len(told) == 0 {
		s.wrong("no event has told of a message at %s", ts)
	}
	for _, d := range told {
		if !d.done {
			s.settle(d)
		}
		again := &delivery{kind: d.kind, payload: d.payload, attempt: max(d.attempt, 1), envelopes: d.envelopes}
		s.sockets.deliveries = append(s.sockets.deliveries, again)
		s.attempt(again)
	}
}

func (s *Server) uuid() string {
	s.ids++
	return fmt.Sprintf("%08x-fa4e-4000-8000-%012x", s.ids, time.Now().UnixNano()&0xffffffffffff)
}
