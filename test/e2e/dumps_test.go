//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/contract"
)

// ask applies a DatabaseDump of the source with kubectl, as somebody who works in the namespace does. more is YAML below
// spec.
func (w *world) ask(name, source, more string) {
	w.Helper()
	w.apply(fmt.Sprintf("{apiVersion: volcado.io/v1alpha1, kind: DatabaseDump, metadata: {name: %s}, spec: {sourceRef: {name: %s}%s}}", name, source, more))
}

// waitFor a condition as the documentation says to: with kubectl wait.
func (w *world) waitFor(name, condition string, within time.Duration) *v1alpha1.DatabaseDump {
	w.Helper()
	cmd := exec.CommandContext(w.ctx, "kubectl", "-n", w.namespace, "wait", "--for=condition="+condition,
		"--timeout="+within.String(), "databasedump/"+name)
	if _, err := output(cmd, nil); err != nil {
		d := w.get(name)
		w.Fatalf("dump %s is not %s after %s: %v\n%s", name, condition, within, err, summary(d))
	}
	return w.get(name)
}

func (w *world) get(name string) *v1alpha1.DatabaseDump {
	w.Helper()
	d := &v1alpha1.DatabaseDump{}
	if err := env.client.Get(w.ctx, client.ObjectKey{Namespace: w.namespace, Name: name}, d); err != nil {
		w.Fatal(err)
	}
	return d
}

// summary is the status in few lines.
func summary(d *v1alpha1.DatabaseDump) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: phase %s", d.Name, d.Status.Phase)
	for _, c := range d.Status.Conditions {
		fmt.Fprintf(&b, "\n  %s=%s %s: %s", c.Type, c.Status, c.Reason, c.Message)
	}
	if f := d.Status.Failure; f != nil {
		fmt.Fprintf(&b, "\n  failure %s: %s\n  hint: %s", f.Reason, f.Message, f.Hint)
	}
	return b.String()
}

// conditions that readers decide by, as type=status.
func conditions(d *v1alpha1.DatabaseDump) map[string]string {
	all := map[string]string{}
	for _, kind := range []string{
		v1alpha1.ConditionComplete, v1alpha1.ConditionFailed, v1alpha1.ConditionFinished, v1alpha1.ConditionReconciling,
		v1alpha1.ConditionArtifactAvailable,
	} {
		all[kind] = "False"
		if meta.IsStatusConditionTrue(d.Status.Conditions, kind) {
			all[kind] = "True"
		}
	}
	if c := meta.FindStatusCondition(d.Status.Conditions, v1alpha1.ConditionFinished); c != nil {
		all["Finished for"] = c.Reason
	}
	return all
}

// completed holds a dump to what a success promises, and proves its artifact whole with the dumper's own program.
func (w *world) completed(d *v1alpha1.DatabaseDump) {
	w.Helper()
	want := map[string]string{"Complete": "True", "Failed": "False", "Finished": "True", "Finished for": "Succeeded",
		"Reconciling": "False", "ArtifactAvailable": "True"}
	if diff := cmp.Diff(want, conditions(d)); diff != "" {
		w.Fatalf("conditions of %s (-want +got):\n%s\n%s", d.Name, diff, summary(d))
	}
	s := d.Status
	if s.Phase != v1alpha1.PhaseSucceeded || s.Failure != nil || s.Artifact == nil || s.StartTime == nil || s.CompletionTime == nil ||
		s.Server == nil || s.Client == nil {
		w.Fatalf("a complete dump lacks something, or has a failure: %+v", s)
	}
	if s.Artifact.SizeBytes <= 0 || len(s.Artifact.SHA256) != 64 {
		w.Fatalf("the artifact cannot be: %+v", s.Artifact)
	}
	if s.Storage.S3 == nil {
		return
	}
	ctx, stop := context.WithTimeout(w.ctx, patience)
	defer stop()
	said, err := output(env.s3.dumper(ctx, "verify", s.Artifact.URI), nil)
	if err != nil || !strings.Contains(said, s.Artifact.SHA256) {
		w.Fatalf("dumper verify does not vouch for what the status says, %s: %v\n%s", s.Artifact.SHA256, err, said)
	}
	report := w.inspect(d)
	if len(report.Attempts) != 1 || !report.Attempts[0].Complete || report.Attempts[0].Manifest.Files[0].SHA256 != s.Artifact.SHA256 {
		w.Fatalf("there is not exactly one complete artifact below the dump's key: %+v", report)
	}
	if m := report.Attempts[0].Manifest; m.Dump != d.Namespace+"/"+d.Name || m.Database != string(s.Database) {
		w.Fatalf("the manifest speaks of %s and database %s", m.Dump, m.Database)
	}
}

// inspection is what `dumper inspect` prints.
type inspection struct {
	Attempts []struct {
		Location string             `json:"location"`
		Complete bool               `json:"complete"`
		Files    map[string]int64   `json:"files"`
		Manifest *contract.Manifest `json:"manifest"`
	} `json:"attempts"`
}

