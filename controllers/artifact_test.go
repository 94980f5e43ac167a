package controllers_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/artifact"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/jobspec"
	"github.com/volcado-io/volcado/internal/naming"
	"github.com/volcado-io/volcado/internal/retention"
)

func ttl(d time.Duration) *metav1.Duration { return &metav1.Duration{Duration: d} }

// working is a world in which everything is at work, and in which time can be let pass.
func working(t *testing.T, source ...func(*v1alpha1.DatabaseSource)) (w *world, pass func(time.Duration)) {
	t.Helper()
	w = newWorld(t)
	var ahead atomic.Int64
	w.options.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	w.create(w.source(source...), w.storage())
	w.startKubelet()
	stop := w.startManager()
	// The manager's timers go by the machine's clock, so it starts anew, and looks at everything.
	return w, func(d time.Duration) {
		stop()
		ahead.Add(int64(d))
		stop = w.startManager()
	}
}

// untilAvailable is the dump once condition ArtifactAvailable has this status and reason.
func (w *world) untilAvailable(dump *v1alpha1.DatabaseDump, status metav1.ConditionStatus, reason string) *v1alpha1.DatabaseDump {
	w.Helper()
	return w.until(dump, v1alpha1.ConditionArtifactAvailable, status, reason)
}

func (w *world) untilGone(dump *v1alpha1.DatabaseDump) {
	w.Helper()
	w.eventually("dump "+dump.Name+" is gone", func() (bool, string) {
		err := w.client.Get(context.Background(), client.ObjectKeyFromObject(dump), dump)
		return apierrors.IsNotFound(err), fmt.Sprintf("%v %+v", err, dump.Status)
	})
}

// deletions are the Jobs that delete, with what each was asked.
func (w *world) deletions() (all []contract.DeletionRequest) {
	w.Helper()
	var jobs batchv1.JobList
	w.must(w.client.List(context.Background(), &jobs, client.InNamespace(w.namespace), client.MatchingLabels{v1alpha1.LabelJob: string(jobspec.KindDelete)}))
	for i := range jobs.Items {
		request, err := contract.DecodeDeletionRequest([]byte(jobs.Items[i].Spec.Template.Annotations[contract.RequestAnnotation]))
		w.must(err)
		all = append(all, *request)
	}
	return all
}

func TestACopyExpiresAndItsRecordStays(t *testing.T) {
	w, _ := working(t, func(s *v1alpha1.DatabaseSource) { s.Spec.Limits.MaxTTL = ttl(time.Second) })
	dump := w.apply(w.dump("one"))
	w.untilFinished(dump)
	got := w.untilAvailable(dump, metav1.ConditionFalse, v1alpha1.ReasonExpired)
	if got.Status.Phase != v1alpha1.PhaseSucceeded || got.Status.Artifact == nil || !meta.IsStatusConditionTrue(got.Status.Conditions, v1alpha1.ConditionComplete) {
		t.Errorf("the copy's end changed: %+v", got.Status)
	}
	w.eventually("the finalizer goes", func() (bool, string) { return len(w.get(dump).Finalizers) == 0, "it is there" })
	asked := w.deletions()
	if len(asked) != 1 || len(asked[0].Dumps) != 1 || asked[0].Dumps[0].UID != string(dump.UID) ||
		asked[0].Dumps[0].KeyPrefix != "prod/"+w.namespace+"/one/"+string(dump.UID) || asked[0].Storage.S3.Bucket != "dumps" {
		t.Errorf("asked to delete %+v", asked)
	}
}

