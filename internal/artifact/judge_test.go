package artifact_test

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/artifact"
	"github.com/volcado-io/volcado/internal/contract"
)

// succeeded at noon, with an artifact that is kept for two hours.
func succeeded(edits ...func(*v1alpha1.DatabaseDump)) *v1alpha1.DatabaseDump {
	end := metav1.NewTime(noon)
	d := &v1alpha1.DatabaseDump{Status: v1alpha1.DatabaseDumpStatus{
		CompletionTime: &end, Storage: &v1alpha1.DumpStorageSpec{}, Artifact: &v1alpha1.Artifact{URI: "s3://x"},
		Lifetime: &v1alpha1.Lifetime{Max: hours(2), Default: hours(2)},
		Conditions: []metav1.Condition{
			{Type: v1alpha1.ConditionFinished, Status: metav1.ConditionTrue, Reason: v1alpha1.FinishedSucceeded},
			{Type: v1alpha1.ConditionArtifactAvailable, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonVerified},
		},
	}}
	for _, edit := range edits {
		edit(d)
	}
	return d
}

func deletedAt(t time.Time) func(*v1alpha1.DatabaseDump) {
	return func(d *v1alpha1.DatabaseDump) { d.DeletionTimestamp = &metav1.Time{Time: t} }
}

func retained(d *v1alpha1.DatabaseDump) { d.Spec.DeletionPolicy = v1alpha1.DeletionPolicyRetain }

func endless(d *v1alpha1.DatabaseDump) { d.Status.Lifetime = &v1alpha1.Lifetime{} }

func asking(h int) func(*v1alpha1.DatabaseDump) {
	return func(d *v1alpha1.DatabaseDump) { d.Spec.TTL = hours(h) }
}

func is(status metav1.ConditionStatus, reason string) func(*v1alpha1.DatabaseDump) {
	return func(d *v1alpha1.DatabaseDump) {
		d.Status.Conditions[1].Status, d.Status.Conditions[1].Reason = status, reason
	}
}

var (
	deleting = is(metav1.ConditionFalse, v1alpha1.ReasonDeleting)
	undone   = is(metav1.ConditionUnknown, v1alpha1.ReasonDeletionFailed)
)

func TestACopyIsKeptUntilItExpiresOrItsDumpIsDeleted(t *testing.T) {
	for name, tc := range map[string]struct {
		dump   *v1alpha1.DatabaseDump
		at     time.Duration
		reason string
		// held: the dump must not go before what it left.
		held  bool
		again time.Duration
	}{
		"its time is not over":                             {succeeded(), time.Hour, v1alpha1.ReasonVerified, true, time.Hour},
		"its time is over":                                 {succeeded(), 2 * time.Hour, v1alpha1.ReasonDeleting, true, 0},
		"it asks for less":                                 {succeeded(asking(1)), time.Hour, v1alpha1.ReasonDeleting, true, 0},
		"it asks for more than it can have":                {succeeded(asking(9)), 2 * time.Hour, v1alpha1.ReasonDeleting, true, 0},
		"it has no end":                                    {succeeded(endless), 1e5 * time.Hour, v1alpha1.ReasonVerified, true, 0},
		"it has no end but the one it asks for":            {succeeded(endless, asking(1)), time.Hour, v1alpha1.ReasonDeleting, true, 0},
		"its dump is deleted":                              {succeeded(deletedAt(noon)), time.Hour, v1alpha1.ReasonDeleting, true, 0},
		"its dump is deleted and retains it":               {succeeded(deletedAt(noon), retained), time.Hour, v1alpha1.ReasonVerified, true, time.Hour},
		"it is retained, and its time is over":             {succeeded(deletedAt(noon), retained), 2 * time.Hour, v1alpha1.ReasonDeleting, true, 0},
		"it is retained without an end":                    {succeeded(deletedAt(noon), retained, endless), time.Hour, v1alpha1.ReasonVerified, false, 0},
		"parts of it may be left":                          {succeeded(is(metav1.ConditionUnknown, v1alpha1.ReasonLeftover)), 0, v1alpha1.ReasonDeleting, true, 0},
		"it could not be deleted":                          {succeeded(undone), 0, v1alpha1.ReasonDeletionFailed, true, 0},
		"it could not be deleted, and its dump retains it": {succeeded(undone, deletedAt(noon), retained), 0, v1alpha1.ReasonAbandoned, false, 0},
		"it is retained, but its dump is not deleted":      {succeeded(undone, retained), 0, v1alpha1.ReasonDeletionFailed, true, 0},
		"a release without lifetimes made it":              {succeeded(func(d *v1alpha1.DatabaseDump) { d.Status.Lifetime = nil }), 1e5 * time.Hour, v1alpha1.ReasonVerified, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			v := artifact.Judge(noon.Add(tc.at), tc.dump)
			tc.dump.Status = v.Status
			c := meta.FindStatusCondition(v.Status.Conditions, v1alpha1.ConditionArtifactAvailable)
			if c.Reason != tc.reason || v.RequeueAfter != tc.again || artifact.NeedsFinalizer(tc.dump) != tc.held {
				t.Errorf("%s, again after %s, held %v", c.Reason, v.RequeueAfter, artifact.NeedsFinalizer(tc.dump))
			}
		})
	}
}

