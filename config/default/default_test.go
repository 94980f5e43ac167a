// Package default_test installs config/default on a real API server and asks it who may do what.
package default_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/internal/envtestenv"
)

func TestMain(m *testing.M) { envtestenv.Main(m) }

func TestEverythingIsClusterWideOrInTheSystemNamespace(t *testing.T) {
	env := envtestenv.Get(t)
	env.Install(t)
	for _, object := range env.Kustomize(t, "config/default") {
		if namespace := object.GetNamespace(); namespace != "" && namespace != envtestenv.SystemNamespace {
			t.Errorf("%s %s is in %s", object.GetKind(), object.GetName(), namespace)
		}
		live := object.DeepCopy()
		if err := env.Client.Get(context.Background(), client.ObjectKeyFromObject(object), live); err != nil {
			t.Errorf("%s %s: %v", object.GetKind(), object.GetName(), err)
		}
		if live.GetNamespace() != object.GetNamespace() {
			t.Errorf("%s %s leaves its namespace to whoever applies it", object.GetKind(), object.GetName())
		}
	}
}

// The namespace enforces Pod Security's "restricted", and our own pods are let into it.
func TestOurPodsNeedNoMoreThanRestricted(t *testing.T) {
	env := envtestenv.Get(t)
	env.Install(t)
	privileged := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: envtestenv.SystemNamespace, Name: "privileged"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "a", Image: "a"}}},
	}
	err := env.Client.Create(context.Background(), privileged, client.DryRunAll)
	if err == nil || !strings.Contains(err.Error(), `violates PodSecurity "restricted`) {
		t.Errorf("a pod that is not restricted: got %v", err)
	}
	deployments := 0
	for _, object := range env.Kustomize(t, "config/default") {
		if object.GetKind() != "Deployment" {
			continue
		}
		deployments++
		var deployment appsv1.Deployment
		as(t, object, &deployment)
		pod := &corev1.Pod{ObjectMeta: deployment.Spec.Template.ObjectMeta, Spec: deployment.Spec.Template.Spec}
		pod.Namespace, pod.Name = envtestenv.SystemNamespace, deployment.Name
		if err := env.Client.Create(context.Background(), pod, client.DryRunAll); err != nil {
			t.Errorf("%s: %v", deployment.Name, err)
		}
	}
	if deployments == 0 {
		t.Error("there is no Deployment")
	}
}

func as(t *testing.T, object *unstructured.Unstructured, target any) {
	t.Helper()
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, target); err != nil {
		t.Fatal(err)
	}
}

func TestNoRoleHoldsMoreThanItNeeds(t *testing.T) {
	env := envtestenv.Get(t)
	for _, folder := range []string{"config/default", "config/enroll", "config/enroll/cluster-wide"} {
		for _, object := range env.Kustomize(t, folder) {
			if object.GetKind() != "ClusterRole" && object.GetKind() != "Role" {
				continue
			}
			var role rbacv1.ClusterRole
			as(t, object, &role)
			for _, rule := range role.Rules {
				everything := slices.Concat(rule.APIGroups, rule.Resources, rule.Verbs, rule.NonResourceURLs)
				for _, word := range []string{"*", "secrets", "serviceaccounts/token", "pods/exec", "pods/attach", "pods/ephemeralcontainers", "escalate", "bind", "impersonate", "deletecollection"} {
					if slices.Contains(everything, word) {
						t.Errorf("%s %s holds %q", object.GetKind(), role.Name, word)
					}
				}
			}
		}
	}
}

