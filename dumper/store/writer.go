package store

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
)

// Sum is what was sent.
type Sum struct {
	Bytes int64
	// SHA256 in hexadecimal.
	SHA256 string
	// ETag that an S3 server gives what was sent, or "" for a folder.
	ETag string
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
	etag   *etag
	bytes  int64
	closed bool
}

// NewWriter begins an object of about so many bytes; 0 when that is not known.
func (s *Store) NewWriter(ctx context.Context, key string, expectedBytes int64) (*Writer, error) {
	writing, cancel := context.WithCancel(ctx)
	object, partSize, err := s.place.create(writing, key, expectedBytes)
	if err != nil {
		cancel()
		return nil, s.explain(ctx, err, key)
	}
	return &Writer{store: s, ctx: ctx, cancel: cancel, key: key, object: object, sha: sha256.New(), etag: newETag(partSize)}, nil
}

// Write sends p, and fails when something before it could not be stored.
func (w *Writer) Write(p []byte) (int, error) {
	n, err := w.object.Write(p)
	w.sha.Write(p[:n])
	w.etag.Write(p[:n])
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
	return Sum{Bytes: w.bytes, SHA256: hex.EncodeToString(w.sha.Sum(nil)), ETag: w.etag.String()}, nil
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

// etag computes what S3 servers give as ETag: the MD5 of a small object, or the MD5 of the MD5s of the parts. It knows of
// the upload nothing but the sizes of the parts, so that it finds out what goes wrong there.
type etag struct {
	// partSize is nil when no ETag is wanted.
	partSize func(part int) int64
	part     hash.Hash
	room     int64
	parts    int
	all      hash.Hash
}

func newETag(partSize func(part int) int64) *etag {
	e := &etag{partSize: partSize, part: md5.New(), all: md5.New()}
	if partSize != nil {
		e.room = partSize(0)
	}
	return e
}

func (e *etag) Write(p []byte) {
	if e.partSize == nil {
		return
	}
	for len(p) > 0 {
		n := min(int64(len(p)), e.room)
		e.part.Write(p[:n])
		e.room -= n
		p = p[n:]
		if e.room == 0 {
			e.finishPart()
		}
	}
}

func (e *etag) finishPart() {
	e.all.Write(e.part.Sum(nil))
	e.part.Reset()
	e.parts++
	e.room = e.partSize(e.parts)
}

func (e *etag) String() string {
	switch {
	case e.partSize == nil:
		return ""
	case e.parts == 0:
		return hex.EncodeToString(e.part.Sum(nil))
	case e.room < e.partSize(e.parts):
		e.finishPart()
	}
	return fmt.Sprintf("%s-%d", hex.EncodeToString(e.all.Sum(nil)), e.parts)
}
