package retention_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/settings"
	"github.com/volcado-io/volcado/internal/retention"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// record of a dump that the bot made, that ended at noon, and of which nothing is left in storage.
func record(edit func(*v1alpha1.DatabaseDump)) *v1alpha1.DatabaseDump {
	end := metav1.NewTime(noon)
	d := &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{v1alpha1.LabelMessage: "hash"}},
		Status: v1alpha1.DatabaseDumpStatus{CompletionTime: &end, Conditions: []metav1.Condition{
			{Type: v1alpha1.ConditionFinished, Status: metav1.ConditionTrue},
			{Type: v1alpha1.ConditionArtifactAvailable, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonExpired},
		}},
	}
	edit(d)
	return d
}

func available(status metav1.ConditionStatus, reason string) func(*v1alpha1.DatabaseDump) {
	return func(d *v1alpha1.DatabaseDump) {
		d.Status.Conditions[1].Status, d.Status.Conditions[1].Reason = status, reason
	}
}

func TestOnlyRecordsThatNobodyNeedsGo(t *testing.T) {
	const keep = 720 * time.Hour
	as := func(*v1alpha1.DatabaseDump) {}
	for name, tc := range map[string]struct {
		keep  time.Duration
		edit  func(*v1alpha1.DatabaseDump)
		at    time.Duration
		due   bool
		after time.Duration
	}{
		"its time is over":                       {keep, as, keep, true, 0},
		"its time is not over":                   {keep, as, keep - time.Hour, false, time.Hour},
		"records are kept for ever":              {0, as, 100 * keep, false, 0},
		"a message could still be read again":    {time.Hour, as, 47 * time.Hour, false, time.Hour},
		"the artifact is there":                  {keep, available(metav1.ConditionTrue, v1alpha1.ReasonVerified), 2 * keep, false, 0},
		"the artifact is being deleted":          {keep, available(metav1.ConditionFalse, v1alpha1.ReasonDeleting), 2 * keep, false, 0},
		"the artifact could not be deleted":      {keep, available(metav1.ConditionUnknown, v1alpha1.ReasonDeletionFailed), 2 * keep, false, 0},
		"something may be left of it":            {keep, available(metav1.ConditionUnknown, v1alpha1.ReasonLeftover), 2 * keep, false, 0},
		"it failed and left nothing":             {keep, available(metav1.ConditionFalse, "AccessDenied"), keep, true, 0},
		"it was made with kubectl, or is in Git": {keep, func(d *v1alpha1.DatabaseDump) { d.Labels = nil }, 2 * keep, false, 0},
		"it has not finished":                    {keep, func(d *v1alpha1.DatabaseDump) { d.Status.Conditions[0].Status = metav1.ConditionFalse }, 2 * keep, false, 0},
		"somebody deleted it, and it waits":      {keep, func(d *v1alpha1.DatabaseDump) { d.DeletionTimestamp = &metav1.Time{Time: noon} }, 2 * keep, false, 0},
		"nobody knows when it ended":             {keep, func(d *v1alpha1.DatabaseDump) { d.Status.CompletionTime = nil }, 2 * keep, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			due, after := retention.Keep(tc.keep).Judge(noon.Add(tc.at), record(tc.edit))
			if due != tc.due || after != tc.after {
				t.Errorf("due %v, after %s", due, after)
			}
		})
	}
}

// A message that is read again after its record is gone would make a second dump.
func TestRecordsOutliveTheLongestReplayWindow(t *testing.T) {
	if retention.Shortest <= settings.MaxReplayWindow {
		t.Errorf("records can go after %s, messages are read again for %s", retention.Shortest, settings.MaxReplayWindow)
	}
}
