package mounted

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Authority is a file with certificates in PEM, perhaps one key of a Secret mounted under another name.
type Authority struct {
	Path string
	// Secret and key that it comes from, as NAME/KEY; empty outside Kubernetes.
	Secret string
}

// AuthorityError says why certificates could not be had.
type AuthorityError struct {
	message, hint string
}

// Error is one sentence that names the Secret and the key, or the file.
func (e *AuthorityError) Error() string { return e.message }

// Hint says what to do about it.
func (e *AuthorityError) Hint() string { return e.hint }

// Describe names the authority in a sentence.
func (a Authority) Describe() string {
	if name, key, ok := strings.Cut(a.Secret, "/"); ok {
		return fmt.Sprintf("the key %s of the Secret %s", key, name)
	}
	return "the file " + a.Path
}

// Pool holds the certificates. The error is an *AuthorityError.
func (a Authority) Pool() (*x509.CertPool, error) {
	certificates, err := a.Certificates()
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	for _, certificate := range certificates {
		pool.AddCert(certificate)
	}
	return pool, nil
}

// Certificates in the file, at least one. What is no certificate is passed over, as the clients do. The error is an
// *AuthorityError.
func (a Authority) Certificates() ([]*x509.Certificate, error) {
	info, err := os.Stat(a.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, a.missing()
	}
	if err == nil && info.Size() > maxValueBytes {
		return nil, &AuthorityError{message: a.Describe() + " is larger than 1 MiB", hint: "put the authority's certificate there and nothing else"}
	}
	var rest []byte
	if err == nil {
		rest, err = os.ReadFile(a.Path)
	}
	if err != nil {
		return nil, &AuthorityError{message: fmt.Sprintf("read %s: %v", a.Describe(), err), hint: "make it readable for the dumper's user"}
	}
	var found []*x509.Certificate
	for block, rest := pem.Decode(rest); block != nil; block, rest = pem.Decode(rest) {
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil && block.Type == "CERTIFICATE" {
			found = append(found, certificate)
		}
	}
	if found == nil {
		return nil, &AuthorityError{message: a.Describe() + " holds no certificate", hint: "put the authority's certificate there, in PEM (-----BEGIN CERTIFICATE-----)"}
	}
	return found, nil
}

// missing: a key that is mounted by itself leaves the same empty folder whether the key or the whole Secret is absent.
func (a Authority) missing() error {
	name, key, ok := strings.Cut(a.Secret, "/")
	if !ok {
		return &AuthorityError{message: "there is no file " + a.Path, hint: "write the authority's certificate there, in PEM"}
	}
	return &AuthorityError{
		message: fmt.Sprintf("the Secret %s does not exist or has no key %s", name, key),
		hint:    fmt.Sprintf("create the Secret %s in the dump's namespace, with the authority's certificate in PEM in the key %s", name, key),
	}
}
