package played

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/layout"
)

func TestMarkupIsObeyed(t *testing.T) {
	names := map[string]string{"U1": "U1", "alice": "U1"}
	for text, want := range map[string]reading{
		"plain":                     {shown: "plain"},
		"*bold* _it_ ~out~":         {shown: "bold it out", effects: []string{"bold", "italic", "struck"}},
		"2 * 3":                     {shown: "2 * 3"},
		`\*not bold\*`:              {shown: "*not bold*"},
		"&lt;b&gt; &amp;amp;":       {shown: "<b> &amp;"},
		"<b>html</b>":               {shown: "html", effects: []string{"tag", "tag"}},
		"<@U1> and @alice":          {shown: "@U1 and @alice", effects: []string{"mention of U1", "mention of U1"}, mentions: []string{"U1", "U1"}},
		"<@U9> and @nobody":         {shown: " and @nobody", effects: []string{"tag"}},
		"<!channel> @here":          {shown: "@channel @here", effects: []string{"mention of everyone", "mention of everyone"}, mentions: []string{"everyone", "everyone"}},
		"`*x* @alice`":              {shown: "*x* @alice", effects: []string{"code"}},
		"`<@U1>`":                   {shown: "@U1", effects: []string{"code", "mention of U1"}, mentions: []string{"U1"}},
		"```\na\n```\nb":            {shown: "\na\n\nb", effects: []string{"code"}},
		"a ` b":                     {shown: "a ` b"},
		"https://x.example :smile:": {shown: "https://x.example ☺", effects: []string{"link", "emoji"}},
		"[text](x) #tag":            {shown: " #tag", effects: []string{"link", "hashtag"}},
		"> quote\n# head\n1. one":   {shown: "quote\nhead\none", effects: []string{"block", "block", "block"}},
	} {
		got := readMarkup(text, names)
		if got.shown != want.shown || !cmp.Equal(got.effects, want.effects) || !cmp.Equal(got.mentions, want.mentions) {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
	}
}

var hard = []rune("ab1 \n\\`*_~@<>&;!#:/.[]()|-+$\x1b\u202e漢é")

// Whatever is escaped is shown as it is, and is nothing else.
func TestWhatIsEscapedIsText(t *testing.T) {
	names := map[string]string{"a": "U1", "b": "U2"}
	rapid.Check(t, func(t *rapid.T) {
		s := layout.Visible(rapid.StringOf(rapid.SampledFrom(hard)).Draw(t, "text"))
		if got := readMarkup(escape(s), names); got.shown != s || len(got.effects) > 0 {
			t.Fatalf("%q is shown as %q, with %q", s, got.shown, got.effects)
		}
		if strings.Contains(s, "`") {
			return
		}
		got := readMarkup(fence+"\n"+escapeCode(s)+"\n"+fence, names)
		if got.shown != "\n"+s+"\n" || !cmp.Equal(got.effects, []string{"code"}) {
			t.Fatalf("%q is shown as %q in code, with %q", s, got.shown, got.effects)
		}
	})
}

func TestPagesAreNeverTooLong(t *testing.T) {
	words := rapid.StringOf(rapid.SampledFrom(hard))
	rapid.Check(t, func(t *rapid.T) {
		longest := rapid.IntRange(100, 500).Draw(t, "longest")
		r := chat.Reply{
			Headline: words.Draw(t, "headline"), Lines: rapid.SliceOf(words).Draw(t, "lines"),
			Rows:     rapid.SliceOf(rapid.SliceOf(words)).Draw(t, "rows"),
			Snippets: []chat.Snippet{{Caption: words.Draw(t, "caption"), Text: words.Draw(t, "snippet")}}, Closing: words.Draw(t, "closing"),
		}
		all := render(r, longest)
		if len(all) == 0 || len(all) > mostPages {
			t.Fatalf("%d pages", len(all))
		}
		for _, page := range all {
			if n := utf8.RuneCountInString(page); n > longest {
				t.Fatalf("a page has %d characters of at most %d: %q", n, longest, page)
			}
			if got := readMarkup(page, map[string]string{"a": "U1"}); len(got.mentions) > 0 {
				t.Fatalf("%q mentions %q", page, got.mentions)
			}
		}
	})
}
