// Package packet reads packets of the protocol between MySQL's and MariaDB's clients and servers, one at a time and bounded.
package packet

import (
	"encoding/binary"
	"errors"
	"io"
	"time"
)

const (
	// HeaderBytes of a packet: three of its length, and its number.
	HeaderBytes = 4
	// MaxGreeting in bytes is far more than a server's first packet has.
	MaxGreeting = 4 << 10
	// DialTimeout bounds the TCP connection to a server.
	DialTimeout = 10 * time.Second

	// tlsRequestBytes is the length of the client's packet that asks for TLS; a login is longer.
	tlsRequestBytes = 32
	// CapabilityTLS in the server's greeting and in the client's answer.
	CapabilityTLS = 0x0800
)

// ErrTooLong is the error for a packet that is longer than its reader takes.
var ErrTooLong = errors.New("a packet is too long")

// Length of the packet with this header, without the header.
func Length(header []byte) int { return int(header[0]) | int(header[1])<<8 | int(header[2])<<16 }

// Read one packet with its header, and not a byte more. One of more than so many bytes is ErrTooLong, and is not read.
func Read(r io.Reader, most int) ([]byte, error) {
	header := make([]byte, HeaderBytes)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, err
	}
	length := Length(header)
	if length > most {
		return nil, ErrTooLong
	}
	packet := make([]byte, HeaderBytes+length)
	copy(packet, header)
	_, err := io.ReadFull(r, packet[HeaderBytes:])
	return packet, err
}

// AsksForTLS reports whether the first packet of a client, with its header, asks for TLS.
func AsksForTLS(packet []byte) bool {
	return len(packet) == HeaderBytes+tlsRequestBytes && binary.LittleEndian.Uint16(packet[HeaderBytes:])&CapabilityTLS != 0
}
