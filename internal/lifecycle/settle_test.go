package lifecycle_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/lifecycle"
)

// lost is a dump that ran, whose Job and pod are gone, and which was judged since.
func lost() lifecycle.Facts {
	f := after(withJob(after(facts(), time.Second)), time.Second)
	f = after(withPod(f, running(f)), time.Second)
	f.Job, f.Pods = nil, nil
	return after(f, time.Second)
}

// settling adds the Job that looks for an artifact, with its pod where that has said something.
func settling(f lifecycle.Facts, exitCode int32, message string, conditions ...batchv1.JobCondition) lifecycle.Facts {
	f.Settlement = &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "settle", UID: "settle-uid"}, Status: batchv1.JobStatus{Conditions: conditions}}
	if message == "" {
		return f
	}
	with := withPod(lifecycle.Facts{Now: f.Now}, ended(f, exitCode, message))
	f.SettlementPods = with.Pods
	return f
}

func adopting(attempt string, file string) string {
	data, err := contract.Result{Attempt: "pod-uid", Adopted: attempt, Artifact: &contract.Artifact{
		File: file, SizeBytes: 1, UncompressedBytes: 2, SHA256: strings.Repeat("0", 64),
	}}.Encode()
	if err != nil {
		panic(err)
	}
	return string(data)
}

func TestAnAttemptThatWasNotHeardIsSettled(t *testing.T) {
	file := contract.DefaultFormat().File()
	done := batchv1.JobCondition{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}
	failed := jobFailed(batchv1.JobReasonPodFailurePolicy)
	for name, tc := range map[string]struct {
		facts  lifecycle.Facts
		phase  v1alpha1.Phase
		effect lifecycle.Effect
		// says is what the artifact's URI or the failure has.
		says string
	}{
		"it gets a Job that looks":                               {lost(), v1alpha1.PhaseRunning, settle, ""},
		"and no other while that one runs":                       {settling(lost(), 0, ""), v1alpha1.PhaseRunning, nothing, ""},
		"a copy that an attempt completed is the dump's":         {settling(lost(), 0, adopting("earlier", file), done), v1alpha1.PhaseSucceeded, nothing, "dump-uid/earlier/dump.sql.gz"},
		"also while the Job has not noticed its pod's end":       {settling(lost(), 0, adopting("earlier", file)), v1alpha1.PhaseSucceeded, nothing, "dump-uid/earlier/dump.sql.gz"},
		"none is a failure, for the reason that was written":     {settling(lost(), 48, failing(contract.ArtifactDoubted)), v1alpha1.PhaseFailed, nothing, "before it had ended. No attempt left a complete copy."},
		"an artifact of another compression is not adopted":      {settling(lost(), 0, adopting("earlier", "dump.sql.zst"), done), v1alpha1.PhaseFailed, nothing, "could not be found out"},
		"nor one that names no attempt":                          {settling(lost(), 0, adopting("", file), done), v1alpha1.PhaseFailed, nothing, "could not be found out"},
		"nor one whose pod failed":                               {settling(lost(), 1, adopting("earlier", file), failed), v1alpha1.PhaseFailed, nothing, "could not be found out"},
		"a storage that cannot be read is said":                  {settling(lost(), 22, failing(contract.StorageAccessDenied), failed), v1alpha1.PhaseFailed, nothing, "could not be found out: it failed"},
		"while it is tried again, that is waited for":            {settling(lost(), 46, failing(contract.StorageUnreachable)), v1alpha1.PhaseRunning, nothing, ""},
		"a Job whose pod is gone as well is no word":             {settling(lost(), 0, "", failed), v1alpha1.PhaseFailed, nothing, "could not be found out"},
		"somebody else's Job of that name ends the search":       {taken(lost()), v1alpha1.PhaseFailed, nothing, "belongs to somebody else"},
		"it does not take longer than the bound":                 {later(settling(lost(), 0, ""), 15*time.Minute), v1alpha1.PhaseFailed, nothing, "could not be found out"},
		"a cancelled dump is not settled: nobody wants the copy": {cancelledAndLost(), v1alpha1.PhaseCancelled, nothing, "Cancelled"},
	} {
		t.Run(name, func(t *testing.T) {
			v := lifecycle.Judge(tc.facts)
			says := ""
			switch {
			case v.Status.Artifact != nil:
				says = v.Status.Artifact.URI
			case v.Status.Failure != nil:
				says = v.Status.Failure.Reason + ": " + v.Status.Failure.Message
			}
			if v.Status.Phase != tc.phase || v.Effect != tc.effect || !strings.Contains(says, tc.says) {
				t.Errorf("%s, %v, %q", v.Status.Phase, v.Effect, says)
			}
			available := meta.FindStatusCondition(v.Status.Conditions, v1alpha1.ConditionArtifactAvailable)
			if leftover := available.Reason == v1alpha1.ReasonLeftover; leftover != (v.Status.Failure != nil) {
				t.Errorf("of an attempt that was not heard, ArtifactAvailable is %s, %s", available.Status, available.Reason)
			}
		})
	}
}

