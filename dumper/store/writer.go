package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// Sum is what was sent.
type Sum struct {
	Bytes int64
	// SHA256 in hexadecimal.
	SHA256 string
	// ETag or CRC64NVME is what the store tells of an object with these bytes, if it is one that does.
	ETag      string
	CRC64NVME string
}

// object is being written.
type object interface {
	io.Writer
	// commit makes the object visible; after an error there is none.
	commit() error
	// abort gives the object up and removes what was sent.
	abort()
}

// Writer writes one object. Either Commit or Abort must be called.
type Writer struct {
	store  *Store
	ctx    context.Context
	cancel context.CancelFunc
	key    string
	object object
	sha    hash.Hash
	digest digest
	bytes  int64
	closed bool
}

// NewWriter begins an object of about so many bytes; 0 when that is not known.
func (s *Store) NewWriter(ctx context.Context, key string, expectedBytes int64) (*Writer, error) {
	writing, cancel := context.WithCancel(ctx)
	object, digest, err := s.place.create(writing, key, expectedBytes)
	if err != nil {
		cancel()
		return nil, s.explain(ctx, err, key)
	}
	return &Writer{store: s, ctx: ctx, cancel: cancel, key: key, object: object, sha: sha256.New(), digest: digest}, nil
}

// Write sends p, and fails when something before it could not be stored.
func (w *Writer) Write(p []byte) (int, error) {
	n, err := w.object.Write(p)
	w.sha.Write(p[:n])
	w.digest.write(p[:n])
	w.bytes += int64(n)
	if err != nil {
		return n, w.store.explain(w.ctx, err, w.key)
	}
	return n, nil
}

// Commit makes the object visible. After an error there is none.
func (w *Writer) Commit() (Sum, error) {
	if w.ctx.Err() != nil {
		w.Abort()
		return Sum{}, context.Cause(w.ctx)
	}
	defer w.cancel()
	w.closed = true
	if err := w.object.commit(); err != nil {
		return Sum{}, w.store.explain(w.ctx, err, w.key)
	}
	sum := Sum{Bytes: w.bytes, SHA256: hex.EncodeToString(w.sha.Sum(nil))}
	w.digest.finish(&sum)
	return sum, nil
}

// GiveUp makes every later Write of no effect. Unlike Abort it may be called while another goroutine writes.
func (w *Writer) GiveUp() { w.cancel() }

// Abort gives the object up and removes what was sent: nothing of it becomes visible. After Commit it does nothing.
func (w *Writer) Abort() {
	w.cancel()
	if !w.closed {
		w.closed = true
		w.object.abort()
	}
}
