// Package source says how the database server is reached: address, credentials and TLS, the same for the preflight
// connection and for the client.
package source

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/foreign"
	"github.com/volcado-io/volcado/dumper/mounted"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/internal/contract"
)

// Keys of the Secret with the database credentials.
const (
	KeyUsername = "username"
	KeyPassword = "password"
)

// maxCredentialBytes keeps each line of the option file within what the clients' parser reads at once (4096 bytes)
// after every byte was escaped.
const maxCredentialBytes = 1024

// Server is one database server and the account that reads it.
type Server struct {
	Engine             v1alpha1.Engine
	Host               string
	Port               int
	Username, Password string
	// Secret that username and password came from, for messages; may be empty.
	Secret  string
	TLSMode v1alpha1.TLSMode
	// CA is the authority that the certificate must come from; see ResolveCA.
	CA mounted.Authority
}

// Verified reports whether the server proves who it is before anything is sent to it.
func (s Server) Verified() bool {
	return s.TLSMode == v1alpha1.TLSVerifyCA || s.TLSMode == v1alpha1.TLSVerifyIdentity
}

// Secretive reports whether the server is never told the password. Of MariaDB's accounts, those with ed25519 or
// mysql_native_password need no more than a proof of it. MySQL's own do, and a MySQL server that is not verified is told it:
// see docs/security.md.
func (s Server) Secretive() bool { return s.Engine == v1alpha1.EngineMariaDB && !s.Verified() }

// Address is host:port.
func (s Server) Address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// Origin of errors of this server.
func (s Server) Origin(database string) servererror.Origin {
	return servererror.Origin{
		Engine: string(s.Engine), Address: s.Address(), Username: s.Username, Secret: s.Secret, Plain: s.TLSMode == v1alpha1.TLSDisabled, Database: database,
		Quote: foreign.Rule{Verified: s.Verified(), Secrets: []string{s.Password}},
	}
}

// ReadCredentials reads username and password from a mounted Secret. Its Keys need not be set. The errors have reason
// SecretNotFound or CredentialsMissing.
func ReadCredentials(secret mounted.Secret) (username, password string, err error) {
	secret.Keys = []string{KeyUsername, KeyPassword}
	if username, err = credential(secret, KeyUsername); err != nil {
		return "", "", err
	}
	if username == "" {
		return "", "", result.Errorf(contract.CredentialsMissing, "put the name of a database account there", "%s is empty", secret.Describe(KeyUsername))
	}
	if password, err = credential(secret, KeyPassword); err != nil {
		return "", "", err
	}
	return username, password, nil
}

func credential(secret mounted.Secret, key string) (string, error) {
	value, err := secret.Value(key)
	if missing, ok := errors.AsType[*mounted.MissingError](err); ok {
		reason := contract.CredentialsMissing
		if missing.Whole {
			reason = contract.SecretNotFound
		}
		return "", result.Errorf(reason, missing.Hint(), "%w", err)
	}
	if err != nil {
		return "", result.Errorf(contract.CredentialsMissing, "make it readable for the dumper's user", "%w", err)
	}
	switch {
	case strings.ContainsRune(value, 0):
		return "", result.Errorf(contract.CredentialsMissing, "write the plain value there; the clients cannot send a NUL byte", "%s holds a NUL byte", secret.Describe(key))
	case len(value) > maxCredentialBytes:
		return "", result.Errorf(contract.CredentialsMissing, "use a shorter one", "%s is longer than %d bytes", secret.Describe(key), maxCredentialBytes)
	}
	return value, nil
}

// systemBundles are where distributions keep the authorities of the web.
var systemBundles = []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"}

// ResolveCA finds and checks the file with the authorities, if the mode needs one. The authority's path may be empty.
func (s *Server) ResolveCA(authority mounted.Authority) error {
	switch s.TLSMode {
	case v1alpha1.TLSVerifyCA, v1alpha1.TLSVerifyIdentity:
	default:
		return nil
	}
	if authority.Path == "" {
		if s.TLSMode == v1alpha1.TLSVerifyCA {
			return result.Errorf(contract.InvalidRequest, "give --tls-ca-file, or use --tls-mode=VerifyIdentity",
				"mode VerifyCA with the authorities of the web would accept anybody's certificate")
		}
		i := slices.IndexFunc(systemBundles, func(path string) bool { _, err := os.Stat(path); return err == nil })
		if i < 0 {
			return result.Errorf(contract.TLSVerificationFailed, "set caSecretRef of the source, or install ca-certificates in the dumper image",
				"there is no authority to verify the certificate of %s against", s.Address())
		}
		authority.Path = systemBundles[i]
	}
	s.CA = authority
	_, err := s.roots()
	return err
}

func (s *Server) roots() (*x509.CertPool, error) {
	pool, err := s.CA.Pool()
	return pool, authorityFailure(err)
}

// authorityFailure gives the error of an authority its reason.
func authorityFailure(err error) error {
	if e, ok := errors.AsType[*mounted.AuthorityError](err); ok {
		return result.Errorf(contract.TLSAuthorityMissing, e.Hint(), "%w", err)
	}
	return err
}

// TLSConfig for a connection of the dumper's own, or nil with mode Disabled.
func (s *Server) TLSConfig() (*tls.Config, error) {
	config := &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12}
	switch s.TLSMode {
	case v1alpha1.TLSDisabled:
		return nil, nil
	case v1alpha1.TLSRequired:
		// The mode says: encrypt, accept any certificate.
		config.InsecureSkipVerify = true
		return config, nil
	case v1alpha1.TLSVerifyCA, v1alpha1.TLSVerifyIdentity:
	default:
		return nil, fmt.Errorf("unknown TLS mode %q", s.TLSMode)
	}
	roots, err := s.roots()
	if err != nil {
		return nil, err
	}
	config.RootCAs = roots
	if s.TLSMode == v1alpha1.TLSVerifyCA {
		// Go verifies chain and name together or neither, so the chain alone is verified here.
		config.InsecureSkipVerify = true
		config.VerifyConnection = func(state tls.ConnectionState) error { return verifyChain(roots, state) }
	}
	return config, nil
}

func verifyChain(roots *x509.CertPool, state tls.ConnectionState) error {
	options := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
	for _, certificate := range state.PeerCertificates[1:] {
		options.Intermediates.AddCert(certificate)
	}
	_, err := state.PeerCertificates[0].Verify(options)
	if err != nil {
		return &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: err}
	}
	return nil
}

// Check that the server can be meant. Its errors have reason InvalidRequest.
func (s Server) Check() error {
	switch s.Engine {
	case v1alpha1.EngineMySQL, v1alpha1.EngineMariaDB:
	default:
		return result.Errorf(contract.InvalidRequest, "use MySQL or MariaDB", "unknown engine %q", s.Engine)
	}
	switch s.TLSMode {
	case v1alpha1.TLSDisabled, v1alpha1.TLSRequired, v1alpha1.TLSVerifyCA, v1alpha1.TLSVerifyIdentity:
	default:
		return result.Errorf(contract.InvalidRequest, "use Disabled, Required, VerifyCA or VerifyIdentity", "unknown TLS mode %q", s.TLSMode)
	}
	switch {
	case s.Host == "":
		return result.Errorf(contract.InvalidRequest, "give --host", "no server was given")
	case s.Port < 1 || s.Port > 65535:
		return result.Errorf(contract.InvalidRequest, "use 1 to 65535", "port %d cannot be", s.Port)
	}
	return nil
}
