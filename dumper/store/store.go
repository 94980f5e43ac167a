// Package store keeps artifacts: in a bucket that speaks S3 or in a folder. Nothing of an artifact can be seen before it
// is committed, and what was committed is compared with what was sent.
package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"iter"
	"strings"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

// Store is a place for artifacts.
type Store struct {
	bucket *blob.Bucket
	place  place
}

// place is what a bucket and a folder do differently.
type place interface {
	// probe proves that an artifact could be written at the key, read and removed, and leaves nothing.
	probe(ctx context.Context, key string) error
	// create begins an object of about so many bytes; 0 when that is not known. The digest is for what will be told of it.
	create(ctx context.Context, key string, expectedBytes int64) (object, digest, error)
	// checksum that the store tells of an object, in the form of Sum.CRC64NVME, or "".
	checksum(ctx context.Context, key string) (string, error)
	// list yields the objects below a prefix, in the order of their keys.
	list(ctx context.Context, prefix string) iter.Seq2[Object, error]
	// below yields all that is stored below the prefix of a dump, finished or not, and what is a stranger's too.
	below(ctx context.Context, prefix string) iter.Seq2[remnant, error]
	// remove what is stored; it is no error when it is gone.
	remove(ctx context.Context, r remnant) error
	// sweep removes what a failed write below the prefix may have left.
	sweep(ctx context.Context, prefix string) error
	// tidy removes folders of a dump's that are empty.
	tidy(prefix string)
	// uri of a key, for people. It carries no credential.
	uri(key string) string
	// explain gives an error its reason.
	explain(err error, key string) *result.Error
}

// Close releases what Open took.
func (s *Store) Close() error { return s.bucket.Close() }

// URI of a key, for people.
func (s *Store) URI(key string) string { return s.place.uri(key) }

// Probe proves, before anything is copied, that an artifact could be written at the key, read and removed.
// It leaves nothing behind, unless it says so.
func (s *Store) Probe(ctx context.Context, key string) error {
	if err := s.place.probe(ctx, key); err != nil {
		return s.explain(ctx, err, key)
	}
	return nil
}

// explain prefers why the work was stopped to what the stop looks like from here.
func (s *Store) explain(ctx context.Context, err error, key string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if failure, ok := errors.AsType[*result.Error](err); ok {
		return failure
	}
	return s.place.explain(err, key)
}

// WriteFile writes a small object and reads it back.
func (s *Store) WriteFile(ctx context.Context, key string, data []byte) error {
	w, err := s.NewWriter(ctx, key, int64(len(data)))
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		w.Abort()
		return err
	}
	sum, err := w.Commit()
	if err != nil {
		return err
	}
	_, err = s.Verify(ctx, key, sum)
	return err
}

// ReadFile reads a small object. found is false when there is none. One with more bytes than the limit is an error, of which
// nothing is kept: what is cut off somewhere says something else than the whole.
func (s *Store) ReadFile(ctx context.Context, key string, limit int64) (data []byte, found bool, err error) {
	r, err := s.bucket.NewReader(ctx, key, nil)
	if gcerrors.Code(err) == gcerrors.NotFound && !isBucketMissing(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, s.explain(ctx, err, key)
	}
	defer r.Close()
	// The store's own word on the size is not believed, but it bounds what is read: as much as that, and a byte that shows
	// that there is more. What is read without such a bound takes twice the memory.
	size := max(r.Size(), 0)
	if size <= limit {
		buffer := bytes.NewBuffer(make([]byte, 0, size+1+bytes.MinRead))
		if _, err = buffer.ReadFrom(io.LimitReader(r, size+1)); err != nil {
			return nil, false, s.explain(ctx, err, key)
		}
		data = buffer.Bytes()
	}
	if int64(len(data)) > size {
		return nil, true, result.Errorf(contract.ArtifactDoubted, "look at what it is, and who wrote it", "%s has more than the %d bytes that the store says it has", s.URI(key), size)
	}
	if size > limit {
		return nil, true, result.Errorf(contract.ArtifactDoubted, "look at what it is, and who wrote it", "%s has more than the %d bytes that it can have", s.URI(key), limit)
	}
	return data, true, nil
}

// Reader reads an object from its beginning and gives its size.
func (s *Store) Reader(ctx context.Context, key string) (io.ReadCloser, int64, error) {
	r, err := s.bucket.NewReader(ctx, key, nil)
	if err != nil {
		return nil, 0, s.explain(ctx, err, key)
	}
	return &explainingReader{ctx: ctx, store: s, key: key, reader: r}, r.Size(), nil
}

type explainingReader struct {
	ctx    context.Context
	store  *Store
	key    string
	reader *blob.Reader
}

func (r *explainingReader) Read(p []byte) (int, error) {
	n, err := r.reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = r.store.explain(r.ctx, err, r.key)
	}
	return n, err
}

func (r *explainingReader) Close() error { return r.reader.Close() }

// Object is one entry of a listing.
type Object struct {
	Key       string
	SizeBytes int64
}

// List yields all objects below a prefix, in the order of their keys.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		for object, err := range s.place.list(ctx, prefix) {
			if err != nil {
				err = s.explain(ctx, err, prefix)
			}
			if !yield(object, err) || err != nil {
				return
			}
		}
	}
}

// Verify compares what the store holds at the key with what was sent. A store that tells a checksum of what it
// holds is believed: CRC64NVME, or the MD5 that most have in the ETag. From any other the object is read back whole.
func (s *Store) Verify(ctx context.Context, key string, sum Sum) (contract.Proof, error) {
	attributes, err := s.bucket.Attributes(ctx, key)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return "", result.Errorf(contract.ArtifactDoubted, "if it stays, do not trust the store", "%s is not there although it was committed", s.URI(key))
	}
	if err != nil {
		return "", s.explain(ctx, err, key)
	}
	if attributes.Size != sum.Bytes {
		return "", result.Errorf(contract.ArtifactDoubted, "if it stays, do not trust the store",
			"%s has %d bytes and %d were sent", s.URI(key), attributes.Size, sum.Bytes)
	}
	if sum.ETag != "" && strings.Trim(attributes.ETag, `"`) == sum.ETag {
		return contract.ProofETag, nil
	}
	if sum.CRC64NVME != "" {
		told, err := s.place.checksum(ctx, key)
		if err != nil {
			return "", s.explain(ctx, err, key)
		}
		if told == sum.CRC64NVME {
			return contract.ProofChecksum, nil
		}
	}
	reader, _, err := s.Reader(ctx, key)
	if err != nil {
		return "", err
	}
	defer reader.Close()
	hash := sha256.New()
	// One byte more than there can be shows that there is more; a store can go on for ever.
	if _, err := io.CopyBuffer(hash, io.LimitReader(reader, sum.Bytes+1), make([]byte, 1<<20)); err != nil {
		return "", err
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != sum.SHA256 {
		return "", result.Errorf(contract.ArtifactDoubted, "if it stays, do not trust the store",
			"%s has SHA-256 %s when read back and %s was sent", s.URI(key), got, sum.SHA256)
	}
	return contract.ProofReadBack, nil
}
