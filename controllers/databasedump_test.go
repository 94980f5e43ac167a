package controllers_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/artifact"
	"github.com/volcado-io/volcado/internal/jobspec"
	"github.com/volcado-io/volcado/internal/naming"
)

func TestADumpThatIsAppliedEndsAsAnArtifact(t *testing.T) {
	w := newWorld(t)
	w.create(w.source(), w.storage())
	w.startKubelet()
	w.startManager()

	dump := w.apply(w.dump("first"))
	got := w.untilFinished(dump)

	pod := &corev1.Pod{}
	w.must(w.client.Get(context.Background(), client.ObjectKey{Namespace: w.namespace, Name: got.Status.JobName + "-0"}, pod))
	key := "s3://dumps/prod/" + w.namespace + "/first/" + string(dump.UID) + "/" + string(pod.UID)
	want := v1alpha1.DatabaseDumpStatus{
		ObservedGeneration: 1,
		Phase:              v1alpha1.PhaseSucceeded,
		Database:           "shop",
		Lifetime:           &v1alpha1.Lifetime{Default: &metav1.Duration{Duration: artifact.DefaultTTL}},
		Storage:            &w.storage().Spec,
		JobName:            naming.JobName("first", dump.UID),
		Server:             &v1alpha1.SoftwareVersion{Flavour: "MariaDB", Version: "10.11.6"},
		Client:             &v1alpha1.SoftwareVersion{Flavour: "MariaDB", Version: "10.11.7"},
		Progress:           &v1alpha1.Progress{Bytes: 4000, Percent: 100},
		Artifact: &v1alpha1.Artifact{
			URI: key + "/dump.sql.gz", ManifestURI: key + "/manifest.json", SizeBytes: 1000, UncompressedBytes: 4000,
			SHA256:    "abababababababababababababababababababababababababababababababab",
			ExpiresAt: &metav1.Time{Time: got.Status.CompletionTime.Add(artifact.DefaultTTL)},
		},
	}
	want.Storage.S3.Region = "us-east-1" // the API's default
	if diff := cmp.Diff(want, got.Status, cmpopts.IgnoreFields(v1alpha1.DatabaseDumpStatus{}, "Conditions", "StartTime", "CompletionTime"),
		cmpopts.IgnoreFields(v1alpha1.Progress{}, "UpdatedAt")); diff != "" {
		t.Errorf("status (-want +got)\n%s", diff)
	}
	wantConditions := map[string]string{
		"Accepted": "True CreatedWithRBAC", "Admitted": "True Admitted", "Complete": "True Verified", "Failed": "False Verified",
		"ArtifactAvailable": "True Verified", "Finished": "True Succeeded", "Reconciling": "False Succeeded", "Stalled": "False Succeeded",
	}
	if diff := cmp.Diff(wantConditions, conditions(got)); diff != "" {
		t.Errorf("conditions (-want +got)\n%s", diff)
	}
	if got.Status.StartTime == nil || got.Status.CompletionTime == nil {
		t.Error("a time is missing")
	}
	if n := w.jobs(); n != 1 {
		t.Errorf("there are %d Jobs, want 1", n)
	}
}

func conditions(dump *v1alpha1.DatabaseDump) map[string]string {
	all := map[string]string{}
	for _, c := range dump.Status.Conditions {
		all[c.Type] = string(c.Status) + " " + c.Reason
	}
	return all
}

// jobs that copy.
func (w *world) jobs() int {
	w.Helper()
	var jobs batchv1.JobList
	w.must(w.client.List(context.Background(), &jobs, client.InNamespace(w.namespace), client.MatchingLabels{v1alpha1.LabelJob: string(jobspec.KindCopy)}))
	return len(jobs.Items)
}
