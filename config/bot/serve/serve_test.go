// Package serve_test holds the bot's Deployment to what the bot needs in a cluster.
package serve_test

import (
	"context"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/internal/envtestenv"
)

func TestMain(m *testing.M) { envtestenv.Main(m) }

// applied on a real API server, beside config/default.
func applied(t *testing.T) (*appsv1.Deployment, *policyv1.PodDisruptionBudget) {
	t.Helper()
	env := envtestenv.Get(t)
	env.Install(t)
	env.Apply(t, env.Kustomize(t, "config/bot/serve")...)
	key := client.ObjectKey{Namespace: envtestenv.SystemNamespace, Name: "volcado-bot"}
	deployment, budget := &appsv1.Deployment{}, &policyv1.PodDisruptionBudget{}
	for _, object := range []client.Object{deployment, budget} {
		if err := env.Client.Get(context.Background(), key, object); err != nil {
			t.Fatal(err)
		}
	}
	return deployment, budget
}

func TestOneReplicaStaysWhateverHappens(t *testing.T) {
	deployment, budget := applied(t)
	if n := *deployment.Spec.Replicas; n != 2 {
		t.Errorf("there are %d replicas", n)
	}
	if update := deployment.Spec.Strategy.RollingUpdate; update == nil || update.MaxUnavailable.IntValue() != 0 {
		t.Errorf("an update may take running ones away: %+v", update)
	}
	if most := budget.Spec.MaxUnavailable; most == nil || most.IntValue() != 1 {
		t.Errorf("so many may be evicted at once: %v", most)
	}
	pod := deployment.Spec.Template
	for name, selector := range map[string]*metav1.LabelSelector{
		"the Deployment": deployment.Spec.Selector, "the budget": budget.Spec.Selector,
		"the spread": pod.Spec.TopologySpreadConstraints[0].LabelSelector,
	} {
		s, err := metav1.LabelSelectorAsSelector(selector)
		if err != nil || !s.Matches(labels.Set(pod.Labels)) {
			t.Errorf("%s does not select the bot's pods: %v", name, err)
		}
	}
}

func TestThePodWorksAsTheBotAndKeepsItsTokensToItself(t *testing.T) {
	deployment, _ := applied(t)
	pod := deployment.Spec.Template.Spec
	if pod.ServiceAccountName != envtestenv.Bot {
		t.Errorf("it works as %s", pod.ServiceAccountName)
	}
	if own := pod.SecurityContext; own.FSGroup == nil || *own.FSGroup != *own.RunAsGroup {
		t.Error("it may not read the tokens")
	}
	volumes := map[string]corev1.Volume{}
	for _, v := range pod.Volumes {
		volumes[v.Name] = v
	}
	tokens := volumes["tokens"].Secret
	if tokens.SecretName != "volcado-bot-tokens" || !*tokens.Optional || *tokens.DefaultMode&0o007 != 0 {
		t.Errorf("the tokens: %+v", tokens)
	}
	if settings := volumes["settings"].ConfigMap; settings.Name != "volcado-bot-settings" || settings.Optional != nil && *settings.Optional {
		t.Errorf("the settings: %+v", settings)
	}
	container := pod.Containers[0]
	for _, mount := range container.VolumeMounts {
		if mount.SubPath != "" || !mount.ReadOnly {
			t.Errorf("what is in %s is never replaced, or can be written", mount.MountPath)
		}
	}
	for _, variable := range container.Env {
		if name := strings.ToLower(variable.Name); strings.Contains(name, "token") || variable.ValueFrom != nil {
			t.Errorf("%s may hold a credential", variable.Name)
		}
	}
}

func TestLivenessIsApartFromReadiness(t *testing.T) {
	deployment, _ := applied(t)
	container := deployment.Spec.Template.Spec.Containers[0]
	if live := container.LivenessProbe.HTTPGet; live.Path != "/healthz" {
		t.Errorf("it is restarted by %s", live.Path)
	}
	if ready := container.ReadinessProbe.HTTPGet; ready.Path != "/readyz" {
		t.Errorf("it is ready by %s", ready.Path)
	}
	if len(container.Resources.Requests) == 0 || container.Resources.Limits.Memory().IsZero() {
		t.Error("its memory is not bounded")
	}
}
