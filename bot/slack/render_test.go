package slack

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/layout"
)

// Slack's published limits: https://docs.slack.dev/reference/block-kit and the size that all blocks of a message were seen to take.
const (
	slacksBlocks, slacksText, slacksMessage             = 50, 3000, 13_000
	slacksLabel, slacksValue, slacksID, slacksConfirmed = 75, 2000, 255, 300
)

// node is any part of a message.
type node struct {
	Type     string          `json:"type"`
	Text     json.RawMessage `json:"text"`
	Elements []node          `json:"elements"`
	UserID   string          `json:"user_id"`
	ActionID string          `json:"action_id"`
	Value    string          `json:"value"`
	Confirm  *struct{ Title, Text, Confirm, Deny struct{ Type, Text string } }
}

// read gives what people see of a message, and fails where Slack would refuse it or read mark-up in it.
func read(t interface {
	Errorf(string, ...any)
	Fatal(...any)
}, m message, mention string) string {
	data, err := json.Marshal(m.blocks)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []node
	if err := json.Unmarshal(data, &blocks); err != nil {
		t.Fatal(err)
	}
	if len(blocks) > slacksBlocks {
		t.Errorf("%d blocks", len(blocks))
	}
	var all strings.Builder
	for _, b := range blocks {
		switch b.Type {
		case "rich_text":
			size := 0
			for _, e := range b.Elements {
				text := section(t, e, mention)
				size += utf8.RuneCountInString(text)
				all.WriteString(text + "\n")
			}
			if size > slacksText {
				t.Errorf("a block has %d characters", size)
			}
		case "actions":
			for _, e := range b.Elements {
				checkButton(t, e)
			}
		default:
			t.Errorf("a block of type %s", b.Type)
		}
	}
	if size := utf8.RuneCountInString(all.String()); size > slacksMessage {
		t.Errorf("a message has %d characters", size)
	}
	if size := utf8.RuneCountInString(m.text); size > slacksText || size == 0 {
		t.Errorf("the text has %d characters", size)
	}
	if rest := entity.ReplaceAllString(m.text, ""); strings.ContainsAny(rest, "<>&`") {
		t.Errorf("the text has mark-up: %q", m.text)
	}
	return all.String()
}

var entity = regexp.MustCompile("&(amp|lt|gt);")

// section is a paragraph, or code, of texts that Slack takes as they are.
func section(t interface{ Errorf(string, ...any) }, e node, mention string) string {
	if e.Type != "rich_text_section" && e.Type != "rich_text_preformatted" || len(e.Elements) == 0 {
		t.Errorf("an element of type %s with %d in it", e.Type, len(e.Elements))
	}
	var b strings.Builder
	for _, part := range e.Elements {
		var text string
		_ = json.Unmarshal(part.Text, &text)
		switch {
		case part.Type == "user" && part.UserID == mention && mention != "":
		case part.Type != "text", text == "":
			t.Errorf("a part of type %s: %q", part.Type, text)
		}
		b.WriteString(text)
	}
	return b.String()
}

func checkButton(t interface{ Errorf(string, ...any) }, b node) {
	var label struct{ Type, Text string }
	_ = json.Unmarshal(b.Text, &label)
	if b.Type != "button" || label.Type != "plain_text" || label.Text == "" || utf8.RuneCountInString(label.Text) > slacksLabel ||
		utf8.RuneCountInString(b.Value) > slacksValue || len(b.ActionID) > slacksID {
		t.Errorf("a button: %+v", b)
	}
	if c := b.Confirm; c != nil && (utf8.RuneCountInString(c.Title.Text) > 100 || utf8.RuneCountInString(c.Text.Text) > slacksConfirmed ||
		utf8.RuneCountInString(c.Confirm.Text) > 30 || c.Deny.Text == "" || c.Text.Text == "") {
		t.Errorf("a confirmation: %+v", *c)
	}
}

func hostile() *rapid.Generator[string] {
	fragments := []string{
		"a", " ", "\n", "\t", "\x1b[2J", "\u202e", "\xff", "é", "漢", "<!here>", "<@U0123>", "<#C1>", "<http://x|y>", "@here", "@alice", ":smile:", "*", "_", "~",
		"`", "``", "```", "&", "&amp;", "&lt;", "<", ">", "|", "http://evil.example", "mailto:a@b.example", "{date}", "\\", strings.Repeat("x", 3500),
	}
	return rapid.OneOf(
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom(fragments), 0, 8), func(s []string) string { return strings.Join(s, "") }),
		rapid.StringN(0, 20, -1),
	)
}

