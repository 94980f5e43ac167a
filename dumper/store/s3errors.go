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
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/volcado-io/volcado/dumper/foreign"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

// s3Reasons of the error codes that S3 servers answer with.
var s3Reasons = map[string]contract.Reason{
	"NoSuchBucket": contract.BucketNotFound,

	"AccessDenied": contract.StorageAccessDenied, "InvalidAccessKeyId": contract.StorageAccessDenied,
	"SignatureDoesNotMatch": contract.StorageAccessDenied, "ExpiredToken": contract.StorageAccessDenied,
	"InvalidToken": contract.StorageAccessDenied, "TokenRefreshRequired": contract.StorageAccessDenied,
	"AccountProblem": contract.StorageAccessDenied, "AllAccessDisabled": contract.StorageAccessDenied,
	"InvalidAccessKey": contract.StorageAccessDenied, "Forbidden": contract.StorageAccessDenied,
	"Unauthorized": contract.StorageAccessDenied, "XAdminUserNotFound": contract.StorageAccessDenied,
	objectLocked: contract.StorageAccessDenied,

	"QuotaExceeded": contract.StorageFull, "XMinioStorageFull": contract.StorageFull,
	"XMinioAdminBucketQuotaExceeded": contract.StorageFull, "InsufficientStorage": contract.StorageFull,
	"InsufficientCapacity": contract.StorageFull,
}

var s3Hints = map[contract.Reason]string{
	contract.BucketNotFound:               "create the bucket, or correct s3.bucket, s3.endpoint or s3.pathStyle of the DumpStorage",
	contract.StorageAccessDenied:          "check the keys in the storage's Secret, and that they have s3:PutObject, s3:GetObject, s3:DeleteObject and s3:AbortMultipartUpload below the prefix",
	contract.StorageFull:                  "free space or raise the quota of the bucket",
	contract.StorageTLSVerificationFailed: "set caSecretRef of the DumpStorage to the authority that signed the endpoint's certificate, and check that it names the host",
	contract.StorageUnreachable:           "check s3.endpoint of the DumpStorage, that the store runs, and that network policies let the dump's pod reach it",
	contract.StorageError:                 "if it stays, look at the store's log",
	contract.StorageCredentialsMissing:    "set credentialsSecretRef of the DumpStorage, or give the pod an identity of its own (job.serviceAccountName)",
}

func (p *s3Place) explain(err error, key string) *result.Error {
	reason, text := p.reason(err)
	hint := s3Hints[reason]
	where := p.uri(key)
	if p.Endpoint != "" {
		where += " at " + p.Endpoint
	}
	switch reason {
	case contract.BucketNotFound:
		where = "bucket " + p.Bucket + strings.TrimPrefix(where, p.uri(key))
		return result.Errorf(reason, hint, "%s does not exist", where)
	case contract.StorageAccessDenied:
		if refused := action(err); refused != "" {
			return result.Errorf(reason, hint, "the store refuses %s with %s for bucket %s (%s): %s", refused, p.identity(), p.Bucket, where, text)
		}
		return result.Errorf(reason, hint, "the store refuses %s for bucket %s (%s): %s", p.identity(), p.Bucket, where, text)
	case contract.StorageTLSVerificationFailed:
		return result.Errorf(reason, hint, "the certificate of the store of bucket %s (%s) is not trusted: %s", p.Bucket, where, text)
	case contract.StorageUnreachable:
		if _, unresolved := errors.AsType[*net.DNSError](err); unresolved && p.Endpoint != "" && !p.PathStyle {
			hint = "set s3.pathStyle: true of the DumpStorage, which most servers other than Amazon's need (without it the bucket is part of the host name), or correct s3.endpoint"
		}
		return result.Errorf(reason, hint, "the store of bucket %s (%s) cannot be reached: %s", p.Bucket, where, text)
	case contract.StorageFull:
		return result.Errorf(reason, hint, "the store has no room for %s: %s", where, text)
	case contract.StorageCredentialsMissing:
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
func (p *s3Place) reason(err error) (contract.Reason, string) {
	// Before connections are looked at: where there is no identity at all, the last place that the SDK asks for one is the
	// cloud's metadata address, and that it cannot be reached says nothing of the store.
	if strings.Contains(err.Error(), "get identity: get credentials") || strings.Contains(err.Error(), "failed to refresh cached credentials") {
		return contract.StorageCredentialsMissing, "this environment has none either"
	}
	if errors.Is(err, errMute) {
		return contract.StorageUnreachable, err.Error()
	}
	// The store was reached and has answered. This end closes the connection under a request that is still being sent, when the
	// answer came before its end.
	if answered, ok := errors.AsType[*awshttp.ResponseError](err); ok && answered.HTTPStatusCode() >= http.StatusBadRequest && errors.Is(err, net.ErrClosed) {
		return contract.StorageError, fmt.Sprintf("its answer (%d %s) could not be read", answered.HTTPStatusCode(), http.StatusText(answered.HTTPStatusCode()))
	}
	if reason, text := connectionReason(err); reason != "" {
		return reason, text
	}
	for _, ours := range []error{errTooMuch, errStalled} {
		if errors.Is(err, ours) {
			return contract.StorageError, ours.Error()
		}
	}
	status := 0
	if response, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		status = response.HTTPStatusCode()
	}
	if status >= 300 && status < 400 {
		return contract.StorageError, fmt.Sprintf("%s (%d %s), which is not followed", redirected, status, http.StatusText(status))
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		text := foreign.Code(api.ErrorCode())
		if message := p.quote.Quote(api.ErrorMessage()); message != "" {
			text += ": " + message
		}
		if reason, known := s3Reasons[api.ErrorCode()]; known {
			return reason, text
		}
		if status == 0 {
			return contract.StorageError, text
		}
		return statusReason(status), text
	}
	if status != 0 {
		return statusReason(status), http.StatusText(status)
	}
	if words := p.quote.Quote(err.Error()); words != "" {
		return contract.StorageError, words
	}
	return contract.StorageError, "its answer could not be understood; " + p.quote.Withheld()
}

func statusReason(status int) contract.Reason {
	switch status {
	case http.StatusForbidden, http.StatusUnauthorized:
		return contract.StorageAccessDenied
	case http.StatusInsufficientStorage:
		return contract.StorageFull
	}
	return contract.StorageError
}

// connectionReason is for errors below HTTP.
func connectionReason(err error) (contract.Reason, string) {
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return contract.StorageTLSVerificationFailed, foreign.Certificate(e.Err.Error())
	}
	if e, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return contract.StorageTLSVerificationFailed, foreign.Certificate(e.Error())
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return contract.StorageUnreachable, e.Error()
	}
	if e, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return contract.StorageUnreachable, "it does not speak TLS (" + e.Msg + "); is the endpoint http:// rather than https://?"
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return contract.StorageUnreachable, e.Error()
	}
	if strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") {
		return contract.StorageUnreachable, "it does not speak TLS; is the endpoint http:// rather than https://?"
	}
	if _, ok := errors.AsType[*smithyhttp.RequestSendError](err); ok {
		return contract.StorageUnreachable, "it breaks the connection off, or does not answer in HTTP"
	}
	return "", ""
}

func isBucketMissing(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && api.ErrorCode() == "NoSuchBucket"
}
