// Package foreign decides what is shown of a text that a server or a store sent.
//
// A text is quoted only when the certificate of whoever sent it was verified. Anybody else could send guesses of a password,
// and learn from what becomes of them which one is right: from a text that is shown when another is not, or from one that
// has a part taken out.
package foreign

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Rule for the texts of one server or store.
type Rule struct {
	// Verified: its certificate was verified before it said anything.
	Verified bool
	// Secrets that it was told, or could have been.
	Secrets []string
}

// Quote is the text as it can be shown, or "" if it must not be.
func (r Rule) Quote(text string) string {
	if !r.Verified || Holds(text, r.Secrets) {
		return ""
	}
	return signed.ReplaceAllString(text, "$1$2[redacted]")
}

// Withheld says why Quote does not show a text. It does not look at the text of somebody whose certificate was not verified.
func (r Rule) Withheld() string {
	if r.Verified {
		return "its text holds a credential and is not shown"
	}
	return "its text is not shown, because no certificate was verified"
}

// Unverified is the rule for what was said before the certificate was verified.
func (r Rule) Unverified() Rule {
	r.Verified = false
	return r
}

// signature and credential of a signed request, in its header or its URL.
var signed = regexp.MustCompile(`(?i)(Signature|Credential)(=|%3D)[^,;&/%"'<>\s]+`)

// Lengths of secrets, in bytes.
const (
	// minSecret: shorter secrets are no secrets, and no message could be shown that has their letters.
	minSecret = 4
	// minWithinWords: a shorter secret can be a common word, such as dump, which is a part of many others.
	minWithinWords = 9
)

// Holds reports whether the text has one of the secrets, in any of the forms that servers, stores and clients write.
func Holds(text string, secrets []string) bool {
	for _, secret := range secrets {
		if len(secret) < minSecret {
			continue
		}
		for _, form := range forms(secret) {
			if holds(text, form) {
				return true
			}
		}
	}
	return false
}

func forms(secret string) []string {
	quoted := strconv.Quote(secret)
	return []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret), quoted[1 : len(quoted)-1],
		strings.NewReplacer(`\`, `\\`, `"`, `\"`, `'`, `\'`).Replace(secret), strings.ReplaceAll(secret, "'", "''"),
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.URLEncoding.EncodeToString([]byte(secret)),
		hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret))),
	}
}

// holds a secret; a short one counts only where it is a word of its own.
func holds(text, secret string) bool {
	last := rune(0)
	for {
		before, after, found := strings.Cut(text, secret)
		if !found {
			return false
		}
		if len(secret) >= minWithinWords {
			return true
		}
		if before != "" {
			last, _ = utf8.DecodeLastRuneInString(before)
		}
		next, _ := utf8.DecodeRuneInString(after)
		if !inWord(last) && !inWord(next) {
			return true
		}
		// Only its first letter, so that the next place where it stands can overlap.
		var size int
		last, size = utf8.DecodeRuneInString(secret)
		text = secret[size:] + after
	}
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// version of a server. MySQL and MariaDB, and what speaks their protocol, add letters, digits and these marks.
var version = regexp.MustCompile(`^\d{1,3}\.\d{1,3}\.[-A-Za-z0-9.+~_]{1,100}$`)

// Version is what a server gives as its version, if it looks like one. Debian's MariaDB adds two words from 11.8 on.
func Version(text string) string {
	text = strings.TrimSuffix(text, " from Debian")
	if version.MatchString(text) {
		return text
	}
	return "of an unreadable version"
}

// code of an S3 error.
var code = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.]{1,63}$`)

// Code is what a store gives as the code of an error, if it looks like one.
func Code(text string) string {
	if code.MatchString(text) {
		return text
	}
	return "an error without a code"
}

// Certificate says in our words what an error of TLS finds wrong with a certificate. Its own text holds names and dates of
// the certificate, which was not verified.
func Certificate(text string) string {
	for _, c := range []struct {
		words []string
		says  string
	}{
		{[]string{"unknown authority", "self-signed", "self signed", "unable to get local issuer", "unable to get issuer", "unable to verify the first"}, "no authority that is trusted here signed it"},
		{[]string{"has expired", "expired or is not yet valid", "not yet valid"}, "it has expired, or is not valid yet"},
		{[]string{"is valid for", "not valid for any names", "IP SANs", "ostname", "does not match", "Common Name"}, "it does not name this host"},
		{[]string{"incompatible key usage", "unsupported certificate purpose", "unsuitable certificate purpose"}, "it is not made for servers"},
	} {
		for _, word := range c.words {
			if strings.Contains(text, word) {
				return c.says
			}
		}
	}
	return "it was refused"
}
