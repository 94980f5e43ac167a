package store

import (
	"errors"
	"net/url"
	"strings"

	"github.com/volcado-io/volcado/dumper/mounted"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

// Keys of the Secret that say what its credentials are for. Both are optional.
const (
	KeyEndpoint = "endpoint"
	KeyBucket   = "bucket"
)

// bound holds the bucket to what the Secret says, if it says something. The errors have reason StorageNotBound.
func (s S3) bound(secret mounted.Secret) error {
	for _, key := range []struct {
		name, value string
		same        func(a, b string) bool
	}{
		{KeyEndpoint, s.Endpoint, sameEndpoint},
		{KeyBucket, s.Bucket, func(a, b string) bool { return a == b }},
	} {
		wanted, err := secret.Value(key.name)
		if _, missing := errors.AsType[*mounted.MissingError](err); missing {
			continue
		}
		if err != nil {
			return result.Errorf(contract.StorageCredentialsMissing, "make it readable for the dumper's user", "%w", err)
		}
		if !key.same(strings.TrimSpace(wanted), key.value) {
			return result.Errorf(contract.StorageNotBound, "correct "+key.name+" of the storage or, if the credentials belong there, the Secret",
				"%s does not name the %s %q, so the credentials are not used there", secret.Describe(key.name), key.name, key.value)
		}
	}
	return nil
}

// sameEndpoint compares URLs without regard to the case of the host, a port that is the scheme's own and a slash at their end.
// Without an endpoint the bucket is at Amazon's.
func sameEndpoint(a, b string) bool {
	x, okX := origin(a)
	y, okY := origin(b)
	return okX && okY && x == y
}

func origin(endpoint string) (string, bool) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return "", false
	}
	port := u.Port()
	if u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		port = ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port + strings.TrimSuffix(u.EscapedPath(), "/"), true
}
