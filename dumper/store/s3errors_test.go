package store

import (
	"errors"
	"fmt"
	"net"
	"testing"

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
