package controllers_test

import (
	"context"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
)

// TestWhatTheDumperSaysIsWhatIsSaid, and only what can be trusted makes a success.
func TestWhatTheDumperSaysIsWhatIsSaid(t *testing.T) {
	otherAttempt := func(pod *corev1.Pod) string { return strings.ReplaceAll(success(pod), string(pod.UID), "another") }
	plain := func(pod *corev1.Pod) string {
		return strings.ReplaceAll(success(pod), contract.DefaultFormat().File(), "dump.sql")
	}
	for name, tc := range map[string]struct {
		play attempt
		want wantEnd
	}{
		"a wrong password is final":                   {says(contract.AccessDenied), failed(string(contract.AccessDenied))},
		"a lost connection is tried three times":      {says(contract.ConnectionLost), failed(string(contract.ConnectionLost))},
		"the dumper's own deadline":                   {says(contract.RunDeadlineExceeded), failed(v1alpha1.ReasonRunDeadlineExceeded)},
		"no word at all":                              {silent("", 1), failedUnheard(v1alpha1.ReasonDumperFailed)},
		"garbage":                                     {silent("\x00\xff{", 50), failedUnheard(v1alpha1.ReasonDumperFailed)},
		"garbage and success":                         {silent("done!", 0), failedUnheard(v1alpha1.ReasonResultLost)},
		"a huge message and success":                  {silent(strings.Repeat("x", 4000), 0), failedUnheard(v1alpha1.ReasonResultLost)},
		"another attempt's word":                      {attempt{word: otherAttempt}, failedUnheard(v1alpha1.ReasonResultLost)},
		"another version":                             {silent(`{"version":2,"attempt":"x"}`, 0), failedUnheard(v1alpha1.ReasonResultLost)},
		"an artifact, and yet an exit code":           {attempt{exitCode: 44}, failedUnheard(v1alpha1.ReasonDumperFailed)},
		"an artifact of another compression":          {attempt{word: plain}, failedUnheard(v1alpha1.ReasonResultLost)},
		"a reason that breaks the syntax of reasons":  {says("no reason\nat all"), failed(v1alpha1.ReasonDumperFailed)},
		"a kill for the memory limit":                 {attempt{exitCode: 137, reason: "OOMKilled", word: func(*corev1.Pod) string { return "" }}, failedUnheard(v1alpha1.ReasonOutOfMemory)},
		"an eviction":                                 {attempt{exitCode: 137, evicted: true, word: func(*corev1.Pod) string { return "" }}, failedUnheard(v1alpha1.ReasonEvicted)},
		"an eviction that the dumper noticed":         {func() attempt { a := says(contract.Interrupted); a.evicted = true; return a }(), failed(v1alpha1.ReasonEvicted)},
		"a pod that is gone before its word was read": {attempt{vanishes: true}, failedUnheard(v1alpha1.ReasonResultLost)},
		"every pod is gone before its word was read":  {attempt{vanishes: true, exitCode: 44}, failedUnheard(v1alpha1.ReasonResultLost)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.create(w.source(), w.storage())
			w.kubelet.always(tc.play)
			w.startKubelet()
			w.startManager()
			got := w.untilFinished(w.apply(w.dump("one")))
			checkEnd(t, got, tc.want)
		})
	}
}

// TestAPodThatIsNotTheJobsIsNotHeard, whatever labels it has: whoever may make pods in the namespace may set those.
func TestAPodThatIsNotTheJobsIsNotHeard(t *testing.T) {
	w := newWorld(t)
	w.create(w.source(), w.storage())
	w.kubelet.always(attempt{runs: true})
	w.startKubelet()
	w.startManager()
	dump := w.apply(w.dump("one"))
	got := w.until(dump, v1alpha1.ConditionReconciling, metav1.ConditionTrue, v1alpha1.ReasonRunning)
	job := &batchv1.Job{}
	w.must(w.client.Get(context.Background(), client.ObjectKey{Namespace: w.namespace, Name: got.Status.JobName}, job))
	anotherJob := job.DeepCopy()
	anotherJob.UID = "of-an-earlier-job-of-this-name"
	for name, owners := range map[string][]metav1.OwnerReference{
		"nobodys":   nil,
		"anothers":  {*metav1.NewControllerRef(anotherJob, batchv1.SchemeGroupVersion.WithKind("Job"))},
		"the-dumps": {*metav1.NewControllerRef(dump, v1alpha1.GroupVersion.WithKind("DatabaseDump"))},
	} {
		pod := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: w.namespace, Name: name, Labels: job.Spec.Template.Labels, OwnerReferences: owners,
				// The fake garbage collector must not be faster than the manager.
				Finalizers: []string{"test.volcado.io/stay"},
			},
			Spec: job.Spec.Template.Spec,
		}
		w.create(pod)
		pod.Status.Phase = corev1.PodSucceeded
		pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "dumper", State: corev1.ContainerState{
			Terminated: &corev1.ContainerStateTerminated{Message: success(pod)},
		}}}
		w.must(w.client.Status().Update(context.Background(), pod))
	}
	w.kubelet.always(says(contract.AccessDenied))
	checkEnd(t, w.untilFinished(dump), failed(string(contract.AccessDenied)))
}

func TestASecondAttemptMaySucceed(t *testing.T) {
	w := newWorld(t)
	w.create(w.source(), w.storage())
	w.kubelet.plays(func(_ *batchv1.Job, number int) attempt {
		if number == 0 {
			return says(contract.ConnectionLost)
		}
		return attempt{}
	})
	w.startKubelet()
	w.startManager()
	got := w.untilFinished(w.apply(w.dump("one")))
	if got.Status.Phase != v1alpha1.PhaseSucceeded || got.Status.Failure != nil {
		t.Errorf("status %+v", got.Status)
	}
}
