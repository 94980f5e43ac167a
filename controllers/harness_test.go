package controllers_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	controllerconfig "sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/log"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/go-logr/logr"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/controllers"
	"github.com/volcado-io/volcado/internal/artifact"
	"github.com/volcado-io/volcado/internal/envtestenv"
	"github.com/volcado-io/volcado/internal/jobspec"
	"github.com/volcado-io/volcado/internal/lifecycle"
)

func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard())
	envtestenv.Main(m)
}

// world is one namespace in which a manager and a fake kubelet are at work.
type world struct {
	*testing.T
	env       *envtestenv.Env
	client    client.Client // an administrator, without a cache
	bot       client.Client
	namespace string
	kubelet   *kubelet
	options   controllers.Options
}

var images = jobspec.Images{MariaDB: "volcado.local/dumper-mariadb:dev", MySQL: "volcado.local/dumper-mysql:dev"}

// newWorld is an enrolled namespace with source shop and storage dumps. Nothing is at work in it yet.
func newWorld(t *testing.T) *world {
	t.Helper()
	env := envtestenv.Get(t)
	env.Install(t)
	w := &world{T: t, env: env, client: env.Client, bot: asBot(t, env), namespace: env.Namespace(t)}
	env.Enroll(t, w.namespace)
	w.kubelet = newKubelet(w.client, w.namespace)
	w.options = controllers.Options{
		Settings: lifecycle.Settings{AllowConsole: true, StartDeadline: 10 * time.Minute, TTL: artifact.DefaultTTL},
		Images:   images, KeepJobs: lifecycle.KeepJob(time.Hour), Now: time.Now,
	}
	return w
}

// asBot creates dumps from chat, as the admission policies let only the bot do. What its RBAC grants is tested elsewhere.
func asBot(t *testing.T, env *envtestenv.Env) client.Client {
	t.Helper()
	return env.ClientOf(t, env.ConfigAsUser("system:serviceaccount:"+envtestenv.SystemNamespace+":"+envtestenv.Bot, "system:masters"))
}

// startKubelet until the test ends.
func (w *world) startKubelet() { w.background(w.kubelet.run) }

func (w *world) background(run func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); done.Wait() })
	w.Cleanup(stop)
	return stop
}

// startManager as the manager's real ServiceAccount, with the real RBAC, for this namespace alone.
func (w *world) startManager() (stop func()) {
	w.Helper()
	return w.startManagerAs(w.env.ConfigAs(envtestenv.SystemNamespace, envtestenv.Manager))
}

func (w *world) startManagerAs(config *rest.Config) (stop func()) {
	w.Helper()
	config = rest.CopyConfig(config)
	config.QPS = -1
	scheme := runtime.NewScheme()
	w.must(controllers.AddToScheme(scheme))
	options := controllers.CacheOptions()
	options.DefaultNamespaces = map[string]cache.Config{w.namespace: {}}
	yes := true
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme: scheme, Cache: options, Metrics: metricsserver.Options{BindAddress: "0"},
		Controller: controllerconfig.Controller{SkipNameValidation: &yes},
	})
	w.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	w.options.Metrics = prometheus.NewRegistry()
	w.must(controllers.Setup(ctx, mgr, w.options))
	failed := make(chan error, 1)
	go func() { failed <- mgr.Start(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-failed; err != nil {
			w.Errorf("the manager failed: %v", err)
		}
	})
	w.Cleanup(stop)
	return stop
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// create objects as the administrator.
func (w *world) create(objects ...client.Object) {
	w.Helper()
	for _, object := range objects {
		w.must(w.client.Create(context.Background(), object))
	}
}

// source shop, changed by edits.
func (w *world) source(edits ...func(*v1alpha1.DatabaseSource)) *v1alpha1.DatabaseSource {
	source := &v1alpha1.DatabaseSource{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "shop"},
		Spec: v1alpha1.DatabaseSourceSpec{
			Engine: v1alpha1.EngineMariaDB, Host: "mariadb.shop.svc", Databases: []v1alpha1.NamePattern{"shop", "shop_*"},
			CredentialsSecretRef: v1alpha1.SecretReference{Name: "shop-reader"}, TLS: v1alpha1.SourceTLS{Mode: v1alpha1.TLSDisabled},
			StorageRef: v1alpha1.ObjectReference{Name: "dumps"},
		},
	}
	for _, edit := range edits {
		edit(source)
	}
	return source
}

