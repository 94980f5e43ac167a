package lang

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/volcado-io/volcado/internal/contract"
)

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
			if advice := c.advice(reason); !strings.HasSuffix(advice, ".") {
				t.Errorf("%s: %s: the advice %q is no sentence", c.tag, reason, advice)
			}
		}
		for _, entry := range c.texts.Templates() {
			group, rest, _ := strings.Cut(entry.Name(), ".")
			reason, _, _ := strings.Cut(rest, ".")
			if (group == "reason" || group == "docs") && !known[reason] {
				t.Errorf("%s: %s is of no reason", c.tag, entry.Name())
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
