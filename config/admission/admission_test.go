// Package admission_test asks a real API server what the policies let through. docs/security.md names these tests.
package admission_test

import (
	"context"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

func TestMain(m *testing.M) { envtestenv.Main(m) }

// stage is a namespace in which every actor has every right that RBAC can give, so that only the policies refuse.
type stage struct {
	env       *envtestenv.Env
	namespace string
}

func setUp(t *testing.T) stage {
	t.Helper()
	env := envtestenv.Get(t)
	env.Install(t)
	s := stage{env: env, namespace: env.Namespace(t)}
	everything := []rbacv1.PolicyRule{{APIGroups: []string{"*"}, Resources: []string{"*"}, Verbs: []string{"*"}}}
	env.Grant(t, s.namespace, "everything", everything,
		serviceAccount(envtestenv.SystemNamespace, envtestenv.Bot),
		serviceAccount(envtestenv.SystemNamespace, envtestenv.Manager),
		serviceAccount(s.namespace, "gitops"))
	return s
}

func serviceAccount(namespace, name string) rbacv1.Subject {
	return rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: name}
}

// actor is a client of one of: bot, manager, gitops (a namespace administrator's or a GitOps tool's ServiceAccount), admin
// (a cluster administrator), gc (the garbage collector).
func (s stage) actor(t *testing.T, name string) client.Client {
	t.Helper()
	switch name {
	case "bot":
		return s.env.BotClient(t)
	case "manager":
		return s.env.ManagerClient(t)
	case "gitops":
		return s.env.ClientAs(t, s.namespace, "gitops")
	case "admin":
		return s.env.Client
	case "gc":
		return s.env.ClientAs(t, "kube-system", "generic-garbage-collector")
	}
	t.Fatalf("there is no actor %s", name)
	return nil
}

const plainDump = `
apiVersion: volcado.io/v1alpha1
kind: DatabaseDump
metadata: {name: shop-1}
spec: {sourceRef: {name: shop}}
`

const chatDump = `
apiVersion: volcado.io/v1alpha1
kind: DatabaseDump
metadata:
  name: shop-1
  labels: {volcado.io/message: 7f3k2qv5m0c4x9ra}
  annotations: {chat.volcado.io/reply: "1700000000.000200"}
spec:
  sourceRef: {name: shop}
  requestedBy: {platform: slack, workspace: T1, user: U1, channel: C1, channelKind: Private, message: "1700000000.000100"}
`

func (s stage) object(t *testing.T, manifest string) *unstructured.Unstructured {
	t.Helper()
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(manifest), &object.Object); err != nil {
		t.Fatal(err)
	}
	object.SetNamespace(s.namespace)
	return object
}

// checkDenied checks that a policy, not RBAC and not a schema, refused with the message, or that nothing did.
func checkDenied(t *testing.T, err error, message string) {
	t.Helper()
	switch {
	case message == "" && err != nil:
		t.Errorf("denied: %v", err)
	case message == "":
	case err == nil:
		t.Errorf("let through, but must be denied with %q", message)
	case !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "ValidatingAdmissionPolicy 'volcado-dump-"):
		t.Errorf("refused, but not by a policy: %v", err)
	case !strings.Contains(err.Error(), message):
		t.Errorf("denied with\n%v\nbut must be denied with\n%s", err, message)
	}
}

const (
	onlyTheBotClaims    = "only the bot says who asked in chat, so only the bot may set spec.requestedBy; remove it and Kubernetes RBAC decides"
	onlyTheBotAnnotates = "only the bot may set annotations under chat.volcado.io/"
	onlyTheBotLabels    = "only the bot may set the label volcado.io/message"
)

