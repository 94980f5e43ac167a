package slack

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWhatWasTypedIsUnderstood(t *testing.T) {
	for written, want := range map[string]string{
		"dump shop":                                   "dump shop",
		"a &lt; b &amp;&amp; c &gt; d":                "a < b && c > d",
		"&amp;lt; is &amp;amp;":                       "&lt; is &amp;",
		"&copy; &nbsp; &#60;":                         "&copy; &nbsp; &#60;",
		"dump <http://shop.example|shop.example>":     "dump shop.example",
		"<https://a.example/x?a=1&amp;b=2>":           "https://a.example/x?a=1&b=2",
		"<mailto:a@b.example|a@b.example>":            "a@b.example",
		"<#C0123|dumps> and <#C0123>":                 "#dumps and #C0123",
		"<@U0123|alice> and <@U0123>":                 "@alice and @U0123",
		"<!here> <!subteam^S1|@qa> <!date^1^{x}|now>": "@here @qa now",
		"a <b":                  "a <b",
		"&lt;@U0123&gt;":        "<@U0123>",
		"<http://x|a&lt;b&gt;>": "a<b>",
		"":                      "",
	} {
		if got := asTyped(written); got != want {
			t.Errorf("%q is %q, want %q", written, got, want)
		}
	}
}

// Slack's clients escape three characters of what is typed; nothing else of it changes.
func TestEveryTextComesBackAsItWasTyped(t *testing.T) {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.StringOf(rapid.OneOf(rapid.SampledFrom([]rune("&<>;#@!|amplgt ")), rapid.Rune())).Draw(t, "typed")
		if got := asTyped(escape.Replace(typed)); got != typed {
			t.Errorf("%q came back as %q", typed, got)
		}
	})
}

func TestTheMentionIsTakenOffTheBeginning(t *testing.T) {
	for text, want := range map[string]string{
		"<@U1> dump shop":       "dump shop",
		" <@U1>: dump shop":     "dump shop",
		"<@U1|volcado>, help":   "help",
		"<@U1>":                 "",
		"<@U1>\ndump":           "dump",
		"<@U1> !dump shop":      "!dump shop",
		"<@U1>!dump":            "!dump",
		"<@U1> <@U1> dump shop": "<@U1> dump shop",
	} {
		if got, ok := withoutMention(text, "U1"); !ok || got != want {
			t.Errorf("%q: %q, %t; want %q", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "dump", "ask <@U1> to dump", "<@U12> dump", "<@U1", "<@U1|volcado dump", "<@U1>'s dump", "&lt;@U1&gt; dump"} {
		if got, ok := withoutMention(text, "U1"); ok {
			t.Errorf("%q is taken for a mention with %q", text, got)
		}
	}
	if _, ok := withoutMention("<@> dump", ""); ok {
		t.Error("nobody was mentioned")
	}
}

func TestATimestampIsATime(t *testing.T) {
	when := time.Date(2026, 11, 27, 5, 0, 0, 123456000, time.UTC)
	if got := stamp(when); got != "1795755600.123456" || !at(got).Equal(when) {
		t.Errorf("%s, %s", got, at(got))
	}
	for _, wrong := range []string{"", "1", "1.1", "1.1234567", "-1.123456", "9999999999999.123456", "1795755600.12345x", " 1795755600.123456"} {
		if isMessage(wrong) || !at(wrong).IsZero() {
			t.Errorf("%q is taken for one", wrong)
		}
	}
	if got := stamp(time.Time{}); got != "0.000000" {
		t.Errorf("no time is %s", got)
	}
}
