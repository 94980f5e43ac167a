// Command dumper copies one MySQL or MariaDB database into storage and proves the copy whole. It runs in the Jobs that
// the manager makes, and by itself.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

// version is set when a release is built.
var version = "dev"

// memoryLimit is what the garbage collector aims at when GOMEMLIMIT says nothing else. All buffers are bounded, so it
// only keeps garbage from piling up beside them.
const memoryLimit = 96 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	os.Exit(run(context.Background(), os.Args[1:]))
}

func run(ctx context.Context, arguments []string) int {
	root := &cobra.Command{
		Use:           "dumper",
		Short:         "Copies a MySQL or MariaDB database into storage and proves the copy whole",
		SilenceErrors: true, SilenceUsage: true,
	}
	begun := false
	root.PersistentPreRun = func(*cobra.Command, []string) { begun = true }
	root.AddCommand(dumpCommand(), catCommand(), verifyCommand(), inspectCommand(), deleteCommand(), versionCommand())
	root.SetArgs(arguments)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	if reported, ok := errors.AsType[reportedError](err); ok {
		return int(reported.ExitCode())
	}
	if _, ours := errors.AsType[*result.Error](err); !ours && !begun {
		// cobra's own errors: an unknown command, a wrong number of arguments.
		err = usage(err)
	}
	failure := result.FailureOf(err)
	report(byHand(failure))
	return int(failure.Reason.ExitCode())
}

// reportedError is a failure that was already said.
type reportedError struct{ contract.Reason }

func (e reportedError) Error() string { return string(e.Reason) }

func usage(err error) error {
	return result.Errorf(contract.InvalidRequest, "see dumper --help", "%w", err)
}

func report(failure contract.Failure) {
	fmt.Fprintf(os.Stderr, "%s: %s\n", failure.Reason, failure.Message)
	if failure.Hint != "" {
		fmt.Fprintf(os.Stderr, "hint: %s\n", failure.Hint)
	}
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Prints the version", Args: cobra.NoArgs,
		Run: func(command *cobra.Command, _ []string) { fmt.Fprintln(command.OutOrStdout(), version) },
	}
}
