package artifact_test

import (
	"slices"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/artifact"
	"github.com/volcado-io/volcado/internal/contract"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// finished is a dump that ended at noon, with an artifact or with what an attempt may have left.
func finished(t *rapid.T) *v1alpha1.DatabaseDump {
	end := metav1.NewTime(noon)
	d := &v1alpha1.DatabaseDump{ObjectMeta: metav1.ObjectMeta{Generation: 1}, Status: v1alpha1.DatabaseDumpStatus{
		CompletionTime: &end, Storage: &v1alpha1.DumpStorageSpec{},
		Conditions: []metav1.Condition{
			{Type: v1alpha1.ConditionFinished, Status: metav1.ConditionTrue, Reason: v1alpha1.FinishedSucceeded},
			{Type: v1alpha1.ConditionArtifactAvailable, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonVerified},
		},
	}}
	d.Status.Lifetime = rapid.SampledFrom([]*v1alpha1.Lifetime{
		{Default: hours(168)}, {Max: hours(2), Default: hours(2)}, {},
	}).Draw(t, "lifetime")
	d.Spec.DeletionPolicy = rapid.SampledFrom([]v1alpha1.DeletionPolicy{v1alpha1.DeletionPolicyDelete, v1alpha1.DeletionPolicyRetain}).Draw(t, "policy")
	if rapid.IntRange(0, 3).Draw(t, "it failed") == 0 {
		d.Status.Conditions[1].Status, d.Status.Conditions[1].Reason = metav1.ConditionUnknown, v1alpha1.ReasonLeftover
		return d
	}
	d.Status.Artifact = &v1alpha1.Artifact{URI: "s3://x"}
	return d
}

func hours(h int) *metav1.Duration {
	return &metav1.Duration{Duration: time.Duration(h) * time.Hour}
}

// history is what is in storage and what people do, apart from what is written of it.
type history struct {
	now  time.Time
	dump *v1alpha1.DatabaseDump
	// inStorage: something of the dump is there.
	inStorage bool
	// gone: the object is.
	gone bool
}

// step lets one thing happen.
func (h *history) step(t *rapid.T) {
	h.now = h.now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 60, 600, 24 * 60, -60}).Draw(t, "minutes")) * time.Minute)
	d := h.dump.DeepCopy()
	switch rapid.IntRange(0, 5).Draw(t, "what happens") {
	case 0:
		d.Spec.TTL = rapid.SampledFrom([]*metav1.Duration{nil, hours(1), hours(1000)}).Draw(t, "ttl")
		d.Generation++
	case 1:
		d.Spec.DeletionPolicy = rapid.SampledFrom([]v1alpha1.DeletionPolicy{v1alpha1.DeletionPolicyDelete, v1alpha1.DeletionPolicyRetain}).Draw(t, "policy")
		d.Generation++
	case 2:
		if d.DeletionTimestamp == nil && rapid.IntRange(0, 2).Draw(t, "deleted") == 0 {
			d.DeletionTimestamp = &metav1.Time{Time: h.now}
		}
	}
	h.dump = d
	h.judge(t)
	if !artifact.Doomed(h.dump) || artifact.Pause(h.now, h.dump) > 0 || h.gone {
		return
	}
	o := artifact.Outcome{Failure: rapid.SampledFrom([]*v1alpha1.Failure{
		nil, nil, {Reason: string(contract.StorageAccessDenied), Message: "refused"}, {Reason: string(contract.StorageSecretNotFound), Message: "no Secret"},
	}).Draw(t, "outcome")}
	o.Final = o.Failure != nil && contract.Reason(o.Failure.Reason).Final()
	o.Hopeless = o.Failure != nil && rapid.IntRange(0, 9).Draw(t, "hopeless") == 0
	h.inStorage = h.inStorage && o.Failure != nil
	h.dump = h.dump.DeepCopy()
	h.dump.Status = artifact.Tried(h.now, h.dump, o)
	h.judge(t)
}

