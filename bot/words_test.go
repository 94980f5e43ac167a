package bot

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestWords(t *testing.T) {
	for name, tc := range map[string]struct {
		line string
		want []string
	}{
		"spaces separate, however many":                {"  dump   shop ", []string{"dump", "shop"}},
		"so do tabs, no-break spaces and their kin":    {"dump\tshop\u00a0eu\u202fx\u3000y", []string{"dump", "shop", "eu", "x", "y"}},
		"a carriage return at the end is none":         {"dump shop\r\n", []string{"dump", "shop"}},
		"double quotes keep together":                  {`a "b c" d`, []string{"a", "b c", "d"}},
		"single quotes keep together":                  {`a 'b "c" d'`, []string{"a", `b "c" d`}},
		"quotes may begin within a word":               {`--reason="b c"d`, []string{"--reason=b cd"}},
		"an empty word needs quotes":                   {`a "" b`, []string{"a", "", "b"}},
		"typographic quotes are quotes":                {"--reason “a b” ‘c d’ „e f“", []string{"--reason", "a b", "c d", "e f"}},
		"quotes need not match in kind of curl":        {`"a b”`, []string{"a b"}},
		"an apostrophe is no quote":                    {"it's ben’s dump", []string{"it's", "ben’s", "dump"}},
		"an apostrophe within double quotes is itself": {`--reason “it’s broken”`, []string{"--reason", "it’s broken"}},
		"a long dash that begins a word is two dashes": {"dump shop –schema-only —tables a", []string{"dump", "shop", "--schema-only", "--tables", "a"}},
		"a long dash elsewhere is itself":              {`a–b "– c"`, []string{"a–b", "– c"}},
		"a backslash takes the next as it is":          {`a\ b \"c\" \\ \–d`, []string{"a b", `"c"`, `\`, "–d"}},
		"within double quotes it takes only its like":  {`"C:\dir \"x\" \\"`, []string{`C:\dir "x" \`}},
		"at the end of a line it is itself":            {`a \`, []string{"a", `\`}},
		"nothing of a shell acts":                      {"; rm -rf / $HOME `id` $(id) a|b >c & *", []string{";", "rm", "-rf", "/", "$HOME", "`id`", "$(id)", "a|b", ">c", "&", "*"}},
		"characters without width are dropped":         {"du\u200bmp \ufeffshop", []string{"dump", "shop"}},
		"an empty line has no words":                   {" \u00a0\t ", nil},
		"a tab within quotes is a space":               {"\"a\tb\"", []string{"a b"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := words(tc.line)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%q (-want +got)\n%s", tc.line, diff)
			}
		})
	}
}

func TestLinesThatCannotBeRead(t *testing.T) {
	for line, want := range map[string]string{
		`dump "shop`:              "a quote is not closed",
		"dump 'shop":              "a quote is not closed",
		"dump \x1b[2Jshop":        "control character U+001B",
		"dump\x00":                "control character U+0000",
		"dump \u009b31m":          "control character U+009B",
		"dump \xff":               "not valid UTF-8",
		strings.Repeat("x", 1e4):  "it has more than 4000 characters, which is the most that is read",
		strings.Repeat("é", 4001): "it has more than 4000 characters",
	} {
		if _, err := words(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %v, want %q", line, err, want)
		}
	}
}

// What was read, written with quotes, is read as the same again; and no word has a character that a terminal obeys.
func wordsRoundTrip(t *testing.T, line string) {
	got, err := words(line)
	if err != nil {
		return
	}
	quoted := make([]string, 0, len(got))
	for _, word := range got {
		if strings.ContainsFunc(word, unicode.IsControl) {
			t.Fatalf("%q gave %q, which has a control character", line, word)
		}
		quoted = append(quoted, quoteWord(word))
	}
	again, err := words(strings.Join(quoted, " "))
	if len(strings.Join(quoted, " ")) > maxLine {
		return // quotes may take it over the bound
	}
	if err != nil {
		t.Fatalf("%q gave %q, and %q cannot be read: %v", line, got, quoted, err)
	}
	if !slices.Equal(got, again) {
		t.Fatalf("%q gave %q, and %q gives %q", line, got, quoted, again)
	}
}

func FuzzWords(f *testing.F) {
	for _, line := range []string{
		`dump shop --reason "a b"`, "dump “a b”", `a\ b '`, "–x —y", "it’s", "\u202edump", "; rm -rf /", "--result-file=x", `""`, `"\"`, "\\\u201d", "\u00ad–",
	} {
		f.Add(line)
	}
	f.Fuzz(wordsRoundTrip)
}

// Lines made of what is special in them, which random bytes seldom are.
func TestWordsReadBack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		line := strings.Join(rapid.SliceOf(rapid.SampledFrom(strings.Split("a b ' \" \\ “ ” ‘ ’ – - = , \u00a0 \u200b é * 漢", " "))).Draw(r, "line"), "")
		spaced := strings.ReplaceAll(line, "b", " ")
		wordsRoundTrip(t, spaced)
	})
}

