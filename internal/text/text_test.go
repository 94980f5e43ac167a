package text_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/internal/text"
)

func TestCut(t *testing.T) {
	for name, tc := range map[string]struct {
		s    string
		most int
		want string
	}{
		"what fits stays":                       {"shop", 4, "shop"},
		"the ellipsis is one of the characters": {"shop", 3, "sh…"},
		"characters count, not bytes":           {"ñandú", 5, "ñandú"},
		"never within a character":              {"ñandú", 2, "ñ…"},
		"room for the ellipsis alone":           {"shop", 1, "…"},
		"no room at all":                        {"shop", 0, ""},
		"less than no room":                     {"shop", -1, ""},
		"nothing to cut":                        {"", 0, ""},
		"bytes that are no text count as one":   {"\xff\xfe\xfd", 2, "\xff…"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := text.Cut(tc.s, tc.most); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func cuts(t *rapid.T) {
	s, most := rapid.String().Draw(t, "s"), rapid.IntRange(0, 40).Draw(t, "most")
	got := text.Cut(s, most)
	if n := utf8.RuneCountInString(got); n > most {
		t.Fatalf("%q has %d characters, at most %d", got, n, most)
	}
	switch whole := utf8.RuneCountInString(s) <= most; {
	case whole && got != s:
		t.Fatalf("%q would have fitted, and became %q", s, got)
	case !whole && most > 0 && (utf8.RuneCountInString(got) != most || !strings.HasSuffix(got, "…")):
		t.Fatalf("%q became %q, which could be longer or does not say that it was cut", s, got)
	case !strings.HasPrefix(s, strings.TrimSuffix(got, "…")):
		t.Fatalf("%q is not the beginning of %q", got, s)
	}
	bytes := text.CutBytes(s, most)
	if len(bytes) > most || (len(s) <= most && bytes != s) || !utf8.ValidString(bytes) || !strings.HasPrefix(s, strings.TrimSuffix(bytes, "…")) {
		t.Fatalf("%q in %d bytes became %q", s, most, bytes)
	}
}

func TestWhatIsCutIsAsLongAsItMayBe(t *testing.T) { rapid.Check(t, cuts) }

func FuzzCut(f *testing.F) { f.Fuzz(rapid.MakeFuzz(cuts)) }

func TestOneLine(t *testing.T) {
	for name, tc := range map[string]struct{ s, want string }{
		"line breaks":                          {"a\r\nb\nc", "a b c"},
		"spaces at the ends and in runs":       {"  a \t  b ", "a b"},
		"an escape sequence loses its escape":  {"a\x1b[31mb", "a [31mb"},
		"a change of the writing's direction":  {"a\u202eb\u2066c", "a b c"},
		"a character without width":            {"a\u200bb", "a b"},
		"a no-break space":                     {"a\u00a0b", "a b"},
		"a line separator":                     {"a\u2028b", "a b"},
		"bytes that are no text":               {"a\xff\xfeb", "a b"},
		"NUL":                                  {"a\x00b", "a b"},
		"letters of any script, and an emoji":  {"Größe 漢字 🎉", "Größe 漢字 🎉"},
		"the sign for what could not be read":  {"a\ufffdb", "a\ufffdb"},
		"nothing but what is taken out":        {"\n\u200b\x00", ""},
		"cut at the tenth, counted afterwards": {"a\n\n\n\n\n\n\n\n\n\n\nbcdefghijk", "a bcdefgh…"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := text.OneLine(tc.s, 10); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func makesOneLine(t *rapid.T) {
	s := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("a \n\u200b\u202e\x1b漢"))),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "s")
	most := rapid.IntRange(0, 40).Draw(t, "most")
	got := text.OneLine(s, most)
	if !utf8.ValidString(got) || utf8.RuneCountInString(got) > most {
		t.Fatalf("%q in %d characters became %q", s, most, got)
	}
	if strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsPrint(r) }) ||
		strings.Contains(got, "  ") || strings.TrimSpace(got) != got && !strings.HasSuffix(got, "…") {
		t.Fatalf("%q is not one harmless line: %q", s, got)
	}
	if again := text.OneLine(got, most); again != got {
		t.Fatalf("%q became %q when it was done again", got, again)
	}
	// What can be seen stays, in its order.
	visible := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r == ' ' || !unicode.IsPrint(r) {
				return -1
			}
			return r
		}, strings.ToValidUTF8(s, ""))
	}
	if !strings.HasPrefix(visible(s), visible(strings.TrimSuffix(got, "…"))) {
		t.Fatalf("%q lost something that can be seen: %q", s, got)
	}
}

func TestOneLineIsHarmless(t *testing.T) { rapid.Check(t, makesOneLine) }

func FuzzOneLine(f *testing.F) { f.Fuzz(rapid.MakeFuzz(makesOneLine)) }

func TestOneLineReadsNoFurtherThanItMust(t *testing.T) {
	long := strings.Repeat("x", 16<<20)
	if got := testing.AllocsPerRun(10, func() { text.OneLine(long, 100) }); got > 20 {
		t.Errorf("%v allocations for 100 characters of a long text", got)
	}
}

func TestEnumerate(t *testing.T) {
	names := []string{"a", "b", "c"}
	for name, tc := range map[string]struct {
		most, more int
		want       []string
	}{
		"all":                {3, 0, names},
		"more than there is": {9, 0, names},
		"some":               {2, 1, names[:2]},
		"none":               {0, 3, nil},
		"less than none":     {-1, 3, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got, more := text.Enumerate(names, tc.most); !slices.Equal(got, tc.want) || more != tc.more {
				t.Errorf("got %v and %d more, want %v and %d", got, more, tc.want, tc.more)
			}
		})
	}
}

func TestWhatIsEnumeratedCanBeAppendedToWithoutLosingARest(t *testing.T) {
	names := []string{"a", "b", "c"}
	shown, _ := text.Enumerate(names, 1)
	if _ = append(shown, "x"); names[1] != "b" {
		t.Errorf("the rest was overwritten: %v", names)
	}
}

func TestNames(t *testing.T) {
	type name string
	names := []name{"a", "b", "c"}
	for what, tc := range map[string]struct {
		names []name
		most  int
		want  string
	}{
		"all":                     {names, 3, `"a", "b", "c"`},
		"one":                     {names[:1], 3, `"a"`},
		"some":                    {names, 1, `"a" and 2 more`},
		"no room for any":         {names, 0, "3"},
		"none":                    {nil, 3, ""},
		"letters of any script":   {[]name{"größe", "漢字"}, 3, `"größe", "漢字"`},
		"what could be obeyed":    {[]name{"a\"b", "c\nd", "e\u202ef"}, 3, `"a\"b", "c\nd", "e\u202ef"`},
		"bytes that are no text":  {[]name{"\xff"}, 3, `"\xff"`},
		"a name that looks empty": {[]name{"", " "}, 3, `"", " "`},
	} {
		t.Run(what, func(t *testing.T) {
			if got := text.Names(tc.names, tc.most); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}
