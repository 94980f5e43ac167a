package listen

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
)

func TestTheDocumentationHasEveryMetric(t *testing.T) {
	data, err := os.ReadFile("../../docs/bot.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(volcado_bot_\\w+)` \\|").FindAllSubmatch(data, -1) {
		documented = append(documented, string(row[1]))
	}
	if diff := cmp.Diff(registered(), documented, cmp.Transformer("sorted", func(in []string) []string {
		return slices.Sorted(slices.Values(in))
	})); diff != "" {
		t.Errorf("(-metrics +docs/bot.md)\n%s", diff)
	}
}

// registry keeps what is registered.
type registry struct {
	prometheus.Registerer
	all []prometheus.Collector
}

func (r *registry) MustRegister(c ...prometheus.Collector) { r.all = append(r.all, c...) }

// registered are the names of all metrics that there can be.
func registered() []string {
	r := &registry{}
	New(Options{Metrics: NewMetrics(r)})
	described := make(chan *prometheus.Desc, 100)
	for _, c := range r.all {
		c.Describe(described)
	}
	close(described)
	name := regexp.MustCompile(`fqName: "(\w+)"`)
	var names []string
	for d := range described {
		names = append(names, name.FindStringSubmatch(d.String())[1])
	}
	return names
}