// Whatever a reply holds, Slack takes it, and reads nothing in it but text.
func TestWhateverIsSaidIsTakenAsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := hostile()
		list := rapid.SliceOfN(s, 0, 4)
		r := chat.Reply{
			Severity: rapid.SampledFrom([]chat.Severity{chat.Info, chat.Bad}).Draw(t, "severity"),
			Headline: "h" + s.Draw(t, "headline"), Lines: list.Draw(t, "lines"), Closing: s.Draw(t, "closing"),
			Rows: rapid.SliceOfN(list, 0, 5).Draw(t, "rows"),
		}
		for _, name := range list.Draw(t, "fields") {
			r.Fields = append(r.Fields, chat.Field{Name: name, Value: s.Draw(t, "value")})
		}
		for _, caption := range list.Draw(t, "snippets") {
			r.Snippets = append(r.Snippets, chat.Snippet{Caption: caption, Text: s.Draw(t, "code")})
		}
		for _, line := range list.Draw(t, "actions") {
			r.Actions = append(r.Actions, chat.Action{Label: s.Draw(t, "label"), Line: line, Danger: rapid.Bool().Draw(t, "danger")})
		}
		messages := render(r, "/volcado ", "U0999", mostMessages)
		if len(messages) == 0 || len(messages) > mostMessages {
			t.Fatalf("%d messages", len(messages))
		}
		seen := ""
		for _, m := range messages {
			seen += read(t, m, "U0999")
		}
		if flat := strings.ReplaceAll(seen, "\n", ""); len(messages) < mostMessages {
			for _, f := range r.Fields {
				if want := layout.Visible(f.Name) + ": " + layout.Visible(f.Value); !strings.Contains(flat, want) {
					t.Fatalf("%q is not in %q", want, flat)
				}
			}
			for _, snippet := range r.Snippets {
				for line := range strings.SplitSeq(snippet.Text, "\n") {
					if !strings.Contains(flat, layout.Visible(line)) {
						t.Fatalf("%q is not in %q", line, flat)
					}
				}
			}
		}
		if edited := render(r, "/volcado ", "", 1); len(edited) != 1 {
			t.Fatalf("an edit takes %d messages", len(edited))
		}
	})
}

func TestALongReplyGoesOnInFurtherMessagesAndIsCutVisibly(t *testing.T) {
	r := chat.Reply{Headline: "h", Actions: []chat.Action{{Label: "Cancel", Line: "cancel x"}}}
	for range 20 {
		r.Lines = append(r.Lines, strings.Repeat("漢", 4000))
	}
	messages := render(r, "", "", mostMessages)
	if len(messages) != mostMessages {
		t.Fatalf("%d messages", len(messages))
	}
	last := read(t, messages[mostMessages-1], "")
	if !strings.HasSuffix(last, "…\n") {
		t.Errorf("it ends with %q", last[max(0, len(last)-20):])
	}
	if n := len(messages[mostMessages-1].blocks); messages[mostMessages-1].blocks[n-1].BlockType() != "actions" || messages[0].blocks[len(messages[0].blocks)-1].BlockType() == "actions" {
		t.Error("the buttons are not at the end")
	}
}

func TestATableStandsInColumnsWithItsHeaderOnEveryPage(t *testing.T) {
	r := chat.Reply{Headline: "h", Rows: [][]string{{"NAME", "SIZE"}, {"shop", "1"}, {"customers", "22"}}}
	if got, want := read(t, render(r, "", "", 1)[0], ""), "h\nNAME       SIZE\nshop       1\ncustomers  22\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for range 300 {
		r.Rows = append(r.Rows, []string{strings.Repeat("x", 50), "1"})
	}
	all := ""
	for _, m := range render(r, "", "", mostMessages) {
		all += read(t, m, "")
	}
	if headers, rows := strings.Count(all, "NAME "), strings.Count(all, "xxx  1"); headers < 5 || rows != 300 {
		t.Errorf("%d headers and %d rows", headers, rows)
	}
}

func TestAButtonWithoutRoomForItsLineIsLeftOut(t *testing.T) {
	r := chat.Reply{Headline: "h", Actions: []chat.Action{
		{Label: "Long", Line: strings.Repeat("x", longestValue+1)}, {Label: "", Line: "help"}, {Label: "None"}, {Label: "Good", Line: "help"},
	}}
	m := render(r, "", "", 1)[0]
	read(t, m, "")
	data, _ := json.Marshal(m.blocks[len(m.blocks)-1])
	if strings.Count(string(data), `"button"`) != 1 || !strings.Contains(string(data), "Good") {
		t.Errorf("%s", data)
	}
}
