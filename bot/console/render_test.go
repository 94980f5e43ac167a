package console

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/bot/chat"
)

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain":            "plain",
		"漢字 é ☃":           "漢字 é ☃",
		"\x1b[31mred":      `\x1b[31mred`,
		"a\nb\tc\rd\x7f":   `a\x0ab\x09c\x0dd\x7f`,
		"\u202eabc\u2066":  `\u{202e}abc\u{2066}`,
		"\u009b31m":        `\u{9b}31m`,
		"\u200b\u00ad":     `\u{200b}\u{ad}`,
		"\xff\xc0":         `\xff\xc0`,
		"real \ufffd rune": "real \ufffd rune",
		"no-break\u00a0x":  `no-break\u{a0}x`,
	} {
		if got := visible(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// Whatever a reply holds: without colours its rendering has nothing but what can be seen, and lines' ends.
func FuzzNothingInvisibleIsRendered(f *testing.F) {
	f.Add("\x1b]0;x\a", "\u202e", "a\nb")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		out := render(chat.Reply{
			Headline: a, Lines: []string{b}, Fields: []chat.Field{{Name: a, Value: c}}, Rows: [][]string{{a, b}, {c}},
			Snippets: []chat.Snippet{{Caption: b, Text: c}}, Closing: c,
		}, false)
		if !utf8.ValidString(out) {
			t.Fatalf("%q is not valid UTF-8", out)
		}
		for _, r := range out {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Fatalf("%q holds %U", out, r)
			}
		}
	})
}

func TestColumnsAreAligned(t *testing.T) {
	got := columns([][]string{{"A", "BB", "C"}, {"漢字", "", "x"}, {"y"}})
	want := "A     BB  C\n漢字      x\ny\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFitNeverTakesMoreColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := visible(rapid.StringOf(rapid.SampledFrom([]rune("ab 漢字é\u0301…"))).Draw(t, "s"))
		most := rapid.IntRange(1, 20).Draw(t, "most")
		got := fit(s, most)
		if cells(got) > most {
			t.Fatalf("fit(%q, %d) = %q, which takes %d", s, most, got, cells(got))
		}
		if cells(s) <= most && got != s {
			t.Fatalf("fit(%q, %d) = %q, though it had room", s, most, got)
		}
		if !strings.HasPrefix(s, strings.TrimSuffix(got, "…")) {
			t.Fatalf("fit(%q, %d) = %q", s, most, got)
		}
	})
}
