package controllers_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/jobmeta"
)

func TestRefusals(t *testing.T) {
	type request struct {
		edit        func(*v1alpha1.DatabaseDump)
		source      func(*v1alpha1.DatabaseSource)
		fromChat    bool
		noConsole   bool
		want        wantEnd
		wantMessage string
	}
	for name, tc := range map[string]request{
		"somebody on no list": {edit: askedBy("mallory"), fromChat: true, want: refused(v1alpha1.ReasonNotAllowed), wantMessage: "mallory"},
		"a channel that outsiders share": {
			edit: func(d *v1alpha1.DatabaseDump) {
				askedBy("alice")(d)
				d.Spec.RequestedBy.ChannelKind = v1alpha1.ChannelKindShared
			}, fromChat: true, want: refused(v1alpha1.ReasonNotAllowed), wantMessage: "other organisations",
		},
		"a database that the list does not have": {
			edit: func(d *v1alpha1.DatabaseDump) { askedBy("alice")(d); d.Spec.Database = "shop_eu" }, fromChat: true,
			want: refused(v1alpha1.ReasonNotAllowed), wantMessage: "shop_eu",
		},
		"a console where none is allowed": {edit: askedBy("alice"), fromChat: true, noConsole: true, want: refused(v1alpha1.ReasonConsoleNotAllowed)},
		"a database that the source does not permit": {
			edit: func(d *v1alpha1.DatabaseDump) { d.Spec.Database = "crm" }, want: refused(v1alpha1.ReasonDatabaseNotPermitted), wantMessage: `"crm"`,
		},
		"a system database": {
			edit:   func(d *v1alpha1.DatabaseDump) { d.Spec.Database = "MySQL" },
			source: func(s *v1alpha1.DatabaseSource) { s.Spec.Databases = []v1alpha1.NamePattern{"*"} },
			want:   refused(v1alpha1.ReasonDatabaseNotPermitted),
		},
		"no database where the source has no default": {
			source: func(s *v1alpha1.DatabaseSource) { s.Spec.Databases = []v1alpha1.NamePattern{"shop_*"} },
			want:   refused(v1alpha1.ReasonDatabaseNotPermitted), wantMessage: "no default",
		},
		"a table below the floor, in another case": {
			edit: func(d *v1alpha1.DatabaseDump) { d.Spec.Tables = []v1alpha1.DatabaseName{"orders", "Sessions"} },
			source: func(s *v1alpha1.DatabaseSource) {
				s.Spec.Exclude = &v1alpha1.SourceExclusions{Tables: []v1alpha1.QualifiedPattern{"shop*.sess*"}}
			},
			want: refused(v1alpha1.ReasonTableExcluded), wantMessage: `"Sessions"`,
		},
		"an annotation that adds a container to the pod": {
			source: jobAnnotation("sidecar.istio.io/inject"), want: refused(v1alpha1.ReasonJobMetadataNotAllowed), wantMessage: "sidecar.istio.io/inject",
		},
		"a label that gives the pod an identity, in chat": {
			edit: askedBy("alice"), fromChat: true,
			source: func(s *v1alpha1.DatabaseSource) {
				s.Spec.Job = &v1alpha1.JobTemplate{Labels: map[string]v1alpha1.JobLabelValue{"aadpodidbinding": "admin"}}
			},
			want: refused(v1alpha1.ReasonJobMetadataNotAllowed), wantMessage: "aadpodidbinding",
		},
		"to somebody on no list nothing is said of annotations": {
			edit: askedBy("mallory"), fromChat: true, source: jobAnnotation("sidecar.istio.io/inject"),
			want: refused(v1alpha1.ReasonNotAllowed), wantMessage: "mallory",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.options.Settings.AllowConsole = !tc.noConsole
			edits := []func(*v1alpha1.DatabaseSource){}
			if tc.source != nil {
				edits = append(edits, tc.source)
			}
			w.create(w.source(edits...), w.storage(), w.list())
			w.startManager()
			dump := w.dump("asked")
			if tc.edit != nil {
				tc.edit(dump)
			}
			if tc.fromChat {
				w.ask(dump)
			} else {
				w.apply(dump)
			}
			got := w.untilFinished(dump)
			checkEnd(t, got, tc.want)
			if c := conditions(got)["Accepted"]; c != "False "+tc.want.reason {
				t.Errorf("condition Accepted is %q", c)
			}
			if !strings.Contains(got.Status.Failure.Message, tc.wantMessage) || got.Status.Failure.Hint == "" {
				t.Errorf("failure %+v, want %q in it and a hint", got.Status.Failure, tc.wantMessage)
			}
			if n := w.jobs(); n != 0 {
				t.Errorf("there are %d Jobs", n)
			}
		})
	}
}

// jobAnnotation on the source's Jobs.
func jobAnnotation(key string) func(*v1alpha1.DatabaseSource) {
	return func(s *v1alpha1.DatabaseSource) {
		s.Spec.Job = &v1alpha1.JobTemplate{Annotations: map[string]v1alpha1.JobAnnotationValue{key: "x"}}
	}
}