func TestWhoMayCreateWhichDump(t *testing.T) {
	s := setUp(t)
	for name, tc := range map[string]struct{ actor, manifest, denied string }{
		"the bot says who asked":                    {"bot", chatDump, ""},
		"the bot does not say who asked":            {"bot", plainDump, "the bot must say who asked; set spec.requestedBy"},
		"somebody asks by Kubernetes alone":         {"gitops", plainDump, ""},
		"an administrator asks by Kubernetes alone": {"admin", plainDump, ""},
		"somebody claims to be a chat user":         {"gitops", chatDump, onlyTheBotClaims},
		"an administrator claims to be a chat user": {"admin", chatDump, onlyTheBotClaims},
		"the manager claims to be a chat user":      {"manager", chatDump, onlyTheBotClaims},
		"somebody copies a chat dump without its requester": {"gitops",
			strings.Replace(plainDump, "name: shop-1", `name: shop-1, annotations: {chat.volcado.io/reply: x}`, 1), onlyTheBotAnnotates},
		"somebody forges the label of a message": {"gitops",
			strings.Replace(plainDump, "name: shop-1", `name: shop-1, labels: {volcado.io/message: 7f3k2qv5m0c4x9ra}`, 1), onlyTheBotLabels},
		"GitOps with labels and annotations of its own": {"gitops",
			strings.Replace(plainDump, "name: shop-1", `name: shop-1, labels: {app.kubernetes.io/instance: shop}, annotations: {argocd.argoproj.io/tracking-id: x, kubectl.kubernetes.io/last-applied-configuration: "{}"}`, 1), ""},
		"somebody lets the server make the name": {"gitops",
			strings.Replace(plainDump, "name: shop-1", `generateName: shop-`, 1), ""},
		"the bot keeps what it says, and the source that it was asked for": {"bot",
			strings.Replace(chatDump, "{volcado.io/message: 7f3k2qv5m0c4x9ra}", "{volcado.io/message: 7f3k2qv5m0c4x9ra, volcado.io/source: shop}", 1), ""},
		"the bot makes a dump that a GitOps tool takes for its own": {"bot",
			strings.Replace(chatDump, "{chat.volcado.io/reply:", "{argocd.argoproj.io/tracking-id: x, chat.volcado.io/reply:", 1),
			"the bot may set no annotations but those under chat.volcado.io/"},
		"the bot makes a dump with a label of somebody's": {"bot",
			strings.Replace(chatDump, "{volcado.io/message:", "{app.kubernetes.io/instance: shop, volcado.io/message:", 1),
			"the bot may set no labels but volcado.io/message and volcado.io/source"},
		"the bot makes a dump that its owner takes along": {"bot",
			strings.Replace(chatDump, "name: shop-1", `name: shop-1
  ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: x, uid: u1}]`, 1), "the bot may not set ownerReferences or finalizers"},
		"the bot makes a dump that cannot be deleted": {"bot",
			strings.Replace(chatDump, "name: shop-1", `name: shop-1
  finalizers: [example.com/stay]`, 1), "the bot may not set ownerReferences or finalizers"},
	} {
		t.Run(name, func(t *testing.T) {
			err := s.actor(t, tc.actor).Create(context.Background(), s.object(t, tc.manifest), client.DryRunAll)
			checkDenied(t, err, tc.denied)
			// kubectl apply --server-side creates by way of a patch, and is held to the same.
			if !strings.Contains(tc.manifest, "generateName") {
				err = s.actor(t, tc.actor).Apply(context.Background(), client.ApplyConfigurationFromUnstructured(s.object(t, tc.manifest)),
					client.FieldOwner("test"), client.DryRunAll)
				checkDenied(t, err, tc.denied)
			}
		})
	}
}

