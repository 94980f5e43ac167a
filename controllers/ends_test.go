package controllers_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/naming"
)

// wantEnd is how a dump should have ended.
type wantEnd struct {
	finished, reason string
	phase            v1alpha1.Phase
}

// checkEnd also checks that all conditions agree with the end, whichever it is.
func checkEnd(t *testing.T, dump *v1alpha1.DatabaseDump, want wantEnd) {
	t.Helper()
	got := conditions(dump)
	wantConditions := map[string]string{
		"Complete": "False " + want.reason, "Failed": "True " + want.reason, "ArtifactAvailable": "False " + want.reason,
		"Finished": "True " + want.finished, "Reconciling": "False " + want.finished, "Stalled": "True " + want.reason,
	}
	for condition, value := range wantConditions {
		if got[condition] != value {
			t.Errorf("condition %s is %q, want %q", condition, got[condition], value)
		}
	}
	s := dump.Status
	switch {
	case s.Phase != want.phase:
		t.Errorf("phase is %s, want %s", s.Phase, want.phase)
	case s.Failure == nil || s.Failure.Reason != want.reason || s.Failure.Message == "":
		t.Errorf("failure is %+v, want reason %s and a message", s.Failure, want.reason)
	case s.Artifact != nil:
		t.Errorf("there is an artifact: %+v", s.Artifact)
	case s.CompletionTime == nil || s.ObservedGeneration != dump.Generation:
		t.Errorf("completionTime %v, observedGeneration %d of %d", s.CompletionTime, s.ObservedGeneration, dump.Generation)
	}
}

func failed(reason string) wantEnd {
	return wantEnd{v1alpha1.FinishedFailed, reason, v1alpha1.PhaseFailed}
}

func refused(reason string) wantEnd {
	return wantEnd{v1alpha1.FinishedRefused, reason, v1alpha1.PhaseRefused}
}

var wasCancelled = wantEnd{v1alpha1.FinishedCancelled, v1alpha1.ReasonCancelled, v1alpha1.PhaseCancelled}

