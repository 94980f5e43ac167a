package answer

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/grammar"
)

// A command that the grammar understands and nobody answers would end the bot; one that is answered and not understood could
// never be asked.
func TestEveryCommandOfTheGrammarIsAnswered(t *testing.T) {
	var understood []string
	for _, c := range grammar.Commands() {
		understood = append(understood, c.Name)
	}
	slices.Sort(understood)
	if diff := cmp.Diff(understood, slices.Sorted(maps.Keys(commands))); diff != "" {
		t.Errorf("(-understood +answered)\n%s", diff)
	}
	for name := range anywhere {
		if commands[name] == nil {
			t.Errorf("%s, which is answered anywhere, is no command", name)
		}
	}
}