// Words that hold nothing special are what strings.Fields says.
func TestPlainWordsAreFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.StringMatching(`[a-z0-9 .,;:=*$|&/-]{0,60}`).Draw(t, "line")
		got, err := words(line)
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.Fields(line); !slices.Equal(got, want) {
			t.Fatalf("%q: got %q, want %q", line, got, want)
		}
	})
}

func TestArguments(t *testing.T) {
	for name, tc := range map[string]struct {
		line, want string
		failure    string
	}{
		"options may stand anywhere":                     {line: "--schema-only shop db", want: "[shop db] tables[] exclude[] true ''"},
		"a list by commas":                               {line: "shop --tables a,b", want: "[shop] tables[a b] exclude[] false ''"},
		"a list goes on after a comma and a space":       {line: "shop --tables a, b db", want: "[shop db] tables[a b] exclude[] false ''"},
		"a list with an equals sign":                     {line: "shop --tables=a,b --reason=x=y", want: "[shop] tables[a b] exclude[] false 'x=y'"},
		"a list given twice, with the same name twice":   {line: "shop --tables a,b --tables b,c", want: "[shop] tables[a b c] exclude[] false ''"},
		"option names in another case":                   {line: "shop --Schema-Only", want: "[shop] tables[] exclude[] true ''"},
		"after -- nothing is an option":                  {line: "-- --tables -x", want: "[--tables -x] tables[] exclude[] false ''"},
		"a reason may begin with one dash":               {line: "shop --reason -x", want: "[shop] tables[] exclude[] false '-x'"},
		"an unknown option has its nearest":              {line: "shop --table a", failure: `There is no option "--table" here. Did you mean --tables?`},
		"one dash is not enough":                         {line: "shop -tables a", failure: `There is no option "-tables" here. Did you mean --tables?`},
		"an option of mysqldump is none of ours":         {line: "--result-file=x", failure: `There is no option "--result-file" here.`},
		"a list without entries":                         {line: "shop --tables ,", failure: "--tables needs a,b after it."},
		"a list before another option":                   {line: "shop --tables --schema-only", failure: "--tables needs a,b after it."},
		"a list at the end":                              {line: "shop --tables", failure: "--tables needs a,b after it."},
		"a switch with a value":                          {line: "shop --schema-only=no", failure: "--schema-only takes no value"},
		"two reasons":                                    {line: "shop --reason a --reason b", failure: "--reason is there twice."},
		"too many arguments":                             {line: "a b c", failure: `"c" is one argument too many.`},
		"an escape in what is repeated is made harmless": {line: "\"--x\u202ey\"", failure: `There is no option "--x\u202ey" here.`},
	} {
		t.Run(name, func(t *testing.T) {
			typed, err := words(tc.line)
			if err != nil {
				t.Fatal(err)
			}
			a, err := parseArguments(typed, dumpOptions, 2)
			if tc.failure != "" {
				if err == nil || !strings.Contains(err.Error(), tc.failure) {
					t.Fatalf("got %v, want %q", err, tc.failure)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, describe(a)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func describe(a arguments) string {
	reason := "''"
	if r, ok := a.texts["reason"]; ok {
		reason = "'" + r + "'"
	}
	only := "false"
	if a.switches["schema-only"] {
		only = "true"
	}
	return "[" + strings.Join(a.positional, " ") + "] tables[" + strings.Join(a.lists["tables"], " ") + "] exclude[" +
		strings.Join(a.lists["exclude"], " ") + "] " + only + " " + reason
}

func TestNearest(t *testing.T) {
	for name, tc := range map[string]struct {
		typed string
		from  []string
		want  string
	}{
		"a letter too few":                      {"shp", []string{"crm", "shop"}, "shop"},
		"two letters swapped":                   {"shpo", []string{"crm", "shop"}, "shop"},
		"another case":                          {"SHOP", []string{"shop"}, "shop"},
		"another word altogether":               {"people", []string{"shop"}, ""},
		"nothing to choose from":                {"shop", nil, ""},
		"of two that are as near, the first":    {"shopx", []string{"shopb", "shopa"}, "shopa"},
		"a letter in a word of three":           {"cmr", []string{"crm"}, "crm"},
		"not everything is near to a short one": {"x", []string{"ab"}, ""},
		"a line of ten thousand characters":     {strings.Repeat("x", 10000), []string{"shop"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := nearest(tc.typed, tc.from); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// Against the definition: distance is the least number of slips, found by trying them all.
func TestDistanceIsAMetricThatCountsSlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ab]{0,5}`)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		if got, want := distance(a, b), slips(a, b); got != want {
			t.Fatalf("distance(%q, %q) = %d, want %d", a, b, got, want)
		}
	})
}

func slips(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	least := min(slips(a[1:], b)+1, slips(a, b[1:])+1)
	if a[0] == b[0] {
		least = min(least, slips(a[1:], b[1:]))
	} else {
		least = min(least, slips(a[1:], b[1:])+1)
	}
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		least = min(least, slips(a[2:], b[2:])+1)
	}
	return least
}
