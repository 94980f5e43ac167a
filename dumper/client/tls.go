package client

import (
	"strconv"

	"k8s.io/apimachinery/pkg/util/version"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/source"
	"github.com/volcado-io/volcado/internal/contract"
)

// Connection are the options with which this program reaches the server, at host and port, which may be the guard's.
func (p *Program) Connection(server source.Server, host string, port int) []string {
	// Without --protocol the clients take localhost for a socket.
	connection := []string{"--protocol=TCP", "--host=" + host, "--port=" + strconv.Itoa(port)}
	if server.Engine == v1alpha1.EngineMySQL {
		return append(connection, mysqlTLS(server)...)
	}
	return append(connection, p.mariadbTLS(server)...)
}

func mysqlTLS(server source.Server) []string {
	switch server.TLSMode {
	case v1alpha1.TLSRequired:
		return []string{"--ssl-mode=REQUIRED"}
	case v1alpha1.TLSVerifyCA:
		return []string{"--ssl-mode=VERIFY_CA", "--ssl-ca=" + server.CA.Path}
	case v1alpha1.TLSVerifyIdentity:
		return []string{"--ssl-mode=VERIFY_IDENTITY", "--ssl-ca=" + server.CA.Path}
	}
	// Without TLS, caching_sha2_password needs the server's key to send the password the first time.
	return []string{"--ssl-mode=DISABLED", "--get-server-public-key"}
}

// mariadbTLS: --ssl and --ssl-ca are wishes, not demands. If the server offers no TLS, the client of MariaDB 10.11 sends
// password and data in the clear; only --ssl-verify-server-cert makes it refuse. See NeedsGuard.
func (p *Program) mariadbTLS(server source.Server) []string {
	switch server.TLSMode {
	case v1alpha1.TLSRequired:
		return []string{"--ssl", "--skip-ssl-verify-server-cert"}
	case v1alpha1.TLSVerifyCA:
		if p.provesAuthority() == byAuthorityAlone {
			return []string{"--ssl", "--ssl-ca=" + server.CA.Path, "--skip-ssl-verify-server-cert"}
		}
		return []string{"--ssl", "--ssl-ca=" + server.CA.Path, "--ssl-verify-server-cert"}
	case v1alpha1.TLSVerifyIdentity:
		return []string{"--ssl", "--ssl-ca=" + server.CA.Path, "--ssl-verify-server-cert"}
	}
	return []string{"--skip-ssl"}
}

// NeedsGuard reports whether the client cannot be told by its options to refuse a server without TLS, or, with VerifyCA,
// to take a certificate that does not name the server.
func NeedsGuard(server source.Server) bool {
	return server.Engine == v1alpha1.EngineMariaDB &&
		(server.TLSMode == v1alpha1.TLSRequired || server.TLSMode == v1alpha1.TLSVerifyCA)
}

// authorityProof is how MariaDB's client can be brought to demand the authority of a certificate, and not its name.
type authorityProof int

const (
	// byAuthorityAlone: with --ssl-ca the chain is verified, whatever --ssl-verify-server-cert says. That option adds the
	// name.
	byAuthorityAlone authorityProof = iota
	// onLoopback: --skip-ssl-verify-server-cert takes any certificate, --ssl-ca or not. Without it chain and name are
	// verified, but of a server at 127.0.0.1, where the guard is, only the chain.
	onLoopback
	// notAtAll: as onLoopback, but the name 127.0.0.1 is demanded too.
	notAtAll
)

// provesAuthority follows the Connector/C that is linked into the client of each release: before 11.4 it is 3.3 or older;
// 3.4.1 brought the second behaviour of the above and 3.4.2, in 11.4.4, 11.6.2 and 11.7, the last exception of the name
// (ma_pvio_tls_verify_server_cert and is_local_connection there). A version that cannot be read counts as new: if that is
// wrong, the client refuses.
func (p *Program) provesAuthority() authorityProof {
	v, err := version.ParseGeneric(p.Software.Version)
	if err != nil {
		return onLoopback
	}
	before := func(release string) bool { return v.LessThan(version.MustParseGeneric(release)) }
	switch {
	case before("11.4.0"):
		return byAuthorityAlone
	case before("11.4.4"), !before("11.5.0") && before("11.6.2"):
		return notAtAll
	}
	return onLoopback
}

// CheckTLS refuses a mode that this client cannot be held to. Its errors have reason InvalidRequest.
func (p *Program) CheckTLS(server source.Server) error {
	if server.Engine == v1alpha1.EngineMariaDB && server.TLSMode == v1alpha1.TLSVerifyCA && p.provesAuthority() == notAtAll {
		return result.Errorf(contract.InvalidRequest, "use another release of the client (10.11, or 11.4.4 and newer), or tls.mode VerifyIdentity",
			"%s %s cannot verify the authority of a certificate alone, which tls.mode VerifyCA asks for: it verifies the server's name too, or nothing",
			p.Path, p.Software.Version)
	}
	return nil
}
