package read

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/naming"
)

// full has everything that a dump can have.
func full(edit ...func(*v1alpha1.DatabaseDump)) *v1alpha1.DatabaseDump {
	d := dumpOf(func(d *v1alpha1.DatabaseDump) {
		d.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubectl"}}
		d.Annotations = map[string]string{v1alpha1.AnnotationDelivery: "record", "kubectl.kubernetes.io/last-applied-configuration": "{}"}
		d.Labels = map[string]string{v1alpha1.LabelSource: "shop"}
		d.OwnerReferences, d.Finalizers = []metav1.OwnerReference{{Name: "x"}}, []string{"x"}
		d.Spec.Tables, d.Spec.RequestedBy.Groups = []v1alpha1.DatabaseName{"b", "a"}, []string{"qa"}
		d.Status.Database, d.Status.JobName, d.Status.StartTime = "shop", "job", ago(50)
		d.Status.AllowedBy, d.Status.Storage = &v1alpha1.AllowedBy{Name: "qa"}, &v1alpha1.DumpStorageSpec{}
		d.Status.Server, d.Status.Client = &v1alpha1.SoftwareVersion{}, &v1alpha1.SoftwareVersion{}
		d.Status.Progress = &v1alpha1.Progress{Bytes: 1}
	})
	for _, e := range edit {
		e(d)
	}
	return d
}

func done(d *v1alpha1.DatabaseDump) {
	d.Status.CompletionTime = ago(10)
	d.Status.Artifact = &v1alpha1.Artifact{URI: "s3://b/k", SizeBytes: 10, SHA256: "ab"}
	with(v1alpha1.ConditionComplete, "Verified")(d)
	with(v1alpha1.ConditionFinished, "Succeeded")(d)
	with(v1alpha1.ConditionAccepted, "Accepted")(d)
}

func undelivered(string) bool { return false }

// delivered reports every record to be done with.
func delivered(string) bool { return true }

// Ten thousand finished dumps are kept: what nobody asks of them is not.
func TestWhatTheInformersKeepOfADump(t *testing.T) {
	ended := slimDump(full(done), delivered, newShared()).(*v1alpha1.DatabaseDump)
	by := alice
	by.DisplayName = "Alice"
	want := &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "shop-7f3k", UID: "1", CreationTimestamp: ended.CreationTimestamp},
		Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop"}, Database: "shop", Tables: []v1alpha1.DatabaseName{"b", "a"}, RequestedBy: &by, Compression: ended.Spec.Compression},
		Status: v1alpha1.DatabaseDumpStatus{
			Database: "shop", CompletionTime: ago(10), Artifact: &v1alpha1.Artifact{SizeBytes: 10},
			Conditions: []metav1.Condition{
				{Type: v1alpha1.ConditionFinished, Status: metav1.ConditionTrue, Reason: "Succeeded"},
				{Type: v1alpha1.ConditionComplete, Status: metav1.ConditionTrue, Reason: "Verified"},
			},
		},
	}
	if diff := cmp.Diff(want, ended); diff != "" {
		t.Errorf("of one that ended and was told of (-want +got)\n%s", diff)
	}
	for name, d := range map[string]*v1alpha1.DatabaseDump{"one that runs": full(), "one that ended and is still to be told of": full(done)} {
		got := slimDump(d.DeepCopy(), undelivered, newShared()).(*v1alpha1.DatabaseDump)
		want := d.DeepCopy()
		want.ManagedFields, want.OwnerReferences, want.Finalizers = nil, nil, nil
		want.Annotations = map[string]string{v1alpha1.AnnotationDelivery: "record"}
		want.Status.Storage, want.Status.AllowedBy, want.Status.Client = nil, nil, nil
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("of %s (-want +got)\n%s", name, diff)
		}
	}
	foreign := full()
	foreign.Annotations = map[string]string{"x": "y"}
	if got := slimDump(foreign, delivered, newShared()).(*v1alpha1.DatabaseDump); got.Annotations != nil {
		t.Errorf("of one that was not asked for in chat: %v", got.Annotations)
	}
}