func TestTheLeastOfTheTimesToLiveHolds(t *testing.T) {
	for name, tc := range map[string]struct {
		source, list, dump *metav1.Duration
		unlimited          bool
		want               *metav1.Duration
	}{
		"none is said":                              {want: ttl(artifact.DefaultTTL)},
		"the source's":                              {source: ttl(time.Hour), want: ttl(time.Hour)},
		"the list's, below the source's":            {source: ttl(2 * time.Hour), list: ttl(time.Hour), want: ttl(time.Hour)},
		"the source's, below the list's":            {source: ttl(time.Hour), list: ttl(2 * time.Hour), want: ttl(time.Hour)},
		"the dump's, below both":                    {source: ttl(3 * time.Hour), list: ttl(2 * time.Hour), dump: ttl(time.Hour), want: ttl(time.Hour)},
		"the dump's, where nobody limits it":        {dump: ttl(8760 * time.Hour), want: ttl(8760 * time.Hour)},
		"a dump asks for more than the list":        {list: ttl(time.Hour), dump: ttl(2 * time.Hour), want: ttl(time.Hour)},
		"a source without limits":                   {unlimited: true},
		"a list limits even such a source":          {unlimited: true, list: ttl(time.Hour), want: ttl(time.Hour)},
		"a dump sets an end even for such a source": {unlimited: true, dump: ttl(time.Hour), want: ttl(time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			list := w.list()
			list.Spec.Limits.MaxTTL = tc.list
			w.create(w.storage(), list, w.source(func(s *v1alpha1.DatabaseSource) {
				s.Spec.Limits.MaxTTL, s.Spec.Limits.Unlimited = tc.source, tc.unlimited
			}))
			w.startKubelet()
			w.startManager()
			got := w.untilFinished(w.ask(w.dump("one", askedBy("alice"), func(d *v1alpha1.DatabaseDump) { d.Spec.TTL = tc.dump })))
			switch end := got.Status.Artifact.ExpiresAt; {
			case tc.want == nil && end != nil:
				t.Errorf("it expires at %s", end)
			case tc.want != nil && (end == nil || end.Sub(got.Status.CompletionTime.Time) != tc.want.Duration):
				t.Errorf("it expires at %s, it finished at %s", end, got.Status.CompletionTime)
			}
		})
	}
}

func (w *world) patchSpec(dump *v1alpha1.DatabaseDump, spec string) {
	w.Helper()
	w.must(w.client.Patch(context.Background(), w.get(dump), client.RawPatch("application/merge-patch+json", []byte(`{"spec":`+spec+`}`))))
}

func TestTheTimeToLiveCanBeChangedUntilTheDeletionBegins(t *testing.T) {
	w, pass := working(t)
	dump := w.apply(w.dump("one", func(d *v1alpha1.DatabaseDump) { d.Spec.TTL = ttl(time.Hour) }))
	finished := w.untilFinished(dump)
	w.patchSpec(dump, `{"ttl":"2h"}`)
	want := finished.Status.CompletionTime.Add(2 * time.Hour)
	w.eventually("it is kept longer", func() (bool, string) {
		end := w.get(dump).Status.Artifact.ExpiresAt
		return end.Time.Equal(want), end.String()
	})
	pass(time.Hour + time.Minute)
	w.untilFinished(w.apply(w.dump("two"))) // the manager has seen the first by now
	if c := conditions(w.get(dump))["ArtifactAvailable"]; c != "True Verified" {
		t.Fatalf("after the first hour it is %s", c)
	}
	w.kubelet.playsAs(jobspec.KindDelete, func(*batchv1.Job, int) attempt { return attempt{runs: true} })
	w.patchSpec(dump, `{"ttl":"1s"}`)
	w.untilAvailable(dump, metav1.ConditionFalse, v1alpha1.ReasonDeleting)
	w.patchSpec(dump, `{"ttl":"100h"}`)
	w.eventually("the manager saw the change", func() (bool, string) {
		now := w.get(dump)
		return now.Status.ObservedGeneration == now.Generation, fmt.Sprint(now.Status.ObservedGeneration)
	})
	w.kubelet.playsAs(jobspec.KindDelete, func(*batchv1.Job, int) attempt { return deletes() })
	w.untilAvailable(dump, metav1.ConditionFalse, v1alpha1.ReasonExpired)
}

func TestADumpThatIsDeletedTakesItsCopyAlong(t *testing.T) {
	w, _ := working(t)
	dump := w.apply(w.dump("one"))
	w.untilFinished(dump)
	w.must(w.client.Delete(context.Background(), dump))
	w.untilGone(dump)
	if asked := w.deletions(); len(asked) != 1 || len(asked[0].Dumps) != 1 || asked[0].Dumps[0].Dump != w.namespace+"/one" {
		t.Errorf("asked to delete %+v", asked)
	}
}

func TestADumpThatIsDeletedWhileItsJobWritesTakesWhatIsThereAlong(t *testing.T) {
	w, _ := working(t)
	w.kubelet.always(attempt{runs: true})
	dump := w.apply(w.dump("one"))
	w.until(dump, v1alpha1.ConditionReconciling, metav1.ConditionTrue, v1alpha1.ReasonRunning)
	w.must(w.client.Delete(context.Background(), dump))
	w.untilGone(dump)
	if n := w.jobs(); n != 0 {
		t.Errorf("%d Jobs copy on", n)
	}
}

