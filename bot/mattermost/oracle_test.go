package mattermost

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/shared/markdown"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/bot/chat"
)

// fragments of what could be more than text, to be put together in every way.
var fragments = []string{
	"a", "b1", " ", "  ", "é", "漢", "\n", "\t", "\x1b[2J", "\u202e", "\u2424", "\xff", "\u00a0", "@", "@alice", "@all", "@here", "@channel", "@a.b", "_@",
	"#", "#tag", "##", "~", "~town-square", ":", ":smile:", ":)", ";-)", ":D", "x-d", "<3", "8", "10:30", "/", "//", "http://", "https://evil.example/x", "www.",
	"www2.", "evil.ex", ".com", "mailto:", "a@b.example", "irc:", "*", "**", "_", "__", "~~", "`", "``", "```", "~~~", "```latex", "$", "$$", "[", "]", "(", ")",
	"[a](https://b.example)", "![", "[a]: b", "<", ">", "</", "<b>", "<!--", "-->", "&", "&amp;", "&#64;", "&lt", ";", "\\", "\\@", "|", "---", "|---|", "===", "- ",
	"+ ", "* ", "1. ", "1) ", "# ", "> ", "    ", "!", "/join", "\"", "'", "=", "-", "+", ".", ",", "%", "^", "{", "}", "?",
}

func hostile() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom(fragments), 0, 8), func(s []string) string { return strings.Join(s, "") }),
		rapid.StringN(0, 20, -1),
	)
}

// parts of a reply in which a text can stand: how it is read there, and what the post is beside text without it.
var parts = map[string]struct {
	reply   func(s string) chat.Reply
	want    func(s string) string
	effects []string
}{
	"headline alone": {
		func(s string) chat.Reply { return chat.Reply{Headline: s} }, seen, nil,
	},
	"headline": {
		func(s string) chat.Reply { return chat.Reply{Headline: "x" + s, Lines: []string{"l"}} },
		func(s string) string { return "x" + seen(s) + "\nl" }, []string{"bold"},
	},
	"line": {
		func(s string) chat.Reply { return chat.Reply{Headline: "h", Lines: []string{s, "l"}} },
		func(s string) string { return "h\n" + seen(s) + "\nl" }, []string{"bold"},
	},
	"closing": {
		func(s string) chat.Reply { return chat.Reply{Headline: "h", Closing: "c" + s} },
		func(s string) string { return "h\nc" + seen(s) }, []string{"bold"},
	},
	"field": {
		func(s string) chat.Reply {
			return chat.Reply{Headline: "h", Fields: []chat.Field{{Name: "f" + s, Value: s}, {Name: "x", Value: "y"}}}
		},
		func(s string) string { return "h\nf" + seen(s) + ": " + seen(s) + "\nx: y" }, []string{"bold", "bold", "bold"},
	},
	"cell": {
		func(s string) chat.Reply {
			return chat.Reply{Headline: "h", Rows: [][]string{{"A" + s, "B"}, {s, "b"}, {"a", s}}}
		},
		func(s string) string { return "h\nA" + seen(s) + "\tB\n" + cell(s) + "\tb\na\t" + cell(s) }, []string{"bold", "table"},
	},
	"caption": {
		func(s string) chat.Reply {
			return chat.Reply{Headline: "h", Snippets: []chat.Snippet{{Caption: "c" + s, Text: "t"}}}
		},
		func(s string) string { return "h\nc" + seen(s) + "\nt" }, []string{"bold"},
	},
	"snippet": {
		func(s string) chat.Reply {
			return chat.Reply{Headline: "h", Snippets: []chat.Snippet{{Caption: "c", Text: "t" + s + "t"}}, Closing: "c"}
		},
		func(s string) string {
			lines := strings.Split("t"+s+"t", "\n")
			for i := range lines {
				lines[i] = seen(lines[i])
			}
			return "h\nc\n" + strings.Join(lines, "\n") + "\nc"
		}, []string{"bold"},
	},
}

func seen(s string) string { return visible(s) }

func cell(s string) string {
	if s == "" {
		return " "
	}
	return visible(s)
}

