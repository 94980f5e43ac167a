package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/doctor"
	"github.com/volcado-io/volcado/bot/settings"
)

type doctorFlags struct {
	connection
	settings, namespace string
	offline             bool
}

func doctorCommand() *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor --settings FILE",
		Short: "Find out what keeps the bot from working.",
		Long: `Find out what keeps the bot from working: its settings, its rights in the cluster, the admission policies, its Leases, and
with each chat service what its driver checks. It changes nothing.

A line begins with ✓ if all is well, with ! for a warning, and with ✗ if something needs to be fixed. The exit code is 1 if there
is a ✗.`,
		Example: `  bot doctor --settings settings.yaml --offline
  kubectl -n volcado-system exec deployment/volcado-bot -- bot doctor --settings /etc/volcado/settings/settings.yaml`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDoctor(cmd.Context(), f, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&f.settings, "settings", "", "file of settings (required)")
	cmd.Flags().BoolVar(&f.offline, "offline", false, "look at the settings alone, as before they are deployed; files that they name need not be here")
	namespaceFlag(cmd, &f.namespace)
	connectionFlags(cmd, &f.connection)
	return cmd
}

func runDoctor(ctx context.Context, f doctorFlags, out io.Writer) error {
	s, _, err := readSettings(f.settings)
	if f.settings == "" {
		return err
	}
	report := &doctor.Report{To: out}
	report.Section("Settings "+f.settings, judgeSettings(s, err, f.offline))
	if !f.offline {
		var services []chat.Service
		if s != nil {
			services = s.Services
		}
		examine(ctx, f, services, report)
	}
	report.Summary()
	if report.Bad > 0 {
		return errExit(exitFailed)
	}
	return nil
}

func judgeSettings(s *settings.Settings, err error, offline bool) []chat.Finding {
	var problems settings.Problems
	switch {
	case errors.As(err, &problems):
	case err != nil:
		problems = settings.Problems{err}
	default:
		var names []string
		for _, each := range s.Services {
			names = append(names, each.ID().String())
		}
		return []chat.Finding{{Severity: chat.Good, Text: fmt.Sprintf(
			"the bot answers in %s; language %s; replay window %s", strings.Join(names, ", "), s.Language, s.ReplayWindow)}}
	}
	var found []chat.Finding
	for _, problem := range problems {
		severity := chat.Bad
		// The settings themselves were read, so it is a file of the pod's.
		if _, sections := errors.AsType[settings.Problems](err); offline && sections && errors.Is(problem, fs.ErrNotExist) {
			severity = chat.Warning
		}
		found = append(found, chat.Finding{Severity: severity, Text: problem.Error()})
	}
	return found
}

// examine the cluster and the services.
func examine(ctx context.Context, f doctorFlags, services []chat.Service, report *doctor.Report) {
	var ids []chat.ServiceID
	for _, each := range services {
		ids = append(ids, each.ID())
	}
	cluster, err := f.examiner(ctx)
	found := []chat.Finding{{Severity: chat.Bad, Text: fmt.Sprint(err)}}
	if err == nil {
		found = cluster.Examine(ctx, ids)
	}
	report.Section("Cluster", found)
	for _, each := range services {
		report.Section(each.ID().String(), doctor.Service(ctx, each))
	}
}

func (f doctorFlags) examiner(ctx context.Context) (*doctor.Cluster, error) {
	config, err := f.config(ctx)
	if err != nil {
		return nil, err
	}
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}
	api, err := client.New(config, client.Options{Scheme: scheme, Mapper: mapper()})
	if err != nil {
		return nil, fmt.Errorf("make a client: %w", err)
	}
	return doctor.NewCluster(config, api, ownNamespace(f.namespace, f.connection))
}
