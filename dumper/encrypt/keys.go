package encrypt

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

// Keys are private keys. Nothing of them is ever said.
type Keys struct {
	// File that they were read from.
	File       string
	identities []age.Identity
	// recipients are their public keys.
	recipients []string
}

// IsOneOf reports whether one of the private keys belongs to one of these recipients.
func (k *Keys) IsOneOf(recipients []string) bool {
	return slices.ContainsFunc(k.recipients, func(r string) bool { return slices.Contains(recipients, r) })
}

// maxKeysBytes of a file with private keys.
const maxKeysBytes = 1 << 20

// ReadKeys from a file as age-keygen or ssh-keygen writes it. Errors have reason InvalidRequest.
func ReadKeys(file string) (*Keys, error) {
	data, err := read(file)
	if err != nil {
		return nil, err
	}
	k := &Keys{File: file}
	switch {
	case bytes.Contains(data, []byte("-----BEGIN AGE ENCRYPTED FILE-----")), bytes.HasPrefix(data, []byte("age-encryption.org/")):
		return nil, result.Errorf(contract.InvalidRequest, "decrypt it first (age -d FILE > KEYFILE), and give that file; delete it afterwards",
			"the private key in %s is encrypted itself, which dumper does not support", file)
	case bytes.Contains(data, []byte("-----BEGIN ")):
		err = k.ofSSH(data)
	default:
		err = k.ofAge(string(data))
	}
	if err != nil {
		return nil, err
	}
	return k, nil
}

const giveKeys = "give --identity-file a file with your private key, as age-keygen -o FILE or ssh-keygen writes it"

func read(file string) ([]byte, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, result.Errorf(contract.InvalidRequest, giveKeys, "there is no file %s", file)
	}
	if err != nil {
		return nil, result.Errorf(contract.InvalidRequest, giveKeys+", which you can read", "read the private key: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxKeysBytes+1))
	if err != nil {
		return nil, result.Errorf(contract.InvalidRequest, giveKeys, "read the private key: %w", err)
	}
	if len(data) > maxKeysBytes {
		return nil, result.Errorf(contract.InvalidRequest, giveKeys, "%s has more than the %d bytes of a file with private keys", file, maxKeysBytes)
	}
	return data, nil
}

// ofSSH is one key in PEM. Errors of the parser are not repeated: they can quote the key.
func (k *Keys) ofSSH(data []byte) error {
	raw, err := ssh.ParseRawPrivateKey(data)
	if _, protected := errors.AsType[*ssh.PassphraseMissingError](err); protected {
		return result.Errorf(contract.InvalidRequest, withAge(k.File)+", which asks for the passphrase",
			"the private key in %s is protected by a passphrase, which dumper does not support", k.File)
	}
	if err != nil {
		return result.Errorf(contract.InvalidRequest, giveKeys, "%s is not a whole private key of SSH", k.File)
	}
	var identity age.Identity
	var public any
	// ParseRawPrivateKey has it as a pointer or not, depending on the file's form.
	if pointer, ok := raw.(*ed25519.PrivateKey); ok {
		raw = *pointer
	}
	switch key := raw.(type) {
	case ed25519.PrivateKey:
		public = key.Public()
		identity, err = agessh.NewEd25519Identity(key)
	case *rsa.PrivateKey:
		public = key.Public()
		identity, err = agessh.NewRSAIdentity(key)
	default:
		return result.Errorf(contract.InvalidRequest, "give a private key of one of the recipients: age decrypts with its own keys, and with ssh-ed25519 and ssh-rsa",
			"%s is a private key of a type with which age does not decrypt", k.File)
	}
	if err != nil {
		return result.Errorf(contract.InvalidRequest, giveKeys, "the private key in %s cannot be used", k.File)
	}
	text, err := ssh.NewPublicKey(public)
	if err != nil {
		return result.Errorf(contract.InvalidRequest, giveKeys, "the private key in %s cannot be used", k.File)
	}
	k.add(identity, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(text))))
	return nil
}

// ofAge are keys on lines of their own, with comments between. Errors of the parsers are not repeated: they can quote the key.
func (k *Keys) ofAge(text string) error {
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		at := fmt.Sprintf("line %d of %s", i+1, k.File)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "AGE-SECRET-KEY-PQ-1"):
			key, err := age.ParseHybridIdentity(line)
			if err != nil {
				return notWhole(at)
			}
			k.add(key, key.Recipient().String())
		case strings.HasPrefix(line, "AGE-SECRET-KEY-1"):
			key, err := age.ParseX25519Identity(line)
			if err != nil {
				return notWhole(at)
			}
			k.add(key, key.Recipient().String())
		case strings.HasPrefix(line, "AGE-PLUGIN-"):
			return result.Errorf(contract.InvalidRequest, withAge(k.File), "%s is a key of a plugin of age, which dumper does not support", at)
		case strings.HasPrefix(line, "age1") || strings.HasPrefix(line, "ssh-"):
			return result.Errorf(contract.InvalidRequest, giveKeys, "%s is a public key, and decrypting takes the private one", at)
		default:
			return result.Errorf(contract.InvalidRequest, giveKeys, "%s is not a private key that age knows", at)
		}
	}
	if len(k.identities) == 0 {
		return result.Errorf(contract.InvalidRequest, giveKeys, "there is no private key in %s", k.File)
	}
	return nil
}

func (k *Keys) add(identity age.Identity, recipient string) {
	k.identities, k.recipients = append(k.identities, identity), append(k.recipients, recipient)
}

func notWhole(at string) error {
	return result.Errorf(contract.InvalidRequest, "copy the private key again, or "+giveKeys,
		"%s is not a whole private key of age: a character is missing, too many or wrong", at)
}

// withAge is what age can do and dumper cannot.
func withAge(file string) string {
	return "decrypt with age itself: dumper cat --raw LOCATION | age -d -i " + file
}
