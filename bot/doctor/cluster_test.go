package doctor

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	coordinationv1client "k8s.io/client-go/kubernetes/typed/coordination/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/lease"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard())
	envtestenv.Main(m)
}

func cluster(t *testing.T, config *rest.Config) *Cluster {
	t.Helper()
	env := envtestenv.Get(t)
	c, err := NewCluster(config, env.ClientOf(t, config), envtestenv.SystemNamespace)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func asBot(t *testing.T) *Cluster {
	t.Helper()
	env := envtestenv.Get(t)
	env.Install(t)
	return cluster(t, env.ConfigAs(envtestenv.SystemNamespace, envtestenv.Bot))
}

// texts of one severity.
func texts(found []chat.Finding, severity chat.Severity) string {
	var all []string
	for _, f := range found {
		if f.Severity == severity {
			all = append(all, f.Text)
		}
	}
	return strings.Join(all, "\n")
}

func TestWhatIsNeededIsWhatIsGranted(t *testing.T) {
	env := envtestenv.Get(t)
	granted := map[right]bool{}
	for _, object := range env.Kustomize(t, "config/bot") {
		if kind := object.GetKind(); kind != "Role" && kind != "ClusterRole" {
			continue
		}
		var role rbacv1.ClusterRole
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &role); err != nil {
			t.Fatal(err)
		}
		for _, rule := range role.Rules {
			names := rule.ResourceNames
			if len(names) == 0 {
				names = []string{""}
			}
			for _, name := range names {
				for _, group := range rule.APIGroups {
					for _, resource := range rule.Resources {
						for _, verb := range rule.Verbs {
							granted[right{group: group, resource: resource, verb: verb, name: name, own: object.GetKind() == "Role"}] = true
						}
					}
				}
			}
		}
	}
	want := map[right]bool{}
	for _, r := range needed {
		want[r] = true
	}
	if diff := cmp.Diff(want, granted, cmp.AllowUnexported(right{})); diff != "" {
		t.Errorf("(-checked +granted by config/bot)\n%s", diff)
	}
}

