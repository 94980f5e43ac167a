package dumper

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/volcado-io/volcado/internal/contract"
)

// Lengths of secrets, in bytes.
const (
	// minRedacted: shorter secrets are no secrets, and taking them out would make every message unreadable.
	minRedacted = 4
	// minWithinWords: a shorter secret may be a common word, such as dump, which is a part of many others. Taken out of
	// all of these, it would leave messages that nobody understands and everybody can fill in.
	minWithinWords = 9
)

// signature and credential of a signed request, in its header or its URL.
var signed = regexp.MustCompile(`(?i)(Signature|Credential)(=|%3D)[^,;&/%"'<>\s]+`)

// Redact takes secrets out of what a server, a client or a store may have echoed.
func Redact(failure contract.Failure, secrets []string) contract.Failure {
	failure.Message = signed.ReplaceAllString(failure.Message, "$1$2[redacted]")
	for _, secret := range secrets {
		if len(secret) < minRedacted {
			continue
		}
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
			failure.Message, failure.Hint = without(failure.Message, form), without(failure.Hint, form)
		}
	}
	return failure
}

// without a secret; a short one counts only where it is a word of its own.
func without(text, secret string) string {
	var clean strings.Builder
	last := rune(0)
	for {
		before, after, found := strings.Cut(text, secret)
		clean.WriteString(before)
		if !found {
			return clean.String()
		}
		if before != "" {
			last, _ = utf8.DecodeLastRuneInString(before)
		}
		next, _ := utf8.DecodeRuneInString(after)
		if len(secret) < minWithinWords && (inWord(last) || inWord(next)) {
			// Only its first letter, so that the next place where it stands may overlap.
			_, size := utf8.DecodeRuneInString(secret)
			clean.WriteString(secret[:size])
			last, _ = utf8.DecodeRuneInString(secret)
			text = secret[size:] + after
			continue
		}
		clean.WriteString("[redacted]")
		last, text = ']', after
	}
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
