package controllers_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/controllers"
	"github.com/volcado-io/volcado/internal/artifact"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

// call is one request to the API server.
type call struct {
	write bool
	what  string
}

// fate of a call: an error instead of it, or an error after it.
type fate struct {
	before, after error
}

// rig drives one reconciler by hand through a client that can be made to fail, with the real API server and the manager's
// real permissions behind it. Every round is one Reconcile and one step of the fake kubelet.
type rig struct {
	*world
	// fateOf a call; nil lets all pass.
	fateOf func(call) fate
	// read sees each object after it was read, and can change it; nil leaves all as they are.
	read  func(client.Object)
	clock time.Duration // ahead of the real one
	lag   int           // rounds by which cached reads are late
	late  []string      // kinds whose reads are late; all when empty

	round int
	past  map[string][]any
	jobs  map[types.UID]bool // every Job that was made
}

func newRig(t *testing.T, w *world) *rig {
	t.Helper()
	return &rig{world: w, past: map[string][]any{}, jobs: map[types.UID]bool{}}
}

func (r *rig) fate(c call) fate {
	if r.fateOf == nil {
		return fate{}
	}
	return r.fateOf(c)
}

// through runs a call as its fate would have it.
func (r *rig) through(c call, do func() error) error {
	f := r.fate(c)
	if f.before != nil {
		return f.before
	}
	if err := do(); err != nil {
		return err
	}
	return f.after
}

// reconciler as it is after a restart: without memory.
func (r *rig) reconciler() *controllers.DatabaseDumpReconciler {
	base, err := client.NewWithWatch(r.env.ConfigAs(envtestenv.SystemNamespace, envtestenv.Manager), client.Options{Scheme: r.env.Scheme})
	r.must(err)
	funcs := interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			return r.through(call{what: fmt.Sprintf("get %T", o)}, func() error {
				err := c.Get(ctx, key, o, opts...)
				if err == nil && r.read != nil {
					r.read(o)
				}
				return err
			})
		},
		List: func(ctx context.Context, c client.WithWatch, l client.ObjectList, opts ...client.ListOption) error {
			return r.through(call{what: fmt.Sprintf("list %T", l)}, func() error { return listIndexed(ctx, c, l, opts...) })
		},
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			return r.through(call{true, "create"}, func() error {
				err := c.Create(ctx, o, opts...)
				if _, ok := o.(*batchv1.Job); ok && err == nil {
					r.jobs[o.GetUID()] = true
				}
				return err
			})
		},
		Delete: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.DeleteOption) error {
			return r.through(call{true, "delete"}, func() error { return c.Delete(ctx, o, opts...) })
		},
		Patch: func(ctx context.Context, c client.WithWatch, o client.Object, p client.Patch, opts ...client.PatchOption) error {
			return r.through(call{true, "patch"}, func() error { return c.Patch(ctx, o, p, opts...) })
		},
		SubResourcePatch: func(ctx context.Context, c client.Client, sub string, o client.Object, p client.Patch, opts ...client.SubResourcePatchOption) error {
			return r.through(call{true, "patch " + sub}, func() error { return c.SubResource(sub).Patch(ctx, o, p, opts...) })
		},
	}
	uncached := interceptor.NewClient(base, funcs)
	cached := uncached
	if r.lag > 0 {
		cached = interceptor.NewClient(uncached, interceptor.Funcs{Get: r.lateGet, List: r.lateList})
	}
	return &controllers.DatabaseDumpReconciler{
		Client: cached, Uncached: uncached, Recorder: &events.FakeRecorder{},
		Now:      func() time.Time { return time.Now().Add(r.clock) },
		Settings: r.options.Settings, Builder: controllers.Builder{Images: r.options.Images, Allowed: r.options.Settings.JobMetadata}, KeepJobs: r.options.KeepJobs,
		Abandoned: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "abandoned"}, []string{"namespace"}),
	}
}

