package dumper

import (
	"testing"

	"github.com/volcado-io/volcado/internal/contract"
)

func TestWhatAStoreEchoesOfASignedRequestIsRedacted(t *testing.T) {
	for echoed, want := range map[string]string{
		"AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261122/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=1794a9ff": "AWS4-HMAC-SHA256 Credential=[redacted]/20261122/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=[redacted]",
		"GET /dumps/x?X-Amz-Credential=AKIAEXAMPLE%2F20261122&X-Amz-Signature=1794a9ff&x=1":                                             "GET /dumps/x?X-Amz-Credential=[redacted]%2F20261122&X-Amz-Signature=[redacted]&x=1",
		"SignatureDoesNotMatch: the signature of the request by keyid does not match":                                                   "SignatureDoesNotMatch: the signature of the request by [redacted] does not match",
	} {
		if got := Redact(contract.Failure{Message: echoed}, []string{"keyid"}).Message; got != want {
			t.Errorf("redacted:\n%s\nwant:\n%s", got, want)
		}
	}
}

func TestASecretInAURLIsRedacted(t *testing.T) {
	const token = "FwoGZXIvYXdz/abc+def=="
	for echoed, want := range map[string]string{
		"?X-Amz-Security-Token=FwoGZXIvYXdz%2Fabc%2Bdef%3D%3D&x=1": "?X-Amz-Security-Token=[redacted]&x=1",
		"request%20with%20Signature%3D60d5d27a%20failed":           "request%20with%20Signature%3D[redacted]%20failed",
	} {
		if got := Redact(contract.Failure{Message: echoed}, []string{token}).Message; got != want {
			t.Errorf("redacted:\n%s\nwant:\n%s", got, want)
		}
	}
}

func TestAPasswordThatIsACommonWordIsTakenOutAloneAndNotOutOfOtherWords(t *testing.T) {
	for secret, test := range map[string]struct{ echoed, want string }{
		"dump":              {`mariadb-dump: dumper, dumped, undump; password=dump "dump" dump`, `mariadb-[redacted]: dumper, dumped, undump; password=[redacted] "[redacted]" [redacted]`},
		"aaaa":              {"aaaaa aaaa", "aaaaa [redacted]"},
		"söß!":              {"söß!x xsöß! söß!", "söß!x xsöß! [redacted]"},
		"abc":               {"abc", "abc"},
		"long enough to be": {"xlong enough to bex", "x[redacted]x"},
	} {
		if got := Redact(contract.Failure{Message: test.echoed, Hint: test.echoed}, []string{secret}); got.Message != test.want || got.Hint != test.want {
			t.Errorf("without %q:\n%s\nwant:\n%s", secret, got.Message, test.want)
		}
	}
}