// judge as the reconciler does, and hold each verdict to what always holds.
func (h *history) judge(t *rapid.T) {
	before := h.dump
	v := artifact.Judge(h.now, before)
	h.dump = before.DeepCopy()
	h.dump.Status = v.Status
	if again := artifact.Judge(h.now, h.dump); !equality.Semantic.DeepEqual(again.Status, v.Status) {
		t.Fatal("judged again, the status differs: each write would cause the next")
	}
	untouched := func(s v1alpha1.DatabaseDumpStatus) v1alpha1.DatabaseDumpStatus {
		s = *s.DeepCopy()
		s.ObservedGeneration, s.Deletion = 0, nil
		if s.Artifact != nil {
			s.Artifact.ExpiresAt = nil
		}
		s.Conditions = slices.DeleteFunc(s.Conditions, func(c metav1.Condition) bool { return c.Type == v1alpha1.ConditionArtifactAvailable })
		for i := range s.Conditions {
			s.Conditions[i].ObservedGeneration = 0
		}
		return s
	}
	if !equality.Semantic.DeepEqual(untouched(before.Status), untouched(v.Status)) {
		t.Fatal("the copy's end was changed")
	}
	was, is := artifact.StateOf(before), artifact.StateOf(h.dump)
	if was == artifact.StateDeleting && is == artifact.StateKept || was == artifact.StateNothing && is != artifact.StateNothing {
		t.Fatalf("from %d to %d: what is gone, or going, came back", was, is)
	}
	end := artifact.ExpiresAt(h.dump, *h.dump.Status.CompletionTime)
	if is == artifact.StateKept && end != nil && !h.now.Before(end.Time) {
		t.Fatal("it is kept beyond its end")
	}
	h.release(t)
}

// release the object when somebody deleted it and nothing holds it.
func (h *history) release(t *rapid.T) {
	if h.dump.DeletionTimestamp == nil || artifact.NeedsFinalizer(h.dump) {
		return
	}
	h.gone = true
	unlimited := artifact.ExpiresAt(h.dump, *h.dump.Status.CompletionTime) == nil
	retained := h.dump.Spec.DeletionPolicy == v1alpha1.DeletionPolicyRetain
	if h.inStorage && !artifact.IsAbandoned(h.dump) && (!retained || !unlimited) {
		t.Fatal("the record is gone, its artifact is not, and nobody was told")
	}
}

// TestAnyHistoryEndsWithTheArtifactGoneOrARecordThatSaysWhyNot: people, clocks and stores do anything in any order.
func TestAnyHistoryEndsWithTheArtifactGoneOrARecordThatSaysWhyNot(t *testing.T) {
	reached := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		h := &history{now: noon, dump: finished(t), inStorage: true}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			h.step(t)
			reached[meta.FindStatusCondition(h.dump.Status.Conditions, v1alpha1.ConditionArtifactAvailable).Reason] = true
			if h.gone {
				break
			}
		}
		c := meta.FindStatusCondition(h.dump.Status.Conditions, v1alpha1.ConditionArtifactAvailable)
		switch {
		case (c.Reason == v1alpha1.ReasonExpired || c.Reason == v1alpha1.ReasonDeleted) && h.inStorage:
			t.Fatalf("it is said to be %s and is in storage", c.Reason)
		case h.inStorage && !h.gone && artifact.StateOf(h.dump) == artifact.StateNothing && !artifact.IsAbandoned(h.dump):
			t.Fatalf("it is in storage, and the record says %s", c.Reason)
		case (c.Reason == v1alpha1.ReasonDeletionFailed || c.Reason == v1alpha1.ReasonAbandoned) && c.Message == "":
			t.Fatal("the record does not say why it is there")
		}
	})
	for _, reason := range []string{v1alpha1.ReasonVerified, v1alpha1.ReasonDeleting, v1alpha1.ReasonExpired, v1alpha1.ReasonDeleted, v1alpha1.ReasonDeletionFailed, v1alpha1.ReasonAbandoned} {
		if !reached[reason] {
			t.Errorf("%s was never reached, so nothing was shown of it", reason)
		}
	}
}
