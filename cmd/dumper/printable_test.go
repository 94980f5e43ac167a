package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestJSONIsReadAsItWasAndShowsNothingThatATerminalObeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.SampledFrom([]rune{'a', '"', '\\', '\u007f', '\u009b', '\u202e', '\x1b', '\n', 'ü', '表', '\U0001F98A', '\U000E0001'}), 0, 20, -1)).Draw(t, "text")
		var out bytes.Buffer
		encoder := json.NewEncoder(printable{&out})
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(map[string]string{"text": want}); err != nil {
			t.Fatal(err)
		}
		var got map[string]string
		if err := json.Unmarshal(out.Bytes(), &got); err != nil || got["text"] != want {
			t.Fatalf("%q became %q: %v", want, got["text"], err)
		}
		for _, r := range out.String() {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Fatalf("%q is in it: %q", r, out.String())
			}
		}
	})
}
