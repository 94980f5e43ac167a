package client

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/volcado-io/volcado/dumper/packet"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/internal/contract"
)

// Guard is a relay on loopback between the client and the server that lets nothing but TLS pass. It reads the server's
// greeting and the client's first packet, which hold no secret, and cuts the connection if the one does not offer TLS
// or the other does not ask for it. After that it moves encrypted bytes, which the kernel does by itself.
//
// It is there because MariaDB's client, told --ssl, goes on in the clear when the greeting says that the server has no
// TLS, and whoever sits between the two can change the greeting.
type Guard struct {
	listener net.Listener
	server   string
	at       servererror.Origin

	mu      sync.Mutex
	failure error
	done    sync.WaitGroup
}

// StartGuard listens until ctx ends or Close is called.
func StartGuard(ctx context.Context, server string, at servererror.Origin) (*Guard, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on loopback: %w", err)
	}
	g := &Guard{listener: listener, server: server, at: at}
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	g.done.Go(func() {
		defer stop()
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			g.done.Go(func() { g.serve(ctx, connection.(*net.TCPConn)) })
		}
	})
	return g, nil
}

// Port on 127.0.0.1.
func (g *Guard) Port() int { return g.listener.Addr().(*net.TCPAddr).Port }

// Close stops listening and waits for what it relays, which ends with the client.
func (g *Guard) Close() {
	_ = g.listener.Close()
	g.done.Wait()
}

// Failure is why a connection was cut, if one was.
func (g *Guard) Failure() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.failure
}

func (g *Guard) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failure == nil {
		g.failure = err
	}
}

func (g *Guard) serve(ctx context.Context, client *net.TCPConn) {
	defer client.Close()
	dialer := net.Dialer{Timeout: packet.DialTimeout}
	upstream, err := dialer.DialContext(ctx, "tcp", g.server)
	if err != nil {
		g.fail(servererror.Failure(2003, err.Error(), g.at))
		return
	}
	server := upstream.(*net.TCPConn)
	defer server.Close()
	stop := context.AfterFunc(ctx, func() { _ = client.Close(); _ = server.Close() })
	defer stop()
	if err := g.admit(client, server); err != nil {
		g.fail(err)
		return
	}
	var both sync.WaitGroup
	both.Go(func() { relay(server, client) })
	both.Go(func() { relay(client, server) })
	both.Wait()
}

// admit passes on the greeting and the client's request for TLS, and nothing else.
func (g *Guard) admit(client, server *net.TCPConn) error {
	greeting, err := packet.Read(server, packet.MaxGreeting)
	if err != nil {
		return servererror.Failure(2013, "no greeting: "+err.Error(), g.at)
	}
	offers, refused, err := offersTLS(greeting[packet.HeaderBytes:])
	switch {
	case err != nil:
		return servererror.Failure(2007, err.Error(), g.at)
	case !offers && !refused:
		return servererror.TLSUnavailable(g.at)
	}
	if _, err := client.Write(greeting); err != nil || refused {
		return refusal(greeting[packet.HeaderBytes:], g.at)
	}
	request, err := packet.Read(client, packet.MaxGreeting)
	if err != nil {
		return servererror.Failure(2013, "the client went away: "+err.Error(), g.at)
	}
	if !packet.AsksForTLS(request) {
		return result.Errorf(contract.TLSUnavailable, "use another release of the client, or the dumper's image as it was built",
			"the client did not ask %s at %s for TLS and was stopped", g.at.Engine, g.at.Address)
	}
	if _, err := server.Write(request); err != nil {
		return servererror.Failure(2013, err.Error(), g.at)
	}
	return nil
}

// offersTLS reads a greeting; refused is true for an error packet in its place.
func offersTLS(greeting []byte) (offers, refused bool, err error) {
	if len(greeting) == 0 {
		return false, false, errors.New("the greeting is empty")
	}
	switch greeting[0] {
	case 0xff:
		return false, true, nil
	case 10:
	default:
		return false, false, fmt.Errorf("the greeting has protocol version %d", greeting[0])
	}
	// Version, NUL-terminated; connection id (4), salt (8), filler (1), the lower capabilities (2).
	for i, c := range greeting[1:] {
		if c == 0 {
			at := 1 + i + 1 + 4 + 8 + 1
			if len(greeting) < at+2 {
				break
			}
			return binary.LittleEndian.Uint16(greeting[at:])&packet.CapabilityTLS != 0, false, nil
		}
	}
	return false, false, errors.New("the greeting is too short")
}

// refusal reads the error packet that a server sends in place of a greeting, as when it has too many connections.
func refusal(answer []byte, at servererror.Origin) error {
	if len(answer) < 3 || answer[0] != 0xff {
		return servererror.Failure(2013, "the client went away", at)
	}
	return servererror.Told(int(binary.LittleEndian.Uint16(answer[1:])), string(answer[3:]), at.Unverified())
}

// relay copies one direction and passes its end on. Between two TCP connections the kernel splices.
func relay(to, from *net.TCPConn) {
	_, err := io.Copy(to, from)
	if err != nil {
		_ = to.Close()
		return
	}
	_ = to.CloseWrite()
}
