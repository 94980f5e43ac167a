// Command chat measures the bot as it serves chats: a real `bot serve` process, as its ServiceAccount, at a real API server
// with the CRDs, admission policies and RBAC of config/default, and a played chat service, or a played Slack.
//
// Chat service, manager, the people who write, and a proxy before the API server that delays and spoils its answers are in
// this process. The bot is a process of its own, so that its memory is its own.
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
	"time"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/volcado-io/volcado/hack/bench/figures"
)

func main() {
	flags := flag.NewFlagSet("chat", flag.ExitOnError)
	quick := flags.Bool("quick", false, "a twentieth of everything, to try changes with on a busy machine")
	out := flags.String("out", cmp.Or(os.Getenv("VOLCADO_OUT"), "out"), "folder for bench-chat.json, and for the bot and its logs in bench-chat/")
	_ = flags.Parse(os.Args[1:]) // it exits
	klog.SetLogger(logr.Discard())
	ctrllog.SetLogger(logr.Discard())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	scale := full
	if *quick {
		scale = small
	}
	err := run(ctx, scale, *out)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-chat:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s scale, out string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, s.patience, fmt.Errorf("it takes longer than %s", s.patience))
	defer cancel()
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	say("on %s", figures.Machine())
	began := time.Now()
	w, err := newWorld(ctx, filepath.Join(out, "bench-chat"))
	if err != nil {
		return err
	}
	defer w.close()
	r := figures.NewReport()
	r.Set(setUpTook, time.Since(began).Seconds())
	for _, stage := range []struct {
		name    string
		took    string
		measure func(context.Context, *world, scale, *figures.Report) error
	}{
		{"a burst at an API server that is slow", burstTook, burst},
		{"a Slack workspace, with the rates that Slack documents", slackTook, slackWorkspace},
		{"messages, connections and API calls that go wrong", troubleTook, trouble},
		{"memory with many dumps", memoryTook, memory},
	} {
		say("%s", stage.name)
		began := time.Now()
		if err := stage.measure(ctx, w, s, r); err != nil {
			return fmt.Errorf("%s: %w", stage.name, errors.Join(err, context.Cause(ctx)))
		}
		r.Set(stage.took, time.Since(began).Seconds())
	}
	return r.Publish(os.Stdout, filepath.Join(out, "bench-chat.json"), definitions(s))
}

// say tells whoever waits how far it is.
func say(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "==> "+format+"\n", values...)
}

func tell(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "    "+format+"\n", values...)
}
