package controllers_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
)

// life is one way for a dump to go.
type life struct {
	play attempt
	// between rounds, what people and time do.
	between func(*rig, *v1alpha1.DatabaseDump)
	phase   v1alpha1.Phase
	reason  string
}

var lives = map[string]life{
	"it succeeds": {phase: v1alpha1.PhaseSucceeded},
	"it fails":    {play: says(contract.AccessDenied), phase: v1alpha1.PhaseFailed, reason: string(contract.AccessDenied)},
	"it is tried three times and fails": {
		play: says(contract.ConnectionLost), phase: v1alpha1.PhaseFailed, reason: string(contract.ConnectionLost),
	},
	"it is cancelled while it runs": {
		play: attempt{runs: true}, phase: v1alpha1.PhaseCancelled, reason: v1alpha1.ReasonCancelled,
		between: func(r *rig, d *v1alpha1.DatabaseDump) {
			if d.Status.Phase == v1alpha1.PhaseRunning && !d.Spec.Cancel {
				r.cancel(d)
			}
		},
	},
	"its image cannot be pulled": {
		play: attempt{waits: func(s *corev1.PodStatus) {
			s.ContainerStatuses = []corev1.ContainerStatus{{Name: "dumper", State: corev1.ContainerState{
				Waiting: &corev1.ContainerStateWaiting{Reason: "ErrImagePull", Message: "no such host"},
			}}}
		}},
		phase: v1alpha1.PhaseFailed, reason: v1alpha1.ReasonImagePullFailed,
		between: func(r *rig, d *v1alpha1.DatabaseDump) {
			if conditions(d)["Stalled"] == "True "+v1alpha1.ReasonImagePullFailed {
				r.clock = time.Hour
			}
		},
	},
}

func (l life) run(r *rig, name string) *v1alpha1.DatabaseDump {
	r.Helper()
	r.clock = 0
	r.past, r.jobs = map[string][]any{}, map[types.UID]bool{}
	r.kubelet.always(l.play)
	return r.drive(r.apply(r.dump(name)), func(d *v1alpha1.DatabaseDump) {
		if l.between != nil {
			l.between(r, d)
		}
	})
}

// check that a dump ended as its life should, with one Job, and that nothing moves any more.
func (l life) check(r *rig, what string, got *v1alpha1.DatabaseDump) {
	r.Helper()
	reason := ""
	if got.Status.Failure != nil {
		reason = got.Status.Failure.Reason
	}
	if got.Status.Phase != l.phase || reason != l.reason {
		r.Errorf("%s: it ended %s %s, want %s %s: %+v", what, got.Status.Phase, reason, l.phase, l.reason, got.Status.Conditions)
	}
	if len(r.jobs) != 1 {
		r.Errorf("%s: %d Jobs were made, want 1", what, len(r.jobs))
	}
	if (got.Status.Artifact != nil) != (l.phase == v1alpha1.PhaseSucceeded) {
		r.Errorf("%s: artifact %+v", what, got.Status.Artifact)
	}
	fateOf := r.fateOf
	r.fateOf = func(c call) fate {
		if c.write {
			r.Errorf("%s: %s after the end", what, c.what)
		}
		return fate{}
	}
	_, err := r.reconciler().Reconcile(context.Background(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(got)})
	r.must(err)
	r.fateOf = fateOf
}

var errCrash = errors.New("the manager died here")

// TestACrashAtAnyWriteChangesNothing: for each write k of a life, the manager dies before it, or dies after it without
// having seen the answer, and starts again. The end is the same, and there was one Job.
func TestACrashAtAnyWriteChangesNothing(t *testing.T) {
	for name, l := range lives {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.create(w.source(), w.storage())
			r := newRig(t, w)
			writes := r.countWrites()
			l.check(r, "undisturbed", l.run(r, "undisturbed"))
			all := *writes
			if all < 4 {
				t.Fatalf("only %d writes in a life", all)
			}
			for k := 1; k <= all; k++ {
				for _, executed := range []bool{false, true} {
					what := fmt.Sprintf("write %d of %d, executed %v", k, all, executed)
					died := r.dieAt(k, executed)
					l.check(r, what, l.run(r, fmt.Sprintf("k%d-%v", k, executed)))
					if !*died {
						t.Errorf("%s: it was never reached", what)
					}
				}
			}
		})
	}
}

