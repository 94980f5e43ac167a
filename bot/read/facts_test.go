package read

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/view"
)

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func ago(d time.Duration) *metav1.Time { return &metav1.Time{Time: now.Add(-d)} }

var alice = v1alpha1.Requester{Platform: "played", Workspace: "acme", User: "alice", Channel: "C1", Message: "1"}

// dumpOf is alice's, of a minute ago.
func dumpOf(edit ...func(*v1alpha1.DatabaseDump)) *v1alpha1.DatabaseDump {
	by := alice
	by.DisplayName = "Alice"
	d := &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "shop-7f3k", UID: "1", CreationTimestamp: *ago(time.Minute)},
		Spec: v1alpha1.DatabaseDumpSpec{
			SourceRef: v1alpha1.ObjectReference{Name: "shop"}, Database: "shop", RequestedBy: &by, Reason: "SHOP-1",
			Compression: v1alpha1.Compression{Format: "gzip"},
		},
	}
	for _, e := range edit {
		e(d)
	}
	return d
}

func phase(p v1alpha1.Phase) func(*v1alpha1.DatabaseDump) {
	return func(d *v1alpha1.DatabaseDump) { d.Status.Phase = p }
}

func with(kind, reason string) func(*v1alpha1.DatabaseDump) {
	return func(d *v1alpha1.DatabaseDump) {
		d.Status.Conditions = append(d.Status.Conditions, metav1.Condition{Type: kind, Status: metav1.ConditionTrue, Reason: reason, Message: "Because."})
	}
}

