package grammar

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestRequestsAsLines(t *testing.T) {
	for want, r := range map[string]Request{
		"list":                    {Command: "list"},
		"status shop-7f3k":        {Command: "status", Arguments: []string{"shop-7f3k"}},
		`dump crm/people "my db"`: {Command: "dump", Arguments: []string{"crm/people", "my db"}},
		`why "--x" "it's"`:        {Command: "why", Arguments: []string{"--x", "it's"}},
		`dump shop --tables a,b --schema-only --reason "say \"hi\""`: {
			Command: "dump", Arguments: []string{"shop"}, Lists: map[string][]string{"tables": {"a", "b"}},
			Switches: map[string]bool{"schema-only": true}, Texts: map[string]string{"reason": `say "hi"`},
		},
		`dump shop "_eu_" --exclude *log* --reason **a**`: {
			Command: "dump", Arguments: []string{"shop", "_eu_"}, Lists: map[string][]string{"exclude": {"*log*"}},
			Texts: map[string]string{"reason": "**a**"},
		},
		`dump shop --exclude "a b,*_log"`: {
			Command: "dump", Arguments: []string{"shop"}, Lists: map[string][]string{"exclude": {"a b", "*_log"}},
			Switches: map[string]bool{"schema-only": false},
		},
	} {
		if got := r.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestQuote(t *testing.T) {
	for word, want := range map[string]string{
		"shop":                 "shop",
		"*_log":                "*_log",
		"**a**":                `"**a**"`,
		"`a`":                  "\"`a`\"",
		"_a_":                  `"_a_"`,
		"**":                   "**",
		"*_":                   "*_",
		"a–b":                  "a–b",
		"R&D":                  "R&D",
		"":                     `""`,
		"a b":                  `"a b"`,
		"-x":                   `"-x"`,
		"—x":                   `"—x"`,
		"‐x":                   `"‐x"`,
		",x":                   `",x"`,
		`C:\x`:                 `"C:\\x"`,
		"“x”":                  `"\“x\”"`,
		"&amp;":                "&amp;amp;",
		"<http://x>":           `"\<http://x>"`,
		"[x](http://x)":        `"\[x](http://x)"`,
		"a\x07\u200b\nb\xff\t": `"a b "`,
	} {
		if got := Quote(word); got != want {
			t.Errorf("%q: got %s, want %s", word, got, want)
		}
	}
}

// anyText is made of what is special in a line, which random characters seldom are.
func anyText() *rapid.Generator[string] {
	special := strings.Fields("a b é 漢 👩 it's ' \" \\ “ ” ‘ ’ „ – — - -- ‑ − = , * _ ~ ` ``` ! / ? . < > [ ] ( ) | & # ; : $ @ + " +
		"&amp; &lt; &gt; &quot; &#39; &nbsp; amp; lt; http://x <http://x| [x](http://x) mailto: dump --tables --schema-only --reason")
	special = append(special, " ", "\t", "\n", "\r\n", "\u00a0", "\u2028", "\u200b", "\u200d", "\u00ad", "\ufeff", "\u202e", "\u2068", "\u2069", "\u061c", "\ufe0f", "\U000e0067", "❤", "\u0301",
		"; rm -rf /", "$(id)", "%s%n", "\x1b[2J", "\x00", "\u009b", "\xff")
	piece := rapid.OneOf(rapid.SampledFrom(special), rapid.SampledFrom(special), rapid.String())
	return rapid.Map(rapid.SliceOfN(piece, 0, 8), func(pieces []string) string { return strings.Join(pieces, "") })
}

// argument is anything that a line can hold.
func argument() *rapid.Generator[string] {
	return rapid.Map(anyText(), func(s string) string { return flat(visible(s)) })
}

func nonEmpty(s string) bool { return s != "" }

// anyRequest is one that Parse can give.
func anyRequest() *rapid.Generator[Request] {
	name := rapid.StringMatching(strings.Trim(databaseName.String(), "^$")).Filter(func(s string) bool { return CheckDatabase(s) == nil })
	wild := rapid.StringMatching(strings.Trim(namePattern.String(), "^$")).Filter(func(s string) bool { return checkPattern(s) == nil })
	return rapid.Custom(func(t *rapid.T) Request {
		c := rapid.SampledFrom(Commands()).Draw(t, "command")
		r := Request{Command: c.Name}
		for i := range rapid.IntRange(c.Required, len(c.Positional)).Draw(t, "arguments") {
			word := argument()
			if c.Positional[i] == ArgumentDatabase && c.Name != "why" {
				word = name
			} else if c.Positional[i] == ArgumentSpan {
				word = rapid.StringMatching(`[1-9][0-9]{0,3}( ?days|h|d12h)`)
			} else if i < c.Required {
				word = word.Filter(nonEmpty)
			}
			r.Arguments = append(r.Arguments, word.Draw(t, string(c.Positional[i])))
		}
		if len(c.Options) == 0 {
			return r
		}
		if rapid.Bool().Draw(t, "schema-only") {
			r.setSwitch("schema-only")
		}
		if rapid.Bool().Draw(t, "has a reason") {
			short := argument().Filter(func(s string) bool { return utf8.RuneCountInString(s) <= maxReason })
			r.setText("reason", short.Draw(t, "reason"))
		}
		switch list := rapid.SampledFrom([]string{"", "tables", "exclude"}).Draw(t, "list"); list {
		case "tables":
			r.addToList(list, rapid.SliceOfN(name, 1, 5).Draw(t, list))
		case "exclude":
			r.addToList(list, rapid.SliceOfN(wild, 1, 5).Draw(t, list))
		}
		return r
	})
}

// What is printed is read back as the same.
func TestParseReadsBackWhatStringWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyRequest().Draw(t, "request")
		got, err := Parse(want.String())
		if err != nil {
			t.Fatalf("%s: %v", want, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s (-want +got)\n%s", want, diff)
		}
	})
}
