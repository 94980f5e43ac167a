package controllers_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

func TestDumpsOfOneSourceRunOneAtATimeOldestFirst(t *testing.T) {
	w := newWorld(t)
	w.create(w.source(), w.storage())
	w.startManager()
	// Not before all are there is the first one let run, or it would be over before the last was made.
	var dumps []*v1alpha1.DatabaseDump
	for i := range 20 {
		dumps = append(dumps, w.apply(w.dump(fmt.Sprintf("d%02d", i))))
	}
	w.startKubelet()
	for _, dump := range dumps {
		got := w.untilFinished(dump)
		if got.Status.Phase != v1alpha1.PhaseSucceeded {
			t.Errorf("%s: %+v", dump.Name, got.Status)
		}
	}
	if most := w.kubelet.mostAtOnce(); most != 1 {
		t.Errorf("%d ran at once, want 1", most)
	}
	if n := w.jobs(); n != 20 {
		t.Errorf("there were %d Jobs, want 20", n)
	}
	slices.SortFunc(dumps, func(a, b *v1alpha1.DatabaseDump) int {
		if c := a.CreationTimestamp.Compare(b.CreationTimestamp.Time); c != 0 {
			return c
		}
		return strings.Compare(string(a.UID), string(b.UID))
	})
	var byAge []string
	for _, dump := range dumps {
		byAge = append(byAge, dump.Name)
	}
	order := w.kubelet.ranInOrder()
	// The first was admitted before the others of its second were there, so its UID did not count.
	first := slices.Index(byAge, order[0])
	byAge = slices.Insert(slices.Delete(byAge, first, first+1), 0, order[0])
	if diff := cmp.Diff(byAge, order); diff != "" {
		t.Errorf("order (-by age +as they ran)\n%s", diff)
	}
}

func TestMaxConcurrentIsHeldWhenManyComeAtOnce(t *testing.T) {
	w := newWorld(t)
	w.create(w.storage(), w.source(func(s *v1alpha1.DatabaseSource) { s.Spec.Limits.MaxConcurrent = 3 }))
	w.kubelet.always(attempt{runs: true})
	w.startKubelet()
	w.startManager()
	dumps := make([]*v1alpha1.DatabaseDump, 20)
	created := make(chan error, len(dumps))
	for i := range dumps {
		dumps[i] = w.dump(fmt.Sprintf("d%02d", i))
		go func() { created <- w.client.Create(context.Background(), dumps[i]) }()
	}
	for range dumps {
		w.must(<-created)
	}
	// Pods that end by themselves may be over before the next one is admitted.
	w.eventually("three run", func() (bool, string) {
		most := w.kubelet.mostAtOnce()
		return most >= 3, fmt.Sprintf("%d ran at once", most)
	})
	w.kubelet.always(attempt{})
	for _, dump := range dumps {
		w.untilFinished(dump)
	}
	if most := w.kubelet.mostAtOnce(); most != 3 {
		t.Errorf("%d ran at once, want 3", most)
	}
}

func TestADumpWaitsForThePodOfOneThatWasDeleted(t *testing.T) {
	w := newWorld(t)
	w.create(w.source(), w.storage())
	w.kubelet.always(attempt{runs: true})
	stopKubelet := w.background(w.kubelet.run)
	w.startManager()
	first := w.apply(w.dump("first"))
	first = w.until(first, v1alpha1.ConditionReconciling, metav1.ConditionTrue, v1alpha1.ReasonRunning)
	second := w.apply(w.dump("second"))
	w.until(second, v1alpha1.ConditionReconciling, metav1.ConditionTrue, v1alpha1.ReasonQueued)
	stopKubelet()
	w.must(w.client.Delete(context.Background(), first))
	w.eventually("the Job is deleted", func() (bool, string) { return w.jobs() == 0, "it is there" })
	third := w.apply(w.dump("third"))
	w.until(third, v1alpha1.ConditionReconciling, metav1.ConditionTrue, v1alpha1.ReasonQueued)
	if n := w.jobs(); n != 0 {
		t.Fatalf("there are %d Jobs while the deleted dump's pod runs", n)
	}
	w.kubelet.always(attempt{})
	w.startKubelet()
	w.untilFinished(second)
	w.untilFinished(third)
	if most := w.kubelet.mostAtOnce(); most != 1 {
		t.Errorf("%d ran at once, want 1", most)
	}
}

func TestAListThatIsRevokedWhileADumpQueuesRefusesIt(t *testing.T) {
	w := newWorld(t)
	list := w.list()
	w.create(w.source(), w.storage(), list)
	w.kubelet.always(attempt{runs: true})
	w.startKubelet()
	w.startManager()
	first := w.ask(w.dump("first", askedBy("alice")))
	w.until(first, v1alpha1.ConditionReconciling, metav1.ConditionTrue, v1alpha1.ReasonRunning)
	second := w.ask(w.dump("second", askedBy("alice")))
	w.until(second, v1alpha1.ConditionReconciling, metav1.ConditionTrue, v1alpha1.ReasonQueued)
	before := list.DeepCopy()
	list.Spec.Subjects[0].Users = []v1alpha1.SubjectID{"bob"}
	w.must(w.client.Patch(context.Background(), list, client.MergeFrom(before)))
	checkEnd(t, w.untilFinished(second), refused(v1alpha1.ReasonNotAllowed))
	// What runs was permitted when it started.
	w.kubelet.always(attempt{})
	if got := w.untilFinished(first); got.Status.Phase != v1alpha1.PhaseSucceeded {
		t.Errorf("status %+v", got.Status)
	}
}

func TestADumpThatWaitsForItsListKeepsUpNobody(t *testing.T) {
	w := newWorld(t)
	w.create(w.source(), w.storage())
	w.startKubelet()
	w.startManager()
	waits := w.ask(w.dump("waits", askedBy("alice")))
	w.until(waits, v1alpha1.ConditionStalled, metav1.ConditionTrue, v1alpha1.ReasonNotAllowed)
	if got := w.untilFinished(w.apply(w.dump("passes"))); got.Status.Phase != v1alpha1.PhaseSucceeded {
		t.Errorf("status %+v", got.Status)
	}
}
