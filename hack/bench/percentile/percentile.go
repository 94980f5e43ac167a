// Package percentile ranks the times that benchmarks measure.
package percentile

import (
	"slices"
	"time"
)

// Of the times, by nearest rank: the smallest that is no shorter than that percentage of them. It is one that was measured, and
// never between two. Of no times it is 0.
func Of(times []time.Duration, percent int) time.Duration {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[max(0, (len(sorted)*percent+99)/100-1)]
}
