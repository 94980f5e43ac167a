package main

import (
	"context"
	"log/slog"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/volcado-io/volcado/dumper/erase"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
)

// deleting is what the flags of delete say.
type deleting struct {
	requestFile string
	here
}

func deleteCommand() *cobra.Command {
	var d deleting
	command := &cobra.Command{
		Use:   "delete",
		Short: "Deletes all that dumps left in a storage, and proves that it is gone",
		Long: "Deletes all that the attempts of dumps left below their prefixes: artifacts, manifests, unfinished uploads and, in a\nbucket that keeps versions, " +
			"their versions and delete markers. What is a stranger's stays. It succeeds when a list that was made\nafterwards shows that nothing is left. " +
			"The log names each object. It can be interrupted at any point, and run again.\n\nThe exit code says why it failed: 10 to 39 cannot be mended by trying again, 40 to 59 may be.",
		Example: "  dumper delete --request-file /etc/volcado/request.json --attempt first --result-file ./result.json",
		Args:    cobra.NoArgs,
		RunE:    func(command *cobra.Command, _ []string) error { return d.run(command.Context()) },
	}
	d.flags(command)
	command.Flags().StringVar(&d.requestFile, requestFlag, "", "file with the request as JSON, as the manager writes it")
	return command
}

func (d *deleting) run(ctx context.Context) error {
	ctx, stop := interruptible(ctx, "run the deletion again, which goes on where this one ended", "the deletion was told to stop")
	defer stop()
	request, err := d.complete()
	if err != nil {
		return d.tell(contract.DeletionResult{Failures: []contract.DeletionFailure{{Failure: result.FailureOf(err)}}})
	}
	open := func(ctx context.Context) (*store.Store, []string, error) {
		return openStorage(ctx, request.Storage, store.ToRemove)
	}
	return d.tell(erase.Run(ctx, request.Dumps, open, slog.New(slog.NewTextHandler(os.Stderr, nil))))
}

// complete is what the file asks for, checked.
func (d *deleting) complete() (*contract.DeletionRequest, error) {
	if err := d.named(); err != nil {
		return nil, err
	}
	request, err := requested(d.requestFile, contract.DecodeDeletionRequest)
	if err != nil {
		return nil, err
	}
	for _, deletion := range request.Dumps {
		if err := checkPrefix(deletion.KeyPrefix); err != nil {
			return nil, err
		}
	}
	return request, checkStorage(request.Storage)
}

// tell writes the result and turns failures into the exit code. If trying again may mend one of them, it is that one's: a Job is
// not tried again after any other.
func (d *deleting) tell(r contract.DeletionResult) error {
	r.Attempt = d.attempt
	if err := writeResult(r, d.resultFile); err != nil || len(r.Failures) == 0 {
		return err
	}
	for _, f := range r.Failures {
		report(f.Failure)
	}
	told := max(0, slices.IndexFunc(r.Failures, func(f contract.DeletionFailure) bool { return !f.Reason.Final() }))
	return reportedError{r.Failures[told].Reason}
}
