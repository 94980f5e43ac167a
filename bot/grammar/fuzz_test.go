package grammar

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var seeds = []string{
	`dump shop --reason "a b"`, "dump “a b”", `a\ b '`, "–x —y", "it’s", "\u202edump", "; rm -rf /", "--result-file=x", `""`, `"\"`, "\\\u201d",
	"\u00ad–", "dump shop --tables a, b --schema-only", "why shop \"--x\"", "`dump shop`", "```text\ndump shop\n```", "*dump shop --exclude *_log*",
	"dump <http://shop.example|shop.example>", "dump [shop](http://shop)", "dump &quot;a &amp;lt; b&quot;", "dump&nbsp;shop", "!help?", "status — -x",
	"dump shop \\\n db", "dump \x1b[2J", "dump \xff", "é\u200dé“", "dump shop --exclude a ,b", "why \"\\<http://x>\" \"\\[a](http://x)\"", "help ‑‑x", "",
	"*dump shop --exclude a,*b*", "_dump shop _b_", "**shop**", "`dump` _shop_", "*dump* *a*", "shop --exclude *a*,`b`", "shop **\"a b\"**", "**--x**", "*`-x`*",
	"\u2068dump shop\u2069", "x\ufe0f\u200dé", "❤\ufe0f\u200d🔥", "🏴\U000e0067\u200b\U000e007f", "\u202a-\u202c-x", "dump shop −−x a——b \"——\"",
}

// A line gives a request within all bounds, which is printed and read back as itself, or exactly one of three errors.
func understand(t interface{ Fatalf(string, ...any) }, line string) {
	r, err := Parse(line)
	if err != nil {
		var unreadable *LineError
		var unknown *UnknownCommandError
		var usage *UsageError
		if !errors.As(err, &unreadable) && !errors.As(err, &unknown) && !errors.As(err, &usage) {
			t.Fatalf("%q: %T: %v", line, err, err)
		}
		if diff := cmp.Diff(Request{}, r); diff != "" {
			t.Fatalf("%q: %v, and there is a request: %s", line, err, diff)
		}
		return
	}
	c, ok := Lookup(r.Command)
	if !ok || c.Name != r.Command || len(r.Arguments) < c.Required || len(r.Arguments) > len(c.Positional) || len(check(c, r)) > 0 {
		t.Fatalf("%q: %+v is not within bounds", line, r)
	}
	printed := r.String()
	if strings.ContainsFunc(printed, unicode.IsControl) {
		t.Fatalf("%q gave %q, which has a control character", line, printed)
	}
	if utf8.RuneCountInString(printed) > maxLine {
		return // quotes may take it over the bound
	}
	again, err := Parse(printed)
	if err != nil {
		t.Fatalf("%q gave %s, which cannot be read: %v", line, printed, err)
	}
	if diff := cmp.Diff(r, again); diff != "" {
		t.Fatalf("%q gave %s, which gives (-want +got)\n%s", line, printed, diff)
	}
}

func FuzzParse(f *testing.F) {
	for _, line := range seeds {
		f.Add(line)
		f.Add("dump " + line)
	}
	f.Fuzz(func(t *testing.T, line string) { understand(t, line) })
}

// The same for lines made of what is special in them, which random bytes seldom are.
func TestEveryLineIsUnderstoodOrNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		command := rapid.SampledFrom([]string{"", "dump ", "dump shop ", "why ", "status ", "!", "`"}).Draw(t, "command")
		understand(t, command+anyText().Draw(t, "line"))
	})
}

// A quoted word is that word again, and no option, whatever it is.
func quoted(t interface{ Fatalf(string, ...any) }, typed string) {
	want := flat(visible(typed))
	for _, before := range []string{"why ", "why shop ", "why -- "} {
		line := before + Quote(typed)
		r, err := Parse(line)
		if utf8.RuneCountInString(line) > maxLine {
			continue
		}
		if want == "" && before != "why shop " {
			var usage *UsageError
			if !errors.As(err, &usage) || usage.Problem.Kind != MissingSource {
				t.Fatalf("%q: got %v", line, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if got := r.Arguments[len(r.Arguments)-1]; got != want {
			t.Fatalf("%q became %s, which is read as %q", typed, line, got)
		}
	}
	words, closed := split(visible("--tables a " + Quote(typed)))
	if !closed || len(words) != 3 {
		t.Fatalf("%q gives %+v", Quote(typed), words)
	}
	c, _ := Lookup("dump")
	r, problem := sortOut(c, words)
	if problem != nil {
		t.Fatalf("%q: %+v", Quote(typed), problem)
	}
	if diff := cmp.Diff(Request{Command: "dump", Arguments: []string{want}, Lists: map[string][]string{"tables": {"a"}}}, r); diff != "" {
		t.Fatalf("%q (-want +got)\n%s", Quote(typed), diff)
	}
}

func FuzzQuote(f *testing.F) {
	for _, word := range seeds {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) { quoted(t, word) })
}

func TestEveryWordCanBeQuoted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { quoted(t, anyText().Draw(t, "word")) })
}

// An option begins where somebody sees a dash at the beginning of a word: after a space, or where the text begins.
var visibleDash = regexp.MustCompile(`(^|[\s\p{Zs}\p{Zl}\p{Zp}\x{85}]|&nbsp;)[-‐‑﹣－‒–—―−﹘]`)

// Where no word visibly begins with a dash, nothing is an option, whatever is decoded, mended or taken off.
func noOption(t interface{ Fatalf(string, ...any) }, typed string) {
	if unreadable(typed) != nil || visibleDash.MatchString(visible(typed)) {
		return
	}
	for _, line := range []string{typed, "dump shop " + typed, "*dump shop " + typed + "*"} {
		words, _ := split(unwrap(visible(line)))
		for i, w := range words {
			if i > 0 && strings.HasPrefix(w.text, "-") && !w.literal { // the first is the command
				t.Fatalf("%q has the option %q", line, w.text)
			}
		}
	}
}

func FuzzOptions(f *testing.F) {
	for _, text := range seeds {
		f.Add(text)
	}
	for _, text := range []string{"<http://x|--schema-only>", "[--schema-only](http://x)", "&quot;--schema-only&quot;", `\--schema-only`, "a&#45;-x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { noOption(t, text) })
}

func TestNothingBecomesAnOptionByItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { noOption(t, anyText().Draw(t, "text")) })
}
