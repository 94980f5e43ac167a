package controllers_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// expire a copy, through a manager that can die, until its record says so and nothing holds it.
func (r *rig) expire(name string) *v1alpha1.DatabaseDump {
	r.Helper()
	dump := r.expired(name)
	dumps, deletions := r.reconciler(), r.deletions()
	var trouble error
	for range mostRounds {
		_, err := dumps.Reconcile(context.Background(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(dump)})
		if err == nil {
			_, err = deletions.Reconcile(context.Background(), ctrl.Request{NamespacedName: types.NamespacedName{Name: r.namespace}})
		}
		if err != nil {
			trouble = err
			dumps, deletions = r.reconciler(), r.deletions() // the next manager
		}
		r.must(client.IgnoreNotFound(r.kubelet.step(context.Background())))
		if now := r.get(dump); conditions(now)["ArtifactAvailable"] == "False Expired" && len(now.Finalizers) == 0 {
			return now
		}
	}
	r.Fatalf("%s has not expired after %d rounds; last error: %v; %+v", name, mostRounds, trouble, r.get(dump).Status)
	return nil
}

// TestACrashAtAnyWriteOfADeletionChangesNothing: for each write, the manager dies before it, or after it without having seen the
// answer, and starts again. The copy is deleted, by one Job more at the most, and its record says so.
func TestACrashAtAnyWriteOfADeletionChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.create(w.source(), w.storage())
	r := newRig(t, w)
	writes := r.countWrites()
	r.expire("undisturbed")
	// What is deleted, by a Job, and the finalizer: three writes of the dump, and one of the Job.
	all := *writes
	if all != 4 {
		t.Errorf("%d writes for one copy", all)
	}
	for k := 1; k <= all; k++ {
		for _, executed := range []bool{false, true} {
			died := r.dieAt(k, executed)
			before := len(w.deletions())
			r.expire(fmt.Sprintf("k%d-%v", k, executed))
			if made := len(w.deletions()) - before; !*died || made < 1 || made > 2 {
				t.Errorf("write %d of %d, executed %v: died %v, %d Jobs", k, all, executed, *died, made)
			}
		}
	}
}

// A clock that is a day ahead of the cluster's, or behind it, neither makes Jobs without end nor forgets a copy.
func TestADeletionEndsWhateverTheManagersClockSays(t *testing.T) {
	for _, skew := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		t.Run(skew.String(), func(t *testing.T) {
			w := newWorld(t)
			w.create(w.source(), w.storage())
			r := newRig(t, w)
			r.clock = skew
			r.expire("one")
			if n := len(w.deletions()); n != 1 {
				t.Errorf("%d Jobs", n)
			}
		})
	}
}

// A quarter of all calls fail at random, before or after they are executed.
func TestFaultsOfTheAPIDoNotKeepACopy(t *testing.T) {
	w := newWorld(t)
	w.create(w.source(), w.storage())
	for seed := range uint64(4) {
		r := newRig(t, w)
		random := rand.New(rand.NewPCG(seed, 0))
		r.fateOf = func(call) fate {
			switch random.IntN(8) {
			case 0:
				return fate{before: apierrors.NewTimeoutError("injected", 1)}
			case 1:
				return fate{after: context.DeadlineExceeded}
			}
			return fate{}
		}
		r.expire(fmt.Sprintf("seed%d", seed))
	}
}
