// Package networkpolicy_test judges the network policies by what NetworkPolicy means, because no network plugin that
// enforces them can be counted on where the tests run.
package networkpolicy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

func TestMain(m *testing.M) { envtestenv.Main(m) }

// policies are those of volcado-system, and those of the enrolled namespace shop, as the API server takes them.
func policies(t *testing.T) []networkingv1.NetworkPolicy {
	t.Helper()
	env := envtestenv.Get(t)
	env.Install(t)
	namespaced := env.Kustomize(t, "config/network-policy/namespace")
	shop := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Namespace"}}
	shop.SetName("shop")
	env.Apply(t, shop)
	for _, object := range namespaced {
		object.SetNamespace("shop")
	}
	objects := append(env.Kustomize(t, "config/network-policy"), namespaced...)
	env.Apply(t, objects...)
	var result []networkingv1.NetworkPolicy
	for _, object := range objects {
		var policy networkingv1.NetworkPolicy
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &policy); err != nil {
			t.Fatal(err)
		}
		result = append(result, policy)
	}
	return result
}

func component(name, address string) endpoint {
	labels := map[string]string{"app.kubernetes.io/name": "volcado", "app.kubernetes.io/component": name}
	return pod("volcado-system", labels, address)
}

func pod(namespace string, labels map[string]string, address string) endpoint {
	return endpoint{namespace: namespace, labels: labels, address: address}
}

// The policies select pods by labels, so the pods must bear them.
func TestThePodsBearTheLabelsThatThePoliciesSelect(t *testing.T) {
	env := envtestenv.Get(t)
	var workloads []string
	for _, object := range append(env.Kustomize(t, "config/default"), env.Kustomize(t, "config/bot/serve")...) {
		if object.GetKind() != "Deployment" {
			continue
		}
		workloads = append(workloads, object.GetName())
		got, _, err := unstructured.NestedStringMap(object.Object, "spec", "template", "metadata", "labels")
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(object.GetName(), "volcado-")
		if diff := cmp.Diff(component(name, "").labels, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", object.GetName(), diff)
		}
	}
	if diff := cmp.Diff([]string{"volcado-manager", "volcado-bot"}, workloads); diff != "" {
		t.Errorf("what runs in the cluster (-want +got)\n%s", diff)
	}
}

