package layout_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/bot/chat/layout"
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
		if got := layout.Visible(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestPages(t *testing.T) {
	code, table := &layout.Block{Open: "<", Close: ">"}, &layout.Block{Open: "HEADER"}
	for name, tc := range map[string]struct {
		lines   []layout.Line
		longest int
		want    []string
	}{
		"nothing is one page": {nil, 10, []string{""}},
		"what fits is one page": {
			[]layout.Line{{Text: "a"}, {Text: "b", Block: code}, {Text: "c", Block: code}, {Text: "d"}}, 20, []string{"a\n<\nb\nc\n>\nd"},
		},
		"a block that does not fit is closed and opened again": {
			[]layout.Line{{Text: "aaa", Block: code}, {Text: "bbb", Block: code}}, 13, []string{"<\naaa\n>", "<\nbbb\n>"},
		},
		"a header stands on every page": {
			[]layout.Line{{Text: "a", Block: table}, {Text: "b", Block: table}}, 12, []string{"HEADER\na", "HEADER\nb"},
		},
		"blocks of their own are beside each other": {
			[]layout.Line{{Text: "a", Block: code}, {Text: "b", Block: &layout.Block{Open: "<", Close: ">"}}}, 20, []string{"<\na\n>\n<\nb\n>"},
		},
		"an empty line of a block is kept": {[]layout.Line{{Block: code}, {Text: "a", Block: code}}, 20, []string{"<\n\na\n>"}},
		"no page begins or ends with a gap": {
			[]layout.Line{{}, {Text: "aaaa"}, {}, {Text: "bbbb"}, {}}, 8, []string{"aaaa", "bbbb"},
		},
		"what is left out is seen": {
			[]layout.Line{{Text: "aaaa"}, {Text: "bbbb"}, {Text: "cccc"}, {Text: "dddd"}}, 8, []string{"aaaa", "bbbb", "cccc\n\n…"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, layout.Pages(tc.lines, tc.longest, 3)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPagesHoldEveryLineAndAreNeverTooLong(t *testing.T) {
	blocks := []*layout.Block{nil, {Open: "```", Close: "```"}, {Open: "| A |"}}
	rapid.Check(t, func(t *rapid.T) {
		longest := rapid.IntRange(30, 60).Draw(t, "longest")
		var lines []layout.Line
		for range rapid.IntRange(0, 20).Draw(t, "lines") {
			lines = append(lines, layout.Line{
				Text: rapid.StringMatching("[xé]{0,20}").Draw(t, "text"), Block: rapid.SampledFrom(blocks).Draw(t, "block"),
			})
		}
		pages := layout.Pages(lines, longest, 100)
		rest := strings.Join(pages, "\n")
		for _, page := range pages {
			if n := utf8.RuneCountInString(page); n > longest {
				t.Fatalf("%d characters of at most %d: %q", n, longest, page)
			}
			if strings.Count(page, "```")%2 != 0 {
				t.Fatalf("a block is not closed: %q", page)
			}
		}
		for _, line := range lines {
			_, after, found := strings.Cut(rest, line.Text)
			if !found {
				t.Fatalf("%q is lost: %q", line.Text, pages)
			}
			rest = after
		}
	})
}
