package slacktest

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// pingEvery is how often the server pings each connection, if the test does not choose.
	pingEvery = 5 * time.Second
	// mostConnections of one app, as Slack allows.
	mostConnections = 10
	// grace is how long a connection stays after its client was asked to renew it.
	grace = 10 * time.Second
)

// sockets are the app's Socket Mode connections and what was sent over them.
type sockets struct {
	tickets     map[string]bool
	connections []*connection
	next        int
	opened      int
	muted       bool
	ping        time.Duration
	loseAcks    int
	deliveries  []*delivery
	// Of a message, by its ts: the deliveries that told of it.
	told map[string][]*delivery
	acks []Ack
	sent []*Envelope
}

// Envelope that the server has sent.
type Envelope struct {
	ID string
	// Kind of it: events_api, interactive or slash_commands.
	Kind    string
	Payload map[string]any
	// Sent at that time of the server's clock, and Acknowledged at that, in time; the zero time where it was not.
	Sent, Acknowledged time.Time
}

// Ack is an acknowledgement that the server has read.
type Ack struct {
	// EnvelopeID that it was of.
	EnvelopeID string
	// Payload of it, nil where it had none.
	Payload json.RawMessage
	// Known is whether there was such an envelope, and it waited.
	Known bool
	// Dropped is whether it was 20 KB or more, which Slack passes over in silence.
	Dropped bool
}

func (s *sockets) init() {
	s.ping = pingEvery
	s.tickets, s.told = map[string]bool{}, map[string][]*delivery{}
}

func (s *sockets) closeAll() {
	for _, c := range s.connections {
		c.close()
	}
	s.connections = nil
}

// connection is one websocket.
type connection struct {
	socket *websocket.Conn
	// leaving gets no more envelopes.
	leaving bool
	once    sync.Once
	ended   chan struct{}
	wake    chan struct{}
	mu      sync.Mutex
	queue   [][]byte
}

func (c *connection) send(data []byte) {
	c.mu.Lock()
	c.queue = append(c.queue, data)
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// flush what waits to be sent.
func (c *connection) flush() error {
	c.mu.Lock()
	waiting := c.queue
	c.queue = nil
	c.mu.Unlock()
	for _, data := range waiting {
		_ = c.socket.SetWriteDeadline(time.Now().Add(10 * time.Second))
		if err := c.socket.WriteMessage(websocket.TextMessage, data); err != nil {
			return err
		}
	}
	return nil
}

func (c *connection) close() {
	c.once.Do(func() {
		close(c.ended)
		_ = c.socket.Close()
	})
}

// Slack's own clients send Origin https://api.slack.com, which is another host than this.
var upgrader = websocket.Upgrader{CheckOrigin: func(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	return origin == "" || origin == "https://api.slack.com"
}}

// serveLink is the websocket's end that apps.connections.open tells of.
func (s *Server) serveLink(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	ticket := r.URL.Query().Get("ticket")
	every := s.sockets.ping
	valid := s.sockets.tickets[ticket] && s.tokens.appRevoked == ""
	delete(s.sockets.tickets, ticket)
	s.mu.Unlock()
	if !valid {
		http.Error(w, "invalid ticket", http.StatusForbidden)
		return
	}
	socket, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &connection{socket: socket, ended: make(chan struct{}), wake: make(chan struct{}, 1)}
	s.admit(c)
	go c.write(s, every)
	s.read(c)
}

func (s *Server) admit(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		c.close()
		return
	}
	if len(s.sockets.connections) >= mostConnections {
		c.leaving = true
		c.send(s.farewell("too_many_websockets"))
		s.sockets.connections = append(s.sockets.connections, c)
		s.after(time.Second, c.close)
		return
	}
	s.sockets.connections = append(s.sockets.connections, c)
	s.sockets.opened++
	c.send(encode(object{
		"type": "hello", "num_connections": len(s.sockets.connections), "connection_info": object{"app_id": AppID},
		"debug_info": object{"host": "applink-fake-1", "build_number": 1, "approximate_connection_time": 18060},
	}))
}

func (s *Server) farewell(reason string) []byte {
	return encode(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": "applink-fake-1"}})
}

// write what is sent, and pings.
func (c *connection) write(s *Server, every time.Duration) {
	defer c.close()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for first := true; ; first = false {
		ping := first
		select {
		case <-c.ended:
			return
		case <-ticker.C:
			ping = true
		case <-c.wake:
		}
		if s.isMuted() {
			continue
		}
		if c.flush() != nil {
			return
		}
		if ping && c.socket.WriteControl(websocket.PingMessage, []byte("Ping from applink-fake-1"), time.Now().Add(time.Second)) != nil {
			return
		}
	}
}

func (s *Server) isMuted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sockets.muted
}

// read acknowledgements until the connection ends.
func (s *Server) read(c *connection) {
	defer func() {
		c.close()
		s.mu.Lock()
		defer s.mu.Unlock()
		for i, other := range s.sockets.connections {
			if other == c {
				s.sockets.connections = append(s.sockets.connections[:i:i], s.sockets.connections[i+1:]...)
				break
			}
		}
	}()
	for {
		kind, data, err := c.socket.ReadMessage()
		if err != nil {
			return
		}
		if kind == websocket.TextMessage {
			s.mu.Lock()
			if !s.sockets.muted {
				s.acknowledged(data)
			}
			s.mu.Unlock()
		}
	}
}

// choose the connection that gets the next envelope, in turn; nil where there is none.
func (s *Server) choose() *connection {
	var open []*connection
	for _, c := range s.sockets.connections {
		if !c.leaving {
			open = append(open, c)
		}
	}
	if len(open) == 0 {
		return nil
	}
	s.sockets.next++
	return open[s.sockets.next%len(open)]
}

// Connections is how many Socket Mode connections are open now.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets.connections)
}

// ConnectionsMade is how many there have ever been.
func (s *Server) ConnectionsMade() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sockets.opened
}

// Acks are all acknowledgements that were read, in order.
func (s *Server) Acks() []Ack {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Ack(nil), s.sockets.acks...)
}

// Envelopes are all that were sent, in order.
func (s *Server) Envelopes() []Envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Envelope, 0, len(s.sockets.sent))
	for _, e := range s.sockets.sent {
		all = append(all, *e)
	}
	return all
}
