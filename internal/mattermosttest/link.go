package mattermosttest

import (
	"net"
	"sync"
)

// link is one connection through a proxy.
type link struct {
	client, server net.Conn
	once           sync.Once
	ended          chan struct{}
}

// pass on what is read, when the gate is open, until either end closes.
func (l *link) pass(to, from net.Conn, gate func() <-chan struct{}) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		select {
		case <-gate():
		case <-l.ended:
			return
		}
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (l *link) close() {
	l.once.Do(func() {
		close(l.ended)
		_ = l.client.Close()
		_ = l.server.Close()
	})
}

func (l *link) reset() {
	l.once.Do(func() {
		close(l.ended)
		reset(l.client)
		reset(l.server)
	})
}

// reset a connection: what was not sent yet is lost, and the other end hears of it at once.
func reset(connection net.Conn) {
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = connection.Close()
}