func TestACopyThatIsRetained(t *testing.T) {
	t.Run("stays until it expires, with its record", func(t *testing.T) {
		t.Parallel()
		w, pass := working(t, func(s *v1alpha1.DatabaseSource) { s.Spec.Limits.MaxTTL = ttl(time.Hour) })
		dump := w.apply(w.dump("one", func(d *v1alpha1.DatabaseDump) { d.Spec.DeletionPolicy = v1alpha1.DeletionPolicyRetain }))
		w.untilFinished(dump)
		w.must(w.client.Delete(context.Background(), dump))
		pass(0)
		w.untilFinished(w.apply(w.dump("two")))
		if c := conditions(w.get(dump))["ArtifactAvailable"]; c != "True Verified" {
			t.Fatalf("it is %s", c)
		}
		pass(time.Hour)
		w.untilGone(dump)
		if asked := w.deletions(); len(asked) != 1 {
			t.Errorf("asked to delete %+v", asked)
		}
	})
	t.Run("and has no end, is left to whoever deletes the record", func(t *testing.T) {
		t.Parallel()
		w, _ := working(t, func(s *v1alpha1.DatabaseSource) { s.Spec.Limits.Unlimited = true })
		dump := w.apply(w.dump("one", func(d *v1alpha1.DatabaseDump) { d.Spec.DeletionPolicy = v1alpha1.DeletionPolicyRetain }))
		w.untilFinished(dump)
		w.eventually("nothing holds it", func() (bool, string) { return len(w.get(dump).Finalizers) == 0, "the finalizer is there" })
		w.must(w.client.Delete(context.Background(), dump))
		w.untilGone(dump)
		if asked := w.deletions(); len(asked) != 0 {
			t.Errorf("asked to delete %+v", asked)
		}
	})
	t.Run("leaves its record when it cannot be deleted and somebody says so", func(t *testing.T) {
		t.Parallel()
		w, _ := working(t)
		w.kubelet.playsAs(jobspec.KindDelete, refusing)
		dump := w.apply(w.dump("one"))
		w.untilFinished(dump)
		w.must(w.client.Delete(context.Background(), dump))
		w.untilAvailable(dump, metav1.ConditionUnknown, v1alpha1.ReasonDeletionFailed)
		w.patchSpec(dump, `{"deletionPolicy":"Retain"}`)
		w.untilGone(dump)
	})
}

// refusing is a bucket that lets nobody delete.
func refusing(*batchv1.Job, int) attempt {
	return deletes(contract.DeletionFailure{
		Failure: contract.Failure{Reason: contract.StorageAccessDenied, Message: "s3:DeleteObject is refused", Hint: "grant s3:DeleteObject"}, Dumps: []int{0},
	})
}

func TestACopyThatCannotBeDeletedSaysWhyAndIsTriedEveryDay(t *testing.T) {
	w, pass := working(t)
	w.kubelet.playsAs(jobspec.KindDelete, refusing)
	dump := w.apply(w.dump("one", func(d *v1alpha1.DatabaseDump) { d.Spec.TTL = ttl(time.Second) }))
	got := w.untilAvailable(dump, metav1.ConditionUnknown, v1alpha1.ReasonDeletionFailed)
	c := meta.FindStatusCondition(got.Status.Conditions, v1alpha1.ConditionArtifactAvailable)
	if !strings.Contains(c.Message, "s3:DeleteObject is refused. grant s3:DeleteObject") || got.Status.Deletion.Attempts != 1 {
		t.Errorf("%q, %+v", c.Message, got.Status.Deletion)
	}
	location := jobspec.Location(*got.Status.Storage, got)
	w.eventually("the metric names it", func() (bool, string) {
		all := metric(t, w.options.Metrics.(*prometheus.Registry), "volcado_artifact_deletion_failed")
		return len(all) == 1 && strings.Contains(all[0], location), fmt.Sprint(all)
	})
	if n := len(w.deletions()); n != 1 {
		t.Errorf("it was tried %d times at once", n)
	}
	pass(23 * time.Hour)
	w.untilFinished(w.apply(w.dump("two")))
	if n := len(w.deletions()); n != 1 {
		t.Errorf("it was tried again before its day was over")
	}
	w.kubelet.playsAs(jobspec.KindDelete, func(*batchv1.Job, int) attempt { return deletes() })
	pass(time.Hour)
	w.untilAvailable(dump, metav1.ConditionFalse, v1alpha1.ReasonExpired)
	w.eventually("the metric is silent", func() (bool, string) {
		all := metric(t, w.options.Metrics.(*prometheus.Registry), "volcado_artifact_deletion_failed")
		return len(all) == 0, fmt.Sprint(all)
	})
}

