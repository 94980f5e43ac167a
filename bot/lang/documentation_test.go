package lang

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/lang/langtest"
	"github.com/volcado-io/volcado/bot/view"
)

// What docs/chat.md says of the commands, and docs/failures.md of the reasons, is made from the English catalogue.
func TestTheDocumentationIsMadeFromTheCatalogue(t *testing.T) {
	l, err := New("es")
	if err != nil {
		t.Fatal(err)
	}
	holds(t, "../../docs/chat.md", "commands", l.CommandsMarkdown())
	holds(t, "../../docs/warnings.md", "warnings", l.WarningsMarkdown())
	holds(t, "../../docs/failures.md", "dumper's reasons", l.DumperFailuresMarkdown())
	holds(t, "../../docs/failures.md", "manager's reasons", l.ManagerFailuresMarkdown())
}

// holds compares what stands between two marks of a page, or with -update writes it.
func holds(t *testing.T, path, what, want string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin := "<!-- " + what + ": made from the catalogue; go test ./bot/lang -update writes them anew -->\n"
	end := "<!-- end of " + what + " -->"
	before, rest, begins := strings.Cut(string(data), begin)
	got, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		t.Errorf("%s has no place for the %s: %s", path, what, begin)
		return
	}
	if *update {
		if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s, %s (-want +got; -update writes them anew)\n%s", path, what, diff)
	}
}

// The refusals that docs/chat.md shows are what the bot says.
func TestTheRefusalsInTheDocumentationAreTheBots(t *testing.T) {
	data, err := os.ReadFile("../../docs/chat.md")
	if err != nil {
		t.Fatal(err)
	}
	mallory, alice := langtest.Direct, langtest.Direct
	mallory.User = "mallory"
	refusal := langtest.Samples()["NotAllowed-plain"].(view.NotAllowed)
	refusal.IDs = alice
	for _, v := range []view.View{
		view.NoSource{Typed: "shop", IDs: mallory}, view.NoSource{Typed: "shpo", Near: "shop", Have: []string{"shop/shop"}, IDs: alice}, refusal,
	} {
		r := catalogues(t)[0].reply(v).Addressed("")
		shown := strings.Join(append([]string{r.Headline}, r.Lines...), "\n") + "\n"
		for _, s := range r.Snippets {
			shown += "\n" + s.Caption + "\n" + s.Text + "\n"
		}
		if r.Closing != "" {
			shown += r.Closing + "\n"
		}
		if !strings.Contains(string(data), shown) {
			t.Errorf("docs/chat.md does not show\n%s", shown)
		}
	}
}

// So is what it shows of a dump's way, and of the offer of an equal one, on the console.
func TestTheConversationInTheDocumentationIsTheBots(t *testing.T) {
	data, err := os.ReadFile("../../docs/chat.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, parts := range map[string]func(chat.Reply) []string{
		"Progress-running": func(r chat.Reply) []string { return []string{r.Headline} },
		"Succeeded-plain":  func(r chat.Reply) []string { return []string{r.Headline, r.Closing} },
		"Equal-running": func(r chat.Reply) []string {
			return []string{r.Headline + "\n" + strings.Join(r.Lines, "\n") + "\n" + r.Closing}
		},
	} {
		for _, part := range parts(catalogues(t)[0].reply(langtest.Samples()[name]).Addressed("")) {
			if !strings.Contains(string(data), "\n"+part+"\n") {
				t.Errorf("%s: docs/chat.md does not show\n%s", name, part)
			}
		}
	}
}

// Every example of a command's help is a line that is understood as that command.
func TestEveryExampleIsUnderstood(t *testing.T) {
	for _, c := range grammar.Commands() {
		if len(c.Examples) == 0 {
			t.Errorf("%s has no example", c.Name)
		}
		for _, line := range c.Examples {
			if r, err := grammar.Parse(line); err != nil || r.Command != c.Name {
				t.Errorf("%q, an example of %s, is understood as %+v, %v", line, c.Name, r, err)
			}
		}
	}
}

// Every command has a summary, a title and as many meanings as examples, in every language; none is left of one that is
// gone.
func TestEveryCommandIsExplained(t *testing.T) {
	for _, c := range catalogues(t) {
		known := map[string]bool{}
		for _, command := range grammar.Commands() {
			for _, slot := range []string{"summary", "title"} {
				if c.ofCommand(command, slot) == "" {
					t.Errorf("%s: %s has no %s", c.tag, command.Name, slot)
				}
			}
			for i := range command.Examples {
				if c.meaning(command, i) == "" {
					t.Errorf("%s: %s does not say what example %d means", c.tag, command.Name, i+1)
				}
			}
			known[command.Name] = true
		}
		for _, entry := range c.texts.Templates() {
			if name, ok := strings.CutPrefix(entry.Name(), "command."); ok {
				if name, _, _ = strings.Cut(name, "."); !known[name] {
					t.Errorf("%s: %s is of no command", c.tag, entry.Name())
				}
			}
		}
	}
}
