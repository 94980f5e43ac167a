package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/volcado-io/volcado/dumper/result"
)

// probeTimeout bounds the probe, its second tries included. Without it, something that accepts connections and never
// answers would hold the dump until its run deadline.
const probeTimeout = 30 * time.Second

// probeFile is the name of the probe's object.
const probeFile = "probe.tmp"

// permissions that each action of a dump or of its deletion needs, where they have another name, as policies have them.
var permissions = map[string]string{
	"PutObject": "s3:PutObject", "CreateMultipartUpload": "s3:PutObject", "UploadPart": "s3:PutObject", "CompleteMultipartUpload": "s3:PutObject",
	"AbortMultipartUpload": "s3:AbortMultipartUpload", "HeadObject": "s3:GetObject", "GetObject": "s3:GetObject", "DeleteObject": "s3:DeleteObject",
	"ListObjectsV2": "s3:ListBucket", "ListMultipartUploads": "s3:ListBucketMultipartUploads",
	"ListObjectVersions": "s3:ListBucketVersions", deleteVersion: "s3:DeleteObjectVersion", "GetBucketVersioning": "s3:GetBucketVersioning",
}

// action that failed, with the permission it needs; empty when the error does not say.
func action(err error) string {
	operation, ok := errors.AsType[*smithy.OperationError](err)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s (%s)", operation.Operation(), permissions[operation.Operation()])
}

// errMute is of a store that accepts connections and is silent.
var errMute = errors.New("the store does not answer")

// probe does once, with one byte beside the key, all that a dump will need: hours of reading from a production server
// would be for nothing if it came out at their end that the keys may write and not look at what they wrote. That the
// object can be removed again is needed too: without it a doubted artifact would stay, and nobody would own it.
func (p *s3Place) probe(ctx context.Context, key string) error {
	patience, done := context.WithTimeoutCause(ctx, p.patience, errMute)
	defer done()
	// Beside each other, for somebody in a chat is waiting for the beginning.
	uploaded := make(chan error, 1)
	go func() { uploaded <- p.tryUpload(patience, key) }()
	err := p.tryObject(patience, path.Join(path.Dir(key), probeFile))
	if uploadErr := <-uploaded; err == nil {
		err = uploadErr
	}
	if err != nil && errors.Is(context.Cause(patience), errMute) {
		return fmt.Errorf("%w within %s", errMute, p.patience)
	}
	return err
}

// impatient: what does not work at once is said at once. The Job tries again, and a person who is waiting for it can read
// why.
func impatient(o *s3.Options) { o.Retryer = retryer(2, time.Second) }

// tryObject writes an object, looks at it and removes it.
func (p *s3Place) tryObject(ctx context.Context, key string) error {
	probe := []byte{0}
	if _, err := p.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &p.Bucket, Key: &key, Body: bytes.NewReader(probe)}, impatient); err != nil {
		return err
	}
	err := p.tryChecksum(ctx, key, probe)
	if err != nil {
		// Some stores refuse the header that asks for a checksum.
		_, err = p.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &p.Bucket, Key: &key}, impatient)
	}
	removing, done := cleaning(ctx)
	defer done()
	if _, removeErr := p.client.DeleteObject(removing, &s3.DeleteObjectInput{Bucket: &p.Bucket, Key: &key}, impatient); removeErr != nil {
		failure := p.explain(errors.Join(err, removeErr), key)
		return result.Errorf(failure.Reason, failure.Hint, "%s; the probe's object %s may have stayed", failure.Message, p.uri(key))
	}
	return err
}

// tryChecksum finds out whether the store tells a checksum.
func (p *s3Place) tryChecksum(ctx context.Context, key string, content []byte) error {
	told, err := p.crc64NVME(ctx, key, impatient)
	crc := newCRC64NVME()
	crc.write(content)
	p.tells = err == nil && told == crc.String()
	return err
}

// tryUpload begins an upload and gives it up.
func (p *s3Place) tryUpload(ctx context.Context, key string) error {
	id, err := p.beginUpload(ctx, key, impatient)
	if err != nil {
		return err
	}
	aborting, done := cleaning(ctx)
	defer done()
	return p.abortUpload(aborting, key, id, impatient)
}

// cleaning is the context in which a probe removes what it made: its own, or a short one when the probe was stopped. A
// store that is mute is not asked again.
func cleaning(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx.Err() == nil || errors.Is(context.Cause(ctx), errMute) {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
}