func TestWhatMayReachWhat(t *testing.T) {
	manager, bot := component("manager", "10.1.0.1"), component("bot", "10.1.0.2")
	dumpLabels := map[string]string{v1alpha1.LabelManagedBy: v1alpha1.ManagedBy, v1alpha1.LabelDump: "shop-1"}
	dump := pod("shop", dumpLabels, "10.1.0.3")
	otherDump := pod("shop", dumpLabels, "10.1.0.4")
	stranger := pod("shop", map[string]string{"app": "web"}, "10.1.0.5")
	impostor := pod("shop", manager.labels, "10.1.0.6")
	database := pod("shop", map[string]string{"app": "mariadb"}, "10.1.0.7")
	dns := pod("kube-system", map[string]string{"k8s-app": "kube-dns"}, "10.1.0.8")
	apiServer := endpoint{address: "192.168.0.1"}
	outside := endpoint{address: "203.0.113.7"}
	outside6 := endpoint{address: "2001:db8::7"}
	metadata := endpoint{address: "169.254.169.254"}
	chat := pod("chat", map[string]string{"app": "chat"}, "10.1.0.10")
	collector := endpoint{"monitoring", map[string]string{"app": "prometheus"}, "10.1.0.11", map[string]string{"volcado.io/metrics": "true"}}

	all := policies(t)
	for name, tc := range map[string]struct {
		from, to endpoint
		protocol corev1.Protocol
		port     int32
		want     bool
	}{
		"the manager asks a dump for its progress":             {manager, dump, corev1.ProtocolTCP, 8080, true},
		"the manager reaches the Kubernetes API":               {manager, apiServer, corev1.ProtocolTCP, 6443, true},
		"the manager resolves names":                           {manager, dns, corev1.ProtocolUDP, 53, true},
		"the manager does not reach a database":                {manager, database, corev1.ProtocolTCP, 3306, false},
		"the manager does not reach other pods":                {manager, stranger, corev1.ProtocolTCP, 8080, false},
		"the manager does not reach the node's credentials":    {manager, metadata, corev1.ProtocolTCP, 443, false},
		"nobody reaches the manager":                           {stranger, manager, corev1.ProtocolTCP, 8081, false},
		"not even the bot reaches the manager":                 {bot, manager, corev1.ProtocolTCP, 8081, false},
		"the bot reaches the Kubernetes API":                   {bot, apiServer, corev1.ProtocolTCP, 6443, true},
		"the bot reaches a chat service":                       {bot, outside, corev1.ProtocolTCP, 443, true},
		"the bot resolves names over TCP":                      {bot, dns, corev1.ProtocolTCP, 53, true},
		"the bot does not reach a dump":                        {bot, dump, corev1.ProtocolTCP, 8080, false},
		"the bot does not reach a database":                    {bot, database, corev1.ProtocolTCP, 3306, false},
		"the bot reaches a chat service in the cluster":        {bot, chat, corev1.ProtocolTCP, 443, true},
		"the bot reaches a chat service on no other port":      {bot, chat, corev1.ProtocolTCP, 8065, false},
		"the bot does not reach the node's credentials":        {bot, metadata, corev1.ProtocolTCP, 443, false},
		"the bot does not reach plain HTTP":                    {bot, outside, corev1.ProtocolTCP, 80, false},
		"the bot does not reach the manager":                   {bot, manager, corev1.ProtocolTCP, 8081, false},
		"what collects metrics reaches those of the bot":       {collector, bot, corev1.ProtocolTCP, 8080, true},
		"what collects metrics does not reach its health":      {collector, bot, corev1.ProtocolTCP, 8081, false},
		"what collects metrics does not reach the manager":     {collector, manager, corev1.ProtocolTCP, 8080, false},
		"nobody else reaches the bot":                          {stranger, bot, corev1.ProtocolTCP, 8080, false},
		"a dump reaches its database":                          {dump, database, corev1.ProtocolTCP, 3306, true},
		"a dump reaches a database outside of the cluster":     {dump, outside, corev1.ProtocolTCP, 3306, true},
		"a dump reaches its storage":                           {dump, outside, corev1.ProtocolTCP, 443, true},
		"a dump reaches its storage by IPv6":                   {dump, outside6, corev1.ProtocolTCP, 443, true},
		"a dump resolves names":                                {dump, dns, corev1.ProtocolUDP, 53, true},
		"a dump resolves names by the node's cache":            {dump, endpoint{address: "169.254.20.10"}, corev1.ProtocolUDP, 53, true},
		"a dump does not reach the Kubernetes API":             {dump, apiServer, corev1.ProtocolTCP, 6443, false},
		"a dump does not reach the node's credentials":         {dump, metadata, corev1.ProtocolTCP, 443, false},
		"a dump does not reach plain HTTP":                     {dump, outside, corev1.ProtocolTCP, 80, false},
		"a dump does not reach a DNS server of another's":      {dump, outside, corev1.ProtocolUDP, 53, false},
		"a dump does not reach another dump":                   {dump, otherDump, corev1.ProtocolTCP, 8080, false},
		"a stranger does not reach a dump":                     {stranger, dump, corev1.ProtocolTCP, 8080, false},
		"a pod that bears the manager's labels elsewhere":      {impostor, dump, corev1.ProtocolTCP, 8080, false},
		"the manager reaches a dump on no other port":          {manager, dump, corev1.ProtocolTCP, 22, false},
		"pods that are not Volcado's are left alone":           {stranger, database, corev1.ProtocolTCP, 3306, true},
		"a pod in volcado-system that is none of ours is deaf": {stranger, component("debug", "10.1.0.9"), corev1.ProtocolTCP, 80, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := allowed(all, tc.from, tc.to, tc.protocol, tc.port)
			if err != nil {
				t.Fatal(err)
			}
			if got != tc.want {
				t.Errorf("allowed: %v, want %v", got, tc.want)
			}
		})
	}
}