// Nobody waits for what nobody wants any more: a namespace that is being deleted takes the Job before the dump.
func TestADumpThatIsDeletedIsNotSettled(t *testing.T) {
	f := lost()
	f.Dump = f.Dump.DeepCopy()
	withdraw(&f)
	v := lifecycle.Judge(f)
	if v.Effect != nothing || v.Status.Failure == nil || v.Status.Failure.Reason != v1alpha1.ReasonJobDeleted {
		t.Errorf("%v, %+v", v.Effect, v.Status.Failure)
	}
}

func taken(f lifecycle.Facts) lifecycle.Facts {
	f.SettlementTaken = true
	return f
}

func cancelledAndLost() lifecycle.Facts {
	f := after(withJob(after(facts(), time.Second)), time.Second)
	f = after(withPod(f, running(f)), time.Second)
	f.Dump.Spec.Cancel = true
	f = after(f, time.Second)
	f.Job, f.Pods = nil, nil
	return f
}

func TestOnlyWhatNoAttemptToldOfMayBeLeftInStorage(t *testing.T) {
	starting := after(withJob(after(facts(), time.Second)), time.Second)
	failedWith := func(code int32, message string) lifecycle.Facts {
		f := withPod(starting, ended(starting, code, message))
		return withJob(f, jobFailed(batchv1.JobReasonBackoffLimitExceeded))
	}
	counted := failedWith(41, failing(contract.ServerUnreachable))
	counted.Job.Status.Failed = 2
	waiting := withJob(withPod(starting, corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ErrImagePull"}}), jobFailed(batchv1.JobReasonDeadlineExceeded))
	earlier := withPod(starting, corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 137, StartedAt: metav1.NewTime(starting.Now)}})
	later := withPod(starting, ended(starting, 46, failing(contract.StorageUnreachable)))
	later.Pods[0].CreationTimestamp = metav1.NewTime(starting.Now.Add(time.Minute))
	two := withJob(starting, jobFailed(batchv1.JobReasonBackoffLimitExceeded))
	two.Pods = slices.Concat(earlier.Pods, later.Pods)
	behind := failedWith(137, "")
	behind.Pods[0].Status.ContainerStatuses[0].State.Terminated.StartedAt = metav1.NewTime(starting.Now.Add(-time.Hour))
	unseen := starting
	unseen.Job, unseen.Pods = nil, nil
	for name, tc := range map[string]struct {
		facts lifecycle.Facts
		heard bool
	}{
		"an attempt that was killed, before one that failed and said so": {two, false},
		"an attempt that was killed, on a node whose clock is behind":    {behind, false},
		"a Job that was deleted before any pod of it was seen":           {unseen, false},
		"an attempt that failed and said so":                             {failedWith(12, failing(contract.AccessDenied)), true},
		"an attempt that was killed":                                     {failedWith(137, ""), false},
		"an attempt that says nonsense":                                  {failedWith(0, "done"), false},
		"an attempt of which the Job counts one more than there":         {counted, false},
		"a pod that never ran":                                           {waiting, true},
	} {
		t.Run(name, func(t *testing.T) {
			v := lifecycle.Judge(tc.facts)
			if settles := v.Effect == settle; settles == tc.heard {
				t.Errorf("settled: %v", settles)
			}
		})
	}
}
