package crd_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

// A Go program that leaves fields at their zero values gets the same defaults as a manifest that leaves them out.
func TestDefaultsOfGoObjectsWithZeroValues(t *testing.T) {
	env := envtestenv.Get(t)
	namespace := env.Namespace(t)
	source := &v1alpha1.DatabaseSource{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "shop"},
		Spec: v1alpha1.DatabaseSourceSpec{
			Engine:               v1alpha1.EngineMySQL,
			Host:                 "db",
			CredentialsSecretRef: v1alpha1.SecretReference{Name: "reader"},
			Databases:            []v1alpha1.NamePattern{"shop"},
			StorageRef:           v1alpha1.ObjectReference{Name: "dumps"},
		},
	}
	wantSource := *source.Spec.DeepCopy()
	wantSource.Port = 3306
	wantSource.TLS = v1alpha1.SourceTLS{Mode: v1alpha1.TLSVerifyIdentity}
	wantSource.Limits = v1alpha1.SourceLimits{
		MaxConcurrent: 1,
		StartDeadline: metav1.Duration{Duration: 10 * time.Minute},
		RunDeadline:   metav1.Duration{Duration: 2 * time.Hour},
	}
	storage := &v1alpha1.DumpStorage{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "dumps"},
		Spec:       v1alpha1.DumpStorageSpec{S3: &v1alpha1.S3Storage{Bucket: "dumps"}},
	}
	wantStorage := *storage.Spec.DeepCopy()
	wantStorage.S3.Region = "us-east-1"
	list := &v1alpha1.DumpAllowList{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "qa"},
		Spec: v1alpha1.DumpAllowListSpec{
			Sources: []v1alpha1.AllowedSource{"shop"}, Databases: []v1alpha1.NamePattern{"*"},
			Subjects: []v1alpha1.AllowedSubject{{
				Platform: v1alpha1.PlatformConsole, Users: []v1alpha1.SubjectID{"alice"}, Channels: []v1alpha1.ChannelID{"*"},
			}},
		},
	}
	wantList := *list.Spec.DeepCopy()
	wantList.Subjects[0].May = []v1alpha1.Permission{v1alpha1.PermissionRequest}
	dump := &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "shop-1"},
		Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop"}},
	}
	wantDump := *dump.Spec.DeepCopy()
	wantDump.Compression = v1alpha1.Compression{Format: v1alpha1.CompressionGzip}
	wantDump.Definers, wantDump.History, wantDump.DeletionPolicy = v1alpha1.DefinersStrip, v1alpha1.HistoryCurrent, v1alpha1.DeletionPolicyDelete

	for name, tc := range map[string]struct {
		object client.Object
		spec   func() any
		want   any
	}{
		"DatabaseSource": {source, func() any { return source.Spec }, wantSource},
		"DumpStorage":    {storage, func() any { return storage.Spec }, wantStorage},
		"DumpAllowList":  {list, func() any { return list.Spec }, wantList},
		"DatabaseDump":   {dump, func() any { return dump.Spec }, wantDump},
	} {
		t.Run(name, func(t *testing.T) {
			// As JSON, which is what clients send, and as the unstructured form, which server-side apply sends.
			asApplied := toUnstructured(t, env, tc.object)
			if _, err := submit(env, namespace, asApplied); err != nil {
				t.Errorf("in its unstructured form: %v", err)
			}
			if err := env.Client.Create(context.Background(), tc.object, client.FieldValidation("Strict")); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, tc.spec()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			// What was read can be written back: no zero value of a Go type stands for something else.
			if err := env.Client.Update(context.Background(), tc.object, client.FieldValidation("Strict")); err != nil {
				t.Errorf("writing it back: %v", err)
			}
		})
	}
}

// A default that a manifest gives in part is filled up.
func TestDefaultsInsideWhatIsGiven(t *testing.T) {
	env := envtestenv.Get(t)
	namespace := env.Namespace(t)
	for name, tc := range map[string]struct {
		kind, patch, want string
		path              []string
	}{
		"limits with one deadline": {"databasesource", `spec: {limits: {maxConcurrent: null, startDeadline: null, runDeadline: 3h}}`,
			`{"maxConcurrent":1,"maxTTL":"72h0m0s","runDeadline":"3h","startDeadline":"10m"}`, []string{"spec", "limits"}},
		"a deadline to the nanosecond, as Go writes it": {"databasesource", `spec: {limits: {runDeadline: 167h59m59.999999999s, startDeadline: null}}`,
			`{"maxConcurrent":2,"maxTTL":"72h0m0s","runDeadline":"167h59m59.999999999s","startDeadline":"10m"}`, []string{"spec", "limits"}},
		"TLS with an authority alone": {"databasesource", `spec: {tls: {mode: null}}`,
			`{"caSecretRef":{"key":"ca.crt","name":"shop-ca"},"mode":"VerifyIdentity"}`, []string{"spec", "tls"}},
		"compression with a level alone": {"databasedump", `spec: {compression: {format: null, level: 1}}`,
			`{"format":"gzip","level":1}`, []string{"spec", "compression"}},
	} {
		t.Run(name, func(t *testing.T) {
			object := &unstructured.Unstructured{Object: merge(documents(t, tc.kind)[0].Object, parse(t, tc.patch))}
			stored, err := submit(env, namespace, object)
			if err != nil {
				t.Fatal(err)
			}
			value, _, _ := unstructured.NestedFieldNoCopy(stored.Object, tc.path...)
			got, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Every field that a manifest can hold survives being read and written by a Go program.
func TestGoTypesKeepEveryField(t *testing.T) {
	env := envtestenv.Get(t)
	namespace := env.Namespace(t)
	for _, kind := range kinds {
		for _, object := range documents(t, kind) {
			stored, err := submit(env, namespace, object)
			if err != nil {
				t.Fatal(err)
			}
			typed, err := env.Scheme.New(stored.GroupVersionKind())
			if err != nil {
				t.Fatal(err)
			}
			into(t, stored, typed)
			again := toUnstructured(t, env, typed)
			want, got := stored.Object["spec"].(map[string]any), again.Object["spec"].(map[string]any)
			// False is left out: it says the same, which a transition rule's test holds.
			delete(want, "cancel")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s %s (-manifest +Go)\n%s", kind, object.GetName(), diff)
			}
		}
	}
}

func toUnstructured(t *testing.T, env *envtestenv.Env, object runtime.Object) *unstructured.Unstructured {
	t.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		t.Fatal(err)
	}
	result := &unstructured.Unstructured{Object: content}
	gvks, _, err := env.Scheme.ObjectKinds(object)
	if err != nil {
		t.Fatal(err)
	}
	result.SetGroupVersionKind(gvks[0])
	return result
}
