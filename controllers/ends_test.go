package controllers_test

import (
	"slices"
	"testing"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// wantEnd is how a dump should have ended.
type wantEnd struct {
	finished, reason string
	phase            v1alpha1.Phase
	// unheard: an attempt left no word, so what it may have left in storage is deleted.
	unheard bool
}

// checkEnd also checks that all conditions agree with the end, whichever it is.
func checkEnd(t *testing.T, dump *v1alpha1.DatabaseDump, want wantEnd) {
	t.Helper()
	got := conditions(dump)
	wantConditions := map[string]string{
		"Complete": "False " + want.reason, "Failed": "True " + want.reason,
		"Finished": "True " + want.finished, "Reconciling": "False " + want.finished, "Stalled": "True " + want.reason,
	}
	for condition, value := range wantConditions {
		if got[condition] != value {
			t.Errorf("condition %s is %q, want %q", condition, got[condition], value)
		}
	}
	available, leftover := []string{"False " + want.reason}, []string{"Unknown Leftover", "False Deleting", "False Deleted"}
	switch {
	case want.unheard:
		available = leftover
	case want.reason == v1alpha1.ReasonCancelled, want.reason == v1alpha1.ReasonJobDeleted:
		// The pod's last word can be gone, with the pod, before the manager has looked.
		available = append(available, leftover...)
	}
	if !slices.Contains(available, got["ArtifactAvailable"]) {
		t.Errorf("condition ArtifactAvailable is %q, want one of %q", got["ArtifactAvailable"], available)
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
	return wantEnd{v1alpha1.FinishedFailed, reason, v1alpha1.PhaseFailed, false}
}

// failedUnheard is failed, after an attempt of which nobody knows what it left.
func failedUnheard(reason string) wantEnd {
	end := failed(reason)
	end.unheard = true
	return end
}

func refused(reason string) wantEnd {
	return wantEnd{v1alpha1.FinishedRefused, reason, v1alpha1.PhaseRefused, false}
}

var wasCancelled = wantEnd{v1alpha1.FinishedCancelled, v1alpha1.ReasonCancelled, v1alpha1.PhaseCancelled, false}
