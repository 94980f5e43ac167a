package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

// ways of dumps with a played manager.
type ways struct {
	// shortest and longest that a dump runs.
	shortest, longest time.Duration
	// failing is the share of them that fail.
	failing float64
	// slots is how many run at once while hold is open; the others are queued. Without hold all run.
	slots int64
	// hold keeps every dump from ending until it is closed.
	hold <-chan struct{}
}

// progressEvery is how often a running dump's progress is written.
const progressEvery = 10 * time.Second

// writesAtOnce of the manager.
const writesAtOnce = 16

// manager plays Volcado's, as its ServiceAccount: it takes up the dumps of a namespace, and ends them.
type manager struct {
	ways
	api     client.Client
	stop    context.CancelFunc
	all     sync.WaitGroup
	slot    chan struct{}
	running atomic.Int64

	mu sync.Mutex
	// dumps by the id of the message that asked for them.
	dumps   map[string][]*dump
	known   map[types.UID]bool
	trouble error
}

// dump that there is.
type dump struct {
	key types.NamespacedName
	uid types.UID
	// seen is when a watch told that it was created.
	seen time.Time
}

func (w *world) manage(ctx context.Context, namespace string, ways ways) (*manager, error) {
	config := w.env.ConfigAs(envtestenv.SystemNamespace, envtestenv.Manager)
	api, err := client.New(config, client.Options{Scheme: w.env.Scheme})
	if err != nil {
		return nil, fmt.Errorf("act as the manager: %w", err)
	}
	informers, err := cache.New(config, cache.Options{
		Scheme: w.env.Scheme, DefaultNamespaces: map[string]cache.Config{namespace: {}}, DefaultTransform: cache.TransformStripManagedFields(),
	})
	if err != nil {
		return nil, fmt.Errorf("watch the dumps: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	m := &manager{
		ways: ways, api: api, stop: stop, slot: make(chan struct{}, writesAtOnce),
		dumps: map[string][]*dump{}, known: map[types.UID]bool{},
	}
	m.all.Go(func() {
		if err := informers.Start(ctx); err != nil {
			m.failed(fmt.Errorf("watch the dumps: %w", err))
		}
	})
	if err := m.watch(ctx, informers); err != nil {
		m.end()
		return nil, fmt.Errorf("watch the dumps: %w", err)
	}
	return m, nil
}

func (m *manager) end() {
	m.stop()
	m.all.Wait()
}

func (m *manager) watch(ctx context.Context, informers cache.Cache) error {
	dumps, err := informers.GetInformer(ctx, &v1alpha1.DatabaseDump{})
	if err != nil {
		return err
	}
	handler, err := dumps.AddEventHandler(toolscache.ResourceEventHandlerFuncs{AddFunc: func(o any) {
		object, ok := o.(*v1alpha1.DatabaseDump)
		// One that has ended is of an earlier stage.
		if !ok || object.Spec.RequestedBy == nil || object.Status.Finished() {
			return
		}
		d := &dump{key: client.ObjectKeyFromObject(object), uid: object.UID, seen: time.Now()}
		if m.add(d, object.Spec.RequestedBy.Message) {
			m.all.Go(func() { m.run(ctx, d) })
		}
	}})
	if err != nil {
		return err
	}
	if !toolscache.WaitForCacheSync(ctx.Done(), handler.HasSynced) {
		return ctx.Err()
	}
	return nil
}

func (m *manager) add(d *dump, message string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[d.uid] {
		return false
	}
	m.known[d.uid] = true
	m.dumps[message] = append(m.dumps[message], d)
	return true
}

// of a message, the dumps that there are, and what went wrong with the manager.
func (m *manager) of(message string) ([]*dump, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dumps[message], m.trouble
}

// run one dump from its creation to its end.
func (m *manager) run(ctx context.Context, d *dump) {
	started := time.Now()
	if m.hold != nil && m.running.Add(1) > m.slots {
		m.write(ctx, d, queued())
	} else {
		m.write(ctx, d, running(started, 0))
		m.progress(ctx, d, started)
	}
	if m.hold != nil {
		select {
		case <-m.hold:
		case <-ctx.Done():
		}
	}
	if !pause(ctx, m.shortest+rand.N(m.longest-m.shortest+1)) {
		return
	}
	if rand.Float64() < m.failing {
		m.write(ctx, d, unsuccessful(started))
	} else {
		m.write(ctx, d, succeeded(started))
	}
}

// progress is written until the dump may end.
func (m *manager) progress(ctx context.Context, d *dump, started time.Time) {
	if m.hold == nil {
		return
	}
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for n := int64(1); ; n++ {
		select {
		case <-m.hold:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
			m.write(ctx, d, running(started, n))
		}
	}
}

// write a status.
func (m *manager) write(ctx context.Context, d *dump, status v1alpha1.DatabaseDumpStatus) {
	select {
	case m.slot <- struct{}{}:
		defer func() { <-m.slot }()
	case <-ctx.Done():
		return
	}
	object := &v1alpha1.DatabaseDump{}
	object.Namespace, object.Name, object.UID = d.key.Namespace, d.key.Name, d.uid
	after := object.DeepCopy()
	after.Status = status
	if err := m.api.Status().Patch(ctx, after, client.MergeFrom(object)); err != nil && ctx.Err() == nil {
		m.failed(fmt.Errorf("the manager cannot write: %w", err))
	}
}

func (m *manager) failed(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.trouble = errors.Join(m.trouble, err)
}
