package lifecycle_test

import (
	"regexp"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/lifecycle"
)

// TestAnyHistoryKeepsTheStatusWhole lets the world do anything, in any order, and holds each status that is written to
// what readers rely on.
func TestAnyHistoryKeepsTheStatusWhole(t *testing.T) {
	reached := map[v1alpha1.Phase]bool{}
	history := func(t *rapid.T) {
		f := facts()
		for range rapid.IntRange(1, 14).Draw(t, "steps") {
			arbitrary(t, &f)
			before := f.Dump.Status
			v := lifecycle.Judge(f)
			check(t, before, v)
			reached[v.Status.Phase] = true
			f.Dump = f.Dump.DeepCopy()
			f.Dump.Status = v.Status
			// Judged again on the same facts, nothing is left to write: otherwise each write would cause the next.
			again := lifecycle.Judge(f)
			if !equality.Semantic.DeepEqual(again.Status, v.Status) {
				t.Fatalf("judged again, the status differs\n%s", cmp.Diff(v.Status, again.Status))
			}
		}
	}
	phases := []v1alpha1.Phase{
		v1alpha1.PhasePending, v1alpha1.PhaseQueued, v1alpha1.PhaseStarting, v1alpha1.PhaseRunning, v1alpha1.PhaseSucceeded,
		v1alpha1.PhaseFailed, v1alpha1.PhaseCancelled, v1alpha1.PhaseRefused,
	}
	// A hundred histories miss the rarest phase once in about thirty times.
	for range 20 {
		if rapid.Check(t, history); len(reached) >= len(phases) {
			break
		}
	}
	for _, phase := range phases {
		if !reached[phase] {
			t.Errorf("phase %s was never reached, so nothing was shown of it", phase)
		}
	}
}

// arbitrary changes to the facts, those that make progress more often.
func arbitrary(t *rapid.T, f *lifecycle.Facts) {
	whole := facts()
	f.Now = f.Now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 1, 1, 30, 290, 400}).Draw(t, "seconds")) * time.Second)
	f.Ahead = rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "ahead")
	f.Source, f.Storage, f.AllowLists, f.Rejection = whole.Source, whole.Storage, nil, nil
	if rapid.SampledFrom([]bool{false, false, true}).Draw(t, "the source demands encryption") {
		f.Source = encrypting(f.Source, ownersKey)
	}
	f.Dump = f.Dump.DeepCopy()
	if rapid.Bool().Draw(t, "all goes well") {
		allGoesWell(f)
		return
	}
	switch rapid.IntRange(0, 20).Draw(t, "what happens") {
	case 0:
		f.Source = nil
	case 1:
		f.Storage = nil
	case 2:
		f.Rejection = &lifecycle.Rejection{Reason: v1alpha1.ReasonJobRejected, Message: rapid.String().Draw(t, "rejection"), Final: rapid.Bool().Draw(t, "final")}
	case 3:
		f.Dump.Spec.Cancel = true
		f.Dump.Generation = 2
	case 4:
		f.Source.Spec.Databases = []v1alpha1.NamePattern{"crm"}
	case 5, 6, 7:
		if meta.IsStatusConditionTrue(f.Dump.Status.Conditions, v1alpha1.ConditionAdmitted) {
			*f = withJob(*f)
		}
	case 8:
		f.Job = nil
	case 9:
		f.Pods = nil
	case 10, 11:
		*f = withPod(*f, running(*f))
	case 12, 13:
		exitCode := rapid.SampledFrom([]int32{0, 1, 12, 41, 49, 137}).Draw(t, "exit code")
		message := rapid.SampledFrom([]string{succeeding(), succeedingIn(contract.DefaultFormat().Encrypt()), failing(rapid.SampledFrom(contract.DumperReasons()).Draw(t, "reason")), failing("Bogus"), failing("no\nreason"), "", rapid.String().Draw(t, "message")}).Draw(t, "word")
		*f = withPod(*f, ended(*f, exitCode, message))
	case 14:
		*f = withPod(*f, corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{
			Reason:  rapid.SampledFrom([]string{"ErrImagePull", "ImagePullBackOff", "ContainerCreating", "CreateContainerError"}).Draw(t, "waits"),
			Message: rapid.String().Draw(t, "waiting message"),
		}})
	case 15:
		if f.Job != nil {
			*f = withJob(*f, batchv1.JobCondition{Type: batchv1.JobComplete, Status: corev1.ConditionTrue})
		}
	case 16:
		if f.Job != nil {
			*f = withJob(*f, jobFailed(rapid.SampledFrom([]string{"DeadlineExceeded", "PodFailurePolicy", "BackoffLimitExceeded"}).Draw(t, "why")))
		}
	case 17:
		withdraw(f)
	case 18, 19, 20:
		settlement(t, f)
	}
}