// A dump is found, listed and offered from what the informers keep as from the whole of it.
func TestWhatIsKeptOfADumpTellsAsMuch(t *testing.T) {
	for name, edit := range map[string][]func(*v1alpha1.DatabaseDump){
		"running": {phase(v1alpha1.PhaseRunning)}, "succeeded": {done},
		"expired":                           {done, copyIs(metav1.ConditionFalse, v1alpha1.ReasonExpired)},
		"cannot be deleted":                 {done, copyIs(metav1.ConditionUnknown, v1alpha1.ReasonDeletionFailed)},
		"failed":                            {with(v1alpha1.ConditionFinished, "Failed")},
		"by kubectl":                        {func(d *v1alpha1.DatabaseDump) { d.Spec.RequestedBy = nil }},
		"by kubectl, of a default database": {done, func(d *v1alpha1.DatabaseDump) { d.Spec.RequestedBy, d.Spec.Database = nil, "" }},
	} {
		t.Run(name, func(t *testing.T) {
			d := full(edit...)
			slim := slimDump(d.DeepCopy(), delivered, newShared()).(*v1alpha1.DatabaseDump)
			s := Shelf{by: alice}
			whole := s.Row(d, now)
			if d.Status.Finished() {
				whole.Reason = "" // it is read anew where somebody asks for one dump
			}
			if diff := cmp.Diff(whole, s.Row(slim, now)); diff != "" {
				t.Errorf("the row of a list (-whole +slim)\n%s", diff)
			}
			if EqualKey(d) != EqualKey(slim) || IsOf(d, alice) != IsOf(slim, alice) || d.Status.Finished() != slim.Status.Finished() ||
				succeeded(d) != succeeded(slim) || s.IsMine(d) != s.IsMine(slim) || StageOf(d, now) != StageOf(slim, now) {
				t.Error("it is not the same")
			}
			if diff := cmp.Diff(entries(t, d), entries(t, slim)); diff != "" {
				t.Errorf("in the index (-whole +slim)\n%s", diff)
			}
		})
	}
}

