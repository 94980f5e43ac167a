// Package crd_test asks a real API server what the CRDs accept, refuse, fill in and print.
package crd_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/volcado-io/volcado/internal/envtestenv"
)

func TestMain(m *testing.M) { envtestenv.Main(m) }

var kinds = []string{"databasedump", "databasesource", "dumpallowlist", "dumpstorage"}

// documents are the objects in testdata/<kind>.yaml, all of them valid.
func documents(t *testing.T, kind string) []*unstructured.Unstructured {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", kind+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var objects []*unstructured.Unstructured
	for _, document := range strings.Split(string(data), "\n---\n") {
		objects = append(objects, &unstructured.Unstructured{Object: parse(t, document)})
	}
	return objects
}

// generated is the CRD of a kind as it is in bases/.
func generated(t *testing.T, kind string) *apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("bases", "volcado.io_"+kind+"s.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	crd := &apiextensionsv1.CustomResourceDefinition{}
	if err := yaml.UnmarshalStrict(data, crd); err != nil {
		t.Fatal(err)
	}
	return crd
}

func parse(t *testing.T, text string) map[string]any {
	t.Helper()
	var value map[string]any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return value
}

// merge applies a JSON merge patch: null removes a key, everything but a mapping replaces.
func merge(target, patch map[string]any) map[string]any {
	result := maps.Clone(target)
	if result == nil {
		result = map[string]any{}
	}
	for key, value := range patch {
		inner, isMap := value.(map[string]any)
		switch {
		case value == nil:
			delete(result, key)
		case isMap:
			before, _ := result[key].(map[string]any)
			result[key] = merge(before, inner)
		default:
			result[key] = value
		}
	}
	return result
}

// submit creates the object in a namespace, strictly decoded and without keeping it, and returns what the server would
// have stored.
func submit(env *envtestenv.Env, namespace string, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	stored := object.DeepCopy()
	stored.SetNamespace(namespace)
	err := env.Client.Create(context.Background(), stored, client.DryRunAll, client.FieldValidation("Strict"))
	return stored, err
}

// verdicts runs a table against a kind. A case is a merge patch on the first document of testdata/<kind>.yaml, and a part
// of the refusal, or "" if it must be accepted.
type verdict struct{ patch, refusal string }

func verdicts(t *testing.T, kind string, table map[string]verdict) {
	t.Helper()
	env := envtestenv.Get(t)
	namespace := env.Namespace(t)
	base := documents(t, kind)[0]
	for name, tc := range table {
		t.Run(name, func(t *testing.T) {
			object := &unstructured.Unstructured{Object: merge(base.Object, parse(t, tc.patch))}
			_, err := submit(env, namespace, object)
			checkRefusal(t, err, tc.refusal)
		})
	}
}

// transitions runs a table of updates: a case is a merge patch on the first document of testdata/<kind>.yaml as it is
// created, a merge patch that is then sent, and a part of the refusal, or "" if it must be accepted.
type transition struct{ create, update, refusal string }

func transitions(t *testing.T, kind string, table map[string]transition) {
	t.Helper()
	env := envtestenv.Get(t)
	base := documents(t, kind)[0]
	for name, tc := range table {
		t.Run(name, func(t *testing.T) {
			object := &unstructured.Unstructured{Object: merge(base.Object, parse(t, tc.create))}
			object.SetNamespace(env.Namespace(t))
			if err := env.Client.Create(context.Background(), object, client.FieldValidation("Strict")); err != nil {
				t.Fatalf("create: %v", err)
			}
			patch, err := yaml.YAMLToJSON([]byte(tc.update))
			if err != nil {
				t.Fatal(err)
			}
			err = env.Client.Patch(context.Background(), object, client.RawPatch("application/merge-patch+json", patch),
				client.FieldValidation("Strict"))
			checkRefusal(t, err, tc.refusal)
		})
	}
}

func checkRefusal(t *testing.T, err error, refusal string) {
	t.Helper()
	switch {
	case refusal == "" && err != nil:
		t.Errorf("refused: %v", err)
	case refusal != "" && err == nil:
		t.Errorf("accepted, but must be refused with %q", refusal)
	case refusal != "" && !strings.Contains(err.Error(), refusal):
		t.Errorf("refused with\n%v\nbut must be refused with\n%s", err, refusal)
	}
}

func TestWhatTheOtherTestsStandOnIsAccepted(t *testing.T) {
	env := envtestenv.Get(t)
	namespace := env.Namespace(t)
	for _, kind := range kinds {
		for _, object := range documents(t, kind) {
			if _, err := submit(env, namespace, object); err != nil {
				t.Errorf("%s %s: %v", kind, object.GetName(), err)
			}
		}
	}
}

// into decodes what the server stored into a Go type.
func into(t *testing.T, stored *unstructured.Unstructured, target any) {
	t.Helper()
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(stored.Object, target); err != nil {
		t.Fatal(err)
	}
}
