package store

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

// Entries of a page of a list in a deletion. A dump has fewer, and several dumps are deleted at once: what a store sends for a
// page takes memory for each of them.
const (
	shortPage = 50
	// shortPageUploads are more, because versitygw refuses the marker that it gives for the next page.
	shortPageUploads = 200
)

// versioning of a bucket.
type versioning int

const (
	// unversioned: what is removed is gone.
	unversioned versioning = iota
	// versioned: what is removed stays as a version, now or since some time ago.
	versioned
	// unsaid: these keys cannot ask, or the store has no answer.
	unsaid
)

// ask the store, once, whether the bucket keeps versions. A store without versions may not know the question.
func (p *s3Place) ask(ctx context.Context) (versioning, error) {
	if known := p.versioning.Load(); known != nil {
		return *known, nil
	}
	answer, err := p.client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &p.Bucket})
	v := unversioned
	switch {
	case err != nil && (isUnknown(err) || isDenied(err)):
		v = unsaid
	case err != nil:
		return unsaid, p.erasing(err)
	case answer.Status != "":
		v = versioned
	}
	p.versioning.Store(&v)
	return v, nil
}

// isUnknown reports whether the store does not know what it was asked for.
func isUnknown(err error) bool {
	if api, ok := errors.AsType[smithy.APIError](err); ok && slices.Contains([]string{"NotImplemented", "MethodNotAllowed", "UnsupportedOperation"}, api.ErrorCode()) {
		return true
	}
	response, ok := errors.AsType[*awshttp.ResponseError](err)
	return ok && slices.Contains([]int{http.StatusNotImplemented, http.StatusMethodNotAllowed}, response.HTTPStatusCode())
}

// isDenied reports whether the store knows the keys, and refuses what they ask for.
func isDenied(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && slices.Contains([]string{"AccessDenied", "Forbidden", objectLocked}, api.ErrorCode())
}

// objectLocked is MinIO's word for a version that a retention keeps; others say AccessDenied.
const objectLocked = "ObjectLocked"

// below yields versions and markers where the bucket has them, objects, and uploads that were not finished.
func (p *s3Place) below(ctx context.Context, prefix string) iter.Seq2[remnant, error] {
	return func(yield func(remnant, error) bool) {
		v, err := p.ask(ctx)
		if err != nil {
			yield(remnant{}, err)
			return
		}
		lists := []iter.Seq2[remnant, error]{p.plain(ctx, prefix), p.uploads(ctx, prefix)}
		if v != unversioned {
			lists = slices.Insert(lists, 0, p.versions(ctx, prefix))
		}
		seen := false
		for i, list := range lists {
			// Where there are versions they are all that there is. Where there are none, the store may not know the question and
			// answer another: then it has objects.
			if v != unversioned && i == 1 && seen {
				continue
			}
			for r, err := range list {
				switch {
				case err != nil && i == 0 && v == unsaid && isUnknown(err):
				case err != nil:
					if _, ours := errors.AsType[*result.Error](err); !ours {
						err = p.erasing(err)
					}
					yield(remnant{}, err)
					return
				case !strings.HasPrefix(r.key, prefix): // A store that does not know the parameter lists everybody's.
				default:
					if seen = true; !yield(r, nil) {
						return
					}
				}
			}
		}
	}
}

func (p *s3Place) plain(ctx context.Context, prefix string) iter.Seq2[remnant, error] {
	return func(yield func(remnant, error) bool) {
		for object, err := range p.objects(ctx, prefix, aws.Int32(shortPage)) {
			if !yield(remnant{key: object.Key, bytes: object.SizeBytes}, err) || err != nil {
				return
			}
		}
	}
}

func (p *s3Place) versions(ctx context.Context, prefix string) iter.Seq2[remnant, error] {
	return func(yield func(remnant, error) bool) {
		input := &s3.ListObjectVersionsInput{Bucket: &p.Bucket, Prefix: &prefix, MaxKeys: aws.Int32(shortPage)}
		for listed := 0; ; {
			page, err := p.client.ListObjectVersions(ctx, input)
			if err != nil {
				yield(remnant{}, err)
				return
			}
			for _, r := range versionsOf(page) {
				if !yield(r, nil) {
					return
				}
			}
			if !aws.ToBool(page.IsTruncated) {
				return
			}
			entries := len(page.Versions) + len(page.DeleteMarkers)
			key, version := page.NextKeyMarker, page.NextVersionIdMarker
			stays := aws.ToString(key) == aws.ToString(input.KeyMarker) && aws.ToString(version) == aws.ToString(input.VersionIdMarker)
			if listed += entries; entries == 0 || stays || listed > maxListed {
				yield(remnant{}, p.endless(prefix))
				return
			}
			input.KeyMarker, input.VersionIdMarker = key, version
		}
	}
}

