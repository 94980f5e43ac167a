package dumper

import (
	"testing"

	"github.com/volcado-io/volcado/dumper/result"
)

func TestWhatAStoreEchoesOfASignedRequestIsRedacted(t *testing.T) {
	for echoed, want := range map[string]string{
		"AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261122/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=1794a9ff": "AWS4-HMAC-SHA256 Credential=[redacted]/20261122/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=[redacted]",
		"GET /dumps/x?X-Amz-Credential=AKIAEXAMPLE%2F20261122&X-Amz-Signature=1794a9ff&x=1":                                             "GET /dumps/x?X-Amz-Credential=[redacted]%2F20261122&X-Amz-Signature=[redacted]&x=1",
		"SignatureDoesNotMatch: the signature of the request by keyid does not match":                                                   "SignatureDoesNotMatch: the signature of the request by [redacted] does not match",
	} {
		if got := redact(result.Failure{Message: echoed}, []string{"keyid"}).Message; got != want {
			t.Errorf("redacted:\n%s\nwant:\n%s", got, want)
		}
	}
}