func TestRefusals(t *testing.T) {
	type request struct {
		edit        func(*v1alpha1.DatabaseDump)
		source      func(*v1alpha1.DatabaseSource)
		fromChat    bool
		noConsole   bool
		want        wantEnd
		wantMessage string
	}
	for name, tc := range map[string]request{
		"somebody on no list": {edit: askedBy("mallory"), fromChat: true, want: refused(v1alpha1.ReasonNotAllowed), wantMessage: "mallory"},
		"a database that the list does not have": {
			edit: func(d *v1alpha1.DatabaseDump) { askedBy("alice")(d); d.Spec.Database = "shop_eu" }, fromChat: true,
			want: refused(v1alpha1.ReasonNotAllowed), wantMessage: "shop_eu",
		},
		"a console where none is allowed": {edit: askedBy("alice"), fromChat: true, noConsole: true, want: refused(v1alpha1.ReasonConsoleNotAllowed)},
		"a database that the source does not permit": {
			edit: func(d *v1alpha1.DatabaseDump) { d.Spec.Database = "crm" }, want: refused(v1alpha1.ReasonDatabaseNotPermitted), wantMessage: `"crm"`,
		},
		"a system database": {
			edit:   func(d *v1alpha1.DatabaseDump) { d.Spec.Database = "MySQL" },
			source: func(s *v1alpha1.DatabaseSource) { s.Spec.Databases = []v1alpha1.NamePattern{"*"} },
			want:   refused(v1alpha1.ReasonDatabaseNotPermitted),
		},
		"no database where the source has no default": {
			source: func(s *v1alpha1.DatabaseSource) { s.Spec.Databases = []v1alpha1.NamePattern{"shop_*"} },
			want:   refused(v1alpha1.ReasonDatabaseNotPermitted), wantMessage: "no default",
		},
		"a table below the floor, in another case": {
			edit: func(d *v1alpha1.DatabaseDump) { d.Spec.Tables = []v1alpha1.DatabaseName{"orders", "Sessions"} },
			source: func(s *v1alpha1.DatabaseSource) {
				s.Spec.Exclude = &v1alpha1.SourceExclusions{Tables: []v1alpha1.QualifiedPattern{"shop*.sess*"}}
			},
			want: refused(v1alpha1.ReasonTableExcluded), wantMessage: `"Sessions"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.options.Settings.AllowConsole = !tc.noConsole
			edits := []func(*v1alpha1.DatabaseSource){}
			if tc.source != nil {
				edits = append(edits, tc.source)
			}
			w.create(w.source(edits...), w.storage(), w.list())
			w.startManager()
			dump := w.dump("asked")
			if tc.edit != nil {
				tc.edit(dump)
			}
			if tc.fromChat {
				w.ask(dump)
			} else {
				w.apply(dump)
			}
			got := w.untilFinished(dump)
			checkEnd(t, got, tc.want)
			if c := conditions(got)["Accepted"]; c != "False "+tc.want.reason {
				t.Errorf("condition Accepted is %q", c)
			}
			if !strings.Contains(got.Status.Failure.Message, tc.wantMessage) || got.Status.Failure.Hint == "" {
				t.Errorf("failure %+v, want %q in it and a hint", got.Status.Failure, tc.wantMessage)
			}
			if n := w.jobs(); n != 0 {
				t.Errorf("there are %d Jobs", n)
			}
		})
	}
}

func TestWhoIsOnAListGetsADump(t *testing.T) {
	w := newWorld(t)
	list := w.list()
	w.create(w.source(), w.storage(), list)
	w.startKubelet()
	w.startManager()
	got := w.untilFinished(w.ask(w.dump("asked", askedBy("alice"))))
	want := &v1alpha1.AllowedBy{Name: "qa", UID: list.UID, Generation: 1}
	if diff := cmp.Diff(want, got.Status.AllowedBy); diff != "" || got.Status.Phase != v1alpha1.PhaseSucceeded {
		t.Errorf("phase %s, allowedBy (-want +got)\n%s", got.Status.Phase, diff)
	}
}

// TestReferencesAreWaitedFor: GitOps applies in any order.
func TestReferencesAreWaitedFor(t *testing.T) {
	for name, tc := range map[string]struct {
		reason string
		later  func(*world) client.Object
	}{
		"a source that does not exist yet":  {v1alpha1.ReasonSourceNotFound, func(w *world) client.Object { return w.source() }},
		"a storage that does not exist yet": {v1alpha1.ReasonStorageNotFound, func(w *world) client.Object { return w.storage() }},
		"a list that does not exist yet":    {v1alpha1.ReasonNotAllowed, func(w *world) client.Object { return w.list() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for _, object := range []client.Object{w.source(), w.storage(), w.list()} {
				if fmt.Sprintf("%T", object) != fmt.Sprintf("%T", tc.later(w)) {
					w.create(object)
				}
			}
			w.startKubelet()
			w.startManager()
			dump := w.ask(w.dump("asked", askedBy("alice")))
			got := w.until(dump, v1alpha1.ConditionStalled, metav1.ConditionTrue, tc.reason)
			if c := conditions(got); c["Reconciling"] != "True Progressing" || c["Accepted"] != "False "+tc.reason {
				t.Errorf("conditions %v", c)
			}
			w.create(tc.later(w))
			if got := w.untilFinished(dump); got.Status.Phase != v1alpha1.PhaseSucceeded {
				t.Errorf("status %+v", got.Status)
			}
		})
	}
}

func TestWhatNeverComesEndsAtTheStartDeadline(t *testing.T) {
	for name, tc := range map[string]struct {
		lacks string
		want  wantEnd
	}{
		"no source":  {"*v1alpha1.DatabaseSource", failed(v1alpha1.ReasonSourceNotFound)},
		"no storage": {"*v1alpha1.DumpStorage", failed(v1alpha1.ReasonStorageNotFound)},
		"no list":    {"*v1alpha1.DumpAllowList", refused(v1alpha1.ReasonNotAllowed)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.options.Settings.StartDeadline = 2 * time.Second
			for _, object := range []client.Object{w.source(startDeadline(2 * time.Second)), w.storage(), w.list()} {
				if fmt.Sprintf("%T", object) != tc.lacks {
					w.create(object)
				}
			}
			w.startManager()
			dump := w.ask(w.dump("asked", askedBy("alice")))
			w.until(dump, v1alpha1.ConditionStalled, metav1.ConditionTrue, tc.want.reason)
			checkEnd(t, w.untilFinished(dump), tc.want)
		})
	}
}

// TestWhatKeepsAPodFromRunningEndsAtTheStartDeadline, each with a reason of its own.
func TestWhatKeepsAPodFromRunningEndsAtTheStartDeadline(t *testing.T) {
	waiting := func(reason, message string) func(*corev1.PodStatus) {
		return func(s *corev1.PodStatus) {
			s.Phase = corev1.PodPending
			s.ContainerStatuses = []corev1.ContainerStatus{{
				Name: "dumper", Image: "volcado.local/dumper-mariadb:dev",
				State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}},
			}}
		}
	}
	unscheduled := func(message string) func(*corev1.PodStatus) {
		return func(s *corev1.PodStatus) {
			s.Phase = corev1.PodPending
			s.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable, Message: message}}
		}
	}
	for name, tc := range map[string]struct {
		waits   func(*corev1.PodStatus)
		want    string
		message string
	}{
		"an image that cannot be pulled": {waiting("ErrImagePull", "no such host"), v1alpha1.ReasonImagePullFailed, "no such host"},
		"an image that is backed off":    {waiting("ImagePullBackOff", "Back-off pulling"), v1alpha1.ReasonImagePullFailed, "dumper-mariadb"},
		"an image name that is none":     {waiting("InvalidImageName", ""), v1alpha1.ReasonImagePullFailed, "InvalidImageName"},
		"no node that fits":              {unscheduled("0/3 nodes are available: insufficient memory"), v1alpha1.ReasonUnschedulable, "insufficient memory"},
		"a claim that does not exist":    {unscheduled(`persistentvolumeclaim "dumps" not found`), v1alpha1.ReasonVolumeNotFound, `"dumps"`},
		"a container that is never made": {waiting("ContainerCreating", ""), v1alpha1.ReasonStartDeadlineExceeded, "ContainerCreating"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.create(w.source(startDeadline(2*time.Second)), w.storage())
			w.kubelet.always(attempt{waits: tc.waits})
			w.startKubelet()
			w.startManager()
			got := w.untilFinished(w.apply(w.dump("stuck")))
			checkEnd(t, got, failed(tc.want))
			if !strings.Contains(got.Status.Failure.Message, tc.message) {
				t.Errorf("message %q, want %q in it", got.Status.Failure.Message, tc.message)
			}
			if n := w.jobs(); n != 0 {
				t.Errorf("the Job is still there and may start yet")
			}
		})
	}
}

// TestWhatTheDumperSaysIsWhatIsSaid, and only what can be trusted makes a success.
func TestWhatTheDumperSaysIsWhatIsSaid(t *testing.T) {
	otherAttempt := func(pod *corev1.Pod) string { return strings.ReplaceAll(success(pod), string(pod.UID), "another") }
	plain := func(pod *corev1.Pod) string {
		return strings.ReplaceAll(success(pod), result.ArtifactFileGzip, result.ArtifactFilePlain)
	}
	for name, tc := range map[string]struct {
		play attempt
		want string
	}{
		"a wrong password is final":                   {says(result.AccessDenied), string(result.AccessDenied)},
		"a lost connection is tried three times":      {says(result.ConnectionLost), string(result.ConnectionLost)},
		"the dumper's own deadline":                   {says(result.RunDeadlineExceeded), v1alpha1.ReasonRunDeadlineExceeded},
		"no word at all":                              {silent("", 1), v1alpha1.ReasonDumperFailed},
		"garbage":                                     {silent("\x00\xff{", 50), v1alpha1.ReasonDumperFailed},
		"garbage and success":                         {silent("done!", 0), v1alpha1.ReasonResultLost},
		"a huge message and success":                  {silent(strings.Repeat("x", 4000), 0), v1alpha1.ReasonResultLost},
		"another attempt's word":                      {attempt{word: otherAttempt}, v1alpha1.ReasonResultLost},
		"another version":                             {silent(`{"version":2,"attempt":"x"}`, 0), v1alpha1.ReasonResultLost},
		"an artifact, and yet an exit code":           {attempt{exitCode: 44}, v1alpha1.ReasonDumperFailed},
		"an artifact of another compression":          {attempt{word: plain}, v1alpha1.ReasonResultLost},
		"a reason that breaks the syntax of reasons":  {says("no reason\nat all"), v1alpha1.ReasonDumperFailed},
		"a kill for the memory limit":                 {attempt{exitCode: 137, reason: "OOMKilled", word: func(*corev1.Pod) string { return "" }}, v1alpha1.ReasonOutOfMemory},
		"an eviction":                                 {attempt{exitCode: 137, evicted: true, word: func(*corev1.Pod) string { return "" }}, v1alpha1.ReasonEvicted},
		"an eviction that the dumper noticed":         {func() attempt { a := says(result.Interrupted); a.evicted = true; return a }(), v1alpha1.ReasonEvicted},
		"a pod that is gone before its word was read": {attempt{vanishes: true}, v1alpha1.ReasonResultLost},
		"every pod is gone before its word was read":  {attempt{vanishes: true, exitCode: 44}, v1alpha1.ReasonResultLost},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.create(w.source(), w.storage())
			w.kubelet.always(tc.play)
			w.startKubelet()
			w.startManager()
			got := w.untilFinished(w.apply(w.dump("one")))
			checkEnd(t, got, failed(tc.want))
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
	w.kubelet.always(says(result.AccessDenied))
	checkEnd(t, w.untilFinished(dump), failed(string(result.AccessDenied)))
}

func TestASecondAttemptMaySucceed(t *testing.T) {
	w := newWorld(t)
	w.create(w.source(), w.storage())
	w.kubelet.plays(func(_ *batchv1.Job, number int) attempt {
		if number == 0 {
			return says(result.ConnectionLost)
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

func TestNobodyElsesJobIsTakenOver(t *testing.T) {
	w := newWorld(t)
	// No source yet: the dump waits, and its UID is known.
	w.startManager()
	dump := w.apply(w.dump("one"))
	w.until(dump, v1alpha1.ConditionStalled, metav1.ConditionTrue, v1alpha1.ReasonSourceNotFound)
	w.create(&batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: naming.JobName("one", dump.UID)},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "dumper", Image: "evil"}},
		}}},
	})
	w.create(w.storage(), w.source())
	checkEnd(t, w.untilFinished(dump), failed(v1alpha1.ReasonNameConflict))
}

func TestANamespaceThatIsNotEnrolled(t *testing.T) {
	t.Run("is waited for", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.namespace = w.env.Namespace(t)
		w.kubelet = newKubelet(w.client, w.namespace)
		w.create(w.source(), w.storage())
		w.startKubelet()
		w.startManager()
		dump := w.apply(w.dump("one"))
		w.until(dump, v1alpha1.ConditionStalled, metav1.ConditionTrue, v1alpha1.ReasonNamespaceNotEnrolled)
		w.env.Enroll(t, w.namespace)
		if got := w.untilFinished(dump); got.Status.Phase != v1alpha1.PhaseSucceeded {
			t.Errorf("status %+v", got.Status)
		}
	})
	t.Run("ends at the start deadline", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.namespace = w.env.Namespace(t)
		w.create(w.source(startDeadline(2*time.Second)), w.storage())
		w.startManager()
		got := w.untilFinished(w.apply(w.dump("one")))
		checkEnd(t, got, failed(v1alpha1.ReasonNamespaceNotEnrolled))
		if !strings.Contains(got.Status.Failure.Hint, "kubectl apply -n "+w.namespace+" -k config/enroll") {
			t.Errorf("hint %q", got.Status.Failure.Hint)
		}
	})
}

func TestAJobThatTheAPIServerRefuses(t *testing.T) {
	t.Run("because it is invalid, at once", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.create(w.storage(), w.source(func(s *v1alpha1.DatabaseSource) {
			s.Spec.Job = &v1alpha1.JobTemplate{Tolerations: []corev1.Toleration{{Key: "a b", Operator: "Nonsense"}}}
		}))
		w.startManager()
		checkEnd(t, w.untilFinished(w.apply(w.dump("one"))), failed(v1alpha1.ReasonJobRejected))
	})
	t.Run("for a quota, at the start deadline", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.create(w.storage(), w.source(startDeadline(2*time.Second)), &corev1.ResourceQuota{
			ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "none"},
			Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{"count/jobs.batch": {}}},
			Status:     corev1.ResourceQuotaStatus{},
		})
		w.settleQuota("none")
		w.startManager()
		got := w.untilFinished(w.apply(w.dump("one")))
		checkEnd(t, got, failed(v1alpha1.ReasonJobRejected))
		if !strings.Contains(got.Status.Failure.Message, "quota") {
			t.Errorf("message %q", got.Status.Failure.Message)
		}
	})
}

// settleQuota does what the quota controller would: without a status, the API server does not count.
func (w *world) settleQuota(name string) {
	w.Helper()
	quota := &corev1.ResourceQuota{}
	w.must(w.client.Get(context.Background(), client.ObjectKey{Namespace: w.namespace, Name: name}, quota))
	quota.Status.Hard, quota.Status.Used = quota.Spec.Hard, corev1.ResourceList{"count/jobs.batch": {}}
	w.must(w.client.Status().Update(context.Background(), quota))
}

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
		if now := w.get(dump); now.Status.Phase != v1alpha1.PhaseSucceeded || !cmp.Equal(now.Status, got.Status) {
			t.Errorf("status %+v", now.Status)
		}
	})
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
	for _, dump := range dumps {
		w.untilFinished(dump)
	}
	if most := w.kubelet.mostAtOnce(); most < 2 || most > 3 {
		t.Errorf("%d ran at once, want up to 3", most)
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

func TestTheManagerReadsNoSecret(t *testing.T) {
	w := newWorld(t)
	err := w.env.ManagerClient(t).List(context.Background(), &corev1.SecretList{}, client.InNamespace(w.namespace))
	if err == nil {
		t.Error("the manager's ServiceAccount may list Secrets in an enrolled namespace")
	}
}