func TestAClusterAsDeployIsFoundWell(t *testing.T) {
	c := asBot(t)
	env := envtestenv.Get(t)
	leases, err := coordinationv1client.NewForConfig(env.Config)
	if err != nil {
		t.Fatal(err)
	}
	heard := lease.NewHeard(leases.Leases(envtestenv.SystemNamespace))
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if err := heard.Save(t.Context(), map[string]time.Time{"talk/one": at, "talk/gone": at}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = leases.Leases(envtestenv.SystemNamespace).Delete(context.Background(), lease.HeardName, metav1.DeleteOptions{})
	})
	services := []chat.ServiceID{{Platform: "talk", Workspace: "one"}, {Platform: "talk", Workspace: "new"}}
	var found []chat.Finding
	// The API server sees roles and bindings by a watch, so what was just granted may take a moment.
	_ = wait.PollUntilContextTimeout(t.Context(), 50*time.Millisecond, 20*time.Second, true, func(ctx context.Context) (bool, error) {
		found = c.Examine(ctx, services)
		return texts(found, chat.Bad) == "", nil
	})
	want := []chat.Finding{
		good("Volcado's kinds are installed"),
		good("the bot can do all that it has to (%d rights)", len(needed)),
		good("the admission policy volcado-dump-create is in force"),
		warning("no replica has become leader yet. If the bot is deployed, run: kubectl -n volcado-system get deployment volcado-bot"),
		good("all messages of talk/one were handled up to 2026-01-02T03:04:05Z"),
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestABotWithoutRightsIsToldWhich(t *testing.T) {
	env := envtestenv.Get(t)
	env.Install(t)
	found := cluster(t, env.ConfigAs(envtestenv.SystemNamespace, "nobody")).Examine(t.Context(), nil)
	for _, want := range []string{
		"the bot cannot list dumpallowlists.volcado.io; run: kubectl apply -k config/bot",
		"the bot cannot create databasedumps.volcado.io; run: kubectl apply -k config/bot",
		"the bot cannot update leases.coordination.k8s.io volcado-bot; run: kubectl apply -k config/bot",
		"the Lease volcado-system/volcado-bot cannot be read",
	} {
		if !strings.Contains(texts(found, chat.Bad), want) {
			t.Errorf("it is not told %q:\n%s", want, texts(found, chat.Bad))
		}
	}
	if got := texts(found, chat.Warning); !strings.Contains(got, "in force cannot be told") {
		t.Errorf("the policy: %s", got)
	}
}

func TestABotWithTooManyRightsIsWarned(t *testing.T) {
	env := envtestenv.Get(t)
	env.Install(t)
	namespace := env.Namespace(t)
	list := &v1alpha1.DumpAllowList{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "qa"},
		Spec: v1alpha1.DumpAllowListSpec{
			Sources: []v1alpha1.AllowedSource{"*"}, Databases: []v1alpha1.NamePattern{"*"},
			Subjects: []v1alpha1.AllowedSubject{{Platform: "console", Users: []v1alpha1.SubjectID{"alice"}, Channels: []v1alpha1.ChannelID{"direct"}}},
		},
	}
	if err := env.Client.Create(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = env.Client.Delete(context.Background(), list) })
	meta := metav1.ObjectMeta{Namespace: namespace, Name: "too-much"}
	for _, object := range []client.Object{
		&rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"get"}}}},
		&rbacv1.RoleBinding{
			ObjectMeta: meta, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: meta.Name},
			Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: envtestenv.SystemNamespace, Name: envtestenv.Bot}},
		},
	} {
		if err := env.Client.Create(t.Context(), object); err != nil {
			t.Fatal(err)
		}
	}
	want := "the bot can get secrets in the namespace " + namespace + ", which it does not need"
	var got string
	_ = wait.PollUntilContextTimeout(t.Context(), 50*time.Millisecond, 20*time.Second, true, func(ctx context.Context) (bool, error) {
		got = texts(asBot(t).Examine(ctx, nil), chat.Warning)
		return strings.Contains(got, want), nil
	})
	if !strings.Contains(got, want) {
		t.Errorf("it is not warned:\n%s", got)
	}
}

func TestAPolicyThatIsNotInForceIsBad(t *testing.T) {
	env := envtestenv.Get(t)
	c := asBot(t)
	var binding admissionregistrationv1.ValidatingAdmissionPolicyBinding
	if err := env.Client.Get(t.Context(), client.ObjectKey{Name: dumpPolicy}, &binding); err != nil {
		t.Fatal(err)
	}
	if err := env.Client.Delete(t.Context(), binding.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		binding.ResourceVersion, binding.UID = "", ""
		if err := env.Client.Create(context.Background(), &binding); err != nil {
			t.Error(err)
		}
		judged(t, c, chat.Good)
	})
	if got := judged(t, c, chat.Bad); !strings.Contains(got, "not in force") || !strings.Contains(got, "config/admission") {
		t.Errorf("got %q", got)
	}
}

// judged waits until the policy is found so, since the API server loads policies about a second after they are written.
func judged(t *testing.T, c *Cluster, want chat.Severity) string {
	t.Helper()
	var got chat.Finding
	err := wait.PollUntilContextTimeout(context.Background(), 50*time.Millisecond, 30*time.Second, true, func(ctx context.Context) (bool, error) {
		got = c.examinePolicy(ctx, envtestenv.SystemNamespace)
		return got.Severity == want, nil
	})
	if err != nil {
		t.Errorf("the policy is found %q", got.Text)
	}
	return got.Text
}

func TestAnAPIServerThatIsAwayIsSaidOnce(t *testing.T) {
	found := cluster(t, &rest.Config{Host: "https://127.0.0.1:1"}).Examine(t.Context(), nil)
	if len(found) != 1 || found[0].Severity != chat.Bad || !strings.Contains(found[0].Text, "the API server does not answer") {
		t.Errorf("got %v", found)
	}
}
