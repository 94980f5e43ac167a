// Package encrypt is the stage between compressor and store, and its reverse: age, in chunks of 64 KiB.
package encrypt

import (
	"errors"
	"fmt"
	"io"
	"math"

	"filippo.io/age"

	"github.com/volcado-io/volcado/internal/recipients"
)

// NewWriter encrypts what is written to it into w, for all of the recipients. It must be closed: without the last chunk, which
// is marked as such, nobody takes the file for whole.
func NewWriter(w io.Writer, list recipients.List) (io.WriteCloser, error) {
	to, err := age.Encrypt(w, list.Keys()...)
	if err != nil {
		return nil, fmt.Errorf("encrypt for %d recipients: %w", len(list), err)
	}
	return to, nil
}

// ErrOtherKey says that none of the private keys is one that the file was encrypted for.
var ErrOtherKey = errors.New("none of the private keys opens it")

// maxHeader is many times as long as one for all recipients that a copy can have.
const maxHeader = 1 << 20

// NewReader decrypts r. At the end of the stream it was verified that it is whole, and that nothing follows.
func (k *Keys) NewReader(r io.Reader) (io.Reader, error) {
	// age reads a header whole, however long it is; storage can hold anything.
	limited := &header{r: r, left: maxHeader}
	text, err := age.Decrypt(limited, k.identities...)
	if _, other := errors.AsType[*age.NoIdentityMatchError](err); other {
		return nil, ErrOtherKey
	}
	if err != nil {
		return nil, fmt.Errorf("this cannot be decrypted: %w", err)
	}
	limited.left = math.MaxInt64
	return text, nil
}

// header is an io.LimitedReader that fails at its end.
type header struct {
	r    io.Reader
	left int64
}

func (h *header) Read(p []byte) (int, error) {
	if h.left <= 0 {
		return 0, fmt.Errorf("more than %d bytes", maxHeader)
	}
	n, err := h.r.Read(p[:min(int64(len(p)), h.left)])
	h.left -= int64(n)
	return n, err
}
