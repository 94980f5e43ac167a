// Command bot answers in chats, and in a text console.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"k8s.io/klog/v2"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/text"
)

// Exit codes of bot console, for scripts.
const (
	exitFailed        = 1 // a dump failed, or the program itself did
	exitMisunderstood = 2 // a command, or a flag of the program, was not understood
	exitRefused       = 3 // there is no such thing, or not for this person
	exitUnavailable   = 4 // the cluster did not answer as it should
	exitOffered       = 5 // nothing was started, because a dump that is equal is there
	exitDetached      = 130
)

// errExit ends the program with a code; everything has been said already.
type errExit int

func (e errExit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

var exitCodes = map[chat.Outcome]int{
	chat.Failed: exitFailed, chat.Misunderstood: exitMisunderstood, chat.Refused: exitRefused,
	chat.Unavailable: exitUnavailable, chat.Offered: exitOffered, chat.Detached: exitDetached,
}

func main() { os.Exit(run()) }

// run is main with an exit code, so that what is deferred is done.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	err := command().ExecuteContext(ctx)
	var code errExit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintln(os.Stderr, "bot: "+err.Error())
	return exitMisunderstood
}

func command() *cobra.Command {
	var verbose bool
	root := &cobra.Command{
		Use:   "bot",
		Short: "Volcado's chat bot: people ask for copies of databases, and get them.",
		Long: `Volcado's chat bot: people ask for copies of databases, and get them.

In a cluster it answers in chat services: bot serve --settings FILE
In a terminal it can be tried:            bot console --user alice`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRun: func(*cobra.Command, []string) {
			setUpLogs(verbose)
		},
		RunE: func(*cobra.Command, []string) error {
			return errors.New("say what to do: bot serve --settings FILE, bot doctor --settings FILE or, to talk to the bot in this terminal, bot console --user alice")
		},
	}
	root.PersistentFlags().BoolVarP(&verbose, "verbose", "v", false, "log everything to stderr")
	root.AddCommand(consoleCommand(), serveCommand(), doctorCommand())
	return root
}

// setUpLogs keeps libraries from writing between the lines of a conversation.
func setUpLogs(verbose bool) {
	level := slog.LevelError
	if verbose {
		level = slog.LevelDebug
	}
	useLogs(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level, ReplaceAttr: bounded}))
}

// mostLogged are the bytes of one value in the log: an id or an error may be as long as a chat service likes.
const mostLogged = 16 << 10

// bounded cuts what is too long for a log.
func bounded(_ []string, a slog.Attr) slog.Attr {
	switch v := a.Value.Resolve(); v.Kind() {
	case slog.KindString:
		return slog.String(a.Key, text.CutBytes(v.String(), mostLogged))
	case slog.KindAny:
		if err, ok := v.Any().(error); ok {
			return slog.String(a.Key, text.CutBytes(err.Error(), mostLogged))
		}
	}
	return a
}

// useLogs has this program and its libraries log there.
func useLogs(handler slog.Handler) {
	slog.SetDefault(slog.New(handler))
	klog.SetSlogLogger(slog.New(handler))
	ctrllog.SetLogger(logr.FromSlogHandler(handler))
}
