package lifecycle

import (
	"math"
	"slices"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

// maxName is the API's bound on a name in a warning, in characters.
const maxName = 64

// warningsOf takes over the dumper's warnings: those that are known, each once, in their order. The API server would refuse
// the whole status for one value out of its bounds.
func warningsOf(word *contract.Result) []v1alpha1.Warning {
	var all []v1alpha1.Warning
	for _, name := range contract.WarningNames() {
		i := slices.IndexFunc(word.Warnings, func(w contract.Warning) bool { return w.Name == name })
		if i < 0 {
			continue
		}
		said := word.Warnings[i]
		w := v1alpha1.Warning{Name: string(name), Count: int32(min(max(said.Count, 0), math.MaxInt32))}
		for _, table := range said.Names[:min(len(said.Names), contract.MaxWarningNames)] {
			w.Names = append(w.Names, text.OneLine(table, maxName))
		}
		all = append(all, w)
	}
	return all
}