// settlement of a dump whose attempts were not heard.
func settlement(t *rapid.T, f *lifecycle.Facts) {
	message := rapid.SampledFrom([]string{
		"", adopting("earlier", contract.DefaultFormat().File()), adopting("", "dump.sql"), failing(contract.ArtifactDoubted),
		failing(contract.StorageUnreachable), rapid.String().Draw(t, "message"),
	}).Draw(t, "settlement")
	conditions := rapid.SampledFrom([][]batchv1.JobCondition{
		nil, {{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}}, {jobFailed("PodFailurePolicy")},
	}).Draw(t, "the settlement's end")
	*f = settling(*f, rapid.SampledFrom([]int32{0, 48}).Draw(t, "exit code"), message, conditions...)
	f.SettlementTaken = rapid.IntRange(0, 9).Draw(t, "taken") == 0
}

// allGoesWell takes the dump one step further towards its artifact.
func allGoesWell(f *lifecycle.Facts) {
	switch {
	case !meta.IsStatusConditionTrue(f.Dump.Status.Conditions, v1alpha1.ConditionAdmitted):
	case f.Job == nil:
		*f = withJob(*f)
	case len(f.Pods) == 0:
		*f = withPod(*f, running(*f))
	default:
		f.Pods = nil
		*f = withPod(*f, ended(*f, 0, succeeding()))
	}
}

// reasonSyntax is metav1.Condition's.
var reasonSyntax = regexp.MustCompile(`^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$`)

var allConditions = []string{"Accepted", "Admitted", "Complete", "Failed", "ArtifactAvailable", "Finished", "Reconciling", "Stalled"}

