package wire

import (
	"bufio"
	"bytes"
	"slices"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/internal/contract"
)

// Plugins of authentication by their names in the protocol.
const (
	sha256Plugin  = "sha256_password"
	cachingPlugin = "caching_sha2_password"
)

// provingPlugins prove that the driver has the password, and tell nothing that it follows from.
var provingPlugins = []string{"mysql_native_password", "client_ed25519"}

// askedForMore is why a packet of n bytes that a server sends during the login is not passed on: it asks for more than a proof
// of the password. It does so by another plugin, or by more data, which no plugin that only proves has.
func (g *Guard) askedForMore(from *bufio.Reader, n int) error {
	const (
		moreData     = 0x01
		knownAlready = 0x03 // caching_sha2_password: the proof was enough
		changePlugin = 0xfe
		longestName  = 64
	)
	head, _ := from.Peek(min(n, 1+longestName))
	if len(head) == 0 {
		return nil // for the driver, which knows that there is no such packet
	}
	switch head[0] {
	case moreData:
		if n == 2 && head[1] == knownAlready {
			return nil
		}
		return g.toldPassword()
	case changePlugin:
		name, _, _ := bytes.Cut(head[1:], []byte{0})
		switch {
		case slices.Contains(provingPlugins, string(name)):
			return nil
		case string(name) == sha256Plugin, string(name) == cachingPlugin:
			return g.toldPassword()
		}
		// The driver has no other. The name is not quoted: see servererror.Origin.
		return servererror.Failure(2059, "", g.At)
	}
	return nil
}

// toldPassword is of a server that asks for the password itself.
func (g *Guard) toldPassword() error {
	return result.Errorf(contract.AccessDenied,
		"set tls.mode of the source to VerifyCA or VerifyIdentity, or use an account with ed25519 or mysql_native_password; if it is a MySQL server, correct engine of the source",
		"%s at %s asks for the password itself. It was not sent, because nothing proves who answers there", g.At.Engine, g.At.Address)
}