func TestWhatFollowsAnAttemptToDelete(t *testing.T) {
	tried := func(times int32) func(*v1alpha1.DatabaseDump) {
		return func(d *v1alpha1.DatabaseDump) {
			d.Status.Deletion = &v1alpha1.Deletion{Attempts: times, TriedAt: &metav1.Time{Time: noon}}
		}
	}
	failing := func(reason string) artifact.Outcome {
		return artifact.Outcome{Failure: &v1alpha1.Failure{Reason: reason, Message: "it failed"}}
	}
	unreachable, secret := failing(string(contract.StorageUnreachable)), failing(string(contract.StorageSecretNotFound))
	denied, gone := failing(string(contract.StorageAccessDenied)), failing(v1alpha1.ReasonAbandoned)
	denied.Final, gone.Hopeless = true, true
	for name, tc := range map[string]struct {
		dump   *v1alpha1.DatabaseDump
		of     artifact.Outcome
		reason string
		pause  time.Duration
	}{
		"nothing is left": {succeeded(deleting), artifact.Outcome{}, v1alpha1.ReasonExpired, 0},
		"nothing is left of a dump that is deleted":               {succeeded(deleting, deletedAt(noon)), artifact.Outcome{}, v1alpha1.ReasonDeleted, 0},
		"nothing is left after all":                               {succeeded(undone, tried(9)), artifact.Outcome{}, v1alpha1.ReasonExpired, 0},
		"the first failure is tried again soon":                   {succeeded(deleting), unreachable, v1alpha1.ReasonDeleting, time.Minute},
		"the second takes a little longer":                        {succeeded(deleting, tried(1)), unreachable, v1alpha1.ReasonDeleting, 5 * time.Minute},
		"the third is said":                                       {succeeded(deleting, tried(2)), unreachable, v1alpha1.ReasonDeletionFailed, 24 * time.Hour},
		"one that does not mend itself is said at once":           {succeeded(deleting), denied, v1alpha1.ReasonDeletionFailed, 24 * time.Hour},
		"somebody who waits for it does not wait for a day":       {succeeded(deleting, deletedAt(noon.Add(-time.Minute))), denied, v1alpha1.ReasonDeletionFailed, time.Hour},
		"a Secret that is gone can come back":                     {succeeded(deleting, deletedAt(noon.Add(-time.Minute)), tried(1)), secret, v1alpha1.ReasonDeleting, 5 * time.Minute},
		"a dump that is deleted does not wait for a Secret":       {succeeded(deleting, deletedAt(noon.Add(-time.Minute)), tried(2)), secret, v1alpha1.ReasonAbandoned, 0},
		"a dump that is not deleted does":                         {succeeded(deleting, tried(2)), secret, v1alpha1.ReasonDeletionFailed, 24 * time.Hour},
		"a dump that is deleted does not wait for its namespace":  {succeeded(deleting, deletedAt(noon.Add(-time.Minute))), gone, v1alpha1.ReasonAbandoned, 0},
		"one that is not deleted yet is kept, also in such a one": {succeeded(deleting), gone, v1alpha1.ReasonDeleting, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			tc.dump.Status = artifact.Tried(noon, tc.dump, tc.of)
			c := meta.FindStatusCondition(tc.dump.Status.Conditions, v1alpha1.ConditionArtifactAvailable)
			if pause := artifact.Pause(noon, tc.dump); c.Reason != tc.reason || artifact.Doomed(tc.dump) && pause != tc.pause {
				t.Errorf("%s, after %s", c.Reason, pause)
			}
		})
	}
}

func TestAClockThatJumpsNeitherForgetsNorRushesAnAttempt(t *testing.T) {
	d := succeeded(deleting)
	d.Status = artifact.Tried(noon, d, artifact.Outcome{Failure: &v1alpha1.Failure{Reason: string(contract.StorageUnreachable), Message: "it failed"}})
	for jump, want := range map[time.Duration]time.Duration{-24 * time.Hour: time.Minute, 0: time.Minute, 30 * time.Second: 30 * time.Second, 24 * time.Hour: 0} {
		if got := artifact.Pause(noon.Add(jump), d); got != want {
			t.Errorf("after a jump of %s it waits for %s, want %s", jump, got, want)
		}
	}
}
