package encrypt_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/volcado-io/volcado/dumper/encrypt"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/agetest"
	"github.com/volcado-io/volcado/internal/contract"
)

func ecdsaKey(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(block))
}

func TestAFileWithoutAPrivateKeyThatCanBeUsedSaysWhy(t *testing.T) {
	x, pq, ed := agetest.X25519(t), agetest.PostQuantum(t), agetest.Ed25519(t)
	secret := strings.Fields(x.Identity)[3]
	for sentence, c := range map[string]struct{ content, says, hint string }{
		"nothing":                      {"", "there is no private key in ", "age-keygen -o FILE or ssh-keygen"},
		"comments alone":               {"# public key: age1\n\n", "there is no private key in ", "--identity-file"},
		"a public key":                 {"# mine\n" + x.Recipient, "line 2 of FILE is a public key, and decrypting takes the private one", "--identity-file"},
		"a public key of SSH":          {ed.Recipient, "line 1 of FILE is a public key", "--identity-file"},
		"a private key that was cut":   {secret[:40], "line 1 of FILE is not a whole private key of age", "copy the private key again"},
		"a post-quantum key, cut":      {pq.Identity[:50], "line 1 of FILE is not a whole private key of age", "copy the private key again"},
		"one good key, one that is no": {x.Identity + secret + "x\n", "line 3 of FILE is not a whole private key", "copy"},
		"something else":               {"username: " + secret, "line 1 of FILE is not a private key that age knows", "--identity-file"},
		"a key of a plugin":            {"AGE-PLUGIN-YUBIKEY-1" + secret, "line 1 of FILE is a key of a plugin of age", "dumper cat --raw LOCATION | age -d -i FILE"},
		"a passphrase":                 {agetest.Protected(t, "secret").Identity, "the private key in FILE is protected by a passphrase, which dumper does not support", "age -d -i FILE, which asks for the passphrase"},
		"half a key of SSH":            {ed.Identity[:120], "FILE is not a whole private key of SSH", "--identity-file"},
		"a key of SSH that was broken": {strings.Replace(ed.Identity, "A", "B", 5), "FILE is not a whole private key of SSH", "--identity-file"},
		"an ECDSA key":                 {ecdsaKey(t), "FILE is a private key of a type with which age does not decrypt", "ssh-ed25519 and ssh-rsa"},
		"a certificate":                {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "FILE is not a whole private key of SSH", "--identity-file"},
		"a key that age has encrypted": {"age-encryption.org/v1\n-> scrypt", "the private key in FILE is encrypted itself", "age -d FILE > KEYFILE"},
		"the same, in letters":         {"-----BEGIN AGE ENCRYPTED FILE-----\n", "the private key in FILE is encrypted itself", "decrypt it first"},
		"far too much":                 {strings.Repeat("#\n", 1<<20), "FILE has more than the 1048576 bytes", "--identity-file"},
	} {
		t.Run(sentence, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "key")
			if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			mustRefuse(t, file, c.says, c.hint, c.content)
		})
	}
	folder := t.TempDir()
	mustRefuse(t, filepath.Join(folder, "none"), "there is no file FILE", "--identity-file", "")
	mustRefuse(t, folder, "read the private key: read FILE: is a directory", "--identity-file", "")
}

// mustRefuse a file, without a word of what it holds.
func mustRefuse(t *testing.T, file, says, hint, content string) {
	t.Helper()
	k, err := encrypt.ReadKeys(file)
	if k != nil || err == nil {
		t.Fatal("it was taken")
	}
	failure := result.FailureOf(err)
	if failure.Reason != contract.InvalidRequest || !strings.Contains(failure.Message, strings.ReplaceAll(says, "FILE", file)) ||
		!strings.Contains(failure.Hint, hint) && !strings.Contains(failure.Hint, strings.ReplaceAll(hint, "FILE", file)) {
		t.Errorf("%s: %s | %s", failure.Reason, failure.Message, failure.Hint)
	}
	for i := range max(0, len(content)-16) {
		if part := content[i : i+16]; strings.Trim(part, "#\n-ABCDEFGHIJKLMNOPQRSTUVWXYZ ") != "" && strings.Contains(failure.Message+failure.Hint, part) {
			t.Fatalf("it repeats %q: %s", part, failure.Message)
		}
	}
}

func TestSeveralKeysInOneFileAreAllTried(t *testing.T) {
	x, pq := agetest.X25519(t), agetest.PostQuantum(t)
	both := agetest.Key{Identity: x.Identity + "\r\n" + pq.Identity}
	k := keys(t, both)
	if !k.IsOneOf([]string{x.Recipient}) || !k.IsOneOf([]string{"age1", pq.Recipient}) || k.IsOneOf([]string{agetest.X25519(t).Recipient}) || k.IsOneOf(nil) {
		t.Error("its public keys are others")
	}
}

// Whatever a file holds, there are keys, or a sentence.
func FuzzKeys(f *testing.F) {
	f.Add([]byte(agetest.X25519(f).Identity))
	f.Add([]byte(agetest.Ed25519(f).Identity))
	f.Add([]byte("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		k, err := encrypt.ReadKeys(file)
		if (k == nil) == (err == nil) {
			t.Errorf("%v, %v", k, err)
		}
		if err != nil && result.FailureOf(err).Reason != contract.InvalidRequest {
			t.Error(err)
		}
	})
}
