package lifecycle_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/jobmeta"
	"github.com/volcado-io/volcado/internal/jobspec"
	"github.com/volcado-io/volcado/internal/lifecycle"
)

var (
	nothing = lifecycle.Effect{}
	create  = lifecycle.Effect{Verb: lifecycle.Create, Job: jobspec.KindCopy}
	stop    = lifecycle.Effect{Verb: lifecycle.Delete, Job: jobspec.KindCopy}
	settle  = lifecycle.Effect{Verb: lifecycle.Create, Job: jobspec.KindSettle}
)

// want is what a verdict is compared by.
type want struct {
	phase       v1alpha1.Phase
	reason      string // of failure, or of condition Stalled where it is True
	effect      lifecycle.Effect
	requeue     time.Duration
	irrevocable bool
}

func TestJudge(t *testing.T) {
	console := &v1alpha1.Requester{Platform: v1alpha1.PlatformConsole, User: "alice", Channel: "c", ChannelKind: v1alpha1.ChannelKindPrivate, Message: "1"}
	// A dump whose Job was made and which was judged once since, so that the status knows of it.
	starting := func() lifecycle.Facts { return after(withJob(after(facts(), time.Second)), time.Second) }
	started := func() lifecycle.Facts {
		f := starting()
		return after(withPod(f, running(f)), time.Second)
	}
	edit := func(f lifecycle.Facts, edit func(*lifecycle.Facts)) lifecycle.Facts {
		f.Dump = f.Dump.DeepCopy()
		edit(&f)
		return f
	}
	for name, tc := range map[string]struct {
		facts lifecycle.Facts
		want  want
	}{
		"a new dump that lacks nothing is admitted and gets its Job": {
			facts(), want{v1alpha1.PhaseStarting, "", create, 5 * time.Minute, true},
		},
		"a dump behind others queues, and time does not help": {
			edit(facts(), func(f *lifecycle.Facts) { f.Ahead = 1 }), want{v1alpha1.PhaseQueued, "", nothing, 0, false},
		},
		"an admitted dump whose Job was not seen gets it, whoever is ahead": {
			edit(after(facts(), time.Second), func(f *lifecycle.Facts) { f.Ahead = 7 }),
			want{v1alpha1.PhaseStarting, "", create, 5*time.Minute - time.Second, true},
		},
		"a missing source is waited for, for as long as the manager says": {
			edit(facts(), func(f *lifecycle.Facts) { f.Source = nil }), want{v1alpha1.PhasePending, v1alpha1.ReasonSourceNotFound, nothing, 10 * time.Minute, false},
		},
		"a missing storage is waited for, for as long as the source says": {
			edit(facts(), func(f *lifecycle.Facts) { f.Storage = nil }), want{v1alpha1.PhasePending, v1alpha1.ReasonStorageNotFound, nothing, 5 * time.Minute, false},
		},
		"a missing storage ends it at the deadline": {
			edit(facts(), func(f *lifecycle.Facts) { f.Storage, f.Now = nil, noon.Add(5*time.Minute) }),
			want{v1alpha1.PhaseFailed, v1alpha1.ReasonStorageNotFound, nothing, 0, true},
		},
		"a manager that was away for the whole wait still takes what has come": {
			edit(facts(), func(f *lifecycle.Facts) { f.Now = noon.Add(time.Hour) }),
			want{v1alpha1.PhaseStarting, "", create, 5 * time.Minute, true},
		},
		"a source that goes while the dump queues is waited for anew": {
			edit(after(edit(facts(), func(f *lifecycle.Facts) { f.Ahead = 1 }), time.Hour), func(f *lifecycle.Facts) { f.Source = nil }),
			want{v1alpha1.PhasePending, v1alpha1.ReasonSourceNotFound, nothing, 10 * time.Minute, false},
		},
		"a list that does not exist is waited for": {
			edit(facts(), func(f *lifecycle.Facts) { f.Dump.Spec.RequestedBy = console }),
			want{v1alpha1.PhasePending, v1alpha1.ReasonNotAllowed, nothing, 5 * time.Minute, false},
		},
		"a list that never came refuses it": {
			edit(facts(), func(f *lifecycle.Facts) { f.Dump.Spec.RequestedBy, f.Now = console, noon.Add(6*time.Minute) }),
			want{v1alpha1.PhaseRefused, v1alpha1.ReasonNotAllowed, nothing, 0, true},
		},
		"a list that exists and does not allow it refuses it at once": {
			edit(facts(), func(f *lifecycle.Facts) {
				f.Dump.Spec.RequestedBy = console
				f.AllowLists = []v1alpha1.DumpAllowList{{Spec: v1alpha1.DumpAllowListSpec{Sources: []v1alpha1.AllowedSource{"*"}}}}
			}),
			want{v1alpha1.PhaseRefused, v1alpha1.ReasonNotAllowed, nothing, 0, true},
		},
		"a channel that outsiders share is refused at once, whatever lists may come": {
			edit(facts(), func(f *lifecycle.Facts) {
				f.Dump.Spec.RequestedBy, f.Source = console.DeepCopy(), nil
				f.Dump.Spec.RequestedBy.ChannelKind = v1alpha1.ChannelKindShared
			}),
			want{v1alpha1.PhaseRefused, v1alpha1.ReasonNotAllowed, nothing, 0, true},
		},
		"a console is refused before anything else is looked at": {
			edit(facts(), func(f *lifecycle.Facts) {
				f.Dump.Spec.RequestedBy, f.Settings.AllowConsole, f.Source = console, false, nil
			}),
			want{v1alpha1.PhaseRefused, v1alpha1.ReasonConsoleNotAllowed, nothing, 0, true},
		},
		"a source with a label that is not allowed is refused at once, without its storage too": {
			edit(facts(), func(f *lifecycle.Facts) { f.Source, f.Storage = labelled(f.Source), nil }),
			want{v1alpha1.PhaseRefused, v1alpha1.ReasonJobMetadataNotAllowed, nothing, 0, true},
		},
		"a label that this manager allows": {
			edit(facts(), func(f *lifecycle.Facts) {
				f.Source, f.Settings.JobMetadata.Labels = labelled(f.Source), jobmeta.Keys{"app"}
			}),
			want{v1alpha1.PhaseStarting, "", create, 5 * time.Minute, true},
		},
		"a label that comes when the dump is admitted and has no Job yet": {
			edit(after(facts(), time.Second), func(f *lifecycle.Facts) { f.Source = labelled(f.Source) }),
			want{v1alpha1.PhaseRefused, v1alpha1.ReasonJobMetadataNotAllowed, nothing, 0, true},
		},
		"a label that comes when the dump runs": {
			edit(started(), func(f *lifecycle.Facts) { f.Source = labelled(f.Source) }), want{v1alpha1.PhaseRunning, "", nothing, 0, false},
		},
		"a source with a recipient that is none is refused at once, without its storage too": {
			edit(facts(), func(f *lifecycle.Facts) { f.Source, f.Storage = encrypting(f.Source, "age1x"), nil }),
			want{v1alpha1.PhaseRefused, v1alpha1.ReasonRecipientInvalid, nothing, 0, true},
		},
		"a dump with a recipient that is none": {
			edit(facts(), func(f *lifecycle.Facts) { f.Dump.Spec.Encryption = encryption("age1x") }),
			want{v1alpha1.PhaseRefused, v1alpha1.ReasonRecipientInvalid, nothing, 0, true},
		},
		"a recipient that is none and comes when the dump is admitted and has no Job yet": {
			edit(after(facts(), time.Second), func(f *lifecycle.Facts) { f.Source = encrypting(f.Source, "age1x") }),
			want{v1alpha1.PhaseRefused, v1alpha1.ReasonRecipientInvalid, nothing, 0, true},
		},
		"a recipient that is none and comes when the dump runs": {
			edit(started(), func(f *lifecycle.Facts) { f.Source = encrypting(f.Source, "age1x") }), want{v1alpha1.PhaseRunning, "", nothing, 0, false},
		},
		"a Job of somebody else's with its name": {
			edit(facts(), func(f *lifecycle.Facts) { f.NameTaken = true }), want{v1alpha1.PhaseFailed, v1alpha1.ReasonNameConflict, nothing, 0, true},
		},
		"a Job in its name that was there before it was admitted": {
			withJob(facts()), want{v1alpha1.PhaseFailed, v1alpha1.ReasonNameConflict, nothing, 0, true},
		},
		"a namespace that is not enrolled is tried again soon": {
			edit(after(facts(), time.Second), func(f *lifecycle.Facts) {
				f.Rejection = &lifecycle.Rejection{Reason: v1alpha1.ReasonNamespaceNotEnrolled}
			}),
			want{v1alpha1.PhaseStarting, v1alpha1.ReasonNamespaceNotEnrolled, nothing, 5 * time.Second, false},
		},
		"an invalid Job is not tried again": {
			edit(after(facts(), time.Second), func(f *lifecycle.Facts) {
				f.Rejection = &lifecycle.Rejection{Reason: v1alpha1.ReasonJobRejected, Message: "spec.x", Final: true}
			}),
			want{v1alpha1.PhaseFailed, v1alpha1.ReasonJobRejected, nothing, 0, true},
		},
		"a Job that could not be made in time": {
			after(facts(), 5*time.Minute), want{v1alpha1.PhaseFailed, v1alpha1.ReasonStartDeadlineExceeded, nothing, 0, true},
		},
		"cancelled before it had a Job": {
			edit(facts(), func(f *lifecycle.Facts) { f.Dump.Spec.Cancel = true }), want{v1alpha1.PhaseCancelled, v1alpha1.ReasonCancelled, nothing, 0, true},
		},
		"cancelled while it runs: the reason is written, then the Job is deleted": {
			edit(started(), func(f *lifecycle.Facts) { f.Dump.Spec.Cancel = true }),
			want{v1alpha1.PhaseRunning, "", stop, 5 * time.Minute, true},
		},
		"cancelled, and its pod still runs without its Job": {
			edit(after(edit(started(), func(f *lifecycle.Facts) { f.Dump.Spec.Cancel = true }), time.Minute), func(f *lifecycle.Facts) { f.Job = nil }),
			want{v1alpha1.PhaseRunning, "", nothing, 4 * time.Minute, true},
		},
		"cancelled, and its pod is gone": {
			edit(after(edit(started(), func(f *lifecycle.Facts) { f.Dump.Spec.Cancel = true }), time.Minute), func(f *lifecycle.Facts) { f.Job, f.Pods = nil, nil }),
			want{v1alpha1.PhaseCancelled, v1alpha1.ReasonCancelled, nothing, 0, true},
		},
		"cancelled, and its pod is never seen to stop": {
			after(edit(started(), func(f *lifecycle.Facts) { f.Dump.Spec.Cancel = true }), 5*time.Minute),
			want{v1alpha1.PhaseCancelled, v1alpha1.ReasonCancelled, nothing, 0, true},
		},
		"cancelled, and the artifact was finished in the last moment": {
			func() lifecycle.Facts {
				f := after(edit(started(), func(f *lifecycle.Facts) { f.Dump.Spec.Cancel = true }), time.Second)
				f.Pods = nil
				return withPod(f, ended(f, 0, succeeding()))
			}(),
			want{v1alpha1.PhaseSucceeded, "", nothing, 0, true},
		},
		"a pod that is to go with its node is given time": {
			deleted(started(), 30*time.Second), want{v1alpha1.PhaseRunning, "", nothing, 90 * time.Second, false},
		},
		"a pod that was lost with its node, of which the Job never says that it has ended": {
			later(deleted(started(), 30*time.Second), 90*time.Second), want{v1alpha1.PhaseRunning, "", stop, 5 * time.Minute, true},
		},
		"a pod that was lost with its node, once its Job is deleted, may have completed a copy": {
			edit(after(later(deleted(started(), 30*time.Second), 90*time.Second), time.Second), func(f *lifecycle.Facts) { f.Job = nil }),
			want{v1alpha1.PhaseRunning, "", settle, 15*time.Minute - time.Second, true},
		},
		"a pod that was lost with its node, when the Job's deadline is over": {
			edit(after(withJob(later(deleted(started(), 0), time.Minute), jobStopping(batchv1.JobReasonDeadlineExceeded)), time.Second),
				func(f *lifecycle.Facts) { f.Job = nil }),
			want{v1alpha1.PhaseRunning, "", settle, 15*time.Minute - time.Second, true},
		},
		"a pod of a dump that was deleted still reads from the source": {
			stray(facts(), nil), want{v1alpha1.PhaseQueued, "", nothing, 0, false},
		},
		"a pod of a dump that was deleted is being stopped": {
			stray(facts(), new(30*time.Second)), want{v1alpha1.PhaseQueued, "", nothing, 90 * time.Second, false},
		},
		"a pod of a dump that was deleted was lost with its node": {
			stray(facts(), new(-time.Minute)), want{v1alpha1.PhaseStarting, "", create, 5 * time.Minute, true},
		},
		"a container that cannot be started has not run": {
			func() lifecycle.Facts {
				f := starting()
				return withPod(f, corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
					ExitCode: 128, Reason: "StartError", Message: "exec format error", StartedAt: metav1.Unix(0, 0),
				}})
			}(),
			want{v1alpha1.PhaseStarting, "", nothing, 5*time.Minute - 2*time.Second, false},
		},
		"a Job without a pod": {starting(), want{v1alpha1.PhaseStarting, "", nothing, 14 * time.Second, false}},
		"a Job that has no pod long after it was made": {
			later(starting(), 14*time.Second), want{v1alpha1.PhaseStarting, v1alpha1.ReasonPodNotCreated, nothing, 5*time.Minute - 16*time.Second, false},
		},
		"a Job without a pod at the deadline is deleted": {
			edit(starting(), func(f *lifecycle.Facts) { f.Now = noon.Add(5 * time.Minute) }),
			want{v1alpha1.PhaseStarting, "", stop, 5 * time.Minute, true},
		},
		"a pod that runs is not waited for": {started(), want{v1alpha1.PhaseRunning, "", nothing, 0, false}},
		"a pod that runs on after the start deadline": {
			edit(started(), func(f *lifecycle.Facts) { f.Now = noon.Add(6 * time.Minute) }), want{v1alpha1.PhaseRunning, "", nothing, 0, false},
		},
		"a pod that vouches for an artifact, whatever its Job says": {
			func() lifecycle.Facts {
				f := withJob(starting(), jobFailed(batchv1.JobReasonDeadlineExceeded))
				return withPod(f, ended(f, 0, succeeding()))
			}(),
			want{v1alpha1.PhaseSucceeded, "", nothing, 0, true},
		},
		"a Job that completed without a word": {
			withJob(starting(), batchv1.JobCondition{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}),
			want{v1alpha1.PhaseFailed, v1alpha1.ReasonResultLost, nothing, 0, true},
		},
		"an attempt that failed is not the end while the Job goes on": {
			func() lifecycle.Facts {
				f := starting()
				return withPod(f, ended(f, 41, failing(contract.ConnectionLost)))
			}(),
			want{v1alpha1.PhaseRunning, "", nothing, 0, false},
		},
		"the last attempt's word is the Job's": {
			func() lifecycle.Facts {
				f := starting()
				f = withPod(f, ended(f, 40, failing(contract.ServerUnreachable)))
				f.Now = f.Now.Add(time.Minute)
				f = withPod(f, ended(f, 41, failing(contract.ConnectionLost)))
				return withJob(f, jobFailed(batchv1.JobReasonBackoffLimitExceeded))
			}(),
			want{v1alpha1.PhaseFailed, string(contract.ConnectionLost), nothing, 0, true},
		},
		"the Job's deadline interrupts the dumper": {
			func() lifecycle.Facts {
				f := withJob(started(), jobFailed(batchv1.JobReasonDeadlineExceeded))
				f.Pods = nil
				return withPod(f, ended(f, 49, failing(contract.Interrupted)))
			}(),
			want{v1alpha1.PhaseFailed, v1alpha1.ReasonRunDeadlineExceeded, nothing, 0, true},
		},
		"the Job's deadline takes the pod with it": {
			edit(withJob(started(), jobFailed(batchv1.JobReasonDeadlineExceeded)), func(f *lifecycle.Facts) { f.Pods = nil }),
			want{v1alpha1.PhaseRunning, "", settle, 15 * time.Minute, true},
		},
		"the Job's deadline while no pod ever ran": {
			withJob(starting(), jobFailed(batchv1.JobReasonDeadlineExceeded)), want{v1alpha1.PhaseFailed, v1alpha1.ReasonPodNotCreated, nothing, 0, true},
		},
		"a Job that somebody deleted, while its pod still runs": {
			edit(started(), func(f *lifecycle.Facts) { f.Job = nil }), want{v1alpha1.PhaseRunning, "", nothing, 5 * time.Minute, true},
		},
		"a Job that somebody deleted, with its pod": {
			edit(started(), func(f *lifecycle.Facts) { f.Job, f.Pods = nil, nil }), want{v1alpha1.PhaseRunning, "", settle, 15 * time.Minute, true},
		},
		"a dump that is being deleted, and left nothing, is left alone": {
			edit(facts(), func(f *lifecycle.Facts) { f.Dump.DeletionTimestamp = &metav1.Time{Time: noon} }), want{},
		},
		"a dump that is deleted while its Job writes is stopped": {
			edit(started(), withdraw), want{v1alpha1.PhaseRunning, "", stop, 5 * time.Minute, true},
		},
		"a dump that is deleted before its Job is made ends": {
			edit(after(facts(), time.Second), withdraw), want{v1alpha1.PhaseCancelled, v1alpha1.ReasonCancelled, nothing, 0, true},
		},
		"a finished dump is left alone, though its Job runs": {
			edit(after(edit(facts(), func(f *lifecycle.Facts) { f.Dump.Spec.Cancel = true }), time.Hour), func(f *lifecycle.Facts) { *f = withJob(*f) }),
			want{v1alpha1.PhaseCancelled, v1alpha1.ReasonCancelled, nothing, 0, false},
		},
	} {
		t.Run(name, func(t *testing.T) {
			untouched := tc.facts.Dump.DeepCopy()
			v := lifecycle.Judge(tc.facts)
			got := want{v.Status.Phase, "", v.Effect, v.RequeueAfter, v.Irrevocable}
			if v.Status.Failure != nil {
				got.reason = v.Status.Failure.Reason
			} else if c := meta.FindStatusCondition(v.Status.Conditions, v1alpha1.ConditionStalled); c != nil && c.Status == metav1.ConditionTrue {
				got.reason = c.Reason
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(untouched, tc.facts.Dump); diff != "" {
				t.Errorf("the facts were changed\n%s", diff)
			}
		})
	}
}

