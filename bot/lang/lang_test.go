package lang

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/view"
)

// A person is answered in the nearest language there is, and in the service's where there is none that is near.
func TestTheLocaleChoosesTheLanguage(t *testing.T) {
	english, spanish := "Answered in a direct message.", "Te respondí en un mensaje directo."
	for locale, want := range map[string]map[string]string{
		"":            {"en": english, "es": spanish},
		"en":          {"en": english, "es": english},
		"en_GB":       {"en": english, "es": english},
		"es":          {"en": spanish, "es": spanish},
		"es-MX":       {"en": spanish, "es": spanish},
		"es_AR":       {"en": spanish, "es": spanish},
		"es_AR.UTF-8": {"en": spanish, "es": spanish},
		"es@euro":     {"en": spanish, "es": spanish},
		"ES-419":      {"en": spanish, "es": spanish},
		"de":          {"en": english, "es": spanish},
		"zh-Hans-CN":  {"en": english, "es": spanish},
		"C.UTF-8":     {"en": english, "es": spanish},
		"*":           {"en": english, "es": spanish},
		"es`\n":       {"en": english, "es": spanish},
	} {
		for fallback, sentence := range want {
			l, err := New(fallback)
			if err != nil {
				t.Fatal(err)
			}
			if got := l.Say(locale, view.InDirect{}).Headline; got != sentence {
				t.Errorf("locale %q with fallback %s: %q", locale, fallback, got)
			}
		}
	}
}

func TestNumbersAreWrittenAsTheLanguageWritesThem(t *testing.T) {
	en, es := manners[0], manners[1]
	for _, tc := range []struct{ got, want string }{
		{en.bytes(0), "0 bytes"}, {en.bytes(1023), "1023 bytes"}, {en.bytes(1024), "1.0 KiB"}, {en.bytes(1048575), "1.0 MiB"},
		{en.bytes(47500493), "45.3 MiB"}, {es.bytes(1288490188), "1,2 GiB"}, {en.bytes(1 << 62), "4.0 EiB"},
		{en.duration(0), "less than 1 s"}, {es.duration(999 * time.Millisecond), "menos de 1 s"}, {en.duration(59 * time.Second), "59 s"},
		{en.duration(time.Minute), "1 min"}, {es.duration(125 * time.Second), "2 min 5 s"}, {en.duration(time.Hour + time.Second), "1 h"},
		{en.duration(49*time.Hour + 59*time.Minute), "49 h 59 min"},
		{en.age(-time.Second), "0 s"}, {en.age(61 * time.Second), "1 min"}, {en.age(47 * time.Hour), "47 h"},
		{en.age(72 * time.Hour), "3 days"}, {es.age(72 * time.Hour), "3 días"},
	} {
		if tc.got != tc.want {
			t.Errorf("%q, want %q", tc.got, tc.want)
		}
	}
}

func TestNamesAreEnumeratedAsTheLanguageDoes(t *testing.T) {
	many := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"}
	en, es := manners[0], manners[1]
	for _, tc := range []struct{ got, want string }{
		{en.list(nil), ""}, {en.list([]string{"a"}), "a"}, {en.list([]string{"a", "b"}), "a and b"}, {en.list([]string{"a", "b", "c"}), "a, b and c"},
		{en.list(many), "a, b, c, d, e, f, g, h, i, j and 3 more"}, {es.list(many), "a, b, c, d, e, f, g, h, i, j y 3 más"},
		{es.list([]string{"orders", "items"}), "orders e items"}, {es.list([]string{"a", "historia"}), "a e historia"},
		{es.list([]string{"a", "hielo"}), "a y hielo"}, {es.list([]string{"a", "Índice"}), "a e Índice"}, {es.list([]string{"a", "hi"}), "a e hi"},
		{en.quoted([]string{"a", "b"}), "“a” and “b”"}, {plural(1, "# dump", "# dumps"), "1 dump"}, {plural(0, "# dump", "# dumps"), "0 dumps"},
	} {
		if tc.got != tc.want {
			t.Errorf("%q, want %q", tc.got, tc.want)
		}
	}
	if many[10] != "k" {
		t.Error("the names were changed")
	}
}

