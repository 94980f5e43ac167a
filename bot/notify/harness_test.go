package notify

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard())
	envtestenv.Main(m)
}

// deadline of anything that a test waits for.
const deadline = time.Minute

// cluster is a namespace of a real API server, with the real RBAC and admission policies.
type cluster struct {
	*testing.T
	env       *envtestenv.Env
	bot       client.WithWatch
	manager   client.Client
	namespace string
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	env := envtestenv.Get(t)
	env.Install(t)
	bot, err := client.NewWithWatch(env.ConfigAs(envtestenv.SystemNamespace, envtestenv.Bot), client.Options{Scheme: env.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	return &cluster{T: t, env: env, bot: bot, manager: env.ManagerClient(t), namespace: env.Namespace(t)}
}

// request makes a dump as the bot does.
func (c *cluster) request(name string) *v1alpha1.DatabaseDump {
	c.Helper()
	d := &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{Namespace: c.namespace, Name: name},
		Spec: v1alpha1.DatabaseDumpSpec{
			SourceRef: v1alpha1.ObjectReference{Name: "shop"}, Database: "shop", RequestedBy: requester("ana", "C1"),
		},
	}
	d.Spec.RequestedBy.Message = name
	Delivery{}.Begin(d)
	if err := c.bot.Create(context.Background(), d); err != nil {
		c.Fatal(err)
	}
	c.Cleanup(func() { _ = c.env.Client.Delete(context.Background(), d) })
	return d
}

// status is written as the manager does.
func (c *cluster) status(d *v1alpha1.DatabaseDump, change func(*v1alpha1.DatabaseDumpStatus)) {
	c.Helper()
	before := d.DeepCopy()
	change(&d.Status)
	if err := c.manager.Status().Patch(context.Background(), d, client.MergeFrom(before)); err != nil {
		c.Fatal(err)
	}
}

// anew reads a dump.
func (c *cluster) anew(d *v1alpha1.DatabaseDump) *v1alpha1.DatabaseDump {
	c.Helper()
	is := &v1alpha1.DatabaseDump{}
	if err := c.env.Client.Get(context.Background(), client.ObjectKeyFromObject(d), is); err != nil {
		c.Fatal(err)
	}
	return is
}

// eventually waits for a condition of the world.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("%s: not within %s", what, deadline)
		case <-tick.C:
		}
	}
}

// faulty is a client whose requests a test has fail: before they are sent, or after, so that the answer is lost.
type faulty struct {
	client.WithWatch
	mu      sync.Mutex
	patches int
	// next requests: "" passes, "lost" loses the request, "unanswered" the answer.
	patch, get []string
	// between is called once, before the next patch.
	between func()
}

func (f *faulty) take(from *[]string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(*from) == 0 {
		return ""
	}
	next := (*from)[0]
	*from = (*from)[1:]
	return next
}

func (f *faulty) Patch(ctx context.Context, o client.Object, p client.Patch, options ...client.PatchOption) error {
	f.mu.Lock()
	between := f.between
	f.between = nil
	f.patches++
	f.mu.Unlock()
	if between != nil {
		between()
	}
	fault := f.take(&f.patch)
	if fault == "lost" {
		return fmt.Errorf("patch: %w", context.DeadlineExceeded)
	}
	err := f.WithWatch.Patch(ctx, o, p, options...)
	if fault == "unanswered" {
		return fmt.Errorf("patch: %w", context.DeadlineExceeded)
	}
	return err
}

func (f *faulty) Get(ctx context.Context, key client.ObjectKey, o client.Object, options ...client.GetOption) error {
	if f.take(&f.get) != "" {
		return fmt.Errorf("get: %w", context.DeadlineExceeded)
	}
	return f.WithWatch.Get(ctx, key, o, options...)
}
