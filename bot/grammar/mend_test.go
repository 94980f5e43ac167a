package grammar

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What keyboards, editors and chat services make of a line is the line.
func TestLinesAreMended(t *testing.T) {
	const line = `dump crm/shop --exclude *_log,b --reason "a 'b' & c"`
	want := Request{
		Command: "dump", Arguments: []string{"crm/shop"},
		Lists: map[string][]string{"exclude": {"*_log", "b"}}, Texts: map[string]string{"reason": "a 'b' & c"},
	}
	for name, typed := range map[string]string{
		"as it is":                            line,
		"with a ! before it":                  "!" + line,
		"with a / before it":                  "/" + line,
		"with a ! and a space before it":      "! " + line,
		"in capitals":                         strings.NewReplacer("dump", "DUMP", "--exclude", "--EXCLUDE", "--reason", "--Reason").Replace(line),
		"with typographic quotes":             `dump crm/shop --exclude *_log,b --reason “a 'b' & c”`,
		"with long dashes":                    `dump crm/shop —exclude *_log,b –reason "a 'b' & c"`,
		"with an editor's hyphens":            `dump crm/shop ‑‑exclude *_log,b ‐‐reason "a 'b' & c"`,
		"with no-break spaces":                "dump\u00a0crm/shop\u202f--exclude\u2003*_log,b --reason \"a\u00a0'b' & c\"",
		"with characters without width":       "\ufeffdu\u200bmp crm/\u00adshop --ex\u200cclude *_log,b --reason \"a 'b' & c\"\u200e",
		"isolated, as a phone pastes it":      "\u2068" + line + "\u2069",
		"embedded, in a code fence":           "\u202a```\n" + line + "\n```\u202c",
		"on several lines":                    "dump crm/shop\n  --exclude *_log,b\r\n  --reason \"a 'b' & c\"\n",
		"on several lines, as in a shell":     "dump crm/shop \\\n  --exclude *_log,b \\\r\n  --reason \"a 'b' & c\"",
		"with entities":                       "dump&nbsp;crm/shop --exclude *_log,b --reason &quot;a &#39;b&#39; &amp; c&quot;",
		"with a comma before a space":         `dump crm/shop --exclude *_log, b --reason "a 'b' & c"`,
		"with a comma after a space":          `dump crm/shop --exclude *_log ,b --reason "a 'b' & c"`,
		"as inline code":                      "`" + line + "`",
		"as inline code of two backticks":     "``" + line + "``",
		"in a code fence":                     "```" + line + "```",
		"in a code fence of its own lines":    "```\n" + line + "\n```\n",
		"in a code fence of a language":       "```text\n" + line + "\n```",
		"in a code fence begun in the middle": "```dump\ncrm/shop --exclude *_log,b --reason \"a 'b' & c\"\n```",
		"bold":                                "**" + line + "**",
		"bold, as Slack has it":               "*" + line + "*",
		"italic":                              "_" + line + "_",
		"italic, with another underline":      "__" + line + "__",
		"struck through":                      "~~" + line + "~~",
		"struck through, as Slack has it":     "~" + line + "~",
		"bold, in inline code, with a !":      "*`!" + line + "`*",
		"with a link":                         `dump crm/<http://shop|shop> --exclude *_log,b --reason "a 'b' & c"`,
		"with a Markdown link":                `dump [crm/shop](https://crm.example/shop) --exclude *_log,b --reason "a 'b' & c"`,
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(typed)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", typed, diff)
			}
		})
	}
}

