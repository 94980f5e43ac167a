package store

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Bounds of what a store sends and of how long it takes, far above what one needs.
const (
	// maxHeader of an answer, in bytes.
	maxHeader = 256 << 10
	// maxAnswer of all but an object that is read, in bytes. The largest is a page of a list: 1000 keys of at most 1 KiB.
	maxAnswer = 2 << 20
	// maxShortPage bounds a page of a list in a deletion. Decoded, a page of small entries takes ten times as much memory as the
	// store sends.
	maxShortPage = 400 << 10
	// stall is how long a store can neither take a byte of a request nor send one of an answer. Completing a large upload
	// can take some time before the first byte of the answer.
	stall = 3 * time.Minute
)

// errTooMuch is of a store whose answer has more than any has.
var errTooMuch = errors.New("the answer is larger than any that a store gives")

// errStalled is of a store that stopped in the middle.
var errStalled = errors.New("the store stopped in the middle of its answer")

// newTransport that a store cannot hold up, nor fill the memory of the process through.
func newTransport() *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &impatientConn{c}, nil
	}
	transport.ResponseHeaderTimeout = stall
	transport.MaxResponseHeaderBytes = maxHeader
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	// Amazon's own endpoints speak no other. In HTTP/2 a store could hold a request up beside the connection's bounds.
	transport.Protocols = &http.Protocols{}
	transport.Protocols.SetHTTP1(true)
	return transport
}

// impatientConn does not wait for ever until the other end takes what is sent.
type impatientConn struct{ net.Conn }

func (c *impatientConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(stall)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// bounded answers of a store.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body := &boundedBody{body: response.Body, bounded: true, room: maxAnswer}
	if r.URL.Query().Has("max-keys") || r.URL.Query().Has("max-uploads") {
		body.room = maxShortPage
	}
	// The SDK names the operation in the query. An object is read in pieces, so only its errors are bounded.
	if r.URL.Query().Get("x-id") == "GetObject" && response.StatusCode < http.StatusMultipleChoices {
		body.bounded = false
	}
	body.timer = time.AfterFunc(stall, func() {
		body.stalled.Store(true)
		_ = response.Body.Close()
	})
	response.Body = body
	return response, nil
}

// boundedBody is an answer's.
type boundedBody struct {
	body io.ReadCloser
	// room for so many bytes, if bounded.
	bounded bool
	room    int64
	timer   *time.Timer
	stalled atomic.Bool
}

func (b *boundedBody) Read(p []byte) (int, error) {
	b.timer.Reset(stall)
	n, err := b.body.Read(p)
	b.timer.Stop()
	if err != nil && !errors.Is(err, io.EOF) && b.stalled.Load() {
		return n, fmt.Errorf("%w for %s", errStalled, stall)
	}
	if b.room -= int64(n); b.bounded && b.room < 0 {
		return 0, errTooMuch
	}
	return n, err
}

func (b *boundedBody) Close() error {
	b.timer.Stop()
	return b.body.Close()
}
