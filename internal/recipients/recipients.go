// Package recipients reads the public keys that copies are encrypted for. It is pure: the source's Ready condition, the
// acceptance of a dump, the Job's builder and the dumper ask it, so they never disagree.
//
// People paste private keys by mistake. Of text that is not a public key, nothing that could be secret is repeated.
package recipients

import (
	"crypto/rsa"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"filippo.io/age/plugin"
	"golang.org/x/crypto/ssh"
)

// Recipient is one public key.
type Recipient struct {
	key age.Recipient
	// text is the key alone, as a recipient is written: of an SSH key without its comment.
	text string
	// quantum: it is one of age's post-quantum keys.
	quantum bool
}

// String is the key as a recipient is written.
func (r Recipient) String() string { return r.text }

// Short names the key in a sentence.
func (r Recipient) Short() string { return Short(r.text) }

// List of recipients that one copy can be encrypted for. Each is there once.
type List []Recipient

// Strings are the keys as recipients are written.
func (l List) Strings() []string {
	var all []string
	for _, r := range l {
		all = append(all, r.text)
	}
	return all
}

// Keys are the recipients as age takes them.
func (l List) Keys() []age.Recipient {
	var all []age.Recipient
	for _, r := range l {
		all = append(all, r.key)
	}
	return all
}

// Problem is why a list is none, in words that can follow the name of what holds it, and what to do about it.
type Problem struct{ Message, Hint string }

// Parse a list. The problem names the recipient that cannot be used, or two that cannot be used together.
func Parse[T ~string](texts []T) (List, *Problem) {
	var all List
	for i, given := range texts {
		r, problem := parse(strings.TrimSpace(string(given)))
		if problem != nil {
			return nil, &Problem{Message: fmt.Sprintf("recipient %d %s", i+1, problem.Message), Hint: problem.Hint}
		}
		if !slices.ContainsFunc(all, func(other Recipient) bool { return other.text == r.text }) {
			all = append(all, r)
		}
	}
	if problem := all.mixed(); problem != nil {
		return nil, problem
	}
	return all, nil
}

// mixed: age does not encrypt one file for both, because a quantum computer that breaks the classic key opens the file.
func (l List) mixed() *Problem {
	for _, r := range l {
		if r.quantum == l[0].quantum {
			continue
		}
		quantum, classic := l[0], r
		if r.quantum {
			quantum, classic = r, l[0]
		}
		return &Problem{
			Message: fmt.Sprintf("recipient %s is a post-quantum key and %s is not: age does not encrypt for both", quantum.Short(), classic.Short()),
			Hint:    "use post-quantum keys (age1pq1...) for everybody, or for nobody",
		}
	}
	return nil
}

const (
	kinds    = "age1..., age1pq1..., ssh-ed25519 or ssh-rsa"
	copyHint = "copy the whole public key again: " + kinds
)

func parse(text string) (Recipient, *Problem) {
	kind, _, _ := strings.Cut(text, " ")
	switch {
	case text == "":
		return Recipient{}, &Problem{"is empty", "give a public key: " + kinds}
	case isPrivate(text):
		return Recipient{}, &Problem{
			"is a private key, or names one; it is not repeated here",
			"give the public key (age-keygen -y FILE prints it), and do not use this private key any more: others may have seen it",
		}
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return Recipient{}, &Problem{"has a control character", copyHint}
	case strings.HasPrefix(text, "age1"):
		return parseAge(text)
	case strings.HasPrefix(kind, "ssh-") || strings.HasPrefix(kind, "ecdsa-") || strings.HasPrefix(kind, "sk-"):
		return parseSSH(kind, text)
	}
	return Recipient{}, &Problem{"is not a public key that age knows", "give one of these: " + kinds}
}

// isPrivate: any trace of a private key is enough. A recipient has none.
func isPrivate(text string) bool {
	text = strings.ToUpper(text)
	return strings.Contains(text, "SECRET-KEY") || strings.Contains(text, "PRIVATE KEY") || strings.Contains(text, "AGE-PLUGIN-") ||
		// Of an SSH key without its first and last line; the base64 of openssh-key-v1.
		strings.Contains(text, strings.ToUpper("b3BlbnNzaC1rZXktdjE"))
}

