package encrypt_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/dumper/encrypt"
	"github.com/volcado-io/volcado/internal/agetest"
	"github.com/volcado-io/volcado/internal/recipients"
)

func keys(t testing.TB, key agetest.Key) *encrypt.Keys {
	t.Helper()
	k, err := encrypt.ReadKeys(key.File(t))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

type fataler interface {
	Helper()
	Fatal(...any)
}

func encrypted(t fataler, text []byte, to ...string) []byte {
	t.Helper()
	list, problem := recipients.Parse(to)
	if problem != nil {
		t.Fatal(problem.Message)
	}
	var file bytes.Buffer
	w, err := encrypt.NewWriter(&file, list)
	if err != nil {
		t.Fatal(err)
	}
	// In pieces, as compressors write.
	for left := text; len(left) > 0; {
		n := min(len(left), 10_000)
		if _, err := w.Write(left[:n]); err != nil {
			t.Fatal(err)
		}
		left = left[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func random(bytes int) []byte {
	text := make([]byte, bytes)
	source := rand.NewChaCha8([32]byte{})
	_, _ = source.Read(text)
	return text
}

func TestEveryKindOfKeyDecryptsAndNoOtherKeyDoes(t *testing.T) {
	classic := []agetest.Key{agetest.X25519(t), agetest.X25519(t), agetest.Ed25519(t), agetest.RSA(t, 2048)}
	quantum := []agetest.Key{agetest.PostQuantum(t), agetest.PostQuantum(t)}
	text := random(200_000)
	for _, group := range [][]agetest.Key{classic, quantum} {
		var to []string
		for _, key := range group {
			to = append(to, key.Recipient)
		}
		file := encrypted(t, text, to...)
		for _, key := range group {
			r, err := keys(t, key).NewReader(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, text) {
				t.Errorf("%v, %d bytes", err, len(got))
			}
			if !keys(t, key).IsOneOf(to) {
				t.Errorf("its public key is not %.40s", key.Recipient)
			}
			others := encrypted(t, text, group[0].Recipient)
			if key.Recipient == group[0].Recipient {
				others = encrypted(t, text, group[1].Recipient)
			}
			if _, err := keys(t, key).NewReader(bytes.NewReader(others)); !errors.Is(err, encrypt.ErrOtherKey) {
				t.Errorf("with another key: %v", err)
			}
		}
	}
}

// A file of which anything is missing, wrong or too much is never read to a good end.
func TestAFileThatIsNotWholeIsFoundOut(t *testing.T) {
	key := agetest.X25519(t)
	k := keys(t, key)
	// The last chunk is full, and not full.
	for _, size := range []int{0, 1, 64 << 10, 200_000} {
		text := random(size)
		file := encrypted(t, text, key.Recipient)
		rapid.Check(t, func(t *rapid.T) {
			broken := bytes.Clone(file)
			switch rapid.IntRange(0, 3).Draw(t, "how") {
			case 0:
				broken = broken[:rapid.IntRange(0, len(broken)-1).Draw(t, "cut at")]
			case 1:
				broken[rapid.IntRange(0, len(broken)-1).Draw(t, "changed at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
			case 2:
				broken = append(broken, 0)
			case 3:
				at := rapid.IntRange(1, len(broken)-1).Draw(t, "removed at")
				broken = append(broken[:at-1], broken[at:]...)
			}
			r, err := k.NewReader(bytes.NewReader(broken))
			if err != nil {
				return
			}
			if got, err := io.ReadAll(r); err == nil {
				t.Fatalf("it was read whole, with %d bytes", len(got))
			} else if !bytes.HasPrefix(text, got) {
				t.Fatal("what was handed on is not what was encrypted")
			}
		})
	}
}

func TestAFileThatIsNotClosedIsNotWhole(t *testing.T) {
	key := agetest.X25519(t)
	list, _ := recipients.Parse([]string{key.Recipient})
	var file bytes.Buffer
	w, err := encrypt.NewWriter(&file, list)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(random(128 << 10)); err != nil {
		t.Fatal(err)
	}
	r, err := keys(t, key).NewReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err == nil {
		t.Errorf("%d bytes of it are whole", len(got))
	}
}

// Storage can hold anything, and age reads a header to its end.
func TestAHeaderWithoutAnEndIsRefused(t *testing.T) {
	k := keys(t, agetest.X25519(t))
	for sentence, endless := range map[string]string{
		"of recipients": "-> X25519 " + strings.Repeat("A", 43) + "\n" + strings.Repeat("A", 43) + "\n",
		"of one line":   "-> " + strings.Repeat("A", 1000), "of arguments": " A", "of a body": strings.Repeat("A", 64) + "\n",
	} {
		t.Run(sentence, func(t *testing.T) {
			r := &counting{r: io.MultiReader(strings.NewReader("age-encryption.org/v1\n-> X25519 A\n"), &repeated{text: endless})}
			if _, err := k.NewReader(r); err == nil {
				t.Error("it was taken")
			}
			if r.bytes > 2<<20 {
				t.Errorf("%d bytes of it were read", r.bytes)
			}
		})
	}
}

type counting struct {
	r     io.Reader
	bytes int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.bytes += n
	return n, err
}

// repeated without an end.
type repeated struct {
	text string
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.text[r.at%len(r.text)]
		r.at++
	}
	return len(p), nil
}

// BenchmarkEncrypt says what encryption takes of a processor.
func BenchmarkEncrypt(b *testing.B) {
	list, _ := recipients.Parse([]string{agetest.X25519(b).Recipient})
	w, err := encrypt.NewWriter(io.Discard, list)
	if err != nil {
		b.Fatal(err)
	}
	block := random(512 << 10)
	b.SetBytes(int64(len(block)))
	for b.Loop() {
		if _, err := w.Write(block); err != nil {
			b.Fatal(err)
		}
	}
}