func check(t *rapid.T, before v1alpha1.DatabaseDumpStatus, v lifecycle.Verdict) {
	s := v.Status
	is := func(condition string) bool { return meta.IsStatusConditionTrue(s.Conditions, condition) }
	var types []string
	for _, c := range s.Conditions {
		types = append(types, c.Type)
		if !reasonSyntax.MatchString(c.Reason) || len(c.Message) > 32768 || !utf8.ValidString(c.Message) {
			t.Fatalf("the API server would refuse condition %+v", c)
		}
	}
	if !slices.Equal(types, allConditions) {
		t.Fatalf("conditions are %v", types)
	}
	if f := s.Failure; f != nil && (len(f.Reason) > 64 || utf8.RuneCountInString(f.Message) > 1024 || utf8.RuneCountInString(f.Hint) > 1024) {
		t.Fatalf("the API server would refuse failure %+v", f)
	}
	if f := s.Failure; f != nil && !slices.Contains(contract.Reasons(), contract.Reason(f.Reason)) {
		t.Fatalf("reason %s is none that people are told of", f.Reason)
	}
	finished := is("Finished")
	if meta.IsStatusConditionTrue(before.Conditions, "Finished") && !equality.Semantic.DeepEqual(before, s) {
		t.Fatalf("a finished dump was changed\n%s", cmp.Diff(before, s))
	}
	switch {
	case finished == is("Reconciling"):
		t.Fatal("Finished and Reconciling agree")
	case finished && is("Complete") == is("Failed"):
		t.Fatal("at the end, Complete and Failed agree")
	case !finished && (is("Complete") || is("Failed") || s.CompletionTime != nil || s.Failure != nil || s.Artifact != nil):
		t.Fatalf("an end before the end: %+v", s)
	case is("Complete") != (s.Artifact != nil) || is("ArtifactAvailable") != (s.Artifact != nil):
		t.Fatalf("the artifact and its conditions disagree: %+v", s)
	case is("Failed") != (s.Failure != nil):
		t.Fatalf("the failure and its condition disagree: %+v", s)
	case finished && (s.CompletionTime == nil || v.Effect != nothing || v.RequeueAfter != 0):
		t.Fatalf("at the end there is more to do: %+v", v)
	case finished && is("Failed") == (s.Artifact != nil):
		t.Fatalf("an artifact and a failure: %+v", s)
	case s.Artifact != nil && s.Storage == nil, v.Effect.Verb == lifecycle.Create && s.Storage == nil:
		t.Fatal("no storage was written down")
	case s.Phase != lifecycle.PhaseOf(s.Conditions):
		t.Fatalf("phase %s does not follow from the conditions", s.Phase)
	case kstatus(s.Conditions) != map[bool]string{false: "InProgress", true: map[bool]string{true: "Current", false: "Failed"}[is("Complete")]}[finished]:
		t.Fatalf("kstatus reads %s from %+v", kstatus(s.Conditions), s.Conditions)
	}
}

// kstatus is what sigs.k8s.io/cli-utils' kstatus makes of conditions: the first in their order that is True decides.
func kstatus(conditions []metav1.Condition) string {
	for _, c := range conditions {
		switch {
		case c.Type == "Reconciling" && c.Status == metav1.ConditionTrue:
			return "InProgress"
		case c.Type == "Stalled" && c.Status == metav1.ConditionTrue:
			return "Failed"
		}
	}
	return "Current"
}

func TestPhaseOf(t *testing.T) {
	condition := func(kind string, status metav1.ConditionStatus, reason string) metav1.Condition {
		return metav1.Condition{Type: kind, Status: status, Reason: reason}
	}
	accepted, admitted := condition("Accepted", "True", "Allowed"), condition("Admitted", "True", "Admitted")
	for name, tc := range map[string]struct {
		conditions []metav1.Condition
		want       v1alpha1.Phase
	}{
		"nothing is known":              {nil, v1alpha1.PhasePending},
		"it waits for a reference":      {[]metav1.Condition{condition("Accepted", "False", "SourceNotFound")}, v1alpha1.PhasePending},
		"it is accepted":                {[]metav1.Condition{accepted, condition("Admitted", "False", "Queued")}, v1alpha1.PhaseQueued},
		"it is admitted":                {[]metav1.Condition{accepted, admitted}, v1alpha1.PhaseStarting},
		"its list went after admission": {[]metav1.Condition{condition("Accepted", "False", "NotAllowed"), admitted}, v1alpha1.PhaseStarting},
		"it runs":                       {[]metav1.Condition{accepted, admitted, condition("Reconciling", "True", "Running")}, v1alpha1.PhaseRunning},
		"it succeeded":                  {[]metav1.Condition{accepted, admitted, condition("Finished", "True", "Succeeded")}, v1alpha1.PhaseSucceeded},
		"it failed":                     {[]metav1.Condition{accepted, condition("Finished", "True", "Failed")}, v1alpha1.PhaseFailed},
		"it was cancelled":              {[]metav1.Condition{condition("Finished", "True", "Cancelled")}, v1alpha1.PhaseCancelled},
		"it was refused":                {[]metav1.Condition{condition("Finished", "True", "Refused")}, v1alpha1.PhaseRefused},
		"it is not finished":            {[]metav1.Condition{condition("Finished", "False", "Progressing")}, v1alpha1.PhasePending},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lifecycle.PhaseOf(tc.conditions); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}
