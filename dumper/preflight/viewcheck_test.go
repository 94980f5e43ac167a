package preflight

import (
	"fmt"
	"testing"
	"time"
)

// A server can list 200,000 views that read one another, and real ones do not read themselves.
func TestTheLastViewThatAViewReadsIsFoundInNoTime(t *testing.T) {
	reads, order := viewReads{}, map[string]int{}
	const many = 100_000
	for i := range many {
		name := fmt.Sprint(i)
		order[name] = i
		reads[name] = []string{fmt.Sprint((i + 1) % many), fmt.Sprint((i + 2) % many), name}
	}
	reads["alone"], order["alone"] = nil, many
	reads["above"], order["above"] = []string{"below"}, 1
	reads["below"], order["below"] = []string{"alone"}, 0
	known, began := map[string]int{}, time.Now()
	for name := range reads {
		reads.latest(name, order, known, 0)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
	for name, want := range map[string]int{"alone": -1, "below": many, "above": many} {
		if got := reads.latest(name, order, known, 0); got != want {
			t.Errorf("the last that %s reads is at %d, want %d", name, got, want)
		}
	}
}