func TestWhatTheManagerWasToldToAllowReachesThePod(t *testing.T) {
	w := newWorld(t)
	w.options.Settings.JobMetadata.Annotations = jobmeta.Keys{"example.com/"}
	source := w.source(jobAnnotation("example.com/note"))
	w.create(source, w.storage())
	w.startKubelet()
	w.startManager()
	w.untilReady(source, &source.Status, "True Resolved")
	dump := w.untilFinished(w.apply(w.dump("asked")))
	if dump.Status.Phase != v1alpha1.PhaseSucceeded {
		t.Fatalf("status %+v", dump.Status)
	}
	job := &batchv1.Job{}
	w.must(w.client.Get(context.Background(), client.ObjectKey{Namespace: w.namespace, Name: dump.Status.JobName}, job))
	if job.Spec.Template.Annotations["example.com/note"] != "x" || job.Annotations["example.com/note"] != "x" {
		t.Errorf("annotations %v, and %v of its pods", job.Annotations, job.Spec.Template.Annotations)
	}
}

// TestASourceThatChangesWhileADumpWaitsIsJudgedAgain: the dump was accepted before the annotation came. What runs already
// is not touched.
func TestASourceThatChangesWhileADumpWaitsIsJudgedAgain(t *testing.T) {
	w := newWorld(t)
	source := w.source()
	w.create(source, w.storage())
	w.startManager()
	runs := w.apply(w.dump("runs"))
	w.until(runs, v1alpha1.ConditionAdmitted, metav1.ConditionTrue, "")
	w.eventually("the first has a Job", func() (bool, string) { return w.jobs() == 1, "" })
	waits := w.apply(w.dump("waits"))
	w.until(waits, v1alpha1.ConditionAccepted, metav1.ConditionTrue, "")
	changed := source.DeepCopy()
	jobAnnotation("vault.hashicorp.com/agent-inject")(changed)
	w.must(w.client.Patch(context.Background(), changed, client.MergeFrom(source)))
	w.untilReady(changed, &changed.Status, "False "+v1alpha1.ReasonJobMetadataNotAllowed)
	checkEnd(t, w.untilFinished(waits), refused(v1alpha1.ReasonJobMetadataNotAllowed))
	w.startKubelet()
	if got := w.untilFinished(runs); got.Status.Phase != v1alpha1.PhaseSucceeded {
		t.Errorf("the one that ran: %+v", got.Status)
	}
}

func TestWhoIsOnAListGetsADump(t *testing.T) {
	w := newWorld(t)
	list := w.list()
	w.create(w.source(), w.storage(), list)
	w.startKubelet()
	w.startManager()
	got := w.untilFinished(w.ask(w.dump("asked", askedBy("alice"))))
	want := &v1alpha1.AllowedBy{Name: "qa", UID: list.UID, Generation: 1}
	if diff := cmp.Diff(want, got.Status.AllowedBy); diff != "" || got.Status.Phase != v1alpha1.PhaseSucceeded {
		t.Errorf("phase %s, allowedBy (-want +got)\n%s", got.Status.Phase, diff)
	}
}

// TestReferencesAreWaitedFor: GitOps applies in any order.
func TestReferencesAreWaitedFor(t *testing.T) {
	for name, tc := range map[string]struct {
		reason string
		later  func(*world) client.Object
	}{
		"a source that does not exist yet":  {v1alpha1.ReasonSourceNotFound, func(w *world) client.Object { return w.source() }},
		"a storage that does not exist yet": {v1alpha1.ReasonStorageNotFound, func(w *world) client.Object { return w.storage() }},
		"a list that does not exist yet":    {v1alpha1.ReasonNotAllowed, func(w *world) client.Object { return w.list() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for _, object := range []client.Object{w.source(), w.storage(), w.list()} {
				if fmt.Sprintf("%T", object) != fmt.Sprintf("%T", tc.later(w)) {
					w.create(object)
				}
			}
			w.startKubelet()
			w.startManager()
			dump := w.ask(w.dump("asked", askedBy("alice")))
			got := w.until(dump, v1alpha1.ConditionStalled, metav1.ConditionTrue, tc.reason)
			if c := conditions(got); c["Reconciling"] != "True Progressing" || c["Accepted"] != "False "+tc.reason {
				t.Errorf("conditions %v", c)
			}
			w.create(tc.later(w))
			if got := w.untilFinished(dump); got.Status.Phase != v1alpha1.PhaseSucceeded {
				t.Errorf("status %+v", got.Status)
			}
		})
	}
}

func TestWhatNeverComesEndsAtTheStartDeadline(t *testing.T) {
	for name, tc := range map[string]struct {
		lacks string
		want  wantEnd
	}{
		"no source":  {"*v1alpha1.DatabaseSource", failed(v1alpha1.ReasonSourceNotFound)},
		"no storage": {"*v1alpha1.DumpStorage", failed(v1alpha1.ReasonStorageNotFound)},
		"no list":    {"*v1alpha1.DumpAllowList", refused(v1alpha1.ReasonNotAllowed)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.options.Settings.StartDeadline = 2 * time.Second
			for _, object := range []client.Object{w.source(startDeadline(2 * time.Second)), w.storage(), w.list()} {
				if fmt.Sprintf("%T", object) != tc.lacks {
					w.create(object)
				}
			}
			w.startManager()
			dump := w.ask(w.dump("asked", askedBy("alice")))
			w.until(dump, v1alpha1.ConditionStalled, metav1.ConditionTrue, tc.want.reason)
			checkEnd(t, w.untilFinished(dump), tc.want)
		})
	}
}