// What the index finds is what is looked for.
func TestTheIndexFindsWhatIsLookedFor(t *testing.T) {
	queued, ended, failed := full(phase(v1alpha1.PhaseQueued)), full(done), full(with(v1alpha1.ConditionFinished, "Failed"))
	of, bys, equal := entryMessage(naming.MessageHash(alice)), "by/played/acme/alice", entryEqual(equality(queued))
	for name, tc := range map[string]struct {
		dump *v1alpha1.DatabaseDump
		want []string
	}{
		"one that waits":     {queued, []string{of, bys, "unfinished/shop", equal}},
		"one that succeeded": {ended, []string{of, bys, equal}},
		"one that failed":    {failed, []string{of, bys}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, entries(t, tc.dump)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	for _, w := range []which{ofMessage(alice), by(personOf(&alice)), unfinishedBeside(queued)} {
		if !w.match(queued) || !slices.Contains(entries(t, queued), w.entry) {
			t.Errorf("%s does not find what it looks for", w.entry)
		}
	}
}

// entries of a dump in the informers' index.
func entries(t *testing.T, d *v1alpha1.DatabaseDump) []string {
	t.Helper()
	var i indexer
	if err := Index(context.Background(), &i); err != nil {
		t.Fatal(err)
	}
	return i.extract(d)
}

type indexer struct{ extract client.IndexerFunc }

func (i *indexer) IndexField(_ context.Context, _ client.Object, _ string, extract client.IndexerFunc) error {
	i.extract = extract
	return nil
}

// Of a source only what people are told is kept: no host, no Secret's name.
func TestWhatTheInformersKeepOfASource(t *testing.T) {
	s := &v1alpha1.DatabaseSource{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "shop", Annotations: map[string]string{"a": "b"}, ManagedFields: []metav1.ManagedFieldsEntry{{}}},
		Spec: v1alpha1.DatabaseSourceSpec{
			Engine: v1alpha1.EngineMySQL, Host: "db", Databases: []v1alpha1.NamePattern{"shop"}, CredentialsSecretRef: v1alpha1.SecretReference{Name: "s"},
		},
		Status: v1alpha1.ReferenceStatus{Conditions: []metav1.Condition{{Type: "Resolved"}}},
	}
	got, err := slimSource(s)
	want := &v1alpha1.DatabaseSource{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "shop"},
		Spec:       v1alpha1.DatabaseSourceSpec{Engine: v1alpha1.EngineMySQL, Databases: []v1alpha1.NamePattern{"shop"}},
	}
	if diff := cmp.Diff(any(want), got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

// Equal copies have one key, whatever the order in which they were typed; others have another.
func TestWhatMakesACopyAnotherOne(t *testing.T) {
	key := func(edit ...func(*v1alpha1.DatabaseDumpSpec)) string {
		d := dumpOf()
		for _, e := range edit {
			e(&d.Spec)
		}
		return EqualKey(d)
	}
	tables := func(names ...v1alpha1.DatabaseName) func(*v1alpha1.DatabaseDumpSpec) {
		return func(s *v1alpha1.DatabaseDumpSpec) { s.Tables = names }
	}
	exclude := func(tables, data []v1alpha1.NamePattern) func(*v1alpha1.DatabaseDumpSpec) {
		return func(s *v1alpha1.DatabaseDumpSpec) { s.Exclude = &v1alpha1.DumpExclusions{Tables: tables, Data: data} }
	}
	one := []v1alpha1.NamePattern{"a"}
	different := map[string]string{
		"nothing said": key(), "a table": key(tables("a")), "two tables": key(tables("a", "b")), "tables left out": key(exclude(one, nil)), "rows left out": key(exclude(nil, one)),
		"both": key(exclude(one, one)), "no rows": key(func(s *v1alpha1.DatabaseDumpSpec) { s.SchemaOnly = true }),
		"another database":     key(func(s *v1alpha1.DatabaseDumpSpec) { s.Database = "crm" }),
		"another source":       key(func(s *v1alpha1.DatabaseDumpSpec) { s.SourceRef.Name = "crm" }),
		"not compressed":       key(func(s *v1alpha1.DatabaseDumpSpec) { s.Compression.Format = v1alpha1.CompressionNone }),
		"compressed otherwise": key(func(s *v1alpha1.DatabaseDumpSpec) { s.Compression.Format = v1alpha1.CompressionZstd }),
		"compressed more":      key(func(s *v1alpha1.DatabaseDumpSpec) { s.Compression.Level = 9 }),
		"encrypted": key(func(s *v1alpha1.DatabaseDumpSpec) {
			s.Encryption = &v1alpha1.Encryption{Recipients: []v1alpha1.Recipient{"age1a"}}
		}),
		"encrypted for others": key(func(s *v1alpha1.DatabaseDumpSpec) {
			s.Encryption = &v1alpha1.Encryption{Recipients: []v1alpha1.Recipient{"age1a", "age1b"}}
		}),
		"a table of two words": key(tables("a b")),
	}
	seen := map[string]string{}
	for what, k := range different {
		if other, ok := seen[k]; ok {
			t.Errorf("%s is like %s", what, other)
		}
		seen[k] = what
	}
	for what, is := range map[string]bool{
		"tables in another order": key(tables("b", "a")) == different["two tables"],
		"an empty exclusion":      key(exclude(nil, nil)) == different["nothing said"],
		"the API's own defaults":  key(func(s *v1alpha1.DatabaseDumpSpec) { s.Compression = v1alpha1.Compression{} }) == different["nothing said"],
		"another reason":          key(func(s *v1alpha1.DatabaseDumpSpec) { s.Reason = "" }) == different["nothing said"],
		"somebody else":           key(func(s *v1alpha1.DatabaseDumpSpec) { s.RequestedBy = nil }) == different["nothing said"],
		"an empty list of tables": key(tables()) == different["nothing said"],
	} {
		if !is {
			t.Errorf("%s makes another copy", what)
		}
	}
}
