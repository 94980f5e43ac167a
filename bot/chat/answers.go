package chat

import (
	"errors"
	"io"
	"net"
	"net/http"
)

// ErrTooLong ends the reading of an answer that is longer than was allowed.
var ErrTooLong = errors.New("the answer is longer than the bot reads")

// Reading is a client that reads answers of at most so many bytes, and ends what is longer with ErrTooLong: a service's own client
// often reads all that comes.
func Reading(with *http.Client, longest int64) *http.Client {
	limited := *with
	limited.Transport = bounded{with.Transport, longest}
	return &limited
}

type bounded struct {
	http.RoundTripper
	longest int64
}

// RoundTrip makes a call.
func (b bounded) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := b.RoundTripper.RoundTrip(request)
	if err == nil {
		response.Body = &boundedBody{ReadCloser: response.Body, left: b.longest}
	}
	return response, err
}

type boundedBody struct {
	io.ReadCloser
	left int64
}

// Read fails where the answer is too long.
func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, ErrTooLong
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// WithoutAnswer says what is certain when no answer came. A connection that was never made has carried nothing.
func WithoutAnswer(err error) ErrorKind {
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return NotDone
	}
	return Uncertain
}
