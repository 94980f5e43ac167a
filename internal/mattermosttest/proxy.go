package mattermosttest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// Proxy passes connections on to a server, until it is told otherwise. Its URL stays the same.
type Proxy struct {
	URL string

	target func() string
	port   int
	// reserved is a socket that has the port and does not listen, so that nobody else gets it while connections are refused.
	reserved int

	mu       sync.Mutex
	listener net.Listener
	links    map[*link]struct{}
	// flowing is closed while what was sent is passed on.
	flowing chan struct{}
}

// newProxy refuses connections until Restore.
func newProxy(target func() string) (*Proxy, error) {
	reserved, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	p := &Proxy{target: target, reserved: reserved, links: map[*link]struct{}{}, flowing: make(chan struct{})}
	close(p.flowing)
	if err := p.reserve(); err != nil {
		_ = unix.Close(reserved)
		return nil, err
	}
	p.URL = "http://" + p.address()
	return p, nil
}

func (p *Proxy) reserve() error {
	if err := unix.SetsockoptInt(p.reserved, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
		return err
	}
	if err := unix.Bind(p.reserved, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return err
	}
	name, err := unix.Getsockname(p.reserved)
	if err != nil {
		return err
	}
	address, ok := name.(*unix.SockaddrInet4)
	if !ok {
		return errors.New("a socket on 127.0.0.1 has no IPv4 address")
	}
	p.port = address.Port
	return nil
}

func (p *Proxy) address() string { return fmt.Sprintf("127.0.0.1:%d", p.port) }

// Cut ends all connections with a reset and refuses new ones.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		_ = p.listener.Close()
		p.listener = nil
	}
	for l := range p.links {
		l.reset()
	}
	clear(p.links)
}

// Stall passes nothing on, as a network that loses everything: connections stay, new ones are made, and nobody hears anything.
func (p *Proxy) Stall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.flowing:
		p.flowing = make(chan struct{})
	default: // it is stalled already
	}
}

// Restore undoes Cut and Stall. What was sent meanwhile over connections that are still there arrives late.
func (p *Proxy) Restore() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.flowing:
	default:
		close(p.flowing)
	}
	if p.listener != nil {
		return nil
	}
	config := net.ListenConfig{Control: func(_, _ string, socket syscall.RawConn) error {
		var err error
		if controlled := socket.Control(func(fd uintptr) {
			err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
		}); controlled != nil {
			return controlled
		}
		return err
	}}
	listener, err := config.Listen(context.Background(), "tcp4", p.address())
	if err != nil {
		return fmt.Errorf("listen at %s again: %w", p.address(), err)
	}
	p.listener = listener
	go p.accept(listener)
	return nil
}

// Connections that are open.
func (p *Proxy) Connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.links)
}

func (p *Proxy) close() {
	p.Cut()
	_ = unix.Close(p.reserved)
}

func (p *Proxy) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		go p.serve(listener, client)
	}
}

// serve one connection that the listener accepted.
func (p *Proxy) serve(listener net.Listener, client net.Conn) {
	server, err := net.Dial("tcp4", p.target())
	if err != nil {
		reset(client)
		return
	}
	l := &link{client: client, server: server, ended: make(chan struct{})}
	if !p.add(listener, l) {
		l.reset()
		return
	}
	go func() {
		l.pass(server, client, p.gate)
		p.remove(l)
	}()
	l.pass(client, server, p.gate)
	p.remove(l)
}

// add a link, unless its listener was closed while it was made.
func (p *Proxy) add(listener net.Listener, l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != listener {
		return false
	}
	p.links[l] = struct{}{}
	return true
}

func (p *Proxy) remove(l *link) {
	l.close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.links, l)
}

func (p *Proxy) gate() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.flowing
}