func parseAge(text string) (Recipient, *Problem) {
	r := Recipient{text: text, quantum: strings.HasPrefix(text, "age1pq1")}
	var err error
	if r.quantum {
		r.key, err = age.ParseHybridRecipient(text)
	} else {
		r.key, err = age.ParseX25519Recipient(text)
	}
	if err == nil {
		return r, usable(r)
	}
	if name, _, err := plugin.ParseRecipient(text); err == nil {
		return r, &Problem{
			fmt.Sprintf("(%s) is of the age plugin %s, and plugins are not supported", r.Short(), name),
			"give a key that needs no plugin: " + kinds,
		}
	}
	return r, &Problem{fmt.Sprintf("(%s) is not a whole public key of age: a character is missing, too many or wrong", beginning(text)), copyHint}
}

// minRSABits is age's own bound.
const minRSABits = 2048

func parseSSH(kind, text string) (Recipient, *Problem) {
	if kind != ssh.KeyAlgoED25519 && kind != ssh.KeyAlgoRSA {
		return Recipient{}, unsupported(kind)
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(text))
	if err != nil {
		return Recipient{}, &Problem{fmt.Sprintf("(%s) is not a whole public key of SSH: a character is missing, too many or wrong", kind), copyHint}
	}
	r := Recipient{text: strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))}
	if n := bits(key); kind == ssh.KeyAlgoRSA && n < minRSABits {
		return r, &Problem{fmt.Sprintf("(%s) is an RSA key of %d bits, and age takes %d or more", r.Short(), n, minRSABits), "make a longer key, or use one of age's own: age-keygen"}
	}
	if kind == ssh.KeyAlgoRSA {
		r.key, err = made(agessh.NewRSARecipient(key))
	} else {
		r.key, err = made(agessh.NewEd25519Recipient(key))
	}
	if err != nil {
		return r, unusable(r)
	}
	return r, usable(r)
}

// made keeps a nil pointer from becoming a recipient that is not nil.
func made[T age.Recipient](key T, err error) (age.Recipient, error) {
	if err != nil {
		return nil, err
	}
	return key, nil
}

func bits(key ssh.PublicKey) int {
	if public, ok := key.(ssh.CryptoPublicKey); ok {
		if key, ok := public.CryptoPublicKey().(*rsa.PublicKey); ok {
			return key.N.BitLen()
		}
	}
	return 0
}

// unsupported types of SSH are named if they are types: what stands there may be anything.
func unsupported(kind string) *Problem {
	what := "an SSH key of type " + kind
	if !slices.Contains(otherTypes, kind) {
		what = "an SSH key of another type"
	}
	return &Problem{"is " + what + ", for which age cannot encrypt", "give a key of another type: " + kinds}
}

// otherTypes of SSH's public keys.
var otherTypes = []string{
	ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoSKECDSA256, ssh.KeyAlgoSKED25519,
	ssh.CertAlgoED25519v01, ssh.CertAlgoRSAv01,
}

// usable tries the key: there are texts that are whole, and whose key is a point for which nothing can be encrypted.
func usable(r Recipient) *Problem {
	if _, err := age.Encrypt(io.Discard, r.key); err != nil {
		return unusable(r)
	}
	return nil
}

func unusable(r Recipient) *Problem {
	return &Problem{fmt.Sprintf("(%s) is a key for which nothing can be encrypted", r.Short()), "make another key: age-keygen"}
}

// shown characters of a key at its beginning, and at its end if it is known to be a public one.
const (
	shownFirst = 12
	shownLast  = 6
)

// Short is the beginning and the end of a public key.
func Short(text string) string {
	if kind, key, ok := strings.Cut(text, " "); ok {
		// All keys of one type of SSH begin alike.
		key = strings.TrimRight(key, "=")
		return kind + " ..." + key[max(0, len(key)-2*shownLast):]
	}
	if len(text) <= shownFirst+shownLast {
		return text
	}
	return text[:shownFirst] + "..." + text[len(text)-shownLast:]
}

// beginning of a text that is perhaps not a public key.
func beginning(text string) string {
	if runes := []rune(text); len(runes) > shownFirst {
		return string(runes[:shownFirst]) + "..."
	}
	return text
}