// What the API server itself answers for the two ServiceAccounts, in a namespace that is enrolled and one that is not.
func TestWhoMayDoWhat(t *testing.T) {
	env := envtestenv.Get(t)
	env.Install(t)
	enrolled, other := env.Namespace(t), env.Namespace(t)
	env.Enroll(t, enrolled)
	for _, tc := range []struct {
		account, verb, group, resource, subresource string
		namespace                                   string
		want                                        bool
	}{
		{envtestenv.Manager, "create", "batch", "jobs", "", enrolled, true},
		{envtestenv.Manager, "delete", "batch", "jobs", "", enrolled, true},
		{envtestenv.Manager, "create", "batch", "jobs", "", other, false},
		{envtestenv.Manager, "delete", "batch", "jobs", "", other, false},
		{envtestenv.Manager, "update", "batch", "jobs", "", enrolled, false},
		{envtestenv.Manager, "list", "batch", "jobs", "", other, true},
		{envtestenv.Manager, "list", "", "pods", "", other, true},
		{envtestenv.Manager, "create", "", "pods", "", enrolled, false},
		{envtestenv.Manager, "create", "", "pods", "exec", enrolled, false},
		{envtestenv.Manager, "get", "", "secrets", "", enrolled, false},
		{envtestenv.Manager, "list", "", "secrets", "", envtestenv.SystemNamespace, false},
		{envtestenv.Manager, "patch", "volcado.io", "databasedumps", "status", other, true},
		{envtestenv.Manager, "create", "volcado.io", "databasedumps", "", other, false},
		{envtestenv.Manager, "delete", "volcado.io", "databasedumps", "", other, false},
		{envtestenv.Manager, "update", "volcado.io", "dumpallowlists", "", other, false},
		{envtestenv.Manager, "patch", "volcado.io", "databasesources", "", other, false},
		{envtestenv.Manager, "update", "", "configmaps", "", envtestenv.SystemNamespace, false},
		{envtestenv.Bot, "create", "volcado.io", "databasedumps", "", other, true},
		{envtestenv.Bot, "patch", "volcado.io", "databasedumps", "", other, true},
		{envtestenv.Bot, "list", "volcado.io", "databasesources", "", other, true},
		{envtestenv.Bot, "list", "volcado.io", "dumpallowlists", "", other, true},
		{envtestenv.Bot, "delete", "volcado.io", "databasedumps", "", other, false},
		{envtestenv.Bot, "patch", "volcado.io", "databasedumps", "status", other, false},
		{envtestenv.Bot, "patch", "volcado.io", "dumpallowlists", "", other, false},
		{envtestenv.Bot, "create", "batch", "jobs", "", enrolled, false},
		{envtestenv.Bot, "get", "", "secrets", "", enrolled, false},
		{envtestenv.Bot, "get", "", "secrets", "", envtestenv.SystemNamespace, false},
		{envtestenv.Bot, "list", "", "pods", "", enrolled, false},
		{envtestenv.Bot, "update", "", "configmaps", "", envtestenv.SystemNamespace, false},
		{envtestenv.Bot, "create", "coordination.k8s.io", "leases", "", envtestenv.SystemNamespace, true},
		{envtestenv.Bot, "create", "coordination.k8s.io", "leases", "", other, false},
		{envtestenv.Bot, "list", "coordination.k8s.io", "leases", "", envtestenv.SystemNamespace, false},
		{envtestenv.Bot, "update", "coordination.k8s.io", "leases", "", envtestenv.SystemNamespace, false},
		{envtestenv.Bot, "create", "", "events", "", envtestenv.SystemNamespace, false},
	} {
		resource := tc.resource
		if tc.subresource != "" {
			resource += "/" + tc.subresource
		}
		where := map[string]string{enrolled: "an enrolled namespace", other: "a namespace that is not enrolled"}[tc.namespace]
		if where == "" {
			where = tc.namespace
		}
		t.Run(fmt.Sprintf("%s %s %s in %s", tc.account, tc.verb, resource, where), func(t *testing.T) {
			got := allows(t, env, tc.account, authorizationv1.ResourceAttributes{
				Namespace: tc.namespace, Verb: tc.verb, Group: tc.group, Resource: tc.resource, Subresource: tc.subresource,
			})
			if got != tc.want {
				t.Errorf("allowed %t, want %t", got, tc.want)
			}
		})
	}
}

// allows asks the API server about one of the two ServiceAccounts.
func allows(t *testing.T, env *envtestenv.Env, account string, what authorizationv1.ResourceAttributes) bool {
	t.Helper()
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User:               "system:serviceaccount:" + envtestenv.SystemNamespace + ":" + account,
		Groups:             []string{"system:serviceaccounts", "system:serviceaccounts:" + envtestenv.SystemNamespace, "system:authenticated"},
		ResourceAttributes: &what,
	}}
	if err := env.Client.Create(t.Context(), review); err != nil {
		t.Fatal(err)
	}
	return review.Status.Allowed
}

// A Lease is granted by its name, so that bot and manager cannot take each other's.
func TestEachProgramHasItsOwnLeases(t *testing.T) {
	env := envtestenv.Get(t)
	env.Install(t)
	owners := map[string]string{"volcado-bot": envtestenv.Bot, "volcado-bot-heard": envtestenv.Bot, "volcado-manager": envtestenv.Manager}
	for lease, owner := range owners {
		for _, account := range []string{envtestenv.Bot, envtestenv.Manager} {
			for _, verb := range []string{"get", "update", "delete"} {
				// What was heard is patched, so that no two writers overwrite each other's service.
				want := account == owner && verb != "delete" && (lease != "volcado-bot-heard" || verb != "update")
				if got := allows(t, env, account, authorizationv1.ResourceAttributes{
					Namespace: envtestenv.SystemNamespace, Verb: verb, Group: "coordination.k8s.io", Resource: "leases", Name: lease,
				}); got != want {
					t.Errorf("%s may %s Lease %s: %t, want %t", account, verb, lease, got, want)
				}
			}
		}
	}
}
