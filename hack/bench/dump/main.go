// Command dump measures the dumper, as it is shipped, beside what a person would type in its place: seconds, size, processor
// time, memory. Server, database and peers are the benchmark's own, and all run on this machine.
//
// It measures the dumper with the real mariadb-dump, and with a program in its place that plays a recorded text as fast as a
// pipe takes it.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/volcado-io/volcado/hack/bench/figures"
)

func main() {
	flags := flag.NewFlagSet("dump", flag.ExitOnError)
	quick := flags.Bool("quick", false, "100 MB, two rounds and a stream of 2 GB, to try changes with on a busy machine")
	long := flags.Bool("full", false, "a stream of 100 GB instead of 5 GB; its copy needs about 30 GB of disk")
	megabytes := flags.Int64("megabytes", 0, "size of the database as SQL text, about (default: 1200, or 100 with -quick)")
	out := flags.String("out", cmp.Or(os.Getenv("VOLCADO_OUT"), "out"), "folder for bench-dump.json, and for everything else in bench-dump/ meanwhile")
	_ = flags.Parse(os.Args[1:]) // it exits
	s := usual
	switch {
	case *quick:
		s = small
	case *long:
		s = full
	}
	if *megabytes > 0 {
		s.text = *megabytes * 1_000_000
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, s, *out)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-dump:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s scale, out string) (err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.patience, fmt.Errorf("it takes longer than %s", s.patience))
	defer cancel()
	out, err = filepath.Abs(out)
	if err != nil {
		return err
	}
	say("on %s", figures.Machine())
	b, err := newBench(ctx, s, filepath.Join(out, "bench-dump"))
	if err != nil {
		return errors.Join(err, context.Cause(ctx))
	}
	defer func() { err = errors.Join(err, b.close()) }()
	r := figures.NewReport()
	for _, stage := range []struct {
		name    string
		measure func(context.Context, *figures.Report) error
	}{
		{"a text to play, which also warms the database", b.record},
		{"the dumper and its peers", b.compare},
		{"the dumper, played to, and its compressor alone", b.alone},
		{"memory while a long text is played", b.memory},
	} {
		say("%s", stage.name)
		if err := stage.measure(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", stage.name, errors.Join(err, context.Cause(ctx)))
		}
	}
	return r.Publish(os.Stdout, filepath.Join(out, "bench-dump.json"), definitions())
}

// say tells whoever waits how far it is.
func say(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "==> "+format+"\n", values...)
}

func tell(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "    "+format+"\n", values...)
}
