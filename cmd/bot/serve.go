package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/volcado-io/volcado/bot/lang"
	"github.com/volcado-io/volcado/bot/settings"
)

// namespaceFile of a pod holds its namespace.
const namespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

type serveFlags struct {
	connection
	settings, namespace           string
	metricsAddress, healthAddress string
	leaderElect                   bool
	logLevel                      slog.Level
}

func serveCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve --settings FILE",
		Short: "Answer in the chat services of the settings.",
		Long: `Answer in the chat services of the settings, until it is stopped.

Of several replicas one answers at a time, the holder of the Lease volcado-bot. It acts with the bot's ServiceAccount: in a
pod that is the pod's own; elsewhere the kubeconfig is used only to get short-lived tokens for it.

docs/bot.md explains the settings, and what happens while the bot is away.`,
		Example: `  bot serve --settings /etc/volcado/settings/settings.yaml`,
		Args:    cobra.NoArgs,
		// Instead of the console's logs: controller-runtime keeps the first logger that it is given.
		PersistentPreRun: func(cmd *cobra.Command, _ []string) {
			if verbose, err := cmd.Flags().GetBool("verbose"); err == nil && verbose {
				f.logLevel = slog.LevelDebug
			}
			useLogs(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: f.logLevel, ReplaceAttr: bounded}))
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt)
			defer stop()
			return runServe(ctx, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.settings, "settings", "", "file of settings (required)")
	flags.BoolVar(&f.leaderElect, "leader-elect", true, "answer only while holding the Lease; without it there must be no other replica, not even during updates")
	flags.StringVar(&f.metricsAddress, "metrics-bind-address", "0", "address for /metrics, without TLS or authentication; 0 disables it")
	flags.StringVar(&f.healthAddress, "health-probe-bind-address", ":8081", "address that serves /healthz and /readyz; 0 serves nothing")
	flags.TextVar(&f.logLevel, "log-level", slog.LevelInfo, "DEBUG, INFO, WARN or ERROR")
	namespaceFlag(cmd, &f.namespace)
	connectionFlags(cmd, &f.connection)
	return cmd
}

func namespaceFlag(cmd *cobra.Command, namespace *string) {
	cmd.Flags().StringVar(namespace, "namespace", "", "namespace of the bot's Leases; default is the pod's own, else that of the ServiceAccount")
}

// ownNamespace is where the bot's Leases are.
func ownNamespace(flag string, c connection) string {
	if flag != "" {
		return flag
	}
	if data, err := os.ReadFile(namespaceFile); err == nil && c.serviceAccount == "" {
		return strings.TrimSpace(string(data))
	}
	account := c.serviceAccount
	if account == "" {
		account = defaultServiceAccount
	}
	namespace, _, _ := strings.Cut(account, "/")
	return namespace
}

// readSettings that a bot can work with.
func readSettings(file string) (*settings.Settings, *lang.Lang, error) {
	if file == "" {
		return nil, nil, errors.New("--settings is required: the file that says which chat services to answer in; docs/bot.md has an example")
	}
	s, err := settings.Read(file, drivers)
	if err != nil {
		return nil, nil, err
	}
	speaker, err := lang.New(s.Language)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: language: %w", file, err)
	}
	return s, speaker, nil
}

func runServe(ctx context.Context, f serveFlags) error {
	s, speaker, err := readSettings(f.settings)
	if err != nil {
		return err
	}
	config, err := f.config(ctx)
	if err != nil {
		return unavailable(err)
	}
	server, err := newServer(ctx, f, s, speaker, config, slog.Default())
	if err != nil {
		return err
	}
	if err := server.run(ctx); err != nil {
		slog.Error("the bot ends", "error", err)
		return errExit(exitFailed)
	}
	return nil
}

// stopTimeout is how long the bot takes at most to stop. The Deployment's grace period is longer.
const stopTimeout = 30 * time.Second