func TestWhoMayChangeWhatOfADump(t *testing.T) {
	s := setUp(t)
	for name, tc := range map[string]struct{ maker, actor, patch, denied string }{
		"the bot cancels":                             {"bot", "bot", `{"spec":{"cancel":true}}`, ""},
		"the bot cancels somebody's dump":             {"gitops", "bot", `{"spec":{"cancel":true}}`, ""},
		"the bot keeps a copy longer":                 {"bot", "bot", `{"spec":{"ttl":"48h"}}`, ""},
		"the bot notes what it posted":                {"bot", "bot", `{"metadata":{"annotations":{"chat.volcado.io/posted":"1"}}}`, ""},
		"the bot corrects what it noted":              {"bot", "bot", `{"metadata":{"annotations":{"chat.volcado.io/reply":"2"}}}`, ""},
		"the bot removes what it noted":               {"bot", "bot", `{"metadata":{"annotations":{"chat.volcado.io/reply":null}}}`, ""},
		"the bot notes on a dump without annotations": {"gitops", "bot", `{"metadata":{"annotations":{"chat.volcado.io/posted":"1"}}}`, ""},
		"the bot cancels and notes at once":           {"bot", "bot", `{"metadata":{"annotations":{"chat.volcado.io/a":"1"}},"spec":{"cancel":true}}`, ""},

		"the bot retains a copy": {"bot", "bot", `{"spec":{"deletionPolicy":"Retain"}}`, "the bot may change nothing of the spec but cancel and ttl"},
		"the bot sets another annotation": {"bot", "bot", `{"metadata":{"annotations":{"argocd.argoproj.io/sync-options":"Prune=false"}}}`,
			"the bot may change no annotations but those under chat.volcado.io/"},
		"the bot sets an annotation that looks like its own": {"bot", "bot", `{"metadata":{"annotations":{"xchat.volcado.io/a":"1"}}}`,
			"the bot may change no annotations but those under chat.volcado.io/"},
		"the bot removes another's annotation": {"gitops", "bot", `{"metadata":{"annotations":{"team":null}}}`,
			"the bot may change no annotations but those under chat.volcado.io/"},
		"the bot sets a label":     {"bot", "bot", `{"metadata":{"labels":{"a":"b"}}}`, "the bot may not change labels"},
		"the bot removes a label":  {"bot", "bot", `{"metadata":{"labels":{"volcado.io/message":null}}}`, "the bot may not change labels"},
		"the bot sets a finalizer": {"bot", "bot", `{"metadata":{"finalizers":["example.com/stay"]}}`, "the bot may not change finalizers or ownerReferences"},
		"the bot sets an owner": {"bot", "bot", `{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"x","uid":"y"}]}}`,
			"the bot may not change finalizers or ownerReferences"},

		"somebody cancels a chat dump":           {"bot", "gitops", `{"spec":{"cancel":true}}`, ""},
		"GitOps labels and annotates its dump":   {"gitops", "gitops", `{"metadata":{"labels":{"a":"b"},"annotations":{"c":"d"}}}`, ""},
		"an administrator annotates a chat dump": {"bot", "admin", `{"metadata":{"annotations":{"note":"seen"}}}`, ""},
		"somebody adds a chat annotation": {"gitops", "gitops", `{"metadata":{"annotations":{"chat.volcado.io/posted":"1"}}}`,
			"only the bot may add, change or remove annotations under chat.volcado.io/"},
		"somebody changes a chat annotation": {"bot", "gitops", `{"metadata":{"annotations":{"chat.volcado.io/reply":"2"}}}`,
			"only the bot may add, change or remove annotations under chat.volcado.io/"},
		"somebody removes a chat annotation": {"bot", "gitops", `{"metadata":{"annotations":{"chat.volcado.io/reply":null}}}`,
			"only the bot may add, change or remove annotations under chat.volcado.io/"},
		"somebody removes all annotations": {"bot", "gitops", `{"metadata":{"annotations":null}}`,
			"only the bot may add, change or remove annotations under chat.volcado.io/"},
		"an administrator removes a chat annotation": {"bot", "admin", `{"metadata":{"annotations":{"chat.volcado.io/reply":null}}}`,
			"only the bot may add, change or remove annotations under chat.volcado.io/"},
		"the manager sets a chat annotation": {"bot", "manager", `{"metadata":{"annotations":{"chat.volcado.io/reply":"2"}}}`,
			"only the bot may add, change or remove annotations under chat.volcado.io/"},
		"the manager sets a finalizer":        {"bot", "manager", `{"metadata":{"finalizers":["volcado.io/artifact"]}}`, ""},
		"the manager takes its finalizer off": {"bot", "manager", `{"metadata":{"finalizers":null}}`, ""},
		"the manager changes the spec": {"bot", "manager", `{"spec":{"ttl":"1s"}}`,
			"the manager may change nothing of a DatabaseDump but its finalizers and its status"},
		"the manager cancels": {"gitops", "manager", `{"spec":{"cancel":true}}`,
			"the manager may change nothing of a DatabaseDump but its finalizers and its status"},
		"the manager sets a label": {"gitops", "manager", `{"metadata":{"labels":{"a":"b"}}}`,
			"the manager may change nothing of a DatabaseDump but its finalizers and its status"},
		"somebody adds the label of a message": {"gitops", "gitops", `{"metadata":{"labels":{"volcado.io/message":"x"}}}`,
			"only the bot may set the label volcado.io/message, and only when it creates the dump"},
		"somebody changes the label of a message": {"bot", "gitops", `{"metadata":{"labels":{"volcado.io/message":"x"}}}`,
			"only the bot may set the label volcado.io/message, and only when it creates the dump"},
		"somebody removes the label of a message": {"bot", "gitops", `{"metadata":{"labels":{"volcado.io/message":null}}}`,
			"only the bot may set the label volcado.io/message, and only when it creates the dump"},
	} {
		t.Run(name, func(t *testing.T) {
			manifest := strings.Replace(plainDump, "name: shop-1", `name: shop-1, annotations: {team: shop}`, 1)
			if tc.maker == "bot" {
				manifest = chatDump
			}
			dump := s.object(t, strings.Replace(manifest, "name: shop-1", "generateName: shop-", 1))
			if err := s.actor(t, tc.maker).Create(context.Background(), dump); err != nil {
				t.Fatal(err)
			}
			err := s.actor(t, tc.actor).Patch(context.Background(), dump, merge(tc.patch))
			checkDenied(t, err, tc.denied)
		})
	}
}

