package read

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/view"
)

func copyIs(status metav1.ConditionStatus, reason string) func(*v1alpha1.DatabaseDump) {
	return func(d *v1alpha1.DatabaseDump) {
		d.Status.Conditions = append(d.Status.Conditions, metav1.Condition{Type: v1alpha1.ConditionArtifactAvailable, Status: status, Reason: reason})
	}
}

// keeps is a dump of which the copy is deleted that long after its end, ten seconds ago.
func keeps(d time.Duration) func(*v1alpha1.DatabaseDump) {
	return func(dump *v1alpha1.DatabaseDump) {
		dump.Status.CompletionTime = ago(10 * time.Second)
		dump.Status.Lifetime = &v1alpha1.Lifetime{Default: &metav1.Duration{Duration: d}}
	}
}

func TestPeopleAreToldHowLongACopyIsKept(t *testing.T) {
	const longer = "keep shop-7f3k 48h"
	deleted := func(policy v1alpha1.DeletionPolicy) func(*v1alpha1.DatabaseDump) {
		return func(d *v1alpha1.DatabaseDump) { d.DeletionTimestamp, d.Spec.DeletionPolicy = ago(0), policy }
	}
	bobs := func(d *v1alpha1.DatabaseDump) { d.Spec.RequestedBy.User = "bob" }
	in := func(d time.Duration) time.Time { return now.Add(d - 10*time.Second) }
	for name, tc := range map[string]struct {
		edits []func(*v1alpha1.DatabaseDump)
		want  view.Copy
		lasts bool
	}{
		"of an earlier release":        {nil, view.Copy{}, true},
		"for a week":                   {[]func(*v1alpha1.DatabaseDump){keeps(168 * time.Hour)}, view.Copy{Until: in(168 * time.Hour)}, true},
		"for a day":                    {[]func(*v1alpha1.DatabaseDump){keeps(24 * time.Hour)}, view.Copy{Until: in(24 * time.Hour), Longer: longer}, true},
		"for a day, somebody else's":   {[]func(*v1alpha1.DatabaseDump){keeps(24 * time.Hour), bobs}, view.Copy{Until: in(24 * time.Hour)}, true},
		"for some minutes":             {[]func(*v1alpha1.DatabaseDump){keeps(9 * time.Minute)}, view.Copy{Until: in(9 * time.Minute), Longer: longer}, false},
		"for a day, and not longer":    {[]func(*v1alpha1.DatabaseDump){keeps(24 * time.Hour), func(d *v1alpha1.DatabaseDump) { d.Status.Lifetime.Max = d.Status.Lifetime.Default }}, view.Copy{Until: in(24 * time.Hour)}, true},
		"for as long as was asked for": {[]func(*v1alpha1.DatabaseDump){keeps(24 * time.Hour), func(d *v1alpha1.DatabaseDump) { d.Spec.TTL = &metav1.Duration{Duration: 72 * time.Hour} }}, view.Copy{Until: in(72 * time.Hour)}, true},
		"without an end":               {[]func(*v1alpha1.DatabaseDump){func(d *v1alpha1.DatabaseDump) { d.Status.Lifetime = &v1alpha1.Lifetime{} }}, view.Copy{Endless: true}, true},
		"past its time":                {[]func(*v1alpha1.DatabaseDump){keeps(time.Second)}, view.Copy{Life: view.LifeDeleting, Until: in(time.Second)}, false},
		"deleted with its dump":        {[]func(*v1alpha1.DatabaseDump){keeps(24 * time.Hour), deleted(v1alpha1.DeletionPolicyDelete)}, view.Copy{Life: view.LifeDeleting, Until: in(24 * time.Hour)}, false},
		"longer than its dump":         {[]func(*v1alpha1.DatabaseDump){keeps(72 * time.Hour), deleted(v1alpha1.DeletionPolicyRetain)}, view.Copy{Until: in(72 * time.Hour)}, true},
		"expired":                      {[]func(*v1alpha1.DatabaseDump){copyIs(metav1.ConditionFalse, v1alpha1.ReasonExpired)}, view.Copy{Life: view.LifeExpired}, false},
		"not deleted yet":              {[]func(*v1alpha1.DatabaseDump){copyIs(metav1.ConditionUnknown, v1alpha1.ReasonDeletionFailed)}, view.Copy{Life: view.LifeOverdue}, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := dumpOf(append([]func(*v1alpha1.DatabaseDump){done}, tc.edits...)...)
			if diff := cmp.Diff(tc.want, copyOf(d, d.Spec.RequestedBy.IsPerson(alice), now)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if lasts(d, now) != tc.lasts {
				t.Errorf("that it is worth offering is %v", lasts(d, now))
			}
		})
	}
}
