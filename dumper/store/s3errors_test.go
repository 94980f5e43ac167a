package store

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/volcado-io/volcado/internal/contract"
)

// As the SDK words it in a pod without an identity of its own.
func TestAPodWithoutAnIdentityIsToldThatAndNotThatTheStoreIsAway(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("i/o timeout")}
	err := fmt.Errorf("operation error S3: CreateMultipartUpload, get identity: get credentials: failed to refresh cached credentials, "+
		"no EC2 IMDS role found, operation error ec2imds: GetMetadata, request canceled, %w", refused)
	place := &s3Place{S3: S3{Bucket: "dumps"}}
	if got := place.explain(err, "a/dump.sql.gz"); got.Reason != contract.StorageCredentialsMissing {
		t.Errorf("got %s (%s), want %s", got.Reason, got.Message, contract.StorageCredentialsMissing)
	}
	if got := place.explain(refused, "a/dump.sql.gz"); got.Reason != contract.StorageUnreachable {
		t.Errorf("got %s (%s) for a store that is away, want %s", got.Reason, got.Message, contract.StorageUnreachable)
	}
}

// A store that answers before it has taken the request is there, whatever becomes of the connection.
func TestAnAnswerThatCouldNotBeReadIsNoStoreThatIsAway(t *testing.T) {
	closed := &net.OpError{Op: "read", Net: "tcp", Err: net.ErrClosed}
	answered := func(status int) error {
		return &awshttp.ResponseError{ResponseError: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: closed,
		}}
	}
	place := &s3Place{S3: S3{Bucket: "dumps"}}
	for want, err := range map[contract.Reason]error{contract.StorageError: answered(http.StatusForbidden), contract.StorageUnreachable: closed} {
		if got := place.explain(err, "a/dump.sql.gz"); got.Reason != want {
			t.Errorf("got %s (%s), want %s", got.Reason, got.Message, want)
		}
	}
	if got := place.explain(answered(http.StatusOK), "a/dump.sql.gz"); got.Reason != contract.StorageUnreachable {
		t.Errorf("in the middle of what was asked for: %s (%s)", got.Reason, got.Message)
	}
}
