package main

import "time"

// scale of the benchmark.
type scale struct {
	// text of the database in SQL, in bytes, about.
	text int64
	// rounds in which those who are compared take turns.
	rounds int
	// stream is how many bytes are played to the dumper to see whether its memory grows, at least.
	stream int64
	// patience with all of it.
	patience time.Duration
}

var (
	usual = scale{text: 1_200_000_000, rounds: 7, stream: 5_000_000_000, patience: 2 * time.Hour}
	full  = scale{text: 1_200_000_000, rounds: 7, stream: 100_000_000_000, patience: 4 * time.Hour}
	small = scale{text: 100_000_000, rounds: 2, stream: 2_000_000_000, patience: time.Hour}
)
