package lang

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/contract"
)

// someone to ask, as the English advices name them.
var someone = regexp.MustCompile("[Aa]sk (the source's owner|whoever runs Volcado)")

// Every reason has a title and an advice in every language, and no entry is of a reason that does not exist.
func TestEveryReasonIsTitledAndAdvised(t *testing.T) {
	known := map[string]bool{}
	for _, reason := range contract.Reasons() {
		known[string(reason)] = true
	}
	for _, c := range catalogues(t) {
		for reason := range known {
			title := c.sayIf("reason."+reason+".title", nil)
			if title == "" || strings.HasSuffix(title, ".") || strings.Contains(title, "`") {
				t.Errorf("%s: %s: the title %q does not end a headline", c.tag, reason, title)
			}
			if first, _ := utf8.DecodeRuneInString(title); unicode.IsUpper(first) {
				t.Errorf("%s: %s: the title %q begins a sentence", c.tag, reason, title)
			}
			if advice := c.advice(reason, anywhere); !strings.HasSuffix(advice, ".") {
				t.Errorf("%s: %s: the advice %q is no sentence", c.tag, reason, advice)
			}
		}
		for reason, who := range fixers {
			if !known[string(reason)] || !c.has("advice."+who) {
				t.Errorf("%s: nobody knows who %q is, for %s", c.tag, who, reason)
			}
		}
		for _, entry := range c.texts.Templates() {
			group, rest, _ := strings.Cut(entry.Name(), ".")
			if group == "docs" && strings.HasPrefix(rest, "warning.") {
				group, rest = "warning", strings.TrimPrefix(rest, "warning.")
			}
			word, _, _ := strings.Cut(rest, ".")
			if (group == "reason" || group == "docs") && !known[word] || group == "warning" && !slices.Contains(contract.WarningNames(), contract.WarningName(word)) {
				t.Errorf("%s: %s is of no reason and no warning", c.tag, entry.Name())
			}
		}
	}
}

// The manager's reasons say when they come; nothing of the documentation is left unsaid.
func TestEveryEntryOfTheDocumentationIsUsed(t *testing.T) {
	c := catalogues(t)[0]
	said := instrument(t, c)
	l := &Lang{catalogues: []*catalogue{c}, matcher: language.NewMatcher([]language.Tag{language.English})}
	l.DumperFailuresMarkdown()
	l.ManagerFailuresMarkdown()
	l.WarningsMarkdown()
	for entry, did := range said {
		if strings.HasPrefix(entry, "docs.") && !did {
			t.Errorf("%s is in no table", entry)
		}
	}
	for _, reason := range contract.ManagerReasons() {
		if !c.has("docs." + string(reason) + ".when") {
			t.Errorf("%s does not say when it comes", reason)
		}
	}
}

// The asker of a dump can change what they ask for, or try again. Whatever is done to a source, a Secret or the cluster is
// somebody else's work, and an advice says whose.
func TestAnAdviceSaysWhoseWorkItIs(t *testing.T) {
	c := catalogues(t)[0]
	others := regexp.MustCompile("kubectl|Secret|`(job|s3|tls|storageRef|limits|engine|host)\\b|server's error log|storage's log|[Nn]ode")
	for _, reason := range contract.Reasons() {
		if advice := c.addressed(string(reason), c.advice(string(reason), anywhere)); others.MatchString(advice) && !someone.MatchString(advice) {
			t.Errorf("%s: %s", reason, advice)
		}
	}
}

// A hint is written for whoever runs the cluster: beside it, or without it, whoever asked for the dump still reads whom to ask.
func TestAHintLeavesWhomToAsk(t *testing.T) {
	c := catalogues(t)[0]
	for _, reason := range contract.Reasons() {
		alone, _ := c.advised(view.Dump{}, string(reason), "")
		for _, hint := range []string{"raise the limit", "see kubectl get dbsrc"} {
			if beside, _ := c.advised(view.Dump{}, string(reason), hint); someone.MatchString(alone) != someone.MatchString(beside) {
				t.Errorf("%s: with the hint %q the advice is %q, and without it %q", reason, hint, beside, alone)
			}
		}
		_, isAsking := asking[reason]
		if _, fixed := fixers[reason]; isAsking != (someone.MatchString(alone) && !fixed) {
			t.Errorf("%s: the advice is %q, and asking: %v", reason, alone, isAsking)
		}
	}
}

func TestAHintBeginsASentence(t *testing.T) {
	for hint, want := range map[string]string{
		"run on the server: GRANT":   "Run on the server: GRANT",
		"check: x":                   "Check: x",
		"Look":                       "Look",
		"kubectl describe job":       "kubectl describe job",
		"tls.mode must be Required":  "tls.mode must be Required",
		"--net-buffer-length is big": "--net-buffer-length is big",
		"":                           "",
	} {
		if got := begun(hint); got != want {
			t.Errorf("%q: got %q, want %q", hint, got, want)
		}
	}
}
