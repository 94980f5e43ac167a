package crd_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/internal/envtestenv"
)

// Clients that do not ask for strict decoding have unknown keys dropped, silently. What is left must not allow more than
// what was meant.
func TestAMisspeltKeyThatIsDroppedIsRefusedOrAllowsLess(t *testing.T) {
	env := envtestenv.Get(t)
	namespace := env.Namespace(t)
	for name, tc := range map[string]struct{ kind, patch, refusal string }{
		"the channels of a subject": {"dumpallowlist",
			`spec: {subjects: [{platform: console, users: [alice], chanels: [C1]}]}`, "spec.subjects[0].channels: Required value"},
		"the users of a subject": {"dumpallowlist",
			`spec: {subjects: [{platform: console, user: [alice], channels: [C1]}]}`, "a subject needs users or groups"},
		"the groups of a subject": {"dumpallowlist",
			`spec: {subjects: [{platform: mattermost, workspace: chat.example.com, group: [G1], channels: [C1]}]}`, "a subject needs users or groups"},
		"the workspace of a subject": {"dumpallowlist",
			`spec: {subjects: [{platform: slack, worksapce: T1, users: [U1], channels: [C1]}]}`, "workspace is required on every platform but console"},
		"the platform of a subject": {"dumpallowlist",
			`spec: {subjects: [{plattform: console, users: [alice], channels: [C1]}]}`, "spec.subjects[0].platform: Required value"},
		"the subjects of a list":  {"dumpallowlist", `spec: {subjects: null, subject: []}`, "spec.subjects: Required value"},
		"the sources of a list":   {"dumpallowlist", `spec: {sources: null, source: [shop]}`, "spec.sources: Required value"},
		"the databases of a list": {"dumpallowlist", `spec: {databases: null, database: [shop]}`, "spec.databases: Required value"},

		"the databases of a source": {"databasesource", `spec: {databases: null, database: [shop]}`, "spec.databases: Required value"},
		"the tables of a floor without data": {"databasesource",
			`spec: {exclude: {tables: null, data: null, table: ["shop.people"]}}`, "exclude needs tables or data: is a key misspelt?"},
		"the recipients of a source":  {"databasesource", `spec: {encryption: {recipients: null, recipient: [x]}}`, "spec.encryption.recipients: Required value"},
		"the storage of a source":     {"databasesource", `spec: {storageRef: null, storage: {name: dumps}}`, "spec.storageRef: Required value"},
		"the credentials of a source": {"databasesource", `spec: {credentialsSecretRef: null, credentials: {name: x}}`, "spec.credentialsSecretRef: Required value"},
		"the bucket of a storage":     {"dumpstorage", `spec: {s3: {bucket: null, buket: dumps}}`, "spec.s3.bucket: Required value"},
		"the volume of a storage":     {"dumpstorage", `spec: {s3: null, credentialsSecretRef: null, pvc: {claimName: x}}`, "set exactly one of s3 and persistentVolumeClaim"},
		"the source of a dump":        {"databasedump", `spec: {sourceRef: null, source: {name: shop}}`, "spec.sourceRef: Required value"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := submitIgnoring(env, namespace, &unstructured.Unstructured{
				Object: merge(documents(t, tc.kind)[0].Object, parse(t, tc.patch))})
			checkRefusal(t, err, tc.refusal)
		})
	}
	for name, tc := range map[string]struct {
		kind, patch string
		path        []string
		want        any
	}{
		"what a subject may do is only to request": {"dumpallowlist",
			`spec: {subjects: [{platform: console, users: [alice], channels: [C1], mai: [Manage]}]}`,
			[]string{"spec", "subjects"},
			[]any{map[string]any{"platform": "console", "users": []any{"alice"}, "channels": []any{"C1"}, "may": []any{"Request"}}}},
		"TLS is the strictest": {"databasesource", `spec: {tls: null, tsl: {mode: Disabled}}`,
			[]string{"spec", "tls"}, map[string]any{"mode": "VerifyIdentity"}},
		"a TLS mode is the strictest": {"databasesource", `spec: {tls: {mode: null, mod: Disabled, caSecretRef: null}}`,
			[]string{"spec", "tls"}, map[string]any{"mode": "VerifyIdentity"}},
		"concurrency is one": {"databasesource", `spec: {limits: {maxConcurrent: null, maxConcurent: 9}}`,
			[]string{"spec", "limits", "maxConcurrent"}, int64(1)},
	} {
		t.Run(name, func(t *testing.T) {
			stored, err := submitIgnoring(env, namespace, &unstructured.Unstructured{
				Object: merge(documents(t, tc.kind)[0].Object, parse(t, tc.patch))})
			if err != nil {
				t.Fatal(err)
			}
			got, _, _ := unstructured.NestedFieldNoCopy(stored.Object, tc.path...)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// The one misspelling that widens what is copied and that a schema cannot see: the key of an optional restriction. This
// test states it, so that the day it is refused docs/security.md is corrected. Whoever asks for strict decoding
// (kubectl's default) or uses server-side apply is refused.
func TestAMisspeltExcludeIsSeenOnlyByWhoDecodesStrictly(t *testing.T) {
	env := envtestenv.Get(t)
	namespace := env.Namespace(t)
	misspelt := func() *unstructured.Unstructured {
		object := &unstructured.Unstructured{Object: merge(documents(t, "databasesource")[0].Object,
			parse(t, `spec: {exclude: null, exlude: {tables: ["shop.people"]}}`))}
		object.SetNamespace(namespace)
		return object
	}
	if _, err := submitIgnoring(env, namespace, misspelt()); err != nil {
		t.Errorf("a client that ignores unknown fields: %v", err)
	}
	_, err := submit(env, namespace, misspelt())
	checkRefusal(t, err, `unknown field "spec.exlude"`)
	err = env.Client.Apply(context.Background(), client.ApplyConfigurationFromUnstructured(misspelt()),
		client.FieldOwner("test"), client.DryRunAll)
	checkRefusal(t, err, ".spec.exlude: field not declared in schema")
}

func submitIgnoring(env *envtestenv.Env, namespace string, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	stored := object.DeepCopy()
	stored.SetNamespace(namespace)
	err := env.Client.Create(context.Background(), stored, client.DryRunAll, client.FieldValidation("Ignore"))
	return stored, err
}
