package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/volcado-io/volcado/dumper/archive"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
)

func inspectCommand() *cobra.Command {
	var r reading
	var attempt, resultFile string
	command := &cobra.Command{
		Use:   "inspect [s3://bucket/prefix | path]",
		Short: "Lists what attempts left below a prefix, as JSON, with their manifests",
		Long: "Lists what attempts left below a prefix, as JSON: which are complete, and their manifests. Artifacts are not read;\n`dumper verify` does that.\n\n" +
			"With --attempt and --result-file it says in the words of `dumper dump` how that attempt ended, for a Job whose own\nword was lost.",
		Example: "  dumper inspect s3://dumps/prod/shop/shop-7f3k2qv5m0c4x9ra --s3-endpoint https://s3.example.com --s3-path-style",
		Args:    cobra.MaximumNArgs(1),
		RunE: r.withStore(func(ctx context.Context, out io.Writer, s *store.Store) error {
			report, err := archive.Inspect(ctx, s, r.key)
			if err != nil {
				return err
			}
			m, err := writeReport(out, report, attempt)
			if err != nil || attempt == "" {
				return err
			}
			return settle(report.Location, m, attempt, resultFile)
		}),
	}
	r.flags(command)
	command.Flags().StringVar(&r.key, "key-prefix", "", "the same as --key")
	command.Flags().StringVar(&attempt, "attempt", "", "the attempt to speak of in --result-file")
	command.Flags().StringVar(&resultFile, "result-file", "", "file for the result of --attempt")
	return command
}

// writeReport as JSON, an attempt at a time: each can have a large manifest. It returns the manifest of an attempt that is
// complete, if it has that name.
func writeReport(out io.Writer, report *archive.Report, attempt string) (manifest *contract.Manifest, err error) {
	location, err := json.Marshal(report.Location)
	if err != nil {
		return nil, err
	}
	w := printable{out}
	if _, err := fmt.Fprintf(w, "{\n  \"location\": %s,\n  \"attempts\": [", location); err != nil {
		return nil, err
	}
	between, end := "\n    ", "]\n}\n"
	for a, err := range report.Attempts {
		if err != nil {
			return nil, err
		}
		data, err := json.MarshalIndent(a, "    ", "  ")
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(w, between); err != nil {
			return nil, err
		}
		if _, err := w.Write(data); err != nil {
			return nil, err
		}
		between, end = ",\n    ", "\n  ]\n}\n"
		if a.Complete && a.Manifest.Attempt == attempt && a.Manifest.Artifact() != nil {
			manifest = a.Manifest
		}
	}
	_, err = io.WriteString(w, end)
	return manifest, err
}

// settle writes the result that the attempt itself would have written, from its manifest if there is one.
func settle(location string, m *contract.Manifest, attempt, file string) error {
	r := contract.Result{Attempt: attempt}
	if m != nil {
		r.Artifact, r.Server, r.Client = m.Artifact(), &m.Server, &m.Client
		r.Warnings, r.StartedAt, r.FinishedAt = contract.Brief(m.Warnings), m.StartedAt, m.FinishedAt
		return writeResult(r, file)
	}
	now := time.Now().UTC()
	r.StartedAt, r.FinishedAt = now, now
	r.Failure = &contract.Failure{
		Reason: contract.ArtifactDoubted, Hint: "make another dump",
		Message: fmt.Sprintf("attempt %s left no complete artifact at %s", attempt, location),
	}
	if err := writeResult(r, file); err != nil {
		return err
	}
	return result.Errorf(r.Failure.Reason, r.Failure.Hint, "%s", r.Failure.Message)
}

// writeResult writes to the file, which kubelet may have made already, or to standard output.
func writeResult(r contract.Result, file string) error {
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
