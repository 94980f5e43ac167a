package grammar

import (
	"strings"
	"testing"
)

// Every example is a line that is understood as its command.
func TestExamplesAreUnderstood(t *testing.T) {
	for _, c := range Commands() {
		if len(c.Examples) == 0 {
			t.Errorf("%s has no example", c.Name)
		}
		for _, line := range c.Examples {
			if r, err := Parse(line); err != nil || r.Command != c.Name {
				t.Errorf("%q: got %+v, %v", line, r, err)
			}
		}
	}
}

func TestTheTableIsSound(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Commands() {
		if seen[c.Name] || c.Name != strings.ToLower(c.Name) {
			t.Errorf("%s is there twice, or has capitals", c.Name)
		}
		seen[c.Name] = true
		if c.Required > len(c.Positional) {
			t.Errorf("%s requires more arguments than it takes", c.Name)
		}
		// The usage line says the same as what is parsed: what is optional is in brackets.
		words := strings.Fields(c.Arguments)
		if len(words) != len(c.Positional) {
			t.Errorf("%s: %q, and it takes %v", c.Name, c.Arguments, c.Positional)
		}
		for i, w := range words {
			if optional := strings.HasPrefix(w, "[") && strings.HasSuffix(w, "]"); optional != (i >= c.Required) {
				t.Errorf("%s: %q, and it requires %d", c.Name, c.Arguments, c.Required)
			}
		}
		for _, o := range c.Options {
			if (o.Kind == OptionSwitch) != (o.Value == "") {
				t.Errorf("%s: --%s has the value %q", c.Name, o.Name, o.Value)
			}
		}
	}
}

func TestUsage(t *testing.T) {
	for command, want := range map[string]string{
		"dump":   `dump [<namespace>/]<source> [<database>] [--tables a,b] [--exclude a,b] [--schema-only] [--reason "<text>"]`,
		"status": "status [<dump>]",
		"list":   "list",
	} {
		if c, _ := Lookup(command); c.Usage() != want {
			t.Errorf("got %q, want %q", c.Usage(), want)
		}
	}
}

// What is offered for a word from elsewhere exists, and the word is none of ours.
func TestWordsFromElsewhere(t *testing.T) {
	for word, offered := range otherCommands {
		if _, is := Lookup(word); is {
			t.Errorf("%s is a command", word)
		}
		if _, is := Lookup(offered); !is || Near(word) != offered {
			t.Errorf("%s: %s is offered, want %s", word, Near(word), offered)
		}
	}
	c, _ := Lookup("dump")
	for word, offered := range otherOptions {
		if _, is := c.option(word); is {
			t.Errorf("--%s is an option", word)
		}
		if _, is := c.option(offered); !is || c.nearOption(word) != offered {
			t.Errorf("--%s: --%s is offered, want --%s", word, c.nearOption(word), offered)
		}
	}
}