// metric's samples, each with its labels.
func metric(t *testing.T, from prometheus.Gatherer, name string) (samples []string) {
	t.Helper()
	families, err := from.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.Metric {
			samples = append(samples, m.String())
		}
	}
	return samples
}

// The API server makes nothing in a namespace that is being deleted. A dump in one must not hold it up.
func TestANamespaceThatIsBeingDeletedNeverWaitsForACopy(t *testing.T) {
	for name, enrolled := range map[string]bool{"while its RoleBinding is there": true, "when its RoleBinding has gone before": false} {
		t.Run(name, func(t *testing.T) { inANamespaceThatGoes(t, enrolled) })
	}
}

func inANamespaceThatGoes(t *testing.T, enrolled bool) {
	w, _ := working(t)
	dump := w.apply(w.dump("one"))
	w.untilFinished(dump)
	w.must(w.client.Delete(context.Background(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.namespace}}))
	if !enrolled {
		w.must(w.client.DeleteAllOf(context.Background(), &rbacv1.RoleBinding{}, client.InNamespace(w.namespace)))
	}
	// The namespace controller, which is not here, deletes what is in it.
	w.must(w.client.Delete(context.Background(), dump))
	w.untilGone(dump)
	if all := metric(t, w.options.Metrics.(*prometheus.Registry), "volcado_artifacts_abandoned_total"); len(all) != 1 || !strings.Contains(all[0], w.namespace) {
		t.Errorf("artifacts left behind: %v", all)
	}
}

func TestADumpThatIsDeletedWithItsStoragesSecretNeverHangs(t *testing.T) {
	w, pass := working(t)
	w.kubelet.playsAs(jobspec.KindDelete, func(*batchv1.Job, int) attempt {
		return deletes(contract.DeletionFailure{Failure: contract.Failure{Reason: contract.StorageSecretNotFound, Message: "Secret dumps-writer does not exist"}, Dumps: []int{0}})
	})
	dump := w.apply(w.dump("one"))
	w.untilFinished(dump)
	w.must(w.client.Delete(context.Background(), dump))
	for tried := int32(1); tried < 3; tried++ {
		w.eventually("it is tried", func() (bool, string) {
			d := w.get(dump).Status.Deletion
			return d != nil && d.Attempts == tried, fmt.Sprintf("%+v", d)
		})
		pass(6 * time.Minute)
	}
	w.untilGone(dump)
}

func TestAnAttemptThatCompletedUnheardIsAdopted(t *testing.T) {
	w := newWorld(t)
	w.create(w.source(), w.storage())
	w.kubelet.always(attempt{vanishes: true})
	w.kubelet.playsAs(jobspec.KindSettle, func(*batchv1.Job, int) attempt { return adopts("earlier-attempt") })
	w.startKubelet()
	w.startManager()
	dump := w.apply(w.dump("one"))
	got := w.untilFinished(dump)
	if a := got.Status.Artifact; a == nil || !strings.HasSuffix(a.URI, "/one/"+string(dump.UID)+"/earlier-attempt/dump.sql.gz") {
		t.Errorf("%+v", got.Status)
	}
	if n := w.jobs(); n != 1 {
		t.Errorf("%d Jobs copied", n)
	}
}

func TestManyCopiesGoInFewJobs(t *testing.T) {
	const many = 230
	w := newWorld(t)
	w.create(w.storage(), w.source(func(s *v1alpha1.DatabaseSource) { s.Spec.Limits.MaxConcurrent = 1000 }))
	var dumps []*v1alpha1.DatabaseDump
	for i := range many {
		dumps = append(dumps, w.expired(fmt.Sprintf("d%03d", i)))
	}
	most := 0
	w.background(func(ctx context.Context) {
		for ctx.Err() == nil {
			var jobs batchv1.JobList
			if w.client.List(ctx, &jobs, client.InNamespace(w.namespace)) != nil {
				return
			}
			n := 0
			for _, job := range jobs.Items {
				if job.Status.CompletionTime == nil {
					n++
				}
			}
			most = max(most, n)
		}
	})
	w.startKubelet()
	w.startManager()
	named := map[string]int{}
	for _, dump := range dumps {
		w.untilAvailable(dump, metav1.ConditionFalse, v1alpha1.ReasonExpired)
	}
	for _, asked := range w.deletions() {
		for _, d := range asked.Dumps {
			named[d.UID]++
		}
	}
	if len(named) != many || len(w.deletions()) > 6 || most > 2 {
		t.Errorf("%d dumps in %d Jobs, %d at once", len(named), len(w.deletions()), most)
	}
	for uid, n := range named {
		if n != 1 {
			t.Errorf("%s was deleted %d times", uid, n)
		}
	}
}

