package main

import "github.com/volcado-io/volcado/hack/bench/figures"

// Compressors that mariadb-dump is piped into.
const (
	plainGzip = "gzip"
	pigz      = "pigz -p2"
	zstdTwo   = "zstd -3 -T2"
	// zstdOne is run for its output alone.
	zstdOne = "zstd -3"
)

// Names of figures.
const (
	databaseText = "SQL text of the database"
	gzipShare    = "of which gzip leaves"
	streamText   = "SQL text of the stream"

	clientOnly = "mariadb-dump > /dev/null"
	mydumper   = "mydumper -t 2 -c"
)

func piped(compressor string) string { return "mariadb-dump | " + compressor }

func outputOf(program string) string { return "output of " + program }

// format that the dumper writes, with what is wanted of it.
type format struct {
	name string
	// rival does the same on two cores, and the dumper is to be this many times as fast.
	rival string
	times float64
	// smaller is whose output bounds the dumper's.
	smaller string
	// processor seconds for each GB, at most.
	processor float64
}

var formats = []format{
	{name: "gzip", rival: pigz, times: 2, smaller: plainGzip, processor: 5},
	{name: "zstd", rival: zstdTwo, times: 1.05, smaller: zstdOne, processor: 6},
}

func (f format) dumper() string     { return "dumper, " + f.name }
func (f format) output() string     { return outputOf(f.dumper()) }
func (f format) processors() string { return f.dumper() + ": its own processor seconds a GB" }
func (f format) peak() string       { return f.dumper() + ": peak resident memory" }

func (f format) faster(compressor string) string {
	return f.dumper() + ": times as fast as " + piped(compressor)
}

func (f format) share() string { return f.dumper() + ": output, as a share of that of " + f.smaller }

func (f format) played() string           { return f.dumper() + ", played to" }
func (f format) alone() string            { return "compressor alone, " + f.name }
func (f format) ratio() string            { return f.played() + ": against its compressor alone" }
func (f format) playedProcessors() string { return f.played() + ": its own processor seconds a GB" }
func (f format) aloneProcessors() string  { return f.alone() + ": processor seconds a GB" }

func (f format) streamSpeed() string { return f.dumper() + ", stream: GB a second" }
func (f format) streamPeak() string  { return f.dumper() + ", stream: peak resident memory" }
func (f format) streamGrowth() string {
	return f.dumper() + ", stream: resident memory in the last tenth less that in the second"
}

const (
	// memoryBound in MiB, of the dumper without its client.
	memoryBound = 128
	// flat memory differs by no more MiB than that between the beginning and the end: a garbage collector is at work.
	flat = 8
)

// definitions are all figures, in the order in which they are printed.
func definitions() []figures.Definition {
	var all []figures.Definition
	is := func(name, unit string, goal figures.Goal) { all = append(all, figures.Define(name, unit, goal)) }
	is(databaseText, "GB", figures.Goal{})
	is(gzipShare, "%", figures.Goal{})
	for _, name := range []string{clientOnly, piped(plainGzip), piped(pigz), piped(zstdTwo), mydumper} {
		is(name, "s", figures.Goal{})
	}
	for _, f := range formats {
		is(f.dumper(), "s", figures.Goal{})
	}
	for _, program := range []string{plainGzip, pigz, zstdOne, zstdTwo, mydumper} {
		is(outputOf(program), "MB", figures.Goal{})
	}
	for _, f := range formats {
		is(f.output(), "MB", figures.Goal{})
	}
	for _, f := range formats {
		is(f.faster(plainGzip), "", figures.AtLeast(3.5))
		is(f.faster(f.rival), "", figures.AtLeast(f.times))
		is(f.share(), "", figures.AtMost(1))
		is(f.processors(), "s", figures.AtMost(f.processor))
		is(f.peak(), "MiB", figures.AtMost(memoryBound))
	}
	for _, f := range formats {
		is(f.alone(), "s", figures.Goal{})
		is(f.aloneProcessors(), "s", figures.Goal{})
		is(f.played(), "s", figures.Goal{})
		is(f.playedProcessors(), "s", figures.Goal{})
		is(f.ratio(), "", figures.AtMost(1.25))
	}
	is(streamText, "GB", figures.Goal{})
	for _, f := range formats {
		is(f.streamSpeed(), "", figures.Goal{})
		is(f.streamPeak(), "MiB", figures.AtMost(memoryBound))
		is(f.streamGrowth(), "MiB", figures.AtMost(flat))
	}
	return all
}
