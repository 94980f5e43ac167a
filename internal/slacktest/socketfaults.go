package slacktest

import "time"

// Disconnect sends {"type": "disconnect"} with that reason over every connection. After "warning" they stay; after
// "refresh_requested" they get nothing more and end after ten seconds of the server's clock; after "link_disabled" they end at once.
func (s *Server) Disconnect(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.sockets.connections {
		c.send(s.farewell(reason))
		switch reason {
		case "warning":
		case "link_disabled":
			c.leaving = true
			s.after(tickEvery, c.close)
		default:
			c.leaving = true
			s.after(grace, c.close)
		}
	}
}

// Drop every connection without a word.
func (s *Server) Drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets.closeAll()
}

// Mute makes the connections deaf and dumb, or ends that: they stay open, and neither pings nor envelopes nor acknowledgements pass.
// What was to be sent meanwhile is sent at its end.
func (s *Server) Mute(muted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets.muted = muted
	for _, c := range s.sockets.connections {
		select {
		case c.wake <- struct{}{}:
		default:
		}
	}
}

// SetPing is how often, by the real clock, the connections that are opened from now on are pinged; five seconds at first.
func (s *Server) SetPing(every time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets.ping = every
}

// LoseAcks has the next n acknowledgements lost on their way.
func (s *Server) LoseAcks(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets.loseAcks = n
}

// SendRaw sends a text frame over one connection, as it is.
func (s *Server) SendRaw(data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.choose(); c != nil {
		c.send(data)
	}
}

// SendEvent delivers any event, whether the app is subscribed to it or not, such as one of a type that nobody knows. It is delivered
// again until it is acknowledged.
func (s *Server) SendEvent(event map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliver(s.outer(nil, event), str(event, "ts"))
}

// SendEnvelope delivers any payload in an envelope of that type, again until it is acknowledged where the type is events_api.
func (s *Server) SendEnvelope(kind string, payload map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kind == "events_api" {
		s.deliver(clone(payload), "")
		return
	}
	s.ask(kind, payload, false, nil, func(string) {})
}

// SendUndecodable delivers a message event in which a ts is an object and a text is a number. It waits to be acknowledged, as every
// event does.
func (s *Server) SendUndecodable() {
	s.SendEvent(map[string]any{
		"type": "message", "channel": []any{"no", "channel"}, "text": 7, "user": map[string]any{}, "event_ts": map[string]any{},
		"channel_type": "im",
	})
}
