package store

import (
	"cmp"
	"context"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

// sendingParts at once. One fills a good line; the second bridges the time in which the store answers.
const sendingParts = 2

// lastParts is how long an upload that is given up waits for the parts on their way. A store may have one whole and still
// be writing it when the upload is aborted: then the part stays, and with some servers the upload too.
const lastParts = 3 * time.Second

// contentType of an object, by its name: an artifact's is its format's.
func contentType(key string) string {
	if format, found := contract.FormatOfFile(path.Base(key)); found {
		return format.MediaType
	}
	return "application/octet-stream"
}

// upload of one object into a bucket, in parts as they are filled. An object that does not fill the first is put whole.
//
// The SDK's own transfer manager holds several parts of equal size from the beginning, however small the object turns
// out, and one besides to see whether there is a second: with an artifact of unknown size, that is a lot of memory.
type upload struct {
	place *s3Place
	key   string
	sizes partSizes
	// ctx ends with the first part that could not be sent; its cause is why.
	ctx  context.Context
	stop context.CancelCauseFunc
	// line is the context of parts on their way, which outlives ctx by lastParts.
	line   context.Context
	hangUp context.CancelFunc

	pool    *blockPool
	filling content
	// begun counts parts that were handed over for sending.
	begun int
	// id is nil before the first part is full.
	id *string

	slots   chan struct{}
	sending sync.WaitGroup
	mu      sync.Mutex
	sent    []types.CompletedPart
}

func (p *s3Place) begin(ctx context.Context, key string, sizes partSizes) *upload {
	u := &upload{place: p, key: key, sizes: sizes, pool: newBlockPool(), slots: make(chan struct{}, sendingParts)}
	u.ctx, u.stop = context.WithCancelCause(ctx)
	u.line, u.hangUp = context.WithCancel(context.WithoutCancel(ctx))
	return u
}

// Write waits while all memory holds parts that are being sent.
func (u *upload) Write(p []byte) (written int, err error) {
	for written < len(p) {
		if u.ctx.Err() != nil {
			return written, context.Cause(u.ctx)
		}
		size := u.sizes.of(u.begun)
		u.pool.fit(size)
		n, err := u.filling.append(u.ctx, u.pool, p[written:], size-u.filling.bytes)
		if err != nil {
			return written, err
		}
		written += n
		if u.filling.bytes == size {
			if err := u.send(); err != nil {
				return written, err
			}
		}
	}
	return written, nil
}

// send the part that was filled, while the next is being filled.
func (u *upload) send() error {
	if u.begun == maxParts {
		return result.Errorf(contract.StorageFull, "leave tables out with --exclude, or compress", "%s would have more parts than the %d that S3 takes", u.place.uri(u.key), maxParts)
	}
	if u.id == nil {
		id, err := u.place.beginUpload(u.ctx, u.key)
		if err != nil {
			return err
		}
		u.id = id
	}
	select {
	case u.slots <- struct{}{}:
	case <-u.ctx.Done():
		return context.Cause(u.ctx)
	}
	part := u.filling
	u.filling = content{}
	u.begun++
	number := int32(u.begun)
	u.sending.Go(func() {
		defer func() { <-u.slots }()
		answer, err := u.place.client.UploadPart(u.line, &s3.UploadPartInput{
			Bucket: &u.place.Bucket, Key: &u.key, UploadId: u.id, PartNumber: &number, Body: part.reader(), ContentLength: &part.bytes,
		})
		if err == nil && aws.ToString(answer.ETag) == "" {
			err = u.place.lacking("UploadPart", "ETag")
		}
		if err != nil {
			u.stop(err)
			return
		}
		u.mu.Lock()
		u.sent = append(u.sent, types.CompletedPart{PartNumber: &number, ETag: answer.ETag})
		u.mu.Unlock()
		u.pool.give(part.blocks)
	})
	return nil
}

// commit makes the object visible; after an error there is none.
func (u *upload) commit() error {
	if err := u.finish(); err != nil {
		u.abort()
		return err
	}
	u.stop(nil)
	u.hangUp()
	return nil
}

func (u *upload) finish() error {
	if u.id == nil {
		_, err := u.place.client.PutObject(u.ctx, &s3.PutObjectInput{
			Bucket: &u.place.Bucket, Key: &u.key, ContentType: aws.String(contentType(u.key)), Body: u.filling.reader(), ContentLength: &u.filling.bytes,
		})
		return err
	}
	if u.filling.bytes > 0 {
		if err := u.send(); err != nil {
			return err
		}
	}
	u.sending.Wait()
	if u.ctx.Err() != nil {
		return context.Cause(u.ctx)
	}
	slices.SortFunc(u.sent, func(a, b types.CompletedPart) int { return cmp.Compare(*a.PartNumber, *b.PartNumber) })
	_, err := u.place.client.CompleteMultipartUpload(u.ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &u.place.Bucket, Key: &u.key, UploadId: u.id, MultipartUpload: &types.CompletedMultipartUpload{Parts: u.sent},
	})
	return err
}

// abort removes the parts that were sent, within cleanupTimeout, even when the context has ended. What that leaves is for
// Discard, which says so if it cannot either.
func (u *upload) abort() {
	u.stop(context.Canceled)
	late := time.AfterFunc(lastParts, u.hangUp)
	u.sending.Wait()
	late.Stop()
	u.hangUp()
	if u.id == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(u.ctx), cleanupTimeout)
	defer cancel()
	_ = u.place.abortUpload(ctx, u.key, u.id)
}