// A hint may hold what no catalogue can, so it is never lost; where it is in the reader's language, it stands for the advice.
func TestAHintIsNeverLost(t *testing.T) {
	v := view.Failed{End: view.EndFailed, Reason: "InsufficientPrivileges", Hint: "run on the server: GRANT SELECT ON `shop`.* TO 'r'"}
	for _, c := range catalogues(t) {
		r := c.reply(v)
		if diff := cmp.Diff("R"+v.Hint[1:], r.Fields[len(r.Fields)-1].Value); diff != "" {
			t.Errorf("%s: the hint (-want +got)\n%s", c.tag, diff)
		}
		advice := c.advice(v.Reason, anywhere)
		if advised := strings.Contains(r.Lines[0], advice); advised != (c.tag != "en") {
			t.Errorf("%s: lines %q beside the hint", c.tag, r.Lines)
		}
	}
}

func TestAFormAsksForTheArgumentsOfTheCommand(t *testing.T) {
	l, err := New("en")
	if err != nil {
		t.Fatal(err)
	}
	dump, _ := grammar.Lookup("dump")
	got := l.Form("", dump, map[string]string{"source": "gone/gone", "database": "shop", "schema-only": "YES"}, map[string][]string{
		"source": {"crm/people", "shop/shop"},
	})
	want := chat.Form{Command: "dump", Title: "Request a dump", Submit: "Send", Fields: []chat.FormField{
		{Name: "source", Label: "Source", Hint: "Its name, or namespace/name", Required: true, Choices: []string{"crm/people", "shop/shop"}},
		{Name: "database", Label: "Database", Hint: "Empty for the source's default", Value: "shop"},
		{Name: "tables", Label: "Only these tables", Hint: "only these tables"},
		{Name: "exclude", Label: "Without these tables", Hint: "all tables except these; * stands for any characters"},
		{Name: "schema-only", Label: "Definitions only", Hint: "definitions, no rows", Value: "yes", Choices: []string{"no", "yes"}},
		{Name: "reason", Label: "Reason", Hint: "why you need it, for whoever looks at it later"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	// Slack shows no title that is longer.
	for _, c := range l.catalogues {
		for _, command := range grammar.Commands() {
			if title := []rune(c.form(command, nil, nil).Title); len(title) == 0 || len(title) > 24 {
				t.Errorf("%s: %s has the title %q", c.tag, command.Name, string(title))
			}
		}
	}
}

// The values that a form offers are those that the grammar reads.
func TestAFormIsReadByTheGrammar(t *testing.T) {
	l, err := New("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range grammar.Commands() {
		values := map[string]string{}
		for _, f := range l.Form("", command, nil, nil).Fields {
			values[f.Name] = "shop"
			if f.Name == string(grammar.ArgumentSpan) {
				values[f.Name] = "2 days"
			}
			if len(f.Choices) > 0 {
				values[f.Name] = f.Choices[0]
			}
		}
		delete(values, "exclude") // not together with tables
		if _, problems := grammar.FromForm(command.Name, values); len(problems) > 0 {
			t.Errorf("%s: %+v", command.Name, problems)
		}
	}
}

func TestAProblemOfAFieldIsOneSentence(t *testing.T) {
	l, err := New("en")
	if err != nil {
		t.Fatal(err)
	}
	p := grammar.Problem{Kind: grammar.UnknownOption, Typed: "--tabels", Near: "tables", Known: []string{"tables"}}
	if got := l.Problem("es", p); got != "No existe la opción “--tabels”. ¿Quisiste decir --tables?" {
		t.Error(got)
	}
	if got := l.Problem("", grammar.Problem{Kind: grammar.MissingSource}); got != "Which source?" {
		t.Error(got)
	}
}
