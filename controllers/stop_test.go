package controllers_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

func (w *world) cancel(dump *v1alpha1.DatabaseDump) {
	w.Helper()
	w.must(w.client.Patch(context.Background(), w.get(dump), client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"cancel":true}}`))))
}

func TestCancel(t *testing.T) {
	t.Run("before anything else", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.create(w.source(), w.storage())
		dump := w.apply(w.dump("one"))
		w.cancel(dump)
		w.startManager()
		checkEnd(t, w.untilFinished(dump), wasCancelled)
		if n := w.jobs(); n != 0 {
			t.Errorf("there are %d Jobs", n)
		}
	})
	t.Run("while it waits for its source", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.startManager()
		dump := w.apply(w.dump("one"))
		w.until(dump, v1alpha1.ConditionStalled, metav1.ConditionTrue, "")
		w.cancel(dump)
		checkEnd(t, w.untilFinished(dump), wasCancelled)
	})
	t.Run("while it runs, when no pod runs any more", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.create(w.source(), w.storage())
		w.kubelet.always(attempt{runs: true})
		stopKubelet := w.background(w.kubelet.run)
		w.startManager()
		dump := w.apply(w.dump("one"))
		w.until(dump, v1alpha1.ConditionReconciling, metav1.ConditionTrue, v1alpha1.ReasonRunning)
		stopKubelet()
		w.cancel(dump)
		// Its pod still runs, so it is not finished; its Job is gone.
		got := w.until(dump, v1alpha1.ConditionFailed, metav1.ConditionUnknown, v1alpha1.ReasonCancelled)
		w.eventually("the Job is deleted", func() (bool, string) { return w.jobs() == 0, "it is there" })
		if lifecycleFinished(w.get(dump)) {
			t.Errorf("finished while its pod runs: %+v", got.Status)
		}
		w.startKubelet()
		checkEnd(t, w.untilFinished(dump), wasCancelled)
	})
	t.Run("too late, when the artifact is there", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.create(w.source(), w.storage())
		w.startKubelet()
		stop := w.startManager()
		dump := w.apply(w.dump("one"))
		got := w.untilFinished(dump)
		w.cancel(dump)
		w.startManager()
		stop()
		if now := w.get(dump); now.Status.Phase != v1alpha1.PhaseSucceeded || !cmp.Equal(now.Status, got.Status, observed) {
			t.Errorf("status %+v", now.Status)
		}
	})
}

// observed generations follow the spec, also after the end: its ttl can change.
var observed = cmp.Options{
	cmpopts.IgnoreFields(v1alpha1.DatabaseDumpStatus{}, "ObservedGeneration"), cmpopts.IgnoreFields(metav1.Condition{}, "ObservedGeneration"),
}

func lifecycleFinished(dump *v1alpha1.DatabaseDump) bool {
	return slices.ContainsFunc(dump.Status.Conditions, func(c metav1.Condition) bool {
		return c.Type == v1alpha1.ConditionFinished && c.Status == metav1.ConditionTrue
	})
}

func (w *world) deleteJobs() {
	w.Helper()
	w.must(w.client.DeleteAllOf(context.Background(), &batchv1.Job{}, client.InNamespace(w.namespace),
		client.PropagationPolicy(metav1.DeletePropagationBackground)))
}

func TestAJobThatSomebodyDeletesFailsItsDump(t *testing.T) {
	w := newWorld(t)
	w.create(w.source(), w.storage())
	w.kubelet.always(attempt{runs: true})
	w.startKubelet()
	w.startManager()
	dump := w.apply(w.dump("one"))
	w.until(dump, v1alpha1.ConditionReconciling, metav1.ConditionTrue, v1alpha1.ReasonRunning)
	w.deleteJobs()
	checkEnd(t, w.untilFinished(dump), failed(v1alpha1.ReasonJobDeleted))
	if n := w.jobs(); n != 0 {
		t.Errorf("it was made again")
	}
}

func TestTerminalIsFinal(t *testing.T) {
	w := newWorld(t)
	w.create(w.source(), w.storage())
	w.startKubelet()
	stop := w.startManager()
	dump := w.apply(w.dump("one"))
	got := w.untilFinished(dump)
	w.deleteJobs()
	// Something that comes after shows that the manager has seen what came before.
	w.untilFinished(w.apply(w.dump("two")))
	stop()
	w.startManager()
	w.untilFinished(w.apply(w.dump("three")))
	now := w.get(dump)
	if now.ResourceVersion != got.ResourceVersion {
		t.Errorf("it was written after its end: %+v", now.Status)
	}
	if n := w.jobs(); n != 2 {
		t.Errorf("there are %d Jobs, want those of two and three", n)
	}
}

func TestJobsOfFinishedDumpsGoInTime(t *testing.T) {
	w := newWorld(t)
	w.options.KeepJobs = 0
	w.create(w.source(), w.storage())
	w.startKubelet()
	w.startManager()
	dump := w.apply(w.dump("one"))
	got := w.untilFinished(dump)
	w.eventually("the Job goes", func() (bool, string) { return w.jobs() == 0, "it is there" })
	if now := w.get(dump); now.ResourceVersion != got.ResourceVersion {
		t.Errorf("the dump was written: %+v", now.Status)
	}
}
