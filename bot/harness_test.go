package bot_test

import (
	"context"
	"log/slog"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/notify"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard())
	envtestenv.Main(m)
}

// deadline of anything that a test waits for.
const deadline = time.Minute

// mode is how a bot runs.
type mode string

const (
	// console reads from the API server, delivers each message once, and tells of dumps itself.
	console mode = "console"
	// serve reads from informers, and messages can come again.
	serve mode = "serve"
)

// world is one namespace of a real API server with the real RBAC and admission policies, a bot that acts as its
// ServiceAccount, and a chat that writes down what it says.
type world struct {
	*testing.T
	mode      mode
	env       *envtestenv.Env
	admin     client.Client
	manager   client.Client
	api       client.WithWatch // the bot's
	informers cache.Cache      // the bot's, or nil
	cached    client.Reader    // what the bot takes for them
	now       func() time.Time
	bot       *bot.Bot
	chat      *service
	speaker   *speaker
	namespace string
	messages  atomic.Int64
	alice     chat.Author
}

func newWorld(t *testing.T, m mode) *world {
	t.Helper()
	env := envtestenv.Get(t)
	env.Install(t)
	config := env.ConfigAs(envtestenv.SystemNamespace, envtestenv.Bot)
	api, err := client.NewWithWatch(config, client.Options{Scheme: env.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		T: t, mode: m, env: env, admin: env.Client, manager: env.ManagerClient(t), api: api, now: time.Now, namespace: env.Namespace(t),
		speaker: newSpeaker(t), chat: newService(chat.ServiceID{Platform: "console"}, chat.Limits{Live: true}),
	}
	w.alice = chat.Author{User: "alice-" + w.namespace, Groups: []string{"qa-" + w.namespace}}
	w.chat.speaker = w.speaker
	if m == serve {
		w.chat.id, w.chat.limits = chat.ServiceID{Platform: "played", Workspace: "acme"}, chat.Limits{Finds: true}
		options := read.CacheOptions(func(record string) bool { return notify.Delivered(w.now(), record) })
		options.Scheme, options.Mapper = env.Scheme, api.RESTMapper()
		if w.informers, err = cache.New(config, options); err != nil {
			t.Fatal(err)
		}
		w.startInformers()
		w.cached = w.informers
	}
	w.restart()
	return w
}

// inBoth runs a test with a bot of either kind.
func inBoth(t *testing.T, test func(w *world)) {
	for _, m := range []mode{console, serve} {
		t.Run(string(m), func(t *testing.T) { test(newWorld(t, m)) })
	}
}

func (w *world) startInformers() {
	ctx, stop := context.WithCancel(context.Background())
	if err := read.Index(ctx, w.informers); err != nil {
		w.Fatal(err)
	}
	for _, kind := range []client.Object{&v1alpha1.DatabaseSource{}, &v1alpha1.DumpAllowList{}, &v1alpha1.DatabaseDump{}} {
		if _, err := w.informers.GetInformer(ctx, kind, cache.BlockUntilSynced(false)); err != nil {
			w.Fatal(err)
		}
	}
	stopped := make(chan error, 1)
	go func() { stopped <- w.informers.Start(ctx) }()
	w.Cleanup(func() {
		stop()
		if err := <-stopped; err != nil {
			w.Error(err)
		}
	})
	if !w.informers.WaitForCacheSync(ctx) {
		w.Fatal("the informers do not start")
	}
}

// restart the bot: it forgets what it has in memory.
func (w *world) restart() {
	o := bot.Options{
		Cluster: read.Direct(w.api), API: w.api, Services: map[chat.ServiceID]chat.Service{w.chat.id: w.chat}, Speaker: w.speaker,
		Log: slog.New(slog.NewTextHandler(w.Output(), nil)), Now: func() time.Time { return w.now() },
	}
	if w.mode == serve {
		o.Cluster, o.ReplayWindow = read.Cached(w.cached, w.api), time.Hour
		o.Delivery = notify.Delivery{Ledger: notify.NewAnnotations(w.api)}
	}
	w.bot = bot.New(o)
}

// acts has the bot read and write through another client.
func (w *world) acts(api client.WithWatch) {
	w.api = api
	w.restart()
}

func (w *world) create(objects ...client.Object) {
	w.Helper()
	for _, o := range objects {
		if o.GetNamespace() == "" {
			o.SetNamespace(w.namespace)
		}
		if err := w.admin.Create(context.Background(), o); err != nil {
			w.Fatal(err)
		}
		// The API server outlives the test, and a bot sees every namespace.
		w.Cleanup(func() { _ = w.admin.Delete(context.Background(), o) })
	}
	w.settle(objects...)
}

func (w *world) remove(objects ...client.Object) {
	w.Helper()
	for _, o := range objects {
		if err := w.admin.Delete(context.Background(), o); err != nil {
			w.Fatal(err)
		}
	}
	w.settle(objects...)
}

// settle waits until what the bot takes for recent is what there is of the objects: its informers, or what the API server has in
// memory.
func (w *world) settle(objects ...client.Object) {
	w.Helper()
	var recent client.Reader = w.admin
	options := []client.GetOption{&client.GetOptions{Raw: &metav1.GetOptions{ResourceVersion: "0"}}}
	if w.informers != nil {
		recent, options = w.informers, nil
	}
	for _, o := range objects {
		w.eventually("the bot can read "+o.GetName(), func() bool {
			key := client.ObjectKeyFromObject(o)
			is, cached := o.DeepCopyObject().(client.Object), o.DeepCopyObject().(client.Object)
			err, cachedErr := w.admin.Get(context.Background(), key, is), recent.Get(context.Background(), key, cached, options...)
			if client.IgnoreNotFound(err) != nil || client.IgnoreNotFound(cachedErr) != nil {
				w.Fatal(err, cachedErr)
			}
			if err != nil || cachedErr != nil {
				return apierrors.IsNotFound(err) && apierrors.IsNotFound(cachedErr)
			}
			return is.GetResourceVersion() == cached.GetResourceVersion()
		})
	}
}

// place is alice's own with the bot, of the kind.
func (w *world) place(kind chat.Kind) chat.Place {
	p := chat.Place{Platform: w.chat.id.Platform, Workspace: w.chat.id.Workspace, Channel: "console", Kind: kind}
	if w.mode == serve {
		p.Channel, p.Thread = string(kind)+"-"+w.namespace, "thread-1"
	}
	return p
}

// message of an author's in direct messages.
func (w *world) message(who chat.Author, text string) chat.Message {
	return chat.Message{
		Place: w.place(chat.KindDirect), Author: who, ID: w.namespace + "-" + strconv.FormatInt(w.messages.Add(1), 10),
		Text: text, Written: w.now(),
	}
}

// in is a message that was written in a channel of another kind.
func in(place chat.Place, m chat.Message) chat.Message {
	m.Place = place
	return m
}

// ask has alice say something.
func (w *world) ask(text string) answered { w.Helper(); return w.askAs(w.alice, text) }

func (w *world) askAs(who chat.Author, text string) answered {
	w.Helper()
	return w.handle(w.message(who, text))
}

// handle hands a message to the bot, and returns when all that is said has been said.
func (w *world) handle(m chat.Message) answered {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	said, err := w.bot.Handle(ctx, m)
	w.bot.Wait(ctx)
	if ctx.Err() != nil {
		w.Fatalf("%q was not answered in %s", m.Text, deadline)
	}
	return w.answered(m, said, err)
}

func (w *world) eventually(what string, holds func() bool) {
	w.Helper()
	timeout := time.After(deadline)
	for !holds() {
		select {
		case <-timeout:
			w.Fatalf("after %s it does not hold that %s; the chat says:\n%s", deadline, what, w.chat)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
