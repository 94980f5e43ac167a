// Command manager brings DatabaseDumps to their end in a Kubernetes cluster.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client/config"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/volcado-io/volcado/controllers"
	"github.com/volcado-io/volcado/internal/artifact"
	"github.com/volcado-io/volcado/internal/jobmeta"
	"github.com/volcado-io/volcado/internal/jobspec"
	"github.com/volcado-io/volcado/internal/lifecycle"
	"github.com/volcado-io/volcado/internal/retention"
)

func main() {
	if err := run(ctrl.SetupSignalHandler(), os.Args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return
		}
		fmt.Fprintln(os.Stderr, "manager:", err)
		os.Exit(1)
	}
}

// settings are what the flags say.
type settings struct {
	images               jobspec.Images
	allowConsole         bool
	startDeadlineDefault time.Duration
	keepJobs             time.Duration
	keepFinished         time.Duration
	ttlDefault           time.Duration
	jobMetadata          jobmeta.Rules
	leaderElect          bool
	leaderElectNamespace string
	healthAddress        string
	metricsAddress       string
	logLevel             slog.Level
}

func parse(args []string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("manager", flag.ContinueOnError)
	flags.StringVar(&s.images.MariaDB, "dumper-image-mariadb", "", "image of the dumper for MariaDB (required)")
	flags.StringVar(&s.images.MySQL, "dumper-image-mysql", "", "image of the dumper for MySQL (required)")
	flags.BoolVar(&s.allowConsole, "allow-console", false, "accept console identities, which are self-asserted; for demonstrations")
	flags.DurationVar(&s.startDeadlineDefault, "start-deadline-default", 10*time.Minute, "how long a dump waits for a DatabaseSource that does not exist")
	flags.DurationVar(&s.keepJobs, "keep-jobs", 24*time.Hour, "how long the Job of a finished dump, and with it the log, is kept")
	flags.DurationVar(&s.keepFinished, "keep-finished", 720*time.Hour, "how long the record of a finished dump that the bot made is kept, once its copy is gone: 48h or more, or 0 for ever")
	flags.DurationVar(&s.ttlDefault, "ttl-default", artifact.DefaultTTL, "how long a copy is kept where neither its source, nor its allow-list, nor the dump says")
	flags.Var(&s.jobMetadata.Annotations, jobmeta.FlagAnnotations, "annotations that DatabaseSources can set on their Jobs besides the plain ones: whole keys, or prefixes such as example.com/, separated by commas; repeatable")
	flags.Var(&s.jobMetadata.Labels, jobmeta.FlagLabels, "the same for labels")
	flags.BoolVar(&s.leaderElect, "leader-elect", false, "act only while holding the Lease; needed with more than one replica and during updates")
	flags.StringVar(&s.leaderElectNamespace, "leader-elect-namespace", "", "namespace of the Lease; the pod's own when empty")
	flags.StringVar(&s.healthAddress, "health-probe-bind-address", ":8081", "address that serves /healthz and /readyz; 0 serves nothing")
	flags.StringVar(&s.metricsAddress, "metrics-bind-address", "0", "address that serves /metrics, in the clear and to everybody; 0 serves nothing")
	flags.TextVar(&s.logLevel, "log-level", slog.LevelInfo, "DEBUG, INFO, WARN or ERROR")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	switch {
	case flags.NArg() > 0:
		return s, fmt.Errorf("%q is no flag; the manager takes no arguments", flags.Arg(0))
	case s.images.MariaDB == "" || s.images.MySQL == "":
		return s, errors.New("--dumper-image-mariadb and --dumper-image-mysql are required")
	case s.keepFinished != 0 && s.keepFinished < retention.Shortest:
		return s, fmt.Errorf("--keep-finished must be at least %s, or 0: until then, messages can be read again, and the record keeps one from making a second dump", retention.Shortest)
	case s.ttlDefault < time.Second:
		return s, errors.New("--ttl-default must be at least 1s")
	case s.startDeadlineDefault <= 0 || s.keepJobs < 0:
		return s, errors.New("--start-deadline-default must be above 0 and --keep-jobs may not be negative")
	}
	return s, nil
}

func run(ctx context.Context, args []string) error {
	s, err := parse(args)
	if err != nil {
		return err
	}
	logger := logr.FromSlogHandler(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: s.logLevel}))
	ctrl.SetLogger(logger)
	klog.SetLogger(logger)
	mgr, err := newManager(s)
	if err != nil {
		return err
	}
	if err := controllers.Setup(ctx, mgr, controllers.Options{
		Settings: lifecycle.Settings{
			AllowConsole: s.allowConsole, StartDeadline: s.startDeadlineDefault, JobMetadata: s.jobMetadata, TTL: s.ttlDefault,
		},
		Images: s.images, KeepJobs: lifecycle.KeepJob(s.keepJobs), KeepFinished: retention.Keep(s.keepFinished), Now: time.Now, Metrics: metrics.Registry,
	}); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

func newManager(s settings) (ctrl.Manager, error) {
	cluster, err := config.GetConfig()
	if err != nil {
		return nil, fmt.Errorf("find the cluster: %w", err)
	}
	// API Priority and Fairness rules. A limit on this side would only delay a person's dump behind others.
	cluster.QPS = -1
	scheme := runtime.NewScheme()
	if err := controllers.AddToScheme(scheme); err != nil {
		return nil, err
	}
	mgr, err := ctrl.NewManager(cluster, ctrl.Options{
		Scheme:                 scheme,
		Cache:                  controllers.CacheOptions(),
		Metrics:                metricsserver.Options{BindAddress: s.metricsAddress},
		HealthProbeBindAddress: s.healthAddress,
		LeaderElection:         s.leaderElect, LeaderElectionID: "volcado-manager",
		LeaderElectionNamespace: s.leaderElectNamespace,
		// main returns as soon as the manager has stopped, so the next one need not wait for the Lease to run out.
		LeaderElectionReleaseOnCancel: true,
	})
	if err != nil {
		return nil, fmt.Errorf("make the manager: %w", err)
	}
	if err := errors.Join(mgr.AddHealthzCheck("ping", healthz.Ping), mgr.AddReadyzCheck("ping", healthz.Ping)); err != nil {
		return nil, err
	}
	return mgr, nil
}
