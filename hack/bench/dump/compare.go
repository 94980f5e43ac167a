package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/volcado-io/volcado/hack/bench/dump/script"
	"github.com/volcado-io/volcado/hack/bench/dump/shop"
	"github.com/volcado-io/volcado/hack/bench/figures"
)

// contender does the work of one run.
type contender struct {
	name string
	run  func(context.Context) (taken, error)
}

// turns are the runs of each contender.
type turns map[string][]taken

// takeTurns runs all contenders in each round. The order rotates, so that nobody always follows the same.
func (b *bench) takeTurns(ctx context.Context, all []contender) (turns, error) {
	out := turns{}
	for round := range b.rounds {
		for i := range all {
			c := all[(i+round)%len(all)]
			t, err := c.run(ctx)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			tell("round %d of %d: %-28s %6.2f s", round+1, b.rounds, c.name, t.seconds)
			out[c.name] = append(out[c.name], t)
		}
	}
	return out, nil
}

// median of something that was taken.
func (t turns) median(name string, what func(taken) float64) float64 {
	var all []float64
	for _, one := range t[name] {
		all = append(all, what(one))
	}
	return median(all)
}

func median[T int64 | float64](all []T) T {
	slices.Sort(all)
	if n := len(all); n%2 == 0 {
		return (all[n/2-1] + all[n/2]) / 2
	}
	return all[len(all)/2]
}

// compare the dumper with its peers.
func (b *bench) compare(ctx context.Context, r *figures.Report) error {
	compressors := []string{plainGzip, pigz, zstdTwo}
	all := []contender{b.peer(clientOnly, `"$@" >/dev/null`), {mydumper, b.mydumper}}
	for _, compressor := range compressors {
		all = append(all, b.peer(piped(compressor), `"$@" | `+compressor+` >"$OUT"`))
	}
	for _, f := range formats {
		all = append(all, contender{f.dumper(), func(ctx context.Context) (taken, error) { return b.dump(ctx, f.name, script.Script{}, nil) }})
	}
	runs, err := b.takeTurns(ctx, all)
	if err != nil {
		return err
	}
	for _, c := range all {
		r.Set(c.name, runs.median(c.name, taken.wall))
	}
	for _, compressor := range compressors {
		r.Set(outputOf(compressor), runs.median(piped(compressor), taken.megabytes))
	}
	r.Set(outputOf(mydumper), runs.median(mydumper, taken.megabytes))
	r.Set(gzipShare, 100*runs.median(piped(plainGzip), taken.megabytes)/megabytes(b.recording.bytes))
	smallest := map[string]float64{plainGzip: runs.median(piped(plainGzip), taken.megabytes), zstdOne: megabytes(b.recording.zstd)}
	r.Set(outputOf(zstdOne), smallest[zstdOne])
	for _, f := range formats {
		wall, size := runs.median(f.dumper(), taken.wall), runs.median(f.dumper(), taken.megabytes)
		r.Set(f.output(), size)
		r.Set(f.share(), size/smallest[f.smaller])
		r.Set(f.faster(plainGzip), runs.median(piped(plainGzip), taken.wall)/wall)
		r.Set(f.faster(f.rival), runs.median(piped(f.rival), taken.wall)/wall)
		r.Set(f.processors(), runs.median(f.dumper(), taken.processorSeconds)/gigabytes(b.recording.bytes))
		r.Set(f.peak(), runs.peak(f.dumper()))
	}
	return nil
}

func (b *bench) peer(name, line string) contender {
	return contender{name, func(ctx context.Context) (taken, error) { return b.shell(ctx, line) }}
}

// mydumper with two threads, gzip, and tables in chunks, without which it would give most rows to one thread.
func (b *bench) mydumper(ctx context.Context) (taken, error) {
	return b.run(ctx, nil, nil, "mydumper", "--host=127.0.0.1", "--port="+strconv.Itoa(b.server.Port), "--user="+username, "--password="+password,
		"--database="+shop.Database, "--threads=2", "--compress", "--rows=250000", "--triggers", "--events", "--routines", "--outputdir="+b.copies())
}

// peak of all runs, in MiB.
func (t turns) peak(name string) float64 {
	var most int64
	for _, one := range t[name] {
		most = max(most, one.peak)
	}
	return mebibytes(most)
}

// alone measures what the dumper adds to its compressor, when nothing else is slow: a recorded text is played to it.
func (b *bench) alone(ctx context.Context, r *figures.Report) error {
	var all []contender
	for _, f := range formats {
		all = append(all, contender{f.alone(), func(ctx context.Context) (taken, error) {
			return b.run(ctx, nil, nil, b.compressor, f.name, b.recording.file, b.copy())
		}}, contender{f.played(), func(ctx context.Context) (taken, error) {
			return b.dump(ctx, f.name, b.recording.play(1), nil)
		}})
	}
	runs, err := b.takeTurns(ctx, all)
	if err != nil {
		return err
	}
	for _, f := range formats {
		alone, played := runs.median(f.alone(), taken.wall), runs.median(f.played(), taken.wall)
		r.Set(f.alone(), alone)
		r.Set(f.played(), played)
		r.Set(f.ratio(), played/alone)
		r.Set(f.aloneProcessors(), runs.median(f.alone(), taken.processorSeconds)/gigabytes(b.recording.bytes))
		r.Set(f.playedProcessors(), runs.median(f.played(), taken.processorSeconds)/gigabytes(b.recording.bytes))
	}
	return nil
}
