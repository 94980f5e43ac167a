package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	coordinationv1client "k8s.io/client-go/kubernetes/typed/coordination/v1"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/lang"
	"github.com/volcado-io/volcado/bot/lease"
	"github.com/volcado-io/volcado/bot/listen"
	"github.com/volcado-io/volcado/bot/notify"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/settings"
)

// server is one replica of the bot.
type server struct {
	manager ctrl.Manager
	// lost is closed when another replica took the Lease. It is nil without leader election.
	lost <-chan struct{}
}

func newServer(ctx context.Context, f serveFlags, s *settings.Settings, speaker *lang.Lang, config *rest.Config, log *slog.Logger) (*server, error) {
	namespace := ownNamespace(f.namespace, f.connection)
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}
	// api reads and writes past every cache.
	api, err := client.New(config, client.Options{Scheme: scheme, Mapper: mapper()})
	if err != nil {
		return nil, fmt.Errorf("make a client: %w", err)
	}
	leases, err := coordinationv1client.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("make a client: %w", err)
	}
	lock, err := lease.New(config, namespace)
	if err != nil {
		return nil, err
	}
	held := lock.Held
	if !f.leaderElect {
		held = func() bool { return true }
	}
	leaseDuration, renewDeadline, retryPeriod, stop := lease.Duration, lease.RenewDeadline, lease.RetryPeriod, stopTimeout
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:         scheme,
		MapperProvider: func(*rest.Config, *http.Client) (meta.RESTMapper, error) { return mapper(), nil },
		Cache:          read.CacheOptions(func(record string) bool { return notify.Delivered(time.Now(), record) }),
		Metrics:        metricsserver.Options{BindAddress: f.metricsAddress},
		// Readiness says more than controller-runtime's can: see health.go.
		HealthProbeBindAddress: "0",
		LeaderElection:         f.leaderElect, LeaderElectionResourceLockInterface: lock,
		LeaseDuration: &leaseDuration, RenewDeadline: &renewDeadline, RetryPeriod: &retryPeriod,
		// The process ends as soon as the manager has stopped, so the next one need not wait for the Lease to run out.
		LeaderElectionReleaseOnCancel: true,
		GracefulShutdownTimeout:       &stop,
	})
	if err != nil {
		return nil, fmt.Errorf("make the manager: %w", err)
	}
	if err := inform(ctx, mgr.GetCache()); err != nil {
		return nil, err
	}
	supervisor, err := assemble(mgr, api, lease.NewHeard(leases.Leases(namespace)), held, s, speaker, log)
	if err != nil {
		return nil, err
	}
	if err := serveHealth(mgr, f.healthAddress, supervisor); err != nil {
		return nil, err
	}
	return &server{manager: mgr, lost: lock.Lost()}, nil
}

// inform has the cache hold what the bot reads of it.
func inform(ctx context.Context, c cache.Cache) error {
	if err := read.Index(ctx, c); err != nil {
		return err
	}
	// By kind and not by object: controller-runtime takes a DumpAllowList for the list of another kind, by its name.
	for _, kind := range []string{"DatabaseSource", "DumpAllowList", "DatabaseDump"} {
		if _, err := c.GetInformerForKind(ctx, v1alpha1.GroupVersion.WithKind(kind), cache.BlockUntilSynced(false)); err != nil {
			return fmt.Errorf("watch %s: %w", kind, err)
		}
	}
	return nil
}

// assemble the bot, which answers, the notifier, which tells of dumps, and the supervisor, which listens.
func assemble(mgr ctrl.Manager, api client.Client, marks listen.Marks, held func() bool, s *settings.Settings, speaker *lang.Lang, log *slog.Logger) (*listen.Supervisor, error) {
	counts := listen.NewMetrics(metrics.Registry)
	cluster, ledger := read.Cached(mgr.GetCache(), api), notify.NewAnnotations(api)
	services, guarded := map[chat.ServiceID]chat.Service{}, []chat.Service{}
	for _, each := range s.Services {
		if grouper, ok := each.(chat.Grouper); ok {
			grouper.OnlyGroups(cluster.Groups(each.ID().Platform, each.ID().Workspace))
		}
		g := listen.Guard(each, held, counts, log)
		services[g.ID()], guarded = g, append(guarded, g)
	}
	notifier := notify.New(notify.Options{
		Services: services, Ledger: ledger, Speaker: speaker, Log: log,
		Facts:    notify.Facts{Now: read.Now, Before: read.NewQueues(cluster).Before},
		Access:   notify.Lists{Recent: cluster.AllowLists(read.Recent), Newest: cluster.AllowLists(read.Newest)},
		Counters: notify.Counters{GivenUp: counts.GaveUp},
	})
	if err := (&notify.Reconciler{Notifier: notifier, Cache: mgr.GetCache()}).SetupWithManager(mgr); err != nil {
		return nil, err
	}
	b := bot.New(bot.Options{
		Cluster: cluster, API: api, Services: services, Speaker: speaker, Delivery: notifier.Delivery(),
		ReplayWindow: s.ReplayWindow, FetchImage: s.FetchImage, Log: log,
	})
	supervisor := listen.New(listen.Options{
		Services: guarded, Handle: b.Handle, Drain: b.Wait, Marks: marks, Held: held,
		ReplayWindow: s.ReplayWindow, Metrics: counts, Log: log,
	})
	if err := mgr.Add(supervisor); err != nil {
		return nil, fmt.Errorf("add the chat services to the manager: %w", err)
	}
	return supervisor, nil
}

// run until ctx is done. A replica that lost its Lease while it was paused ends at once, and leaves what it was doing:
// another does it.
func (s *server) run(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() { ended <- s.manager.Start(ctx) }()
	select {
	case err := <-ended:
		return err
	case <-s.lost:
		return errors.New("another replica took the Lease, as after a pause of this one")
	}
}