func startDeadline(d time.Duration) func(*v1alpha1.DatabaseSource) {
	return func(s *v1alpha1.DatabaseSource) { s.Spec.Limits.StartDeadline = metav1.Duration{Duration: d} }
}

// storage dumps.
func (w *world) storage() *v1alpha1.DumpStorage {
	return &v1alpha1.DumpStorage{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "dumps"},
		Spec: v1alpha1.DumpStorageSpec{
			S3:                   &v1alpha1.S3Storage{Bucket: "dumps", Prefix: "prod"},
			CredentialsSecretRef: &v1alpha1.SecretReference{Name: "dumps-writer"},
		},
	}
}

// list qa, in which alice may ask in the console for database shop of source shop.
func (w *world) list() *v1alpha1.DumpAllowList {
	return &v1alpha1.DumpAllowList{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "qa"},
		Spec: v1alpha1.DumpAllowListSpec{
			Sources: []v1alpha1.AllowedSource{"shop"}, Databases: []v1alpha1.NamePattern{"shop"},
			Subjects: []v1alpha1.AllowedSubject{{
				Platform: v1alpha1.PlatformConsole, Users: []v1alpha1.SubjectID{"alice"}, Channels: []v1alpha1.ChannelID{"*"},
			}},
		},
	}
}

// dump of source shop, as somebody with kubectl would write it.
func (w *world) dump(name string, edits ...func(*v1alpha1.DatabaseDump)) *v1alpha1.DatabaseDump {
	dump := &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name},
		Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop"}},
	}
	for _, edit := range edits {
		edit(dump)
	}
	return dump
}

// askedBy a user of the console.
func askedBy(user string) func(*v1alpha1.DatabaseDump) {
	return func(d *v1alpha1.DatabaseDump) {
		d.Spec.RequestedBy = &v1alpha1.Requester{
			Platform: v1alpha1.PlatformConsole, User: user, Channel: "console", ChannelKind: v1alpha1.ChannelKindDirect, Message: d.Name,
		}
	}
}

// ask creates a dump as the bot does.
func (w *world) ask(dump *v1alpha1.DatabaseDump) *v1alpha1.DatabaseDump {
	w.Helper()
	w.must(w.bot.Create(context.Background(), dump))
	return dump
}

func (w *world) apply(dump *v1alpha1.DatabaseDump) *v1alpha1.DatabaseDump {
	w.Helper()
	w.create(dump)
	return dump
}

func (w *world) get(dump *v1alpha1.DatabaseDump) *v1alpha1.DatabaseDump {
	w.Helper()
	now := &v1alpha1.DatabaseDump{}
	w.must(w.client.Get(context.Background(), client.ObjectKeyFromObject(dump), now))
	return now
}

// patience is how long a condition may take on a busy machine.
const patience = 30 * time.Second

// eventually waits until the condition holds, and says what was last seen when it does not.
func (w *world) eventually(what string, holds func() (bool, string)) {
	w.Helper()
	deadline := time.After(patience)
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	var last string
	for {
		ok, seen := holds()
		if ok {
			return
		}
		last = seen
		select {
		case <-deadline:
			w.Fatalf("%s: not within %s; last seen: %s", what, patience, last)
		case <-ticker.C:
		}
	}
}

// until a condition of the dump has this status, and perhaps this reason.
func (w *world) until(dump *v1alpha1.DatabaseDump, condition string, status metav1.ConditionStatus, reason string) *v1alpha1.DatabaseDump {
	w.Helper()
	var now *v1alpha1.DatabaseDump
	w.eventually(fmt.Sprintf("%s=%s %s of %s", condition, status, reason, dump.Name), func() (bool, string) {
		now = w.get(dump)
		c := meta.FindStatusCondition(now.Status.Conditions, condition)
		return c != nil && c.Status == status && (reason == "" || c.Reason == reason), fmt.Sprintf("%+v", now.Status)
	})
	return now
}

func (w *world) untilFinished(dump *v1alpha1.DatabaseDump) *v1alpha1.DatabaseDump {
	w.Helper()
	return w.until(dump, v1alpha1.ConditionFinished, metav1.ConditionTrue, "")
}
