package slacktest

import (
	"net"
	"sync"
)

// listener can be taken away without giving up its port.
type listener struct {
	net.Listener

	mu   sync.Mutex
	away bool
	open map[net.Conn]bool
}

// tracked is a connection that the listener can cut.
type tracked struct {
	net.Conn
	from *listener
}

func (c *tracked) Close() error {
	c.from.mu.Lock()
	delete(c.from.open, c)
	c.from.mu.Unlock()
	return c.Conn.Close()
}

// Accept a connection; while the service is away, it is reset at once.
func (l *listener) Accept() (net.Conn, error) {
	for {
		plain, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		l.mu.Lock()
		if !l.away {
			c := &tracked{Conn: plain, from: l}
			l.open[c] = true
			l.mu.Unlock()
			return c, nil
		}
		l.mu.Unlock()
		reset(plain)
	}
}

func (l *listener) isAway() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.away
}

// cut all connections.
func (l *listener) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		reset(c.(*tracked).Conn)
	}
	clear(l.open)
}

// reset a connection: what was not sent yet is lost, and the other end hears of it at once.
func reset(c net.Conn) {
	if t, ok := c.(*tracked); ok {
		c = t.Conn
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// Leave makes the whole service unreachable: connections are reset, those that are open and those that are tried. People go on
// writing to each other meanwhile, and what they write is in the history.
func (s *Server) Leave() {
	s.listener.mu.Lock()
	s.listener.away = true
	s.listener.mu.Unlock()
	s.mu.Lock()
	s.sockets.closeAll()
	s.mu.Unlock()
	s.listener.cut()
}

// Return ends Leave. Of events that could not be delivered, what is left of their three further deliveries is due.
func (s *Server) Return() {
	s.listener.mu.Lock()
	s.listener.away = false
	s.listener.mu.Unlock()
}