// TestFaultsOfTheAPIChangeNothing: a quarter of all calls, reads too, fail at random, before or after they are executed,
// at most ten in a row. Set VOLCADO_SEEDS for more than the few seeds of every run.
func TestFaultsOfTheAPIChangeNothing(t *testing.T) {
	seeds := 6
	if s := os.Getenv("VOLCADO_SEEDS"); s != "" {
		var err error
		if seeds, err = strconv.Atoi(s); err != nil {
			t.Fatalf("VOLCADO_SEEDS: %v", err)
		}
	}
	jobs := schema.GroupResource{Group: "batch", Resource: "jobs"}
	faults := []error{
		apierrors.NewConflict(jobs, "x", errors.New("injected")), apierrors.NewTooManyRequests("injected", 1),
		apierrors.NewInternalError(errors.New("injected")), apierrors.NewTimeoutError("injected", 1), context.DeadlineExceeded,
	}
	for name, l := range lives {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.create(w.source(), w.storage())
			r := newRig(t, w)
			for seed := range uint64(seeds) {
				random, row := rand.New(rand.NewPCG(seed, 0)), 0
				r.fateOf = func(call) fate {
					if row >= 10 || random.Float64() >= 0.25 {
						row = 0
						return fate{}
					}
					row++
					fault := faults[random.IntN(len(faults))]
					if random.IntN(2) == 0 {
						return fate{before: fault}
					}
					return fate{after: fault}
				}
				l.check(r, fmt.Sprintf("seed %d", seed), l.run(r, fmt.Sprintf("seed%d", seed)))
			}
		})
	}
}

// TestAStaleCacheMakesNoSecondJob, nor takes a Job for deleted that it has not seen yet, nor brings a finished dump back to
// life: cached reads are late by any number of rounds, all of them or only those of some kinds.
func TestAStaleCacheMakesNoSecondJob(t *testing.T) {
	kinds := map[string][]string{
		"everything":    nil,
		"Jobs and pods": {"*v1.Job", "*v1.PodList"},
		"dumps":         {"*v1alpha1.DatabaseDump"},
	}
	for name, l := range lives {
		for which, late := range kinds {
			t.Run(name+", late are "+which, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.create(w.source(), w.storage())
				for _, lag := range []int{1, 2, 5, 13} {
					r := newRig(t, w)
					r.lag, r.late = lag, late
					got := l.run(r, fmt.Sprintf("lag%d", lag))
					reconciler := r.reconciler()
					for range lag + 1 {
						r.round++
						_, err := reconciler.Reconcile(context.Background(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(got)})
						r.must(err)
					}
					if now := r.get(got); now.ResourceVersion != got.ResourceVersion {
						t.Errorf("lag %d: it was written after its end\n%s", lag, cmp.Diff(got.Status, now.Status))
					}
					r.lag = 0
					l.check(r, fmt.Sprintf("lag %d", lag), got)
				}
			})
		}
	}
}

// TestAStaleCacheAdmitsNobodyBesideWhoRuns: an older dump, which waited for its list, comes before one that was admitted
// meanwhile, and a cache that has not heard of the admission finds the slot free.
func TestAStaleCacheAdmitsNobodyBesideWhoRuns(t *testing.T) {
	w := newWorld(t)
	w.create(w.source(), w.storage())
	r := newRig(t, w)
	r.late = []string{"*v1alpha1.DatabaseDumpList"}
	reconcile := func(dump *v1alpha1.DatabaseDump) *v1alpha1.DatabaseDump {
		_, err := r.reconciler().Reconcile(context.Background(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(dump)})
		r.must(err)
		return w.get(dump)
	}
	older := w.ask(w.dump("older", askedBy("alice")))
	r.lag = 1000
	reconcile(older) // From here on, the cache knows of nobody who is admitted.
	younger := w.apply(w.dump("younger"))
	r.lag = 0
	if c := conditions(reconcile(younger))["Admitted"]; c != "True Admitted" {
		t.Fatalf("the younger is %s", c)
	}
	w.create(w.list())
	r.lag = 1000
	if c := conditions(reconcile(older))["Admitted"]; c != "False Queued" {
		t.Errorf("the older is %s, want it to queue", c)
	}
}

func TestTheEndIsTheSameWithAndWithoutACrash(t *testing.T) {
	w := newWorld(t)
	w.create(w.source(), w.storage())
	r := newRig(t, w)
	whole := lives["it succeeds"].run(r, "whole")
	n := 0
	r.fateOf = func(c call) fate {
		if c.write {
			if n++; n%2 == 0 {
				return fate{after: errCrash}
			}
		}
		return fate{}
	}
	broken := lives["it succeeds"].run(r, "broken")
	ignore := cmp.Options{
		cmpopts.IgnoreFields(v1alpha1.DatabaseDumpStatus{}, "JobName", "StartTime", "CompletionTime", "Conditions"),
		cmpopts.IgnoreFields(v1alpha1.Artifact{}, "URI", "ManifestURI", "ExpiresAt"), cmpopts.IgnoreFields(v1alpha1.Progress{}, "UpdatedAt"),
	}
	if diff := cmp.Diff(whole.Status, broken.Status, ignore); diff != "" {
		t.Errorf("status (-whole +broken)\n%s", diff)
	}
	if diff := cmp.Diff(conditions(whole), conditions(broken)); diff != "" {
		t.Errorf("conditions (-whole +broken)\n%s", diff)
	}
}