// withdraw deletes a dump that waits for what it left in storage.
func withdraw(f *lifecycle.Facts) {
	f.Dump.DeletionTimestamp, f.Dump.Finalizers = &metav1.Time{Time: f.Now}, []string{v1alpha1.FinalizerArtifact}
}

func TestTheDumpersWarningsAreInTheStatusAsFarAsTheyAreKnown(t *testing.T) {
	const known = contract.TablesNotConsistent
	for name, tc := range map[string]struct {
		said []contract.Warning
		want []v1alpha1.Warning
	}{
		"none":                            {nil, nil},
		"one":                             {[]contract.Warning{{Name: known, Count: 5, Names: []string{"a", "b", "c"}}}, []v1alpha1.Warning{{Name: string(known), Count: 5, Names: []string{"a", "b", "c"}}}},
		"less than none is none":          {[]contract.Warning{{Name: known, Count: -3}}, []v1alpha1.Warning{{Name: string(known)}}},
		"more than the API has place for": {[]contract.Warning{{Name: known, Count: 1 << 40, Names: []string{"a", "b", "c", "d"}}}, []v1alpha1.Warning{{Name: string(known), Count: math.MaxInt32, Names: []string{"a", "b", "c"}}}},
		"one that nobody knows":           {[]contract.Warning{{Name: "Bogus", Count: 1}}, nil},
		"the same twice":                  {[]contract.Warning{{Name: known, Count: 1}, {Name: known, Count: 2}}, []v1alpha1.Warning{{Name: string(known), Count: 1}}},
		"a name with a line break": {[]contract.Warning{{Name: known, Count: 1, Names: []string{"a\nb" + strings.Repeat("x", 100)}}},
			[]v1alpha1.Warning{{Name: string(known), Count: 1, Names: []string{"a b" + strings.Repeat("x", 60) + "…"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			f := withJob(after(facts(), time.Second))
			f = withPod(f, ended(f, 0, succeedingWith(tc.said...)))
			if diff := cmp.Diff(tc.want, lifecycle.Judge(f).Status.Warnings); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestADumpThatWaitsSaysWhatToDoAndItsFailureSaysItOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		waits, ends  lifecycle.Facts
		says, hinted string
	}{
		"what is missing may still be applied": {
			waits: withoutSource(noon), ends: withoutSource(noon.Add(10 * time.Minute)),
			says: "DatabaseSource shop does not exist", hinted: "Apply the DatabaseSource",
		},
		"a Job that the API server refuses": {
			waits: refused(facts()), ends: notRefused(after(refused(facts()), 5*time.Minute)),
			says: "over quota", hinted: "a quota",
		},
	} {
		t.Run(name, func(t *testing.T) {
			stalled := meta.FindStatusCondition(lifecycle.Judge(tc.waits).Status.Conditions, v1alpha1.ConditionStalled)
			if !strings.Contains(stalled.Message, tc.says) || !strings.Contains(stalled.Message, tc.hinted) {
				t.Errorf("it waits with %q", stalled.Message)
			}
			failed := lifecycle.Judge(tc.ends).Status.Failure
			if failed == nil || !strings.Contains(failed.Message, tc.says) || strings.Contains(failed.Message, tc.hinted) || !strings.Contains(failed.Hint, tc.hinted) {
				t.Errorf("it ends with %+v", failed)
			}
		})
	}
}

func TestAContainerThatCannotBeStartedIsExplainedInTheRuntimesWords(t *testing.T) {
	f := after(withJob(after(facts(), time.Second)), time.Second)
	f = withPod(f, corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: 128, Reason: "StartError", Message: "exec format error", StartedAt: metav1.Unix(0, 0),
	}})
	status := lifecycle.Judge(withJob(f, jobFailed(batchv1.JobReasonBackoffLimitExceeded))).Status
	if status.StartTime != nil {
		t.Errorf("it is said to have started at %s", status.StartTime)
	}
	if status.Failure == nil || status.Failure.Reason != v1alpha1.ReasonDumperFailed || !strings.Contains(status.Failure.Message, "exec format error") {
		t.Errorf("failure %+v", status.Failure)
	}
}

func TestTidy(t *testing.T) {
	keep := lifecycle.KeepJob(24 * time.Hour)
	finished := facts().Dump
	finished.Status.CompletionTime = &metav1.Time{Time: noon}
	done := batchv1.JobCondition{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}
	job := func(made time.Time, conditions ...batchv1.JobCondition) *batchv1.Job {
		return &batchv1.Job{ObjectMeta: metav1.ObjectMeta{CreationTimestamp: metav1.NewTime(made)}, Status: batchv1.JobStatus{Conditions: conditions}}
	}
	for name, tc := range map[string]struct {
		now    time.Time
		job    *batchv1.Job
		effect lifecycle.Effect
		after  time.Duration
	}{
		"no Job":                                       {noon, nil, nothing, 0},
		"a finished Job is kept for its log":           {noon.Add(time.Hour), job(noon, done), nothing, 23 * time.Hour},
		"a finished Job goes in time":                  {noon.Add(24 * time.Hour), job(noon, done), stop, 0},
		"a Job may take a moment to see its end":       {noon.Add(time.Second), job(noon.Add(-time.Hour)), nothing, 59 * time.Second},
		"a Job that runs on is stopped":                {noon.Add(time.Minute), job(noon.Add(-time.Hour)), stop, 0},
		"a Job that was made after the end is stopped": {noon.Add(2 * time.Second), job(noon.Add(time.Second)), stop, 0},
	} {
		t.Run(name, func(t *testing.T) {
			effect, after := keep.Tidy(tc.now, finished, tc.job)
			if effect != tc.effect || after != tc.after {
				t.Errorf("%v after %s, want %v after %s", effect, after, tc.effect, tc.after)
			}
		})
	}
}
