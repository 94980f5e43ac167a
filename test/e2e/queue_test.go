//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// queued is a condition for eventually: the dump waits for its turn.
func queued(w *world, name string) func(context.Context) (bool, error) {
	return func(context.Context) (bool, error) {
		d := w.get(name)
		if d.Status.Phase != v1alpha1.PhaseQueued {
			return false, errors.New(summary(d))
		}
		return true, nil
	}
}

func TestFiveDumpsAskedForAtOnceRunOneAfterAnotherOldestFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "queue")
	w.source("shop", []string{w.small()}, func(s *v1alpha1.DatabaseSource) { s.Spec.Limits.MaxConcurrent = 1 })
	ctx, stop := context.WithCancel(w.ctx)
	defer stop()
	seen := w.watchPods(ctx)

	var manifests strings.Builder
	names := []string{"one", "two", "three", "four", "five"}
	for _, name := range names {
		fmt.Fprintf(&manifests, "---\n{apiVersion: volcado.io/v1alpha1, kind: DatabaseDump, metadata: {name: %s}, spec: {sourceRef: {name: shop}}}\n", name)
	}
	w.apply(manifests.String())
	var dumps []*v1alpha1.DatabaseDump
	for _, name := range names {
		d := w.waitFor(name, "Complete", 2*time.Minute)
		w.completed(d)
		w.oneJobOnePod(d)
		dumps = append(dumps, d)
	}
	stop()
	order, together := (<-seen).order, 0
	slices.SortFunc(dumps, func(a, b *v1alpha1.DatabaseDump) int {
		if c := a.CreationTimestamp.Compare(b.CreationTimestamp.Time); c != 0 {
			return c
		}
		return strings.Compare(string(a.UID), string(b.UID))
	})
	var want []string
	for i, d := range dumps {
		want = append(want, d.Name)
		if i > 0 && d.Status.StartTime.Before(dumps[i-1].Status.CompletionTime) {
			together++
		}
	}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("they did not run oldest first (-want +got):\n%s", diff)
	}
	if together > 0 {
		t.Errorf("%d started before the one ahead had ended", together)
	}
}

// sightings of pods: in which order dumps' pods began to run.
type sightings struct{ order []string }

func containerRuns(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.ContainerStatuses, func(c corev1.ContainerStatus) bool { return c.State.Running != nil })
}

// watchPods follows every pod of the namespace until ctx is done, and fails the test when two dumpers run at once. A pod's
// phase does not say that: kubelet leaves it Running for a while after the container has ended.
func (w *world) watchPods(ctx context.Context) <-chan sightings {
	w.Helper()
	watching, err := env.client.Watch(ctx, &corev1.PodList{}, client.InNamespace(w.namespace))
	if err != nil {
		w.Fatal(err)
	}
	result := make(chan sightings, 1)
	go func() {
		var s sightings
		running := map[string]bool{}
		for event := range watching.ResultChan() {
			pod, ok := event.Object.(*corev1.Pod)
			if !ok {
				continue
			}
			dump := pod.Labels[v1alpha1.LabelDump]
			if event.Type != watch.Deleted && containerRuns(pod) {
				running[pod.Name] = true
			} else {
				delete(running, pod.Name)
			}
			if len(running) > 1 {
				w.Errorf("%d pods run at once: %v", len(running), running)
			}
			if started := pod.Status.Phase != corev1.PodPending; started && !slices.Contains(s.order, dump) {
				s.order = append(s.order, dump)
			}
		}
		result <- s
	}()
	return result
}
