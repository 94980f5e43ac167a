package console

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/layout"
)

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
		s := layout.Visible(rapid.StringOf(rapid.SampledFrom([]rune("ab 漢字é\u0301…"))).Draw(t, "s"))
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
