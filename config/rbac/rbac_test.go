// Package rbac holds what Volcado's ServiceAccounts may do to a golden file, so that every change of it is read.
package rbac

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/volcado-io/volcado/internal/envtestenv"
)

var update = flag.Bool("update", false, "write the golden file anew")

func TestMain(m *testing.M) { envtestenv.Main(m) }

// folders that somebody applies.
var folders = []string{"config/default", "config/enroll", "config/enroll/cluster-wide"}

func TestWhatTheServiceAccountsMayDo(t *testing.T) {
	env := envtestenv.Get(t)
	var got strings.Builder
	for _, folder := range folders {
		for _, object := range env.Kustomize(t, folder) {
			if object.GroupVersionKind().Group != rbacv1.GroupName {
				continue
			}
			data, err := yaml.Marshal(object.Object)
			if err != nil {
				t.Fatal(err)
			}
			got.WriteString("# " + folder + "\n" + string(data) + "---\n")
		}
	}
	const golden = "testdata/rbac.yaml"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s (-want +got); if this is meant, run with -update\n%s", golden, diff)
	}
}

func TestNoRuleIsWiderThanItMustBe(t *testing.T) {
	env := envtestenv.Get(t)
	roles := 0
	for _, folder := range folders {
		for _, object := range env.Kustomize(t, folder) {
			if kind := object.GetKind(); kind != "Role" && kind != "ClusterRole" {
				continue
			}
			roles++
			for _, rule := range rulesOf(t, object) {
				for _, problem := range problems(rule) {
					t.Errorf("%s %s: %s: %+v", object.GetKind(), object.GetName(), problem, rule)
				}
			}
		}
	}
	if roles == 0 {
		t.Error("there is no role")
	}
}

func rulesOf(t *testing.T, object *unstructured.Unstructured) []rbacv1.PolicyRule {
	t.Helper()
	var role rbacv1.ClusterRole
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &role); err != nil {
		t.Fatal(err)
	}
	if role.AggregationRule != nil {
		t.Errorf("%s aggregates whatever others add", role.Name)
	}
	return role.Rules
}

func problems(rule rbacv1.PolicyRule) []string {
	var found []string
	say := func(is bool, problem string) {
		if is {
			found = append(found, problem)
		}
	}
	for _, list := range [][]string{rule.APIGroups, rule.Resources, rule.Verbs} {
		say(slices.Contains(list, "*"), "a wildcard")
	}
	for _, verb := range []string{"escalate", "bind", "impersonate", "deletecollection"} {
		say(slices.Contains(rule.Verbs, verb), verb)
	}
	for _, resource := range []string{"secrets", "pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers", "serviceaccounts/token", "nodes/proxy"} {
		say(slices.Contains(rule.Resources, resource), resource)
	}
	say(len(rule.NonResourceURLs) > 0, "a URL")
	return found
}
