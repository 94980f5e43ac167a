package store

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"github.com/volcado-io/volcado/dumper/result"
)

// s3Reasons of the error codes that S3 servers answer with.
var s3Reasons = map[string]result.Reason{
	"NoSuchBucket": result.BucketNotFound,

	"AccessDenied": result.StorageAccessDenied, "InvalidAccessKeyId": result.StorageAccessDenied,
	"SignatureDoesNotMatch": result.StorageAccessDenied, "ExpiredToken": result.StorageAccessDenied,
	"InvalidToken": result.StorageAccessDenied, "TokenRefreshRequired": result.StorageAccessDenied,
	"AccountProblem": result.StorageAccessDenied, "AllAccessDisabled": result.StorageAccessDenied,
	"InvalidAccessKey": result.StorageAccessDenied, "Forbidden": result.StorageAccessDenied,
	"Unauthorized": result.StorageAccessDenied, "XAdminUserNotFound": result.StorageAccessDenied,

	"QuotaExceeded": result.StorageFull, "XMinioStorageFull": result.StorageFull,
	"XMinioAdminBucketQuotaExceeded": result.StorageFull, "InsufficientStorage": result.StorageFull,
	"InsufficientCapacity": result.StorageFull,
}

var s3Hints = map[result.Reason]string{
	result.BucketNotFound:               "create the bucket, or correct s3.bucket, s3.endpoint or s3.pathStyle of the DumpStorage",
	result.StorageAccessDenied:          "check the keys in the storage's Secret, and that they have s3:PutObject, s3:GetObject, s3:DeleteObject and s3:AbortMultipartUpload below the prefix",
	result.StorageFull:                  "free space or raise the quota of the bucket",
	result.StorageTLSVerificationFailed: "set caSecretRef of the DumpStorage to the authority that signed the endpoint's certificate, and check that it names the host",
	result.StorageUnreachable:           "check s3.endpoint of the DumpStorage, that the store runs, and that network policies let the dump's pod reach it",
	result.StorageError:                 "if it stays, look at the store's log",
	result.StorageCredentialsMissing:    "set credentialsSecretRef of the DumpStorage, or give the pod an identity of its own (job.serviceAccountName)",
}

func (p *s3Place) explain(err error, key string) *result.Error {
	reason, text := p.reason(err)
	hint := s3Hints[reason]
	where := p.uri(key)
	if p.Endpoint != "" {
		where += " at " + p.Endpoint
	}
	switch reason {
	case result.BucketNotFound:
		where = "bucket " + p.Bucket + strings.TrimPrefix(where, p.uri(key))
		return result.Errorf(reason, hint, "%s does not exist", where)
	case result.StorageAccessDenied:
		if refused := action(err); refused != "" {
			return result.Errorf(reason, hint, "the store refuses %s with %s for bucket %s (%s): %s", refused, p.identity(), p.Bucket, where, text)
		}
		return result.Errorf(reason, hint, "the store refuses %s for bucket %s (%s): %s", p.identity(), p.Bucket, where, text)
	case result.StorageTLSVerificationFailed:
		return result.Errorf(reason, hint, "the certificate of the store of bucket %s (%s) is not trusted: %s", p.Bucket, where, text)
	case result.StorageUnreachable:
		if _, unresolved := errors.AsType[*net.DNSError](err); unresolved && p.Endpoint != "" && !p.PathStyle {
			hint = "set s3.pathStyle: true of the DumpStorage, which most servers other than Amazon's need (without it the bucket is part of the host name), or correct s3.endpoint"
		}
		return result.Errorf(reason, hint, "the store of bucket %s (%s) cannot be reached: %s", p.Bucket, where, text)
	case result.StorageFull:
		return result.Errorf(reason, hint, "the store has no room for %s: %s", where, text)
	case result.StorageCredentialsMissing:
		return result.Errorf(reason, hint, "there are no credentials for bucket %s: %s", p.Bucket, text)
	}
	if strings.HasPrefix(text, redirected) {
		hint = "correct s3.endpoint or s3.region of the DumpStorage"
	}
	if strings.HasPrefix(text, "AuthorizationHeaderMalformed") {
		hint = "correct s3.region of the DumpStorage"
	}
	return result.Errorf(reason, hint, "the store failed at %s: %s", where, text)
}

// redirected begins the text of an answer that points elsewhere.
const redirected = "it answers with a redirect"

func (p *s3Place) identity() string {
	if p.Credentials != nil && p.Credentials.Name != "" {
		return "the keys of the Secret " + p.Credentials.Name
	}
	return "these credentials"
}

// reason of an SDK error and a short text of it. The SDK's own text holds request ids and URLs.
func (p *s3Place) reason(err error) (result.Reason, string) {
	// Before connections are looked at: where there is no identity at all, the last place that the SDK asks for one is the
	// cloud's metadata address, and that it cannot be reached says nothing of the store.
	if strings.Contains(err.Error(), "get identity: get credentials") || strings.Contains(err.Error(), "failed to refresh cached credentials") {
		return result.StorageCredentialsMissing, "this environment has none either"
	}
	if errors.Is(err, errMute) {
		return result.StorageUnreachable, err.Error()
	}
	if reason, text := connectionReason(err); reason != "" {
		return reason, text
	}
	status := 0
	if response, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		status = response.HTTPStatusCode()
	}
	if status >= 300 && status < 400 {
		return result.StorageError, fmt.Sprintf("%s (%d %s), which is not followed", redirected, status, http.StatusText(status))
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		text := api.ErrorCode()
		if message := api.ErrorMessage(); message != "" {
			text += ": " + message
		}
		if reason, known := s3Reasons[api.ErrorCode()]; known {
			return reason, text
		}
		if status == 0 {
			return result.StorageError, text
		}
		return statusReason(status), text
	}
	if status != 0 {
		return statusReason(status), http.StatusText(status)
	}
	return result.StorageError, err.Error()
}

func statusReason(status int) result.Reason {
	switch status {
	case http.StatusForbidden, http.StatusUnauthorized:
		return result.StorageAccessDenied
	case http.StatusInsufficientStorage:
		return result.StorageFull
	}
	return result.StorageError
}

// connectionReason is for errors below HTTP.
func connectionReason(err error) (result.Reason, string) {
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return result.StorageTLSVerificationFailed, e.Err.Error()
	}
	if e, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return result.StorageTLSVerificationFailed, e.Error()
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return result.StorageUnreachable, e.Error()
	}
	if e, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return result.StorageUnreachable, "it does not speak TLS (" + e.Msg + "); is the endpoint http:// rather than https://?"
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return result.StorageUnreachable, e.Error()
	}
	if strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") {
		return result.StorageUnreachable, "it does not speak TLS; is the endpoint http:// rather than https://?"
	}
	return "", ""
}

func isBucketMissing(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && api.ErrorCode() == "NoSuchBucket"
}
