// Package strict_test asks a real API server what the opt-in policy refuses.
package strict_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/internal/envtestenv"
)

func TestMain(m *testing.M) { envtestenv.Main(m) }

const denied = "this client does not ask for unknown fields to be refused"

func storage(namespace, name string) *unstructured.Unstructured {
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "volcado.io/v1alpha1", "kind": "DumpStorage",
		"spec": map[string]any{"persistentVolumeClaim": map[string]any{"claimName": "dumps"}},
	}}
	object.SetNamespace(namespace)
	object.SetName(name)
	return object
}

func TestOnlyClientsThatAreToldOfMisspeltKeysMayWrite(t *testing.T) {
	env := envtestenv.Get(t)
	ctx := context.Background()
	namespace := env.Namespace(t)
	env.Apply(t, env.Kustomize(t, "config/admission/strict")...)
	err := wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, 30*time.Second, true, func(ctx context.Context) (bool, error) {
		return env.Client.Create(ctx, storage(namespace, "probe"), client.DryRunAll) != nil, nil
	})
	if err != nil {
		t.Fatalf("the policy is not in force after 30s: %v", err)
	}
	apply := func(object *unstructured.Unstructured, owner string) error {
		return env.Client.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), client.FieldOwner(owner))
	}
	if err := apply(storage(namespace, "dumps"), "flux"); err != nil {
		t.Fatalf("server-side apply: %v", err)
	}
	existing := storage(namespace, "dumps")
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"persistentVolumeClaim":{"prefix":"a"}}}`))
	for name, tc := range map[string]struct {
		write   func() error
		allowed bool
	}{
		"create, silent about unknown fields": {func() error { return env.Client.Create(ctx, storage(namespace, "a"), client.FieldValidation("Ignore")) }, false},
		"create, with warnings":               {func() error { return env.Client.Create(ctx, storage(namespace, "b"), client.FieldValidation("Warn")) }, false},
		"create, as Go programs do":           {func() error { return env.Client.Create(ctx, storage(namespace, "c")) }, false},
		"create, strictly":                    {func() error { return env.Client.Create(ctx, storage(namespace, "d"), client.FieldValidation("Strict")) }, true},
		"patch, as Go programs do":            {func() error { return env.Client.Patch(ctx, existing.DeepCopy(), patch, client.FieldOwner("program")) }, false},
		"patch, strictly": {func() error {
			return env.Client.Patch(ctx, existing.DeepCopy(), patch, client.FieldValidation("Strict"))
		}, true},
		"server-side apply, again": {func() error { return apply(storage(namespace, "dumps"), "flux") }, true},
	} {
		t.Run(name, func(t *testing.T) {
			err := tc.write()
			if tc.allowed && err != nil {
				t.Errorf("denied: %v", err)
			}
			if !tc.allowed && (err == nil || !strings.Contains(err.Error(), denied)) {
				t.Errorf("got %v, want %q", err, denied)
			}
		})
	}
	t.Run("kubectl apply", func(t *testing.T) { kubectlApply(t, env, namespace) })
}

func kubectlApply(t *testing.T, env *envtestenv.Env, namespace string) {
	manifest := filepath.Join(t.TempDir(), "storage.yaml")
	text := "{apiVersion: volcado.io/v1alpha1, kind: DumpStorage, metadata: {name: by-kubectl}, spec: {persistentVolumeClaim: {claimName: dumps}}}"
	if err := os.WriteFile(manifest, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	kubectl := func(extra ...string) string {
		command := exec.Command(env.Kubectl(), append([]string{"--kubeconfig", env.Kubeconfig(t), "-n", namespace, "apply", "-f", manifest}, extra...)...)
		output, _ := command.CombinedOutput()
		return string(output)
	}
	if got := kubectl(); !strings.Contains(got, "created") {
		t.Errorf("kubectl apply: %s", got)
	}
	if got := kubectl("--server-side", "--force-conflicts"); !strings.Contains(got, "serverside-applied") {
		t.Errorf("kubectl apply --server-side: %s", got)
	}
	text = strings.Replace(text, "claimName: dumps", "claimName: other", 1)
	if err := os.WriteFile(manifest, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := kubectl("--validate=ignore"); !strings.Contains(got, denied) {
		t.Errorf("kubectl apply --validate=ignore: %s", got)
	}
}
