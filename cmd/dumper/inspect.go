package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/volcado-io/volcado/dumper"
	"github.com/volcado-io/volcado/dumper/archive"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
)

// inspecting is what the flags of inspect say.
type inspecting struct {
	reading
	requestFile string
	here
}

func inspectCommand() *cobra.Command {
	var i inspecting
	command := &cobra.Command{
		Use:   "inspect [s3://bucket/prefix | path]",
		Short: "Lists what attempts left below a prefix, as JSON, with their manifests",
		Long: "Lists what attempts left below a prefix, as JSON: which are complete, and their manifests. Artifacts are not read;\n`dumper verify` does that.\n\n" +
			"With --" + requestFlag + " it says in the words of `dumper dump` which attempt of a dump left a complete artifact, for a Job\nwhose own word was lost.",
		Example: "  dumper inspect s3://dumps/prod/shop/shop-7f3k2qv5m0c4x9ra --s3-endpoint https://s3.example.com --s3-path-style",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, arguments []string) error {
			if i.requestFile != "" {
				return i.settle(command.Context(), command.Flags(), arguments)
			}
			return i.list(command, arguments)
		},
	}
	i.reading.flags(command)
	i.here.flags(command)
	command.Flags().StringVar(&i.key, "key-prefix", "", "the same as --key")
	command.Flags().StringVar(&i.requestFile, requestFlag, "", "file that says which dump, as JSON, as the manager writes it; it takes the place of all flags\nbut --attempt and --result-file")
	return command
}

// list what is there for people.
func (i *inspecting) list(command *cobra.Command, arguments []string) error {
	if i.attempt != "" || i.resultFile != "" {
		return result.Errorf(contract.InvalidRequest, "give --"+requestFlag+" too, or leave them out", "--attempt and --result-file are for the answer to --"+requestFlag)
	}
	return i.withStore(func(ctx context.Context, out io.Writer, s *store.Store) error {
		report, err := archive.Inspect(ctx, s, i.key)
		if err != nil {
			return err
		}
		return writeReport(out, report)
	})(command, arguments)
}

// writeReport as JSON, an attempt at a time: each can have a large manifest.
func writeReport(out io.Writer, report *archive.Report) error {
	location, err := json.Marshal(report.Location)
	if err != nil {
		return err
	}
	w := printable{out}
	if _, err := fmt.Fprintf(w, "{\n  \"location\": %s,\n  \"attempts\": [", location); err != nil {
		return err
	}
	between, end := "\n    ", "]\n}\n"
	for a, err := range report.Attempts {
		if err != nil {
			return err
		}
		data, err := json.MarshalIndent(a, "    ", "  ")
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, between); err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
		between, end = ",\n    ", "\n  ]\n}\n"
	}
	_, err = io.WriteString(w, end)
	return err
}

// settle a dump whose word was lost: the answer is the result that its newest complete attempt wrote, or a failure.
func (i *inspecting) settle(ctx context.Context, flags *pflag.FlagSet, arguments []string) error {
	ctx, stop := interruptible(ctx, "run it again", "the inspection was told to stop")
	defer stop()
	began := time.Now().UTC()
	settled, err := i.settled(ctx, flags, arguments)
	if err == nil {
		settled.Attempt = i.attempt
		return writeResult(settled, i.resultFile)
	}
	failure := dumper.Unsaid(result.FailureOf(err), i.secrets)
	if err := writeResult(contract.Result{Attempt: i.attempt, Failure: &failure, StartedAt: began, FinishedAt: time.Now().UTC()}, i.resultFile); err != nil {
		return err
	}
	report(failure)
	return reportedError{failure.Reason}
}

func (i *inspecting) settled(ctx context.Context, flags *pflag.FlagSet, arguments []string) (*contract.Result, error) {
	if err := i.named(); err != nil {
		return nil, err
	}
	if err := alone(flags); err != nil {
		return nil, err
	}
	if len(arguments) > 0 {
		return nil, result.Errorf(contract.InvalidRequest, "give one of them", "%q was given beside --%s", arguments[0], requestFlag)
	}
	settlement, err := requested(i.requestFile, contract.DecodeSettlement)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(checkPrefix(settlement.KeyPrefix), checkStorage(settlement.Storage)); err != nil {
		return nil, err
	}
	s, secrets, err := openStorage(ctx, settlement.Storage, store.ToRead)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	i.secrets = secrets
	report, err := archive.Inspect(ctx, s, settlement.KeyPrefix)
	if err != nil {
		return nil, err
	}
	adopted, err := report.Adopt(ctx, *settlement)
	if err == nil && adopted == nil {
		err = result.Errorf(contract.ArtifactDoubted, "make another dump", "no attempt of %s left a complete artifact at %s", settlement.Dump, report.Location)
	}
	return adopted, err
}

// answer of a command, which is short enough for a termination message.
type answer interface{ Encode() ([]byte, error) }

// writeResult writes to the file, which kubelet may have made already, or to standard output.
func writeResult(r answer, file string) error {
	data, err := r.Encode()
	if err != nil {
		return err
	}
	if file == "" {
		_, err = fmt.Println(string(data))
		return err
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		return result.Errorf(contract.Internal, "give --result-file a file that can be written", "write the result: %w", err)
	}
	return nil
}
