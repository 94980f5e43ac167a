package foreign_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/dumper/foreign"
)

func TestATextWithASecretIsNotShownAtAll(t *testing.T) {
	const token = `FwoGZX"IvY'Xdz/abc+d\ef==`
	for _, text := range []string{
		"token " + token, "?X-Amz-Security-Token=FwoGZX%22IvY%27Xdz%2Fabc%2Bd%5Cef%3D%3D&x=1", "<FwoGZX&#34;IvY&#39;Xdz/abc+d\\ef==>",
		`"FwoGZX\"IvY\'Xdz/abc+d\\ef=="`, `'FwoGZX"IvY''Xdz/abc+d\ef=='`, base64.StdEncoding.EncodeToString([]byte(token)),
	} {
		if got := (foreign.Rule{Verified: true, Secrets: []string{"other", token}}).Quote(text); got != "" {
			t.Errorf("of %q is shown: %q", text, got)
		}
	}
}

func TestAPasswordThatIsACommonWordIsNotSeenInOtherWords(t *testing.T) {
	for _, test := range []struct {
		secret, text string
		held         bool
	}{
		{"dump", `mariadb-dump says`, true},
		{"dump", `dumper, dumped, undump`, false},
		{"dump", `undump "dump"`, true},
		{"aaaa", "aaaaa", false},
		{"aaaa", "aaaaa aaaa", true},
		{"söß!", "söß!x xsöß!", false},
		{"söß!", "söß!x söß!", true},
		{"abc", "abc", false},
		{"long enough to be", "xlong enough to bex", true},
	} {
		if got := foreign.Holds(test.text, []string{test.secret}); got != test.held {
			t.Errorf("%q in %q: %t, want %t", test.secret, test.text, got, test.held)
		}
	}
}

func TestWithoutACertificateNothingIsShownAndTheReasonIsTheSame(t *testing.T) {
	rule := foreign.Rule{Verified: true, Secrets: []string{"a right guess"}}.Unverified()
	for _, text := range []string{"a right guess", "a wrong guess", ""} {
		if got := rule.Quote(text); got != "" {
			t.Errorf("of %q is shown: %q", text, got)
		}
	}
}

func TestWhatAStoreEchoesOfASignedRequestIsRedacted(t *testing.T) {
	for echoed, want := range map[string]string{
		"AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261122/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=1794a9ff": "AWS4-HMAC-SHA256 Credential=[redacted]/20261122/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=[redacted]",
		"GET /dumps/x?X-Amz-Credential=AKIAEXAMPLE%2F20261122&X-Amz-Signature=1794a9ff&x=1":                                             "GET /dumps/x?X-Amz-Credential=[redacted]%2F20261122&X-Amz-Signature=[redacted]&x=1",
		"request%20with%20Signature%3D60d5d27a%20failed":                                                                                "request%20with%20Signature%3D[redacted]%20failed",
	} {
		if got := (foreign.Rule{Verified: true}).Quote(echoed); got != want {
			t.Errorf("redacted:\n%s\nwant:\n%s", got, want)
		}
	}
}

func TestOnlyWhatLooksLikeAVersionIsShownAsOne(t *testing.T) {
	for text, shown := range map[string]bool{
		"10.11.14-MariaDB-0+deb12u2-log": true, "8.4.3": true, "8.0.mysql_aurora.3.05.2": true, "8.0.11-TiDB-v7.5.0": true, "5.7.44-48~jammy": true,
		"": false, "8": false, "hunter2": false, "8.0.1 is it hunter2?": false, "8.0.1\n\\! id": false, "8.0." + strings.Repeat("x", 101): false, "８.0.1": false,
	} {
		if got := foreign.Version(text) == text; got != shown {
			t.Errorf("%q is shown: %t", text, got)
		}
	}
	if got := foreign.Version("11.8.9-MariaDB-0+deb13u1 from Debian"); got != "11.8.9-MariaDB-0+deb13u1" {
		t.Errorf("of Debian's it makes %q", got)
	}
}
