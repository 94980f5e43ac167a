package store

import (
	"context"
	"errors"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

// maxListed objects below a prefix. Below a dump's there are a few per attempt.
const maxListed = 100_000

// list yields the objects below a prefix, page by page. What has no key is no object, and neither is what is not below the
// prefix: a store that does not know the parameter lists everything.
func (p *s3Place) list(ctx context.Context, prefix string) iter.Seq2[Object, error] {
	return p.objects(ctx, prefix, nil)
}

// objects is list in pages of so many, or of as many as the store gives.
func (p *s3Place) objects(ctx context.Context, prefix string, pageKeys *int32) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		input := &s3.ListObjectsV2Input{Bucket: &p.Bucket, Prefix: &prefix, MaxKeys: pageKeys}
		for listed := 0; ; {
			page, err := p.client.ListObjectsV2(ctx, input)
			if err != nil {
				yield(Object{}, err)
				return
			}
			for _, object := range page.Contents {
				key := aws.ToString(object.Key)
				if listed++; key == "" || !strings.HasPrefix(key, prefix) {
					continue
				}
				if !yield(Object{Key: key, SizeBytes: aws.ToInt64(object.Size)}, nil) {
					return
				}
			}
			token := aws.ToString(page.NextContinuationToken)
			if !aws.ToBool(page.IsTruncated) {
				return
			}
			if token == "" || token == aws.ToString(input.ContinuationToken) || len(page.Contents) == 0 || listed > maxListed {
				yield(Object{}, p.endless(prefix))
				return
			}
			input.ContinuationToken = &token
		}
	}
}

func (p *s3Place) endless(prefix string) error {
	return result.Errorf(contract.StorageError, "see to it that there are fewer objects; if there are few, do not trust the store",
		"the list of what is below %s does not come to an end", p.uri(prefix))
}

// beginUpload returns the id of a new upload.
func (p *s3Place) beginUpload(ctx context.Context, key string, options ...func(*s3.Options)) (*string, error) {
	created, err := p.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &p.Bucket, Key: &key, ContentType: aws.String(contentType(key))}, options...)
	if err != nil {
		return nil, err
	}
	if aws.ToString(created.UploadId) == "" {
		return nil, p.lacking("CreateMultipartUpload", "UploadId")
	}
	return created.UploadId, nil
}

// lacking is of an answer without a field that it must have.
func (p *s3Place) lacking(action, field string) error {
	return &smithy.OperationError{ServiceID: "S3", OperationName: action, Err: result.Errorf(contract.StorageError, "find out what answers at s3.endpoint of the DumpStorage: it does not speak S3",
		"the store of bucket %s answers %s without %s", p.Bucket, action, field)}
}

// abortUpload succeeds too when there is none of that id any more.
func (p *s3Place) abortUpload(ctx context.Context, key string, id *string, options ...func(*s3.Options)) error {
	_, err := p.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &p.Bucket, Key: &key, UploadId: id}, options...)
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() == "NoSuchUpload" {
		return nil
	}
	return err
}