func versionsOf(page *s3.ListObjectVersionsOutput) []remnant {
	all := make([]remnant, 0, len(page.Versions)+len(page.DeleteMarkers))
	for _, v := range page.Versions {
		all = append(all, remnant{key: aws.ToString(v.Key), version: aws.ToString(v.VersionId), bytes: aws.ToInt64(v.Size)})
	}
	for _, m := range page.DeleteMarkers {
		all = append(all, remnant{key: aws.ToString(m.Key), version: aws.ToString(m.VersionId), marker: true})
	}
	return all
}

// uploads that were neither completed nor aborted.
func (p *s3Place) uploads(ctx context.Context, prefix string) iter.Seq2[remnant, error] {
	return func(yield func(remnant, error) bool) {
		input := &s3.ListMultipartUploadsInput{Bucket: &p.Bucket, Prefix: &prefix, MaxUploads: aws.Int32(shortPageUploads)}
		for listed := 0; ; {
			page, err := p.client.ListMultipartUploads(ctx, input)
			if isUnknown(err) {
				return // It has no way to leave any.
			}
			if err != nil {
				yield(remnant{}, err)
				return
			}
			for _, u := range page.Uploads {
				key, id := aws.ToString(u.Key), aws.ToString(u.UploadId)
				if key != "" && id != "" && !yield(remnant{key: key, upload: id}, nil) {
					return
				}
			}
			if !aws.ToBool(page.IsTruncated) {
				return
			}
			key, id := page.NextKeyMarker, page.NextUploadIdMarker
			stays := aws.ToString(key) == aws.ToString(input.KeyMarker) && aws.ToString(id) == aws.ToString(input.UploadIdMarker)
			if listed += len(page.Uploads); len(page.Uploads) == 0 || stays || listed > maxListed {
				yield(remnant{}, p.endless(prefix))
				return
			}
			input.KeyMarker, input.UploadIdMarker = key, id
		}
	}
}

// deleteVersion is DeleteObject with a version, for which another permission is needed.
const deleteVersion = "DeleteObjectVersion"

func (p *s3Place) remove(ctx context.Context, r remnant) error {
	if r.upload != "" {
		return p.erasing(p.abortUpload(ctx, r.key, &r.upload))
	}
	input := &s3.DeleteObjectInput{Bucket: &p.Bucket, Key: &r.key}
	if r.version != "" {
		input.VersionId = &r.version
	}
	_, err := p.client.DeleteObject(ctx, input)
	if api, ok := errors.AsType[smithy.APIError](err); ok && slices.Contains([]string{"NoSuchKey", "NoSuchVersion"}, api.ErrorCode()) {
		return nil
	}
	if err != nil && r.version != "" {
		err = &smithy.OperationError{ServiceID: "S3", OperationName: deleteVersion, Err: err}
	}
	return p.erasing(err)
}

// sweep aborts uploads whose beginning was lost on the way back. Without the permission to list them it does nothing.
func (p *s3Place) sweep(ctx context.Context, prefix string) (err error) {
	var found []remnant
	for r, listErr := range p.uploads(ctx, prefix) {
		if listErr != nil || len(found) == maxRound {
			break
		}
		if strings.HasPrefix(r.key, prefix) {
			found = append(found, r)
		}
	}
	for _, r := range found {
		if ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		err = errors.Join(err, p.remove(ctx, r))
	}
	return err
}

// tidy has nothing to do: a bucket has no folders.
func (p *s3Place) tidy(string) {}

// grants are what to do about a permission that a deletion lacks.
var grants = map[string]string{
	"GetBucketVersioning":  "on the bucket",
	"ListObjectsV2":        "on the bucket",
	"ListMultipartUploads": "on the bucket",
	"ListObjectVersions":   "on the bucket; where the bucket keeps no versions, s3:GetBucketVersioning is enough",
	"AbortMultipartUpload": "below the prefix",
	"DeleteObject":         "below the prefix; if they have it, look for a policy of the bucket that denies it",
	deleteVersion:          "below the prefix; if they have it, look for a retention, a legal hold or MFA delete, which keep versions",
}

// erasing says of a refusal which permission is missing. It names the bucket and no key: what is refused of one dump is refused
// of others, and is told once.
func (p *s3Place) erasing(err error) error {
	if err == nil {
		return nil
	}
	failure := p.explain(err, "")
	operation, named := errors.AsType[*smithy.OperationError](err)
	if failure.Reason != contract.StorageAccessDenied || !named || !isDenied(err) {
		return failure
	}
	where, known := grants[operation.Operation()]
	if known {
		failure.Hint = "let the keys in the storage's Secret have " + permissions[operation.Operation()] + " " + where
	}
	return failure
}