func TestWhatIsTakenOffALine(t *testing.T) {
	for name, tc := range map[string]struct{ line, want string }{
		"quotes around it all":                            {`"dump shop"`, "dump shop"},
		"typographic quotes around it all":                {"“dump shop”", "dump shop"},
		"not quotes around its first and last word":       {`"dump" "shop"`, `"dump" "shop"`},
		"not an apostrophe's kind, with one inside":       {"'ben's dump'", "'ben's dump'"},
		"not a star at the end alone":                     {"dump shop --exclude *", "dump shop --exclude *"},
		"not a star at the end of a name alone":           {"dump shop --exclude log_*", "dump shop --exclude log_*"},
		"bold, but not the star of a name":                {"*dump shop --exclude log_**", "dump shop --exclude log_*"},
		"not a star that stands alone after a bold word":  {"*dump shop --exclude *", "*dump shop --exclude *"},
		"bold, but not the stars around a name":           {"*dump shop --exclude *log**", "dump shop --exclude *log*"},
		"bold, but not the stars of an earlier name":      {"*dump shop --exclude *log* shop*", "dump shop --exclude *log* shop"},
		"bold of two stars, but not the star of a name":   {"**dump shop --exclude *log**", "dump shop --exclude *log"},
		"not the star that ends the last name":            {"*dump shop --exclude *log*", "*dump shop --exclude *log*"},
		"nor that which ends the last of several names":   {"*dump shop --exclude a,*log*", "*dump shop --exclude a,*log*"},
		"not an underline that ends the last name":        {"_dump shop _crm_", "_dump shop _crm_"},
		"not code around the first and last word":         {"`dump` `shop`", "`dump` `shop`"},
		"not marks around the first and last word":        {"*dump* *shop*", "*dump* *shop*"},
		"not an open fence":                               {"```dump shop", "```dump shop"},
		"not a command alone in a fence":                  {"```help\n```", "help"},
		"not what is alone in a fence":                    {"```hallo\n```", "hallo"},
		"nothing of nothing":                              {"``", "``"},
		"mark-up alone":                                   {"****", "**"},
		"a prefix alone":                                  {" !/ ", ""},
		"one mark-up around another, whichever it may be": {"_*~dump shop~*_", "dump shop"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := unwrap(tc.line); got != tc.want {
				t.Errorf("%q: got %q, want %q", tc.line, got, tc.want)
			}
		})
	}
}

func TestLinks(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"a name that Slack took for a host":         {"<http://shop.example|shop.example>", "shop.example"},
		"an address":                                {"<https://x.example/z>", "https://x.example/z"},
		"an address with its own escaping":          {"<https://x.example/?a=1&amp;b=2>", "https://x.example/?a=1&b=2"},
		"a mail address":                            {"<mailto:a@b.example|a@b.example>", "a@b.example"},
		"Markdown":                                  {"[shop](http://shop)", "shop"},
		"within a word":                             {"crm/[shop](http://shop)_eu", "crm/shop_eu"},
		"within quotes":                             {`"see <https://x.example|X-1>, please"`, "see X-1, please"},
		"within single quotes":                      {`'see <https://x.example|X-1>'`, "see X-1"},
		"with a space in its text":                  {"[a b](http://shop)", "a b"},
		"with a quote in its text":                  {`<http://shop|it's "x>`, `it's "x`},
		"with an entity of an entity in it":         {"[&amp;lt;](http://shop)", "&lt;"},
		"not a comparison":                          {"a<b>c", "a<b>c"},
		"not somebody's mention":                    {"<@U123>", "<@U123>"},
		"not without a scheme":                      {"[a](b)", "[a](b)"},
		"not without a text":                        {"[](http://shop)", "[](http://shop)"},
		"not after a backslash":                     {`\<http://shop\>`, "<http://shop>"},
		"not after a backslash, within quotes":      {`"\[shop](http://shop)"`, "[shop](http://shop)"},
		"not of entities, which are what was typed": {"&lt;http://shop&gt;", "<http://shop>"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff([]string{tc.want}, texts(t, tc.text)); diff != "" {
				t.Errorf("%q (-want +got)\n%s", tc.text, diff)
			}
		})
	}
}

func TestEntities(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"each is decoded":                        {"a&amp;b&lt;c&gt;d&nbsp;e", []string{"a&b<c>d", "e"}},
		"once":                                   {"&amp;lt;&amp;amp;", []string{"&lt;&amp;"}},
		"quotes are quotes":                      {"&quot;a b&quot; &#39;c d&#39;", []string{"a b", "c d"}},
		"an apostrophe is none":                  {"it&#39;s", []string{"it's"}},
		"a backslash takes what it stands for":   {`&quot;a \&quot;b\&quot;&quot;`, []string{`a "b"`}},
		"within quotes too":                      {`"a&nbsp;&amp;&nbsp;b"`, []string{"a & b"}},
		"no others are, nor in another case":     {"&copy; &AMP; &#34; &mdash;x &#45;x &", []string{"&copy;", "&AMP;", "&#34;", "&mdash;x", "&#45;x", "&"}},
		"none is made of a character in between": {"&am\u200bp;lt;", []string{"&lt;"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, texts(t, tc.text)); diff != "" {
				t.Errorf("%q (-want +got)\n%s", tc.text, diff)
			}
		})
	}
}