var (
	spaces    = regexp.MustCompile(" +")
	ends      = regexp.MustCompile(" ?\n+")
	backticks = regexp.MustCompile("`+")
)

// comparable texts: the server's parser makes one space of several in code, spaces at lines' ends and empty lines are not
// seen, nor are backticks around code.
func comparable(s string) string {
	return strings.TrimSuffix(ends.ReplaceAllString(oneSpace(backticks.ReplaceAllString(s, ""))+"\n", "\n"), "\n")
}

func oneSpace(s string) string { return spaces.ReplaceAllString(s, " ") }

func nothingIsObeyed(t *rapid.T) {
	s := hostile().Draw(t, "text")
	for name, part := range parts {
		posts := render(part.reply(s), "!", "", longestOfTests)
		if len(posts) != 1 {
			t.Fatalf("%s: %d posts", name, len(posts))
		}
		text, effects := readAs(posts[0])
		slices.Sort(effects)
		if diff := cmp.Diff(part.effects, effects); diff != "" {
			t.Fatalf("%s: %q is more than text: %q\n%s", name, s, posts[0], diff)
		}
		if diff := cmp.Diff(comparable(part.want(s)), comparable(text)); diff != "" {
			t.Fatalf("%s: %q is not shown as it is: %q\n%s", name, s, posts[0], diff)
		}
		for _, code := range codes(posts[0]) {
			if !strings.HasPrefix(code, "@") && !slices.Contains(strings.Split(oneSpace(visible(s)), "`"), code) {
				t.Fatalf("%s: %q becomes code %q: %q", name, s, code, posts[0])
			}
		}
		if name == "snippet" { // what is in code stays as it is, and the server finds hashtags there
			continue
		}
		if tags, _ := model.ParseHashtags(posts[0]); tags != "" {
			t.Fatalf("%s: %q has hashtags %q: %q", name, s, tags, posts[0])
		}
	}
}

// codes are the spans of code in a post.
func codes(message string) (spans []string) {
	markdown.Inspect(message, func(node any) bool {
		if span, ok := node.(*markdown.CodeSpan); ok {
			spans = append(spans, span.Code)
		}
		return true
	})
	return spans
}

func TestNothingIsObeyed(t *testing.T) { rapid.Check(t, nothingIsObeyed) }

func FuzzNothingIsObeyed(f *testing.F) { f.Fuzz(rapid.MakeFuzz(nothingIsObeyed)) }

func neverTooLong(t *rapid.T) {
	texts := rapid.SliceOfN(rapid.OneOf(hostile(), rapid.Map(hostile(), func(s string) string { return strings.Repeat(s, 200) })), 0, 4)
	longest := rapid.IntRange(1000, 3000).Draw(t, "longest")
	r := chat.Reply{
		Severity: chat.Severity(rapid.IntRange(0, 3).Draw(t, "severity")), Headline: hostile().Draw(t, "headline"), Lines: texts.Draw(t, "lines"),
		Rows: rapid.SliceOfN(texts, 0, 5).Draw(t, "rows"), Closing: hostile().Draw(t, "closing"),
	}
	for _, s := range texts.Draw(t, "fields") {
		r.Fields = append(r.Fields, chat.Field{Name: s, Value: s})
	}
	for _, s := range texts.Draw(t, "snippets") {
		r.Snippets = append(r.Snippets, chat.Snippet{Caption: s, Text: s})
	}
	posts := render(r, "!", "@alice ", longest)
	if len(posts) == 0 || len(posts) > mostPosts {
		t.Fatalf("%d posts", len(posts))
	}
	for i, post := range posts {
		if n := utf8.RuneCountInString(post); n > longest || !utf8.ValidString(post) {
			t.Fatalf("post %d has %d characters of at most %d: %q", i, n, longest, post)
		}
		_, effects := readAs(post)
		for _, effect := range effects {
			if !slices.Contains([]string{"bold", "table"}, effect) && (i > 0 || effect != "mention of alice") {
				t.Fatalf("post %d is more than text: %s: %q", i, effect, post)
			}
		}
	}
}

func TestNoPostIsTooLong(t *testing.T) { rapid.Check(t, neverTooLong) }
