package bot

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what is made from the command table anew")

const documentation = "../docs/chat.md"

// The commands in docs/chat.md are those of the table, with their usage, options and examples.
func TestDocumentation(t *testing.T) {
	data, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(data), "-update writes it anew -->\n")
	got, after, ends := strings.Cut(rest, "<!-- end of commands -->")
	if !begins || !ends {
		t.Fatalf("%s has no place for the commands", documentation)
	}
	want := documented(commands())
	if *update {
		text := before + "-update writes it anew -->\n" + want + "<!-- end of commands -->" + after
		if err := os.WriteFile(documentation, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got; -update writes it anew)\n%s", documentation, diff)
	}
}

func documented(all []command) string {
	var b strings.Builder
	for _, c := range all {
		fmt.Fprintf(&b, "\n### `%s`\n\n%s\n", c.usage(), strings.Join(append([]string{c.summary}, c.details...), " "))
		if len(c.options) > 0 {
			b.WriteString("\n")
		}
		for _, o := range c.options {
			fmt.Fprintf(&b, "- `%s`: %s\n", strings.TrimSpace("--"+o.name+" "+o.value), o.help)
		}
		b.WriteString("\n| for example | which means |\n| --- | --- |\n")
		for _, e := range c.examples {
			fmt.Fprintf(&b, "| `%s` | %s |\n", e.line, e.meaning)
		}
	}
	return b.String() + "\n"
}

// Every example is a command that is understood.
func TestExamplesAreUnderstood(t *testing.T) {
	b := New(nil, nil, nil)
	for _, c := range b.commands {
		if len(c.examples) == 0 || c.summary == "" || c.run == nil {
			t.Errorf("%s lacks something", c.name)
		}
		for _, e := range c.examples {
			typed, err := words(e.line)
			if err != nil {
				t.Fatal(err)
			}
			cmd, ok := b.lookUp(typed[0])
			if !ok || cmd.name != c.name {
				t.Errorf("%q is not understood as %s", e.line, c.name)
				continue
			}
			a, err := parseArguments(typed[1:], cmd.options, cmd.most)
			if err != nil {
				t.Errorf("%q: %v", e.line, err)
			}
			if _, err := wishOf(a); err != nil {
				t.Errorf("%q: %v", e.line, err)
			}
		}
	}
}