func merge(patch string) client.Patch {
	return client.RawPatch("application/merge-patch+json", []byte(patch))
}

// The CRD refuses such a change before the policy sees it, as long as every other field is immutable. The policy holds
// the bot all the same, for the fields of versions to come.
func TestTheBotChangesNothingOfTheSpecButCancelAndTTL(t *testing.T) {
	s := setUp(t)
	dump := s.object(t, chatDump)
	if err := s.actor(t, "bot").Create(context.Background(), dump); err != nil {
		t.Fatal(err)
	}
	err := s.actor(t, "bot").Patch(context.Background(), dump, merge(`{"spec":{"schemaOnly":false}}`))
	checkDenied(t, err, "the bot may change nothing of the spec but cancel")
}

// GitOps applies the same manifest again and again, later with another label, later with cancel.
func TestGitOpsAppliesItsDumpAgain(t *testing.T) {
	s := setUp(t)
	gitops := s.actor(t, "gitops")
	for _, manifest := range []string{
		plainDump, plainDump,
		strings.Replace(plainDump, "name: shop-1", "name: shop-1, labels: {a: b}", 1),
		strings.Replace(plainDump, "{sourceRef: {name: shop}}", "{sourceRef: {name: shop}, cancel: true}", 1),
	} {
		err := gitops.Apply(context.Background(), client.ApplyConfigurationFromUnstructured(s.object(t, manifest)),
			client.FieldOwner("flux"), client.ForceOwnership)
		if err != nil {
			t.Fatalf("%v\n%s", err, manifest)
		}
	}
}

