package main

import (
	"slices"
	"time"
)

// percentile by nearest rank: the smallest of the times that is no shorter than that percentage of them. It is one that was
// measured, and never between two. Of no times it is 0.
func percentile(times []time.Duration, percent int) time.Duration {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[max(0, (len(sorted)*percent+99)/100-1)]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
