package compress

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/internal/contract"
)

func TestEveryFormatOfTheTableHasACodecAndNoOtherHas(t *testing.T) {
	for _, name := range contract.FormatNames() {
		if _, ok := codecs[name]; !ok {
			t.Errorf("%s has no codec", name)
		}
	}
	if len(codecs) != len(contract.FormatNames()) {
		t.Errorf("%d codecs for %q", len(codecs), contract.FormatNames())
	}
	for _, name := range []string{"", "lz4"} {
		if _, err := NewWriter(io.Discard, name, 1); err == nil || !strings.Contains(err.Error(), contract.FormatList()) {
			t.Errorf("write %q: %v", name, err)
		}
		if _, err := NewReader(strings.NewReader(""), name); err == nil || !strings.Contains(err.Error(), contract.FormatList()) {
			t.Errorf("read %q: %v", name, err)
		}
	}
}

func TestALevelIsOneOfTheFormatsAndItsOwnWhenNoneIsSaid(t *testing.T) {
	own := map[string]int{"gzip": 5, "zstd": 3}
	for _, name := range contract.FormatNames() {
		format, err := contract.FormatNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		for said, want := range map[int]int{0: own[name], 1: 1, 9: 9} {
			if !format.Compressed() {
				want = 0
			}
			if got, err := Level(name, said); err != nil || got != want {
				t.Errorf("%s at %d: %d, %v", name, said, got, err)
			}
		}
		for _, unknown := range []int{-1, 10} {
			if _, err := Level(name, unknown); err == nil || !strings.Contains(err.Error(), "use 1 to 9") {
				t.Errorf("%s at %d: %v", name, unknown, err)
			}
		}
	}
}

func TestWhatWasWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		format := rapid.SampledFrom(contract.FormatNames()).Draw(t, "format")
		level := rapid.IntRange(0, contract.SmallestLevel).Draw(t, "level")
		text := text(rapid.IntRange(0, 6<<20).Draw(t, "bytes"))
		got, err := io.ReadAll(mustRead(t, compressed(t, format, level, text), format))
		if err != nil || !bytes.Equal(got, text) {
			t.Fatalf("%d bytes became %d: %v", len(text), len(got), err)
		}
	})
}

// What is not whole is never read as if it were, wherever it was cut or changed, and nothing can follow.
func TestWhatIsNotWholeIsNotRead(t *testing.T) {
	text := text(1 << 20)
	for _, format := range contract.FormatNames() {
		if f, _ := contract.FormatNamed(format); !f.Compressed() {
			continue // The manifest's size and hash are what tells.
		}
		whole := compressed(t, format, 1, text)
		for sentence, broken := range map[string][]byte{
			"nothing at all":        {},
			"its first byte":        whole[:1],
			"its first half":        whole[:len(whole)/2],
			"all but its last byte": whole[:len(whole)-1],
			"another byte within":   changed(whole, len(whole)/2),
			"another checksum":      changed(whole, len(whole)-5),
			"something behind it":   append(bytes.Clone(whole), "-- and more"...),
			"plain text":            text,
		} {
			t.Run(format+" of "+sentence, func(t *testing.T) {
				r, err := NewReader(bytes.NewReader(broken), format)
				if err == nil {
					var got []byte
					if got, err = io.ReadAll(r); len(broken) == 0 && len(got) == 0 {
						return // The manifest says that there is text.
					}
				}
				if err == nil {
					t.Error("it was read")
				}
			})
		}
	}
}

func TestAWriterThatFailsIsHeardOf(t *testing.T) {
	full := errors.New("no space")
	for _, format := range contract.FormatNames() {
		w, err := NewWriter(failing{full}, format, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Write(text(1 << 20))
		if err = errors.Join(err, w.Close()); !errors.Is(err, full) {
			t.Errorf("%s: %v", format, err)
		}
	}
}

type failing struct{ error }

func (f failing) Write([]byte) (int, error) { return 0, f.error }

type fataler interface{ Fatal(...any) }

func compressed(t fataler, format string, level int, text []byte) []byte {
	var out bytes.Buffer
	w, err := NewWriter(&out, format, level)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func mustRead(t fataler, stored []byte, format string) io.Reader {
	r, err := NewReader(bytes.NewReader(stored), format)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func changed(whole []byte, at int) []byte {
	other := bytes.Clone(whole)
	other[at] ^= 0x55
	return other
}

// text of so many bytes that compresses like rows do.
func text(length int) []byte {
	words := []string{"INSERT INTO `orders` VALUES (", "'Ana'", "NULL", ",", "2026-11-22 10:00:00", "42", "\n"}
	r := rand.New(rand.NewPCG(1, 2))
	var out bytes.Buffer
	for out.Len() < length {
		out.WriteString(words[r.IntN(len(words))])
	}
	return out.Bytes()[:length]
}
