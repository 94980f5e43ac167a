// Package wire stands between the Go driver and a server, in the dumper's own process, and bounds what the server sends. The
// driver believes the server: it makes room for as many columns as that announces, joins packets of 16 MiB without an end,
// and takes every field for complete.
package wire

import (
	"context"
	"crypto/tls"
	"net"
	"sync"

	"github.com/volcado-io/volcado/dumper/packet"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/internal/contract"
)

// Bounds of what a server sends, far above what one needs.
const (
	// maxPacket is the longest row in bytes: the definition of a view, or a grant.
	maxPacket = 4 << 20
	// maxAnswer of one query in bytes. 200,000 tables have about 20 MiB.
	maxAnswer = 32 << 20
	// maxColumns of an answer. The servers' own limit is 4096.
	maxColumns = 4096
)

// Guard makes bounded connections to one server.
type Guard struct {
	// TLS with the server, or nil.
	TLS *tls.Config
	// Verifies: TLS with it proves who the server is.
	Verifies bool
	// Secretive: the server is not told the password. The driver would tell it, in TLS or under a key of the server's own
	// choice, to one that asks for sha256_password or caching_sha2_password.
	Secretive bool
	// At is the origin of its errors.
	At servererror.Origin

	mu      sync.Mutex
	failure error
	proven  bool
	open    []net.Conn
}

// Failure is why a connection was cut, if the driver cannot know.
func (g *Guard) Failure() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.failure
}

// Proven reports whether the last connection came as far as a certificate that was verified. What a server says before, in
// place of its greeting, anybody on the way can say.
func (g *Guard) Proven() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.proven
}

// Close cuts all connections.
func (g *Guard) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.open {
		_ = c.Close()
	}
	g.open = nil
}

func (g *Guard) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failure == nil {
		g.failure = err
	}
}

// Dial is for the driver, which must be told to speak TLS with DriverTLS if there is TLS.
func (g *Guard) Dial(ctx context.Context, _, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: packet.DialTimeout}
	server, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	outer, inner := net.Pipe()
	g.mu.Lock()
	g.proven = false
	g.open = append(g.open, server, inner)
	g.mu.Unlock()
	r := &relay{guard: g, server: server, driver: inner}
	go r.run()
	return outer, nil
}

// tooMuch is a server that sends more than any answer has.
func (g *Guard) tooMuch(what string) error {
	return result.Errorf(contract.ServerError, "find out who answers at this address: no server sends this", "%s at %s sent %s: refused", g.At.Engine, g.At.Address, what)
}
