package archive_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/dumper/archive"
	"github.com/volcado-io/volcado/dumper/encrypt"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/agetest"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/recipients"
)

const text = "SELECT 1;\n" + trailer

// encrypted shelf with one artifact, whose file was changed before its size and SHA-256 were written down: what is found out
// of it, encryption finds out.
func encrypted(t *testing.T, format string, to []string, change func([]byte) []byte) (*shelf, *archive.Entry) {
	t.Helper()
	s := newShelf(t, format)
	named, err := contract.FormatNamed(format)
	if err != nil {
		t.Fatal(err)
	}
	list, problem := recipients.Parse(to)
	if problem != nil {
		t.Fatal(problem.Message)
	}
	s.put("plain.sql"+named.Suffix, text, contract.ProofTrailer)
	plain, _, err := s.store.ReadFile(t.Context(), attempt+"/plain.sql"+named.Suffix, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w, err := encrypt.NewWriter(&file, list)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	stored := change(file.Bytes())
	sum := sha256.Sum256(stored)
	name := named.Encrypt().File()
	s.manifest.Encryption = &contract.Encryption{Recipients: to}
	s.manifest.Files = []contract.File{{Name: name, Size: int64(len(stored)), UncompressedBytes: int64(len(text)), SHA256: hex.EncodeToString(sum[:])}}
	s.manifest.Proofs = map[string][]contract.Proof{name: {contract.ProofTrailer, contract.ProofReadBack}}
	if err := s.store.WriteFile(t.Context(), attempt+"/"+name, stored); err != nil {
		t.Fatal(err)
	}
	return s, s.entry()
}

func unchanged(b []byte) []byte { return b }

func keys(t *testing.T, key agetest.Key) *encrypt.Keys {
	t.Helper()
	k, err := encrypt.ReadKeys(key.File(t))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestAnEncryptedArtifactIsReadWithOneOfItsKeys(t *testing.T) {
	key := agetest.X25519(t)
	for _, format := range contract.FormatNames() {
		t.Run(format, func(t *testing.T) {
			s, entry := encrypted(t, format, []string{agetest.Ed25519(t).Recipient, key.Recipient}, unchanged)
			entry.Keys = keys(t, key)
			var out bytes.Buffer
			if err := archive.Cat(t.Context(), s.store, entry, &out, false); err != nil || out.String() != text {
				t.Errorf("%v, %q", err, out.String())
			}
			mustSay(t, archive.Verify(t.Context(), s.store, entry), "")
		})
	}
}

// Someone who can write to the storage can write another manifest, too.
func TestAnEncryptedFileThatWasChangedIsDoubtedAlsoIfItsManifestAgrees(t *testing.T) {
	key := agetest.X25519(t)
	for sentence, c := range map[string]struct {
		change func([]byte) []byte
		says   string
	}{
		"as it was written":             {unchanged, ""},
		"cut":                           {func(b []byte) []byte { return b[:len(b)-1] }, "is not what was written"},
		"cut after its header":          {func(b []byte) []byte { return b[:bytes.LastIndexByte(b, '\n')+1] }, "is not what was written"},
		"cut in its header":             {func(b []byte) []byte { return b[:50] }, "this cannot be decrypted"},
		"a byte of the text":            {func(b []byte) []byte { b[len(b)-1] ^= 1; return b }, "is not what was written"},
		"a byte of the header":          {func(b []byte) []byte { b[bytes.IndexByte(b, '>')+20] ^= 1; return b }, "is not what was written"},
		"something at its end":          {func(b []byte) []byte { return append(b, 0) }, "is not what was written"},
		"another file of the same key":  {func([]byte) []byte { return encryptedText(t, key, "SELECT 2;\n"+trailer+"-- more\n") }, "holds more than the 28 bytes"},
		"for somebody else":             {func([]byte) []byte { return encryptedText(t, agetest.X25519(t), text) }, "its manifest says that it is encrypted for the key in"},
		"not encrypted":                 {func([]byte) []byte { return []byte(text) }, "this cannot be decrypted"},
		"two encrypted files, together": {func(b []byte) []byte { return append(b, encryptedText(t, key, text)...) }, "is not what was written"},
	} {
		t.Run(sentence, func(t *testing.T) {
			s, entry := encrypted(t, "none", []string{key.Recipient}, c.change)
			entry.Keys = keys(t, key)
			mustSay(t, archive.Verify(t.Context(), s.store, entry), c.says)
			mustSay(t, archive.Cat(t.Context(), s.store, entry, io.Discard, false), c.says)
		})
	}
}

func encryptedText(t *testing.T, key agetest.Key, text string) []byte {
	t.Helper()
	list, _ := recipients.Parse([]string{key.Recipient})
	var file bytes.Buffer
	w, err := encrypt.NewWriter(&file, list)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestWithoutTheKeyThereIsNoTextAndAHint(t *testing.T) {
	key := agetest.X25519(t)
	s, entry := encrypted(t, "gzip", []string{key.Recipient, agetest.Ed25519(t).Recipient}, unchanged)
	target, err := archive.ParseTarget("mariadb")
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]func(io.Writer) error{
		"cat":     func(w io.Writer) error { return archive.Cat(t.Context(), s.store, entry, w, false) },
		"cat for": func(w io.Writer) error { return archive.CatFor(t.Context(), s.store, entry, w, io.Discard, target) },
	}
	other := agetest.X25519(t)
	for sentence, c := range map[string]struct {
		keys *encrypt.Keys
		says string
	}{
		"none":    {nil, "dump.sql.gz.age is encrypted for \"" + key.Recipient[:12] + "..." + key.Recipient[len(key.Recipient)-6:] + "\", \"ssh-ed25519 ..."},
		"another": {keys(t, other), "no private key in "},
	} {
		for command, run := range read {
			t.Run(command+" with "+sentence, func(t *testing.T) {
				entry.Keys = c.keys
				var out bytes.Buffer
				err := run(&out)
				failure := result.FailureOf(err)
				if failure.Reason != contract.InvalidRequest || !strings.Contains(failure.Message, c.says) || !strings.Contains(failure.Hint, "--identity-file") {
					t.Errorf("%s: %s | %s", failure.Reason, failure.Message, failure.Hint)
				}
				if out.Len() > 0 {
					t.Errorf("it wrote %q", out.String())
				}
			})
		}
	}
	entry.Keys = keys(t, other)
	if err := archive.Verify(t.Context(), s.store, entry); result.FailureOf(err).Reason != contract.InvalidRequest {
		t.Errorf("verify with another: %v", err)
	}
	// What needs no key is proved all the same.
	entry.Keys = nil
	mustSay(t, archive.Verify(t.Context(), s.store, entry), "")
	entry.Manifest.Files[0].SHA256 = strings.Repeat("0", 64)
	mustSay(t, archive.Verify(t.Context(), s.store, entry), "its SHA-256 is")
}
