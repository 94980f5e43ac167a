package envtestenv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// SystemNamespace is where the manager and the bot live.
const SystemNamespace = "volcado-system"

// Manager and Bot are the names of the ServiceAccounts in SystemNamespace.
const (
	Manager = "volcado-manager"
	Bot     = "volcado-bot"
)

// Install applies config/default, once for a test binary: the real RBAC of manager and bot, and the admission policies.
// It returns when both are in force. From then on only the bot may set spec.requestedBy and only the manager
// may write a dump's status: use ManagerClient and BotClient.
func (e *Env) Install(t testing.TB) {
	t.Helper()
	if err := e.InstallDefault(); err != nil {
		t.Fatal(err)
	}
}

// InstallDefault is Install for a program that is no test.
func (e *Env) InstallDefault() error {
	e.install.Do(func() { e.failed = e.installDefault() })
	return e.failed
}

func (e *Env) installDefault() error {
	objects, err := e.kustomize("config/default")
	if err != nil {
		return err
	}
	if err := e.apply(objects); err != nil {
		return err
	}
	return e.waitForPolicies()
}

// ManagerClient acts as the manager's ServiceAccount.
func (e *Env) ManagerClient(t testing.TB) client.Client {
	t.Helper()
	return e.ClientAs(t, SystemNamespace, Manager)
}

// BotClient acts as the bot's ServiceAccount.
func (e *Env) BotClient(t testing.TB) client.Client {
	t.Helper()
	return e.ClientAs(t, SystemNamespace, Bot)
}

// Kustomize builds a folder of the repository, such as config/samples.
func (e *Env) Kustomize(t testing.TB, folder string) []*unstructured.Unstructured {
	t.Helper()
	objects, err := e.kustomize(folder)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// Apply applies objects as the administrator, in order, and returns when the roles and bindings among them are in force.
// What else takes the API server a moment, as admission policies do, the test waits for.
func (e *Env) Apply(t testing.TB, objects ...*unstructured.Unstructured) {
	t.Helper()
	if err := e.apply(objects); err != nil {
		t.Fatal(err)
	}
}

// Enroll builds config/enroll and applies it to a namespace: the manager may then create Jobs there.
func (e *Env) Enroll(t testing.TB, namespace string) {
	t.Helper()
	objects := e.Kustomize(t, "config/enroll")
	for _, object := range objects {
		object.SetNamespace(namespace)
	}
	e.Apply(t, objects...)
}

func (e *Env) kustomize(folder string) ([]*unstructured.Unstructured, error) {
	command := exec.Command(e.Kubectl(), "kustomize", filepath.Join(e.root, folder))
	var stderr strings.Builder
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("kubectl kustomize %s: %w: %s", folder, err, stderr.String())
	}
	return decode(output)
}

func decode(manifests []byte) ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(manifests), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, fmt.Errorf("decode manifest %d: %w", len(objects)+1, err)
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
}

func (e *Env) apply(objects []*unstructured.Unstructured) error {
	for _, object := range objects {
		err := e.Client.Apply(context.Background(), client.ApplyConfigurationFromUnstructured(object),
			client.FieldOwner("envtestenv"), client.ForceOwnership)
		if err != nil {
			return fmt.Errorf("apply %s %s: %w", object.GetKind(), object.GetName(), err)
		}
	}
	granted, err := bindings(objects)
	if err != nil {
		return err
	}
	return WaitForGrants(context.Background(), e.Client, granted...)
}

// waitForPolicies asks the API server, without writing, until it answers as it will when every policy and the
// ConfigMap that they refer to are in force. The server loads them about a second after they are written.
func (e *Env) waitForPolicies() error {
	ctx := context.Background()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "probe-"}}
	if err := e.Client.Create(ctx, namespace); err != nil {
		return fmt.Errorf("create a namespace: %w", err)
	}
	probe := &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace.Name, Name: "probe"},
		Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "none"}},
	}
	var last error
	err := wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, 30*time.Second, true, func(ctx context.Context) (bool, error) {
		last = e.probePolicies(ctx, probe)
		return last == nil, nil
	})
	if err != nil {
		return fmt.Errorf("the admission policies are not in force after 30s: %w", last)
	}
	return e.Client.Delete(ctx, probe)
}

// probePolicies says which of the policies is not yet in force.
func (e *Env) probePolicies(ctx context.Context, probe *v1alpha1.DatabaseDump) error {
	if err := e.Client.Create(ctx, probe.DeepCopy()); err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("creating a dump is denied: %w", err)
	}
	fresh := probe.DeepCopy()
	fresh.Name = "fresh"
	fresh.Annotations = map[string]string{v1alpha1.ChatAnnotationPrefix + "probe": ""}
	if err := e.Client.Create(ctx, fresh, client.DryRunAll); err == nil {
		return errors.New("volcado-dump-create lets a chat annotation through")
	}
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"annotations":{"chat.volcado.io/probe":""}}}`))
	if err := e.Client.Patch(ctx, probe.DeepCopy(), patch, client.DryRunAll); err == nil {
		return errors.New("volcado-dump-update lets a chat annotation through")
	}
	patch = client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"annotations":{"probe":""}}}`))
	if err := e.Client.Patch(ctx, probe.DeepCopy(), patch, client.DryRunAll); err != nil {
		return fmt.Errorf("updating a dump is denied: %w", err)
	}
	patch = client.RawPatch("application/merge-patch+json", []byte(`{"status":{"phase":"Pending"}}`))
	if err := e.Client.Status().Patch(ctx, probe.DeepCopy(), patch, client.DryRunAll); err == nil {
		return errors.New("volcado-dump-status lets the administrator through")
	}
	return nil
}