// keyPrefix is below which everything of a dump lies.
func keyPrefix(d *v1alpha1.DatabaseDump) string {
	return path.Join("e2e", d.Namespace, d.Name, string(d.UID))
}

func (w *world) inspect(d *v1alpha1.DatabaseDump) inspection {
	w.Helper()
	ctx, stop := context.WithTimeout(w.ctx, patience)
	defer stop()
	said, err := output(env.s3.dumper(ctx, "inspect", "s3://"+bucket+"/"+keyPrefix(d)), nil)
	if err != nil {
		w.Fatal(err)
	}
	var report inspection
	if err := json.Unmarshal([]byte(said), &report); err != nil {
		w.Fatalf("dumper inspect said %q: %v", said, err)
	}
	return report
}

// failed holds a dump to what every failure promises: it ended, for that reason, says so to people, no pod of it runs, and
// nothing is left in storage. finished is Failed, Refused or Cancelled.
func (w *world) failed(d *v1alpha1.DatabaseDump, finished, reason string) v1alpha1.Failure {
	w.Helper()
	want := map[string]string{"Complete": "False", "Failed": "True", "Finished": "True", "Finished for": finished,
		"Reconciling": "False", "ArtifactAvailable": "False"}
	if diff := cmp.Diff(want, conditions(d)); diff != "" {
		w.Fatalf("conditions of %s (-want +got):\n%s\n%s", d.Name, diff, summary(d))
	}
	if c := meta.FindStatusCondition(d.Status.Conditions, v1alpha1.ConditionFailed); c.Reason != reason {
		w.Fatalf("condition Failed has the reason %s, want %s\n%s", c.Reason, reason, summary(d))
	}
	f := d.Status.Failure
	if f == nil || f.Reason != reason || f.Message == "" || f.Hint == "" && reason != v1alpha1.ReasonCancelled || d.Status.Artifact != nil || string(d.Status.Phase) != finished {
		w.Fatalf("the status does not say why, or says too much:\n%s\nartifact %+v", summary(d), d.Status.Artifact)
	}
	if strings.ContainsAny(f.Message+f.Hint, "\n\t") {
		w.Errorf("message and hint are one line each: %q %q", f.Message, f.Hint)
	}
	w.nothingRuns(d)
	w.nothingLeft(d)
	return *f
}

// nothingRuns: no pod of the dump runs.
func (w *world) nothingRuns(d *v1alpha1.DatabaseDump) {
	w.Helper()
	w.eventually("no pod of "+d.Name+" runs", patience, func(ctx context.Context) (bool, error) {
		for _, p := range w.pods(ctx, d) {
			if p.Status.Phase != corev1.PodSucceeded && p.Status.Phase != corev1.PodFailed {
				return false, fmt.Errorf("pod %s is %s", p.Name, p.Status.Phase)
			}
		}
		return true, nil
	})
}

// nothingLeft: neither an object nor an unfinished upload is below the dump's key.
func (w *world) nothingLeft(d *v1alpha1.DatabaseDump) {
	w.Helper()
	// What a killed attempt left is deleted by a Job, after the dump's end.
	w.eventually("nothing is in storage below "+keyPrefix(d), patience, func(ctx context.Context) (bool, error) {
		objects, uploads, err := env.s3.left(ctx, keyPrefix(d))
		if len(objects)+len(uploads) > 0 {
			return false, fmt.Errorf("objects %v, uploads %v", objects, uploads)
		}
		return true, err
	})
}

// ofCopy are the labels of the dump's Job that copies, and of its pods.
func ofCopy(d *v1alpha1.DatabaseDump) client.MatchingLabels {
	return client.MatchingLabels{v1alpha1.LabelDumpUID: string(d.UID), v1alpha1.LabelJob: "Copy"}
}

// pods that copy for a dump, finished ones too.
func (w *world) pods(ctx context.Context, d *v1alpha1.DatabaseDump) []corev1.Pod {
	w.Helper()
	var pods corev1.PodList
	if err := env.client.List(ctx, &pods, client.InNamespace(d.Namespace), ofCopy(d)); err != nil {
		w.Fatal(err)
	}
	return pods.Items
}

func (w *world) jobs(ctx context.Context, d *v1alpha1.DatabaseDump) []batchv1.Job {
	w.Helper()
	var jobs batchv1.JobList
	if err := env.client.List(ctx, &jobs, client.InNamespace(d.Namespace), ofCopy(d)); err != nil {
		w.Fatal(err)
	}
	return jobs.Items
}

// requested dumps of this world, those that the bot made, by name.
func (w *world) requested(ctx context.Context) []v1alpha1.DatabaseDump {
	w.Helper()
	var all v1alpha1.DatabaseDumpList
	if err := env.client.List(ctx, &all, client.InNamespace(w.namespace)); err != nil {
		w.Fatal(err)
	}
	var asked []v1alpha1.DatabaseDump
	for _, d := range all.Items {
		if d.Spec.RequestedBy != nil {
			asked = append(asked, d)
		}
	}
	return asked
}
