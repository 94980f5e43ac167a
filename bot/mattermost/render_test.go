package mattermost

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/mattermosttest"
)

func lines(s ...string) string { return strings.Join(s, "\n") }

func TestRender(t *testing.T) {
	for name, tc := range map[string]struct {
		reply   chat.Reply
		mention string
		want    string
	}{
		"a sentence alone has no title": {
			reply: chat.Reply{Headline: "Hello, Alice."}, want: "Hello, Alice.",
		},
		"what stands above something is its title": {
			reply: chat.Reply{Severity: chat.Good, Headline: "shop is ready", Closing: "Type `how shop`."},
			want:  lines("✓ **shop is ready**", "Type `how shop`."),
		},
		"a mention stands before everything": {
			reply: chat.Reply{Severity: chat.Bad, Headline: "It failed."}, mention: "@alice ", want: "@alice ✗ It failed.",
		},
		"fields are lines": {
			reply: chat.Reply{Headline: "h", Fields: []chat.Field{{Name: "Location", Value: "s3://dumps/shop"}, {Name: "--tables a,b", Value: "only these"}}},
			want:  lines("**h**", "**Location**: s3&#58;//dumps/shop", "**--tables a,b**: only these"),
		},
		"rows are a table, apart from what is around it": {
			reply: chat.Reply{Headline: "h", Rows: [][]string{{"A", "B"}, {"x|y", ""}, {"one"}}, Closing: "c"},
			want:  lines("**h**", "", "| A | B |", "|---|---|", `| x\|y | &#32; |`, "| one | &#32; |", "", "c"),
		},
		"a header without rows is still a table": {
			reply: chat.Reply{Headline: "h", Rows: [][]string{{"A"}}}, want: lines("**h**", "", "| A |", "|---|", "| &#32; |"),
		},
		"snippets are code as it is": {
			reply: chat.Reply{Headline: "h", Snippets: []chat.Snippet{{Caption: "Paste @all:", Text: "- a: *b*\n  @alice #c"}}},
			want:  lines("**h**", "", "Paste `@all`:", "```", "- a: *b*", "  @alice #c", "```"),
		},
		"a fence is longer than those in the code": {
			reply: chat.Reply{Headline: "h", Snippets: []chat.Snippet{{Caption: "c", Text: "```\n````"}}},
			want:  lines("**h**", "", "c", "`````", "```", "````", "`````"),
		},
		"code that no fence can hold is text": {
			reply: chat.Reply{Headline: "h", Snippets: []chat.Snippet{{Caption: "c", Text: strings.Repeat("`", 21)}}},
			want:  lines("**h**", "", "c", strings.Repeat("&#96;", 21)),
		},
		"what would be obeyed by a screen is made visible": {
			reply: chat.Reply{Headline: "a\nb\x1b[2J\u202e\u2424"}, want: `a&#92;x0ab&#92;x1b\[2J&#92;u{202e}&#92;u{2424}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff([]string{tc.want}, render(tc.reply, "!", tc.mention, longestOfTests)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// longestOfTests is Mattermost's own limit.
const longestOfTests = 16383

func TestWhatIsTooLongGoesOnInTheNextPost(t *testing.T) {
	row := []string{strings.Repeat("x", 150), "y"}
	long := chat.Reply{
		Headline: "h", Rows: [][]string{{"A", "B"}, row, row, row, row, row, row, row, row},
		Snippets: []chat.Snippet{{Caption: "c", Text: strings.Repeat("code\n", 300)}},
	}
	posts := render(long, "!", "@alice ", 1000)
	if len(posts) < 3 {
		t.Fatalf("got %q", posts)
	}
	for i, post := range posts {
		if n := utf8.RuneCountInString(post); n > 1000 {
			t.Errorf("post %d has %d characters", i, n)
		}
		if n := strings.Count(post, "```"); n%2 != 0 {
			t.Errorf("post %d has %d fences: %s", i, n, post)
		}
		if strings.Contains(post, "xxx") && !strings.Contains(post, "| A | B |\n|---|---|\n| x") {
			t.Errorf("post %d has rows without a header: %s", i, post)
		}
		if strings.HasPrefix(post, "@alice ") != (i == 0) {
			t.Errorf("post %d mentions, or does not: %s", i, post)
		}
	}
	cut := render(chat.Reply{Headline: "h", Lines: []string{strings.Repeat("<", 1e6)}}, "!", "", 1000)
	if last := cut[len(cut)-1]; len(cut) != mostPosts || !strings.HasSuffix(last, "\n\n…") {
		t.Errorf("%d posts, the last of which ends with %q", len(cut), last[len(last)-20:])
	}
}

// What is copied from an answer is heard where it was read, without anybody having to know how the bot is addressed.
func TestACommandThatIsCopiedFromAnAnswerIsHeard(t *testing.T) {
	none := ""
	for how, prefix := range map[string]*string{"with the prefix": nil, "by name, where there is no prefix": &none} {
		t.Run(how, func(t *testing.T) {
			w := newWorld(t, mattermosttest.Get(t))
			made, err := New(Config{URL: w.front.URL, Workspace: workspace, TokenFile: w.tokenFile, Prefix: prefix})
			if err != nil {
				t.Fatal(err)
			}
			s := made.(*Service)
			arrived := collected(t, s, time.Now())
			for _, channel := range []string{w.channel.Id, w.Direct(t, w.alice, w.bot).Id} {
				to := w.here()
				to.Channel = channel
				ref, err := s.Post(t.Context(), to, "", chat.Reply{Headline: "A dump.", Closing: "Type ``how shop-1`` to load it."})
				if err != nil {
					t.Fatal(err)
				}
				post, err := s.post(t.Context(), ref.Post)
				if err != nil {
					t.Fatal(err)
				}
				w.say(t, w.alice, &model.Post{ChannelId: channel, Message: strings.Split(post.Message, "`")[1]})
				if m := next(t, arrived); m.Text != "how shop-1" || m.Channel != channel {
					t.Errorf("%q was heard as %+v", post.Message, m)
				}
			}
		})
	}
}
