package mattermost

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"net/http"
	"strings"

	"github.com/volcado-io/volcado/bot/chat"
)

// reason is an error without what is certain after it, which is no administrator's business, and without a full stop.
func reason(err error) string {
	if e, ok := errors.AsType[*chat.Error](err); ok && e != nil && e.Err != nil {
		err = e.Err
	}
	return strings.TrimRight(err.Error(), ".")
}

// advice is what an administrator can do about an error.
func (s *Service) advice(err error) string {
	missing, isMissing := errors.AsType[*fs.PathError](err)
	_, notTLS := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case isMissing && missing.Path == s.caFile:
		return "caFile must name a key of the ConfigMap volcado-bot-ca, below /etc/volcado/ca."
	case isMissing:
		return "tokenFile must name a key of the Secret volcado-bot-tokens, below /etc/volcado/tokens."
	case isA[x509.UnknownAuthorityError](err):
		return "Set caFile to a file with the certificate of the authority that signed the server's."
	case isA[x509.HostnameError](err):
		return "Set url to a name that the server's certificate has."
	case isA[x509.CertificateInvalidError](err):
		return "Have the server's certificate renewed, or see whether the clocks are right."
	case notTLS || strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		return "Set url to http://, or to the port on which the server speaks TLS."
	}
	refusal, refused := errors.AsType[*answered](err)
	switch {
	case chat.KindOfError(err) == chat.Unauthorised:
		return "Put a token of the bot account into the Secret volcado-bot-tokens."
	case refused && refusal.status < http.StatusInternalServerError && refusal.status != http.StatusTooManyRequests:
		return "See whether the url is that of a Mattermost server, without /api/v4 or a team, and https where the server speaks TLS."
	}
	return "See whether the url is right, and whether the server can be reached from the bot's pod."
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