// dieAt the k-th write, before it is executed or after, once. died is true when that has been.
func (r *rig) dieAt(k int, executed bool) (died *bool) {
	n := 0
	died = new(bool)
	r.fateOf = func(c call) fate {
		if !c.write {
			return fate{}
		}
		if n++; n != k || *died {
			return fate{}
		}
		*died = true
		if executed {
			return fate{after: errCrash}
		}
		return fate{before: errCrash}
	}
	return died
}

// countWrites from now on.
func (r *rig) countWrites() (writes *int) {
	writes = new(int)
	r.fateOf = func(c call) fate {
		if c.write {
			*writes++
		}
		return fate{}
	}
	return writes
}

// deletions is a reconciler of deletions whose calls fail as those of the other do.
func (r *rig) deletions() *controllers.DeletionReconciler {
	dumps := r.reconciler()
	return &controllers.DeletionReconciler{
		Client: dumps.Client, Uncached: dumps.Uncached, Recorder: dumps.Recorder, Now: dumps.Now, Builder: dumps.Builder,
		Abandoned: dumps.Abandoned,
	}
}

// listIndexed answers for the cache's index, which the API server does not have.
func listIndexed(ctx context.Context, c client.WithWatch, l client.ObjectList, opts ...client.ListOption) error {
	options := client.ListOptions{}
	options.ApplyOptions(opts)
	var entry string
	if options.FieldSelector != nil {
		entry, _ = options.FieldSelector.RequiresExactMatch(controllers.DumpIndex)
		options.FieldSelector = nil
	}
	if err := c.List(ctx, l, &options); err != nil || entry == "" {
		return err
	}
	dumps := l.(*v1alpha1.DatabaseDumpList)
	dumps.Items = slices.DeleteFunc(dumps.Items, func(d v1alpha1.DatabaseDump) bool { return !slices.Contains(controllers.IndexDump(&d), entry) })
	return nil
}

type seen struct {
	object any
	err    error
}

// recall records what is true now and answers with what was true some rounds ago.
func (r *rig) recall(kind, key string, now seen) seen {
	if len(r.late) > 0 && !slices.Contains(r.late, kind) {
		return now
	}
	key = kind + key
	for len(r.past[key]) <= r.round {
		r.past[key] = append(r.past[key], now)
	}
	return r.past[key][max(r.round-r.lag, 0)].(seen)
}

func (r *rig) lateGet(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
	err := c.Get(ctx, key, o, opts...)
	then := r.recall(fmt.Sprintf("%T", o), key.String(), seen{o.DeepCopyObject(), err})
	reflect.ValueOf(o).Elem().Set(reflect.ValueOf(then.object.(client.Object).DeepCopyObject()).Elem())
	return then.err
}

func (r *rig) lateList(ctx context.Context, c client.WithWatch, l client.ObjectList, opts ...client.ListOption) error {
	err := c.List(ctx, l, opts...)
	then := r.recall(fmt.Sprintf("%T", l), fmt.Sprint(opts), seen{l.DeepCopyObject(), err})
	reflect.ValueOf(l).Elem().Set(reflect.ValueOf(then.object.(client.ObjectList).DeepCopyObject()).Elem())
	return then.err
}

const mostRounds = 400

// drive a dump to its end, whatever fails on the way. between is called after every round.
func (r *rig) drive(dump *v1alpha1.DatabaseDump, between func(*v1alpha1.DatabaseDump)) *v1alpha1.DatabaseDump {
	r.Helper()
	reconciler := r.reconciler()
	var trouble error
	for r.round = range mostRounds {
		_, err := reconciler.Reconcile(context.Background(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(dump)})
		if err != nil {
			trouble = err
			reconciler = r.reconciler()
		}
		r.must(client.IgnoreNotFound(r.kubelet.step(context.Background())))
		now := r.get(dump)
		if lifecycleFinished(now) && artifact.NeedsFinalizer(now) == artifact.HasFinalizer(now) && artifact.StateOf(now) != artifact.StateLeftover {
			return now
		}
		if between != nil {
			between(now)
		}
	}
	r.Fatalf("dump %s is not finished after %d rounds; last error: %v; status: %+v", dump.Name, mostRounds, trouble, r.get(dump).Status)
	return nil
}
