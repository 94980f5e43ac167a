package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/volcado-io/volcado/hack/bench/figures"
	"github.com/volcado-io/volcado/internal/children"
)

// lookEvery so often the dumper's memory is looked at.
const lookEvery = 20 * time.Millisecond

// memory of the dumper while the rows of the text are played to it again and again.
func (b *bench) memory(ctx context.Context, r *figures.Report) error {
	s := b.recording.play(int((b.stream + b.recording.bytes - 1) / b.recording.bytes))
	r.Set(streamText, gigabytes(length(s.Pieces)))
	for _, f := range formats {
		var seen []int64
		t, err := b.dump(ctx, f.name, s, func(pid int, over <-chan struct{}) { seen = resident(pid, over) })
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		tell("%s: %.0f GB in %.0f s", f.dumper(), gigabytes(length(s.Pieces)), t.seconds)
		tenth := len(seen) / 10
		if tenth == 0 {
			return fmt.Errorf("%s: the stream was over too soon to see how its memory grows", f.name)
		}
		r.Set(f.streamSpeed(), gigabytes(length(s.Pieces))/t.seconds)
		r.Set(f.streamPeak(), mebibytes(t.peak))
		r.Set(f.streamGrowth(), mebibytes(median(seen[len(seen)-tenth:])-median(seen[tenth:2*tenth])))
	}
	return b.empty()
}

// resident memory of a process, looked at until it is over.
func resident(pid int, over <-chan struct{}) []int64 {
	var seen []int64
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-over:
			return seen
		case <-tick.C:
			if now := residentNow(pid); now > 0 {
				seen = append(seen, now)
			}
		}
	}
}

// residentNow is 0 when the process has just ended.
func residentNow(pid int) int64 {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	return children.StatusBytes(string(data), "VmRSS")
}