func TestOnlyTheManagerWritesTheStatusOfADump(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	dump := s.object(t, chatDump)
	if err := s.actor(t, "bot").Create(ctx, dump); err != nil {
		t.Fatal(err)
	}
	forged := `{"status":{"phase":"Complete","artifact":{"uri":"s3://evil/x","manifestURI":"s3://evil/y","sizeBytes":1,"uncompressedBytes":1,"sha256":"0"}}}`
	for _, actor := range []string{"bot", "gitops", "admin"} {
		err := s.actor(t, actor).Status().Patch(ctx, dump.DeepCopy(), merge(forged))
		checkDenied(t, err, "only the manager may write the status of a DatabaseDump")
		// By way of the object itself, the status is not written at all.
		if err := s.actor(t, actor).Patch(ctx, dump, merge(strings.Replace(forged, `{"status"`, `{"spec":{"cancel":true},"status"`, 1))); err != nil {
			t.Errorf("%s: %v", actor, err)
		}
		if status := dump.Object["status"]; status != nil {
			t.Errorf("%s wrote the status by way of the object: %v", actor, status)
		}
	}
	if err := s.actor(t, "manager").Status().Patch(ctx, dump, merge(`{"metadata":{"annotations":{"chat.volcado.io/reply":"2"}},"status":{"phase":"Running"}}`)); err != nil {
		t.Fatalf("the manager: %v", err)
	}
	if got, _, _ := unstructured.NestedString(dump.Object, "status", "phase"); got != "Running" {
		t.Errorf("the manager wrote phase %q, want Running", got)
	}
	if got := dump.GetAnnotations()["chat.volcado.io/reply"]; got != "1700000000.000200" {
		t.Errorf("writing the status changed an annotation to %q", got)
	}
}

func TestAForgedStatusAtCreationIsDropped(t *testing.T) {
	s := setUp(t)
	dump := s.object(t, plainDump)
	dump.Object["status"] = map[string]any{"phase": "Complete"}
	if err := s.actor(t, "gitops").Create(context.Background(), dump); err != nil {
		t.Fatal(err)
	}
	if status := dump.Object["status"]; status != nil {
		t.Errorf("got status %v", status)
	}
}

// The garbage collector deletes what has lost its owners, so who sets owners deletes.
func TestOwnersAreChangedOnlyByWhoMayDelete(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	s.env.Grant(t, s.namespace, "no-delete", []rbacv1.PolicyRule{{
		APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: []string{"databasedumps"}, Verbs: []string{"get", "create", "update", "patch"},
	}}, serviceAccount(s.namespace, "editor"))
	dump := s.object(t, plainDump)
	if err := s.actor(t, "gitops").Create(ctx, dump); err != nil {
		t.Fatal(err)
	}
	owned := merge(`{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"x","uid":"y"}]}}`)
	err := s.env.ClientAs(t, s.namespace, "editor").Patch(ctx, dump.DeepCopy(), owned)
	checkDenied(t, err, "only who may delete this DatabaseDump may change its ownerReferences")
	if err := s.actor(t, "gitops").Patch(ctx, dump, owned); err != nil {
		t.Errorf("who may delete: %v", err)
	}
	if err := s.actor(t, "gc").Patch(ctx, dump, merge(`{"metadata":{"ownerReferences":null}}`)); err != nil {
		t.Errorf("the garbage collector, which orphans: %v", err)
	}
}

// Deleting is left to RBAC: the garbage collector and the namespace controller must be able to.
func TestKubernetesOwnControllersMayDelete(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	dump := s.object(t, chatDump)
	if err := s.actor(t, "bot").Create(ctx, dump); err != nil {
		t.Fatal(err)
	}
	namespaceController := s.env.ClientAs(t, "kube-system", "namespace-controller")
	if err := namespaceController.DeleteAllOf(ctx, &v1alpha1.DatabaseDump{}, client.InNamespace(s.namespace)); err != nil {
		t.Error(err)
	}
}