func TestHowFarADumpIs(t *testing.T) {
	started := ago(10 * time.Second)
	type far struct {
		Bytes, Estimated int64
		Percent          int
		Rate             int64
		Left             time.Duration
		Table            string
		Number, Tables   int
	}
	for name, tc := range map[string]struct {
		progress *v1alpha1.Progress
		want     far
	}{
		"nothing is known":             {nil, far{}},
		"without an estimate":          {&v1alpha1.Progress{Bytes: 3000}, far{Bytes: 3000, Rate: 300}},
		"a share of the estimate":      {&v1alpha1.Progress{Bytes: 1000, EstimatedBytes: 4000, Percent: 25}, far{Bytes: 1000, Estimated: 4000, Percent: 25, Rate: 100, Left: 30 * time.Second}},
		"less than a second left":      {&v1alpha1.Progress{Bytes: 3950, EstimatedBytes: 4000, Percent: 98}, far{Bytes: 3950, Estimated: 4000, Percent: 98, Rate: 395}},
		"longer than anybody waits":    {&v1alpha1.Progress{Bytes: 10, EstimatedBytes: 1 << 62}, far{Bytes: 10, Estimated: 1 << 62, Rate: 1, Left: 99 * 24 * time.Hour}},
		"all of the estimate":          {&v1alpha1.Progress{Bytes: 4000, EstimatedBytes: 4000, Percent: 100}, far{Bytes: 4000, Estimated: 4000, Percent: 99, Rate: 400}},
		"more than a stale estimate":   {&v1alpha1.Progress{Bytes: 30723277, EstimatedBytes: 3 << 19, Percent: 99}, far{Bytes: 30723277, Rate: 3072327}},
		"the table and its number":     {&v1alpha1.Progress{Bytes: 10, Table: "orders", TablesDone: 2, TablesTotal: 9}, far{Bytes: 10, Rate: 1, Table: "orders", Number: 3, Tables: 9}},
		"no number above the last one": {&v1alpha1.Progress{Bytes: 10, Table: "orders", TablesDone: 9, TablesTotal: 9}, far{Bytes: 10, Rate: 1, Table: "orders", Number: 9, Tables: 9}},
		"a table of nobody knows many": {&v1alpha1.Progress{Bytes: 10, Table: "orders", TablesDone: 2}, far{Bytes: 10, Rate: 1, Table: "orders"}},
		"nothing read so far":          {&v1alpha1.Progress{EstimatedBytes: 4000}, far{Estimated: 4000}},
		"a server that lies":           {&v1alpha1.Progress{Bytes: -5, EstimatedBytes: 4000, Percent: -3}, far{Estimated: 4000}},
		"too slow for a rate":          {&v1alpha1.Progress{Bytes: 5, EstimatedBytes: 4000}, far{Bytes: 5, Estimated: 4000}},
	} {
		t.Run(name, func(t *testing.T) {
			d := dumpOf(phase(v1alpha1.PhaseRunning))
			d.Status.StartTime, d.Status.Progress = started, tc.progress
			if tc.progress != nil {
				tc.progress.UpdatedAt = metav1.Time{Time: now}
			}
			v, ok := Now(d, alice, now, 7).(view.Progress)
			if !ok || v.Stage != view.StageRunning || v.Before != 0 || v.Elapsed != time.Minute {
				t.Fatalf("got %+v", Now(d, alice, now, 7))
			}
			got := far{v.Bytes, v.Estimated, v.Percent, v.Rate, v.Left, v.Table, v.Number, v.Tables}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Times are whole seconds, and clocks differ: no rate is made of nothing.
func TestNoRateWithoutTime(t *testing.T) {
	for name, started := range map[string]*metav1.Time{"it has just started": ago(0), "nobody knows when": nil, "in the future": ago(-time.Hour)} {
		t.Run(name, func(t *testing.T) {
			d := dumpOf(phase(v1alpha1.PhaseRunning))
			d.Status.StartTime = started
			d.Status.Progress = &v1alpha1.Progress{Bytes: 1 << 30, EstimatedBytes: 2 << 30, UpdatedAt: metav1.Time{Time: now}}
			if v := Now(d, alice, now, 0).(view.Progress); v.Rate != 0 || v.Left != 0 || v.Bytes != 1<<30 {
				t.Errorf("got %+v", v)
			}
		})
	}
}

// In its first seconds, a copy has mostly waited for the server.
func TestNoTimeLeftIsToldBeforeTheRateSettles(t *testing.T) {
	for seconds, want := range map[time.Duration]time.Duration{4: 0, 5: 5 * time.Second} {
		d := dumpOf(phase(v1alpha1.PhaseRunning))
		d.Status.StartTime = ago(seconds * time.Second)
		d.Status.Progress = &v1alpha1.Progress{Bytes: 1000, EstimatedBytes: 2000, UpdatedAt: metav1.Time{Time: now}}
		if v := Now(d, alice, now, 0).(view.Progress); v.Left != want {
			t.Errorf("after %d s: %s left, want %s", seconds, v.Left, want)
		}
	}
}

func TestHowADumpIs(t *testing.T) {
	stalled := with(v1alpha1.ConditionStalled, "Unschedulable")
	old := func(d *v1alpha1.DatabaseDump) { d.CreationTimestamp = *ago(11 * time.Second) }
	young := func(d *v1alpha1.DatabaseDump) { d.CreationTimestamp = *ago(9 * time.Second) }
	cancelled := func(d *v1alpha1.DatabaseDump) { d.Spec.Cancel = true }
	for name, tc := range map[string]struct {
		dump *v1alpha1.DatabaseDump
		want view.View
	}{
		"asked for a moment ago":          {dumpOf(young), view.Progress{Stage: view.StageAsked, Elapsed: 9 * time.Second}},
		"not heard for longer":            {dumpOf(old), view.Progress{Stage: view.StageUnheard, Elapsed: 11 * time.Second}},
		"pending":                         {dumpOf(phase(v1alpha1.PhasePending)), view.Progress{Stage: view.StagePending, Elapsed: time.Minute}},
		"queued":                          {dumpOf(phase(v1alpha1.PhaseQueued)), view.Progress{Stage: view.StageQueued, Elapsed: time.Minute, Before: 3}},
		"starting":                        {dumpOf(phase(v1alpha1.PhaseStarting)), view.Progress{Stage: view.StageStarting, Elapsed: time.Minute}},
		"running":                         {dumpOf(phase(v1alpha1.PhaseRunning)), view.Progress{Stage: view.StageRunning, Elapsed: time.Minute}},
		"blocked":                         {dumpOf(phase(v1alpha1.PhaseStarting), stalled), view.Blocked{Stage: view.StageStarting, Elapsed: time.Minute, Reason: "Unschedulable", Message: "Because."}},
		"being cancelled":                 {dumpOf(phase(v1alpha1.PhaseRunning), cancelled), view.Progress{Stage: view.StageCancelling, Elapsed: time.Minute}},
		"being cancelled, though blocked": {dumpOf(phase(v1alpha1.PhaseStarting), cancelled, stalled), view.Progress{Stage: view.StageCancelling, Elapsed: time.Minute}},
	} {
		t.Run(name, func(t *testing.T) {
			got := Now(tc.dump, alice, now, 3)
			facts := Facts(tc.dump, alice, now)
			switch want := tc.want.(type) {
			case view.Progress:
				want.Dump = facts
				tc.want = want
			case view.Blocked:
				want.Dump = facts
				tc.want = want
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestHowADumpEnded(t *testing.T) {
	done := func(d *v1alpha1.DatabaseDump) {
		d.CreationTimestamp, d.Status.StartTime, d.Status.CompletionTime = *ago(100 * time.Second), ago(90*time.Second), ago(30*time.Second)
	}
	copied := func(d *v1alpha1.DatabaseDump) {
		d.Status.Artifact = &v1alpha1.Artifact{URI: "s3://b/k", SizeBytes: 10, UncompressedBytes: 20, SHA256: "ab"}
		d.Status.Warnings = []v1alpha1.Warning{{Name: "TablesNotConsistent", Count: 2, Names: []string{"a"}}}
		d.Status.Server = &v1alpha1.SoftwareVersion{Flavour: "MySQL", Version: "8.4"}
	}
	succeeded := []func(*v1alpha1.DatabaseDump){done, copied, with(v1alpha1.ConditionComplete, "Verified"), with(v1alpha1.ConditionFinished, "Succeeded")}
	failure := func(d *v1alpha1.DatabaseDump) {
		d.Status.Failure = &v1alpha1.Failure{Reason: "AccessDenied", Message: "No.", Hint: "Grant it."}
	}
	missing := func(d *v1alpha1.DatabaseDump) {
		d.Status.Failure = &v1alpha1.Failure{Reason: "TableNotFound", Message: "No."}
	}
	for name, tc := range map[string]struct {
		dump *v1alpha1.DatabaseDump
		want view.View
	}{
		"succeeded": {dumpOf(succeeded...), view.Succeeded{
			Bytes: 10, Uncompressed: 20, URI: "s3://b/k", SHA256: "ab", Warnings: []view.Warning{{Name: "TablesNotConsistent", Count: 2, Names: []string{"a"}}}, Server: "MySQL 8.4", Took: time.Minute, Waited: 10 * time.Second,
		}},
		"succeeded, and is encrypted": {dumpOf(append(succeeded, func(d *v1alpha1.DatabaseDump) { d.Status.EncryptedFor, d.Status.Warnings = 2, nil })...), view.Succeeded{
			Bytes: 10, Uncompressed: 20, URI: "s3://b/k", SHA256: "ab", Server: "MySQL 8.4", Took: time.Minute, Waited: 10 * time.Second, EncryptedFor: 2,
		}},
		"failed":    {dumpOf(done, failure, with(v1alpha1.ConditionFinished, "Failed")), view.Failed{End: view.EndFailed, Reason: "AccessDenied", Message: "No.", Hint: "Grant it.", Took: time.Minute}},
		"cancelled": {dumpOf(done, failure, with(v1alpha1.ConditionFinished, "Cancelled")), view.Failed{End: view.EndCancelled, Reason: "AccessDenied", Message: "No.", Hint: "Grant it.", Took: time.Minute}},
		"refused":   {dumpOf(failure, with(v1alpha1.ConditionFinished, "Refused")), view.Failed{End: view.EndRefused, Reason: "AccessDenied", Message: "No.", Hint: "Grant it."}},
		"failed, and only a condition says why": {dumpOf(done, with(v1alpha1.ConditionFailed, "Lost"), with(v1alpha1.ConditionFinished, "Failed")), view.Failed{
			End: view.EndFailed, Reason: "Lost", Message: "Because.", Took: time.Minute,
		}},
		// The same once more would fail again.
		"failed for what was asked for": {dumpOf(done, missing, with(v1alpha1.ConditionFinished, "Failed")), view.Failed{
			End: view.EndFailed, Reason: "TableNotFound", Message: "No.", Took: time.Minute,
		}},
		"cancelled after that": {dumpOf(done, missing, with(v1alpha1.ConditionFinished, "Cancelled")), view.Failed{
			End: view.EndCancelled, Reason: "TableNotFound", Message: "No.", Took: time.Minute,
		}},
		// Nobody is told of a copy that is not there.
		"said to have succeeded without an artifact": {dumpOf(done, with(v1alpha1.ConditionComplete, "Verified"), with(v1alpha1.ConditionFinished, "Succeeded")), view.Failed{
			End: view.EndFailed, Took: time.Minute,
		}},
		"ended before it began": {dumpOf(func(d *v1alpha1.DatabaseDump) { d.Status.CompletionTime = ago(20 * time.Second) }, with(v1alpha1.ConditionFinished, "Cancelled")), view.Failed{
			End: view.EndCancelled, Took: 40 * time.Second,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got := Now(tc.dump, alice, now, 3)
			switch want := tc.want.(type) {
			case view.Succeeded:
				want.Dump = Facts(tc.dump, alice, now)
				tc.want = want
			case view.Failed:
				want.Dump = Facts(tc.dump, alice, now)
				if want.Reason != "TableNotFound" || want.End == view.EndCancelled {
					want.Again = "again shop-7f3k"
				}
				tc.want = want
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestFactsOfADump(t *testing.T) {
	bob, elsewhere := alice, alice
	bob.User = "bob"
	elsewhere.Workspace = "other"
	d := dumpOf(func(d *v1alpha1.DatabaseDump) {
		d.Spec.Tables, d.Spec.SchemaOnly, d.Spec.Compression.Format = []v1alpha1.DatabaseName{"b", "a"}, true, v1alpha1.CompressionNone
		d.Spec.Exclude = &v1alpha1.DumpExclusions{Tables: []v1alpha1.NamePattern{"x*"}, Data: []v1alpha1.NamePattern{"y"}}
	})
	want := view.Dump{
		Name: "shop-7f3k", Job: "shop-7f3k-sftkje1jcce89yjg", Source: "shop/shop", Database: "shop", Reason: "SHOP-1", Age: time.Minute, By: view.By{You: true, Name: "Alice", ID: "alice"},
		Options: view.Options{Tables: []string{"b", "a"}, Exclude: []string{"x*"}, Data: []string{"y"}, SchemaOnly: true, Uncompressed: true},
	}
	if diff := cmp.Diff(want, Facts(d, alice, now)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for what, reader := range map[string]v1alpha1.Requester{"bob": bob, "an alice of another workspace": elsewhere} {
		if Facts(d, reader, now).By.You {
			t.Errorf("it is taken for %s's", what)
		}
	}
	d.Spec.RequestedBy, d.Spec.Database, d.Status.Database, d.Spec.Compression = nil, "", "main", v1alpha1.Compression{}
	f := Facts(d, alice, now.Add(-time.Hour)) // a clock that is behind
	if f.By != (view.By{Kubectl: true}) || f.Database != "main" || f.Options.Compression != "" || f.Age != 0 {
		t.Errorf("got %+v", f)
	}
}
