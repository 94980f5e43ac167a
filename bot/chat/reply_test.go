package chat_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/chat"
)

func TestAReplyHasCommandsWhereTheyWouldBeAddressed(t *testing.T) {
	for name, tc := range map[string]struct {
		reply chat.Reply
		want  bool
	}{
		"in the closing":    {chat.Reply{Closing: "Type ``list``."}, true},
		"in a line":         {chat.Reply{Lines: []string{"one", "Type ``list``."}}, true},
		"code is none":      {chat.Reply{Lines: []string{"Run `make`."}, Closing: "Run `make`."}, false},
		"torn ticks":        {chat.Reply{Closing: "``list`"}, false},
		"not in a snippet":  {chat.Reply{Snippets: []chat.Snippet{{Text: "``list``"}}}, false},
		"not in a headline": {chat.Reply{Headline: "``list``"}, false},
	} {
		if got := tc.reply.HasCommands(); got != tc.want {
			t.Errorf("%s: %t, want %t", name, got, tc.want)
		}
	}
}

func TestCommandsAreAddressedAndNothingElseIs(t *testing.T) {
	for line, want := range map[string]string{
		"":                                    "",
		"Type ``how x``.":                     "Type `!how x`.",
		"``how x``":                           "`!how x`",
		"``how x`` ``again x``":               "`!how x` `!again x`",
		"Read `manifest.json`, or ``how x``.": "Read `manifest.json`, or `!how x`.",
		"``dump $1 <database>``":              "`!dump $1 <database>`",
		"a ` b ``` c":                         "a ` b ``` c",
		"```fence```":                         "```fence```",
		"``never closed":                      "``never closed",
		"``odd`":                              "``odd`",
	} {
		reply := chat.Reply{Headline: line, Lines: []string{line, line}, Closing: line, Fields: []chat.Field{{Name: line, Value: line}}}
		wanted := chat.Reply{Headline: line, Lines: []string{want, want}, Closing: want, Fields: []chat.Field{{Name: line, Value: line}}}
		before := reply.Lines[0]
		if diff := cmp.Diff(wanted, reply.Addressed("!")); diff != "" {
			t.Errorf("%q (-want +got)\n%s", line, diff)
		}
		if reply.Lines[0] != before {
			t.Errorf("%q: the reply itself was changed", line)
		}
	}
}
