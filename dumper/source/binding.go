package source

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/mounted"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

// Keys of the Secret that say where its password can be sent. Their names are the well-known entries of the Service Binding
// specification where it has one. https://servicebinding.io/spec/core/1.1.0/#well-known-secret-entries
const (
	// KeyHost is the server's host, or several, each on a line of its own. A Secret must have it.
	KeyHost = "host"
	// KeyPort is the server's port, or several, each on a line of its own.
	KeyPort = "port"
	// KeyTLSMode is the weakest mode of TLS with which the password can be sent.
	KeyTLSMode = "tls-mode"
	// KeyCA holds the authorities, in PEM, one of which must have signed the server's certificate.
	KeyCA = "ca.crt"
)

// Bind holds the server to what the Secret with its password says, and returns the authority that must have signed the
// server's certificate: the Secret's, if it has one, else the source's. Without that, anyone who can write a DatabaseSource
// could name a server of their own, and be told the password by the client. It is called before anything connects.
//
// A folder that is no Secret (its Name is empty) was given by hand, by somebody who can read the password. It needs no host;
// what it says holds all the same. The errors have reason HostNotBound, or CredentialsMissing for a value that says nothing.
func (s Server) Bind(secret mounted.Secret, authority mounted.Authority) (mounted.Authority, error) {
	for _, bind := range []func(mounted.Secret) error{s.bindHost, s.bindPort, s.bindTLSMode} {
		if err := bind(secret); err != nil {
			return mounted.Authority{}, err
		}
	}
	return s.bindAuthority(secret, authority)
}

func (s Server) bindHost(secret mounted.Secret) error {
	hosts, err := lines(secret, KeyHost)
	if err != nil || hosts == nil && secret.Name == "" {
		return err
	}
	switch {
	case slices.ContainsFunc(hosts, func(host string) bool { return sameHost(host, s.Host) }):
		return nil
	case hosts == nil:
		return result.Errorf(contract.HostNotBound, fmt.Sprintf("if the password belongs to that server, add the key %s with the value %s to the Secret %s", KeyHost, s.Host, secret.Name),
			"the Secret %s has no key %s, so it does not say that its password can be sent to %s", secret.Name, KeyHost, s.Host)
	}
	return result.Errorf(contract.HostNotBound, fmt.Sprintf("correct host of the source or, if the password belongs to that server too, add %s to it on a line of its own", s.Host),
		"%s does not name %s, so the password is not sent there", secret.Describe(KeyHost), s.Host)
}

// sameHost compares names without regard to case and to the point at their end, and addresses by what they mean.
func sameHost(a, b string) bool {
	x, errX := netip.ParseAddr(a)
	y, errY := netip.ParseAddr(b)
	if errX == nil || errY == nil {
		return errX == nil && errY == nil && x.Unmap() == y.Unmap()
	}
	plain := func(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
	return plain(a) == plain(b)
}

func (s Server) bindPort(secret mounted.Secret) error {
	ports, err := lines(secret, KeyPort)
	if err != nil || ports == nil || slices.Contains(ports, strconv.Itoa(s.Port)) {
		return err
	}
	return result.Errorf(contract.HostNotBound, "correct port of the source or, if the password belongs to that server, the Secret",
		"%s does not name port %d, so the password is not sent there", secret.Describe(KeyPort), s.Port)
}

// strength orders the modes, the weakest first.
var strength = []v1alpha1.TLSMode{v1alpha1.TLSDisabled, v1alpha1.TLSRequired, v1alpha1.TLSVerifyCA, v1alpha1.TLSVerifyIdentity}

func (s Server) bindTLSMode(secret mounted.Secret) error {
	values, err := lines(secret, KeyTLSMode)
	if err != nil || values == nil {
		return err
	}
	floor := slices.Index(strength, v1alpha1.TLSMode(values[0]))
	if len(values) != 1 || floor < 0 {
		return result.Errorf(contract.CredentialsMissing, "write Disabled, Required, VerifyCA or VerifyIdentity there", "%s is no mode of TLS", secret.Describe(KeyTLSMode))
	}
	return s.atLeast(strength[floor], secret.Describe(KeyTLSMode))
}

func (s Server) atLeast(floor v1alpha1.TLSMode, demand string) error {
	if slices.Index(strength, s.TLSMode) >= slices.Index(strength, floor) {
		return nil
	}
	return result.Errorf(contract.HostNotBound, fmt.Sprintf("set tls.mode of the source to %s or stronger", floor),
		"%s demands tls.mode %s or stronger, and the source has %s", demand, floor, s.TLSMode)
}

// bindAuthority: an authority that is not asked for a signature binds nothing, so one in the Secret is a floor of VerifyCA,
// too.
func (s Server) bindAuthority(secret mounted.Secret, authority mounted.Authority) (mounted.Authority, error) {
	if _, err := secret.Bytes(KeyCA); err != nil {
		return authority, absent(err)
	}
	if err := s.atLeast(v1alpha1.TLSVerifyCA, secret.Describe(KeyCA)); err != nil {
		return mounted.Authority{}, err
	}
	bound := mounted.Authority{Path: secret.Path(KeyCA), Secret: authorityName(secret)}
	if authority.Path == "" {
		return bound, nil
	}
	theirs, err := bound.Certificates()
	if err != nil {
		return mounted.Authority{}, authorityFailure(err)
	}
	ours, err := authority.Certificates()
	if err != nil {
		return mounted.Authority{}, authorityFailure(err)
	}
	if slices.ContainsFunc(ours, func(c *x509.Certificate) bool { return !slices.ContainsFunc(theirs, c.Equal) }) {
		return mounted.Authority{}, result.Errorf(contract.HostNotBound, "remove tls.caSecretRef from the source, or let it name the same authority",
			"%s holds an authority that is not in %s, so what it signs does not prove the server that the password belongs to", authority.Describe(), bound.Describe())
	}
	return authority, nil
}

func authorityName(secret mounted.Secret) string {
	if secret.Name == "" {
		return ""
	}
	return secret.Name + "/" + KeyCA
}

// lines of a key, without blanks at their ends and without empty ones; nil if there is no such key.
func lines(secret mounted.Secret, key string) ([]string, error) {
	value, err := secret.Bytes(key)
	if err != nil {
		return nil, absent(err)
	}
	found := []string{}
	for line := range strings.Lines(string(value)) {
		if line = strings.TrimSpace(line); line != "" {
			found = append(found, line)
		}
	}
	return found, nil
}

// absent is nil for a key that is not there.
func absent(err error) error {
	if _, ok := errors.AsType[*mounted.MissingError](err); ok {
		return nil
	}
	return result.Errorf(contract.CredentialsMissing, "make it readable for the dumper's user", "%w", err)
}