// expired is a dump that succeeded two weeks ago and was to be kept for one.
func (w *world) expired(name string) *v1alpha1.DatabaseDump {
	w.Helper()
	dump := w.apply(w.dump(name, func(d *v1alpha1.DatabaseDump) { d.Finalizers = []string{v1alpha1.FinalizerArtifact} }))
	before := dump.DeepCopy()
	then := metav1.NewTime(time.Now().Add(-14 * 24 * time.Hour))
	dump.Status = v1alpha1.DatabaseDumpStatus{
		Phase: v1alpha1.PhaseSucceeded, CompletionTime: &then, Storage: &w.storage().Spec, Database: "shop",
		Lifetime: &v1alpha1.Lifetime{Default: ttl(artifact.DefaultTTL)},
		Artifact: &v1alpha1.Artifact{URI: "s3://x", ManifestURI: "s3://x", SizeBytes: 1, UncompressedBytes: 1, SHA256: "x"},
	}
	for _, c := range []string{v1alpha1.ConditionFinished, v1alpha1.ConditionComplete, v1alpha1.ConditionArtifactAvailable} {
		dump.Status.Conditions = append(dump.Status.Conditions, metav1.Condition{Type: c, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonVerified, LastTransitionTime: then})
	}
	w.must(w.env.ManagerClient(w.T).Status().Patch(context.Background(), dump, client.MergeFrom(before)))
	return dump
}

func TestRecordsThatTheBotMadeAreDeletedInTime(t *testing.T) {
	w, pass := working(t)
	w.options.KeepFinished = retention.Keep(retention.Shortest)
	w.create(w.list())
	pass(0)
	w.kubelet.always(says(contract.AccessDenied))
	asked := w.ask(w.dump("asked", askedBy("alice"), func(d *v1alpha1.DatabaseDump) {
		d.Labels = map[string]string{v1alpha1.LabelMessage: naming.MessageHash(*d.Spec.RequestedBy)}
	}))
	applied := w.apply(w.dump("applied"))
	w.untilFinished(asked)
	w.untilFinished(applied)
	pass(retention.Shortest - time.Hour)
	w.untilFinished(w.apply(w.dump("two")))
	w.get(asked)
	pass(2 * time.Hour)
	w.untilGone(asked)
	w.untilFinished(w.apply(w.dump("three")))
	w.get(applied)
}

func TestAPersonWhoHasHadEnoughIsToldWhenTheNextIsPossible(t *testing.T) {
	w := newWorld(t)
	list := w.list()
	list.Spec.Limits.PerUserPerDay = 2
	w.create(w.source(), w.storage(), list)
	w.startKubelet()
	stop := w.startManager()
	first := w.untilFinished(w.ask(w.dump("first", askedBy("alice"))))
	w.untilFinished(w.ask(w.dump("second", askedBy("alice"))))
	stop() // the next manager counts the same, because it counts objects
	w.startManager()
	got := w.untilFinished(w.ask(w.dump("third", askedBy("alice"))))
	checkEnd(t, got, refused(v1alpha1.ReasonQuotaExceeded))
	next := first.CreationTimestamp.Add(24 * time.Hour).UTC().Format("2006-01-02 15:04 UTC")
	if !strings.Contains(got.Status.Failure.Message, next) {
		t.Errorf("it does not say %s: %s", next, got.Status.Failure.Message)
	}
	if got := w.untilFinished(w.apply(w.dump("by-kubectl"))); got.Status.Phase != v1alpha1.PhaseSucceeded {
		t.Errorf("without a list: %+v", got.Status)
	}
}

// A copy that is retained until it expires must not hold up its namespace that long.
func TestANamespaceThatIsBeingDeletedDoesNotWaitForACopyThatIsRetained(t *testing.T) {
	w, pass := working(t)
	dump := w.apply(w.dump("one", func(d *v1alpha1.DatabaseDump) { d.Spec.DeletionPolicy = v1alpha1.DeletionPolicyRetain }))
	w.untilFinished(dump)
	w.must(w.client.Delete(context.Background(), dump))
	w.must(w.client.Delete(context.Background(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.namespace}}))
	pass(0)
	w.untilGone(dump)
	if all := metric(t, w.options.Metrics.(*prometheus.Registry), "volcado_artifacts_abandoned_total"); len(all) != 1 {
		t.Errorf("artifacts left behind: %v", all)
	}
}
