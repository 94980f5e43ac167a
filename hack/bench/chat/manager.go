package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/notify"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

// ways of dumps with a played manager.
type ways struct {
	// shortest and longest that a dump runs.
	shortest, longest time.Duration
	// failing is the share of them that fail.
	failing float64
	// slots is how many run at once; the others are queued. 0 is no bound.
	slots int
	// hold keeps every dump from ending until it is closed.
	hold <-chan struct{}
}

// progressEvery is how often a running dump's progress is written.
const progressEvery = 10 * time.Second

// writesAtOnce of the manager.
const writesAtOnce = 16

// manager plays Volcado's, as its ServiceAccount: it takes up the dumps that the bot creates, and ends them. The proxy tells of
// them. An informer would compete for the machine with the bot, and learn of them too late.
type manager struct {
	ways
	api client.Client
	end func()
	all sync.WaitGroup
	// writing bounds the writes, and running the dumps that run, unless it is nil.
	writing, running chan struct{}

	mu sync.Mutex
	// dumps by the id of the message that asked for them.
	dumps   map[string][]*dump
	trouble error
}

// dump that there is.
type dump struct {
	key types.NamespacedName
	uid types.UID
	// status and end are the keys of what is said of it where it was asked for.
	status, end string
	// seen is when the API server said that it was created.
	seen time.Time
	// ended is when the API server said that its end was written; the zero time before.
	ended time.Time
}

func keyOf(d *v1alpha1.DatabaseDump, what notify.What) string {
	return string(notify.KeyOf(d, 0, what))
}

func (w *world) manage(ctx context.Context, ways ways) (*manager, error) {
	config := w.env.ConfigAs(envtestenv.SystemNamespace, envtestenv.Manager)
	api, err := client.New(config, client.Options{Scheme: w.env.Scheme})
	if err != nil {
		return nil, fmt.Errorf("act as the manager: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	m := &manager{ways: ways, api: api, writing: make(chan struct{}, writesAtOnce), dumps: map[string][]*dump{}}
	if ways.slots > 0 {
		m.running = make(chan struct{}, ways.slots)
	}
	w.proxy.tell(func(o *v1alpha1.DatabaseDump) {
		d := &dump{key: client.ObjectKeyFromObject(o), uid: o.UID, seen: time.Now(), status: keyOf(o, notify.Status), end: keyOf(o, notify.End)}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.dumps[o.Spec.RequestedBy.Message] = append(m.dumps[o.Spec.RequestedBy.Message], d)
		m.all.Go(func() { m.run(ctx, d) })
	})
	m.end = func() {
		w.proxy.tell(nil)
		stop()
		m.all.Wait()
	}
	return m, nil
}

// of a message, the dumps that there are, and what went wrong with the manager.
func (m *manager) of(message string) ([]*dump, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dumps[message], m.trouble
}

// every dump that there is, as it is now.
func (m *manager) every() []dump {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []dump
	for _, made := range m.dumps {
		for _, d := range made {
			all = append(all, *d)
		}
	}
	return all
}

// run one dump from its creation to its end.
func (m *manager) run(ctx context.Context, d *dump) {
	leave, ok := m.admit(ctx, d)
	if !ok {
		return
	}
	defer leave()
	started := time.Now()
	m.write(ctx, d, running(started, 0))
	m.progress(ctx, d, started)
	if !chat.Wait(ctx, m.shortest+rand.N(m.longest-m.shortest+1)) {
		return
	}
	if rand.Float64() < m.failing {
		m.write(ctx, d, unsuccessful(started))
	} else {
		m.write(ctx, d, succeeded(started))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	d.ended = time.Now()
}

// admit a dump when there is a slot for it. Meanwhile it is queued.
func (m *manager) admit(ctx context.Context, d *dump) (leave func(), ok bool) {
	if m.running == nil {
		return func() {}, true
	}
	leave = func() { <-m.running }
	select {
	case m.running <- struct{}{}:
		return leave, true
	default:
	}
	m.write(ctx, d, queued())
	select {
	case m.running <- struct{}{}:
		return leave, true
	case <-ctx.Done():
		return nil, false
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
	case m.writing <- struct{}{}:
		defer func() { <-m.writing }()
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
