package lang

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/internal/contract"
)

// documented is the language of the documentation.
const documented = "en"

// CommandsMarkdown explains every command, as docs/chat.md does.
func (l *Lang) CommandsMarkdown() string {
	c := l.in(documented)
	var b strings.Builder
	for _, command := range grammar.Commands() {
		fmt.Fprintf(&b, "\n### `%s`\n\n%s\n", command.Usage(), sentences(c.ofCommand(command, "summary"), c.ofCommand(command, "details")))
		if len(command.Options) > 0 {
			b.WriteString("\n")
		}
		for _, o := range command.Options {
			fmt.Fprintf(&b, "- `%s`: %s\n", optionUsage(o), c.say("option."+o.Name, nil))
		}
		b.WriteString("\n| for example | which means |\n| --- | --- |\n")
		for i, line := range command.Examples {
			fmt.Fprintf(&b, "| `%s` | %s |\n", line, c.meaning(command, i))
		}
	}
	return b.String() + "\n"
}

// DumperFailuresMarkdown is the table of the dumper's reasons in docs/failures.md, in the order of their exit codes.
func (l *Lang) DumperFailuresMarkdown() string {
	c := l.in(documented)
	var b strings.Builder
	b.WriteString("\n| reason | exit code | tried again | what it means | what to do |\n| --- | --- | --- | --- | --- |\n")
	reasons := contract.DumperReasons()
	slices.SortFunc(reasons, func(a, b contract.Reason) int { return cmp.Compare(a.ExitCode(), b.ExitCode()) })
	for _, reason := range reasons {
		again := "yes"
		if reason.Final() {
			again = "no"
		}
		fmt.Fprintf(&b, "| `%s` | %d | %s | %s | %s |\n", reason, reason.ExitCode(), again, c.means(reason), c.mends(reason))
	}
	return b.String() + "\n"
}

// WarningsMarkdown is the table of docs/warnings.md.
func (l *Lang) WarningsMarkdown() string {
	c := l.in(documented)
	var b strings.Builder
	b.WriteString("\n| warning | what it means | what to do |\n| --- | --- | --- |\n")
	for _, name := range contract.WarningNames() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", name, c.say("docs.warning."+string(name)+".means", nil), c.say("docs.warning."+string(name)+".do", nil))
	}
	return b.String() + "\n"
}

// ManagerFailuresMarkdown is the table of the manager's reasons in docs/failures.md.
func (l *Lang) ManagerFailuresMarkdown() string {
	c := l.in(documented)
	var b strings.Builder
	b.WriteString("\n| reason | when | what it means | what to do |\n| --- | --- | --- | --- |\n")
	for _, reason := range contract.ManagerReasons() {
		when := c.say("docs."+string(reason)+".when", nil)
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", reason, when, c.means(reason), c.mends(reason))
	}
	return b.String() + "\n"
}

// means is a reason explained, by its title alone where that says it all.
func (c *catalogue) means(reason contract.Reason) string {
	if text := c.sayIf("docs."+string(reason)+".means", nil); text != "" {
		return text
	}
	title := c.sayIf("reason."+string(reason)+".title", nil)
	first, size := utf8.DecodeRuneInString(title)
	return string(unicode.ToUpper(first)) + title[size:] + "."
}

// mends is a reason's advice, and more.
func (c *catalogue) mends(reason contract.Reason) string {
	return sentences(c.advice(string(reason), anywhere), c.sayIf("docs."+string(reason)+".do", nil))
}

func sentences(all ...string) string { return strings.Join(present(all...), " ") }
