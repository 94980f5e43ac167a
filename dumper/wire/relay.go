package wire

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"math/big"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/volcado-io/volcado/dumper/packet"
)

const bufferBytes = 64 << 10

// relay is one connection.
type relay struct {
	guard          *Guard
	server, driver net.Conn
	// asked is set when a command was sent whose answer has not begun.
	asked atomic.Bool
	// commanded is set when the first command was sent: the login is over.
	commanded atomic.Bool
}

func (r *relay) run() {
	defer r.server.Close()
	defer r.driver.Close()
	if !r.greet() {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { defer r.server.Close(); r.ask() })
	both.Go(func() { defer r.driver.Close(); r.answer() })
	both.Wait()
}

// greet passes on the greeting and the first packet of the driver's, and begins TLS on both sides if that asks for it.
func (r *relay) greet() bool {
	greeting, err := packet.Read(r.server, packet.MaxGreeting)
	if errors.Is(err, packet.ErrTooLong) {
		r.guard.fail(r.guard.tooMuch("a greeting that no server has"))
	}
	if err != nil {
		return false
	}
	// Within TLS the driver answers a greeting of this plugin with the password.
	if r.guard.Secretive && bytes.Contains(greeting, []byte(sha256Plugin)) {
		r.guard.fail(r.guard.toldPassword())
		return false
	}
	if _, err := r.driver.Write(greeting); err != nil {
		return false
	}
	first, err := packet.Read(r.driver, maxPacket)
	if err != nil {
		return false
	}
	if _, err := r.server.Write(first); err != nil {
		return false
	}
	if !packet.AsksForTLS(first) || r.guard.TLS == nil {
		return true
	}
	secure := tls.Client(r.server, r.guard.TLS)
	if err := secure.Handshake(); err != nil {
		r.guard.fail(err)
		return false
	}
	inside := tls.Server(r.driver, insideTLS())
	if err := inside.Handshake(); err != nil {
		return false
	}
	r.server, r.driver = secure, inside
	r.guard.mu.Lock()
	r.guard.proven = r.guard.Verifies
	r.guard.mu.Unlock()
	return true
}

// ask passes on what the driver sends. A command has the number 0.
func (r *relay) ask() {
	from := bufio.NewReader(r.driver)
	for {
		header := make([]byte, packet.HeaderBytes)
		if _, err := io.ReadFull(from, header); err != nil {
			return
		}
		if header[3] == 0 {
			r.asked.Store(true)
			r.commanded.Store(true)
		}
		if _, err := io.CopyN(r.server, io.MultiReader(bytes.NewReader(header), from), int64(packet.HeaderBytes+packet.Length(header))); err != nil {
			return
		}
	}
}

// answer passes on what the server sends, within bounds.
func (r *relay) answer() {
	from, to := bufio.NewReaderSize(r.server, bufferBytes), bufio.NewWriterSize(r.driver, bufferBytes)
	defer func() { _ = to.Flush() }()
	room, header := 0, make([]byte, packet.HeaderBytes)
	for {
		if _, err := io.ReadFull(from, header); err != nil {
			return
		}
		n := packet.Length(header)
		if r.guard.Secretive && !r.commanded.Load() {
			if err := r.guard.askedForMore(from, n); err != nil {
				r.guard.fail(err)
				return
			}
		}
		if r.asked.CompareAndSwap(true, false) {
			room = maxAnswer
			if err := r.refused(from, n); err != nil {
				r.guard.fail(err)
				return
			}
		}
		room -= packet.HeaderBytes + n
		switch {
		case n > maxPacket:
			r.guard.fail(r.guard.tooMuch("a row or a field of more than 4 MiB"))
			return
		case room < -maxPacket:
			r.guard.fail(r.guard.tooMuch("an answer of more than 32 MiB"))
			return
		}
		_, _ = to.Write(header) // its error stays, and is Flush's
		if _, err := io.CopyN(to, from, int64(n)); err != nil {
			return
		}
		// A row is short, and handing each over would take longer than reading it.
		if from.Buffered() == 0 && to.Flush() != nil {
			return
		}
	}
}

// refused is why the first packet of an answer, of n bytes, is not passed on.
func (r *relay) refused(from *bufio.Reader, n int) error {
	const (
		ok        = 0x00
		localFile = 0xfb
		two       = 0xfc
		failed    = 0xff
	)
	head, _ := from.Peek(min(n, 3))
	if len(head) == 0 {
		return nil // for the driver, which knows that there is no such packet
	}
	columns := int(head[0])
	switch {
	case head[0] == ok, head[0] == failed:
		return nil
	case head[0] == localFile:
		return r.guard.tooMuch("a request for a file of the dumper's in place of an answer")
	case head[0] == two && len(head) == 3:
		columns = int(binary.LittleEndian.Uint16(head[1:]))
	case head[0] >= two:
		columns = maxColumns + 1
	}
	if columns > maxColumns {
		return r.guard.tooMuch("an answer of more than 4096 columns")
	}
	return nil
}

// DriverTLS is the driver's, inside the process. It is there because the driver sends a password only over TLS where the
// server asks for it, and it must think the same of this connection as of the one to the server.
func DriverTLS() *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13}
}

// insideTLS is the other end of DriverTLS.
var insideTLS = sync.OnceValue(func() *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return &tls.Config{} // with which no handshake succeeds
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().AddDate(1, 0, 0)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return &tls.Config{}
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: key}}, MinVersion: tls.VersionTLS13}
})
