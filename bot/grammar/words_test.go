package grammar

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// texts of the words of a line.
func texts(t interface{ Fatalf(string, ...any) }, line string) []string {
	words, closed := split(visible(line))
	if !closed {
		t.Fatalf("%q: a quote is not closed", line)
	}
	var all []string
	for _, w := range words {
		all = append(all, w.text)
	}
	return all
}

func TestWords(t *testing.T) {
	for name, tc := range map[string]struct {
		line string
		want []string
	}{
		"spaces separate, however many":                 {"  dump   shop ", []string{"dump", "shop"}},
		"so do tabs, no-break spaces and their kin":     {"dump\tshop\u00a0eu\u202fx\u3000y", []string{"dump", "shop", "eu", "x", "y"}},
		"a carriage return at the end is none":          {"dump shop\r\n", []string{"dump", "shop"}},
		"double quotes keep together":                   {`a "b c" d`, []string{"a", "b c", "d"}},
		"single quotes keep together":                   {`a 'b "c" d'`, []string{"a", `b "c" d`}},
		"quotes may begin within a word":                {`--reason="b c"d`, []string{"--reason=b cd"}},
		"an empty word needs quotes":                    {`a "" b`, []string{"a", "", "b"}},
		"typographic quotes are quotes":                 {"--reason “a b” ‘c d’ „e f“", []string{"--reason", "a b", "c d", "e f"}},
		"quotes need not match in kind of curl":         {`"a b”`, []string{"a b"}},
		"an apostrophe is no quote":                     {"it's ben’s dump", []string{"it's", "ben’s", "dump"}},
		"an apostrophe within double quotes is itself":  {`--reason “it’s broken”`, []string{"--reason", "it’s broken"}},
		"a long dash that begins a word is two dashes":  {"dump shop –schema-only —tables a", []string{"dump", "shop", "--schema-only", "--tables", "a"}},
		"a long dash elsewhere is itself":               {`a–b "– c"`, []string{"a–b", "– c"}},
		"a backslash takes the next as it is":           {`a\ b \"c\" \\ \–d`, []string{"a b", `"c"`, `\`, "–d"}},
		"within double quotes it takes only its like":   {`"C:\dir \"x\" \\"`, []string{`C:\dir "x" \`}},
		"at the end of a line it is itself":             {`a \`, []string{"a", `\`}},
		"nothing of a shell acts":                       {"; rm -rf / $HOME `id` $(id) a|b >c & *", []string{";", "rm", "-rf", "/", "$HOME", "`id`", "$(id)", "a|b", ">c", "&", "*"}},
		"characters without width are dropped":          {"du\u200bmp \ufeffshop", []string{"dump", "shop"}},
		"an empty line has no words":                    {" \u00a0\t ", nil},
		"a tab within quotes is a space":                {"\"a\tb\"", []string{"a b"}},
		"so is any space, and a line's end":             {"\"a\u00a0b\r\nc\u2028d\"", []string{"a b c d"}},
		"a line break is a space":                       {"dump\nshop\u2028eu", []string{"dump", "shop", "eu"}},
		"a line goes on after a backslash":              {"dump shop \\\r\n eu\\\nx", []string{"dump", "shop", "eu", "x"}},
		"a long dash alone is two dashes":               {"status — -x", []string{"status", "--", "-x"}},
		"an editor's hyphens are hyphens":               {"dump shop ‐‐schema-only ‑‑tables a‑b", []string{"dump", "shop", "--schema-only", "--tables", "a‑b"}},
		"a minus and a figure dash are long dashes":     {"dump −x ‒y", []string{"dump", "--x", "--y"}},
		"every character without width is dropped":      {"\u200edu\u00admp\u200f sh\u200cop\u200d\u2060 \u180e", []string{"dump", "shop"}},
		"so are marks of the writing's direction":       {"\u2068dump\u2069 \u202ashop\u202c \u202d--x\u202c \u061cy", []string{"dump", "shop", "--x", "y"}},
		"variation selectors too, and what is ignored":  {"du\ufe0fmp sh\u034fop\ufe00 \u2061\u2064 \u180b漢\U000e0100", []string{"dump", "shop", "漢"}},
		"but not what turns round what is seen":         {"dump \u202epohs", []string{"dump", "\u202epohs"}},
		"nor a filler, which is a letter of a name":     {"dump shop\u3164", []string{"dump", "shop\u3164"}},
		"nor a sign that Unicode calls a format":        {"\u06dd1", []string{"\u06dd1"}},
		"an emoji stays whole":                          {"❤\ufe0f\u200d🔥 🏴\U000e0067\U000e0062\U000e007f 1\ufe0f\u20e3", []string{"❤\ufe0f\u200d🔥", "🏴\U000e0067\U000e0062\U000e007f", "1\u20e3"}},
		"several long dashes at a word's start are two": {"dump −−x ––y ——z ‒‒‒w -—v —-u", []string{"dump", "--x", "--y", "--z", "--w", "--v", "---u"}},
		"several long dashes alone are two dashes":      {"status —— -x", []string{"status", "--", "-x"}},
		"several long dashes elsewhere are themselves":  {`a——b --reason=——c "——d" ""——e \——f`, []string{"a——b", "--reason=——c", "——d", "——e", "——f"}},
		"joiners stay where writing needs them":         {"a می\u200cخواهم 👩\u200d👧", []string{"a", "می\u200cخواهم", "👩\u200d👧"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, texts(t, tc.line)); diff != "" {
				t.Errorf("%q (-want +got)\n%s", tc.line, diff)
			}
		})
	}
}

// Words that hold nothing special are what strings.Fields says.
func TestPlainWordsAreFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.StringMatching(`[a-z0-9 .,;:=*$|&/-]{0,60}`).Draw(t, "line")
		if got, want := texts(t, line), strings.Fields(line); !slices.Equal(got, want) {
			t.Fatalf("%q: got %q, want %q", line, got, want)
		}
	})
}

// Only what visibly begins with a dash can be an option.
func TestLiteralWords(t *testing.T) {
	for name, tc := range map[string]struct {
		line string
		want bool
	}{
		"a dash":                       {"--x", false},
		"a long dash":                  {"—x", false},
		"a dash, and quotes later":     {`--x="a b"`, false},
		"an entity's space before it":  {"&nbsp;--x", false},
		"quotes":                       {`"--x"`, true},
		"typographic quotes":           {"“--x”", true},
		"quotes with nothing in them":  {`""--x`, true},
		"a backslash":                  {`\--x`, true},
		"a backslash before long dash": {`\—x`, true},
		"a link's text":                {"<http://a.example|--x>", true},
		"a Markdown link's text":       {"[--x](http://a.example)", true},
	} {
		t.Run(name, func(t *testing.T) {
			words, _ := split(visible(tc.line))
			if len(words) != 1 || words[0].literal != tc.want {
				t.Errorf("%q: got %+v, want one word, literal: %v", tc.line, words, tc.want)
			}
		})
	}
}
