//go:build e2e

package e2e

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

func TestEveryPodOfOursRunsWherePodSecurityIsRestrictedAndADumpsHasNoToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "pods")
	for _, name := range []string{systemNamespace, shopNamespace, w.namespace} {
		var n corev1.Namespace
		if err := env.client.Get(w.ctx, client.ObjectKey{Name: name}, &n); err != nil {
			t.Fatal(err)
		}
		if level := n.Labels["pod-security.kubernetes.io/enforce"]; level != "restricted" {
			t.Errorf("namespace %s enforces %q and not restricted", name, level)
		}
	}
	h := w.hold(0)
	w.source("shop", []string{h.database}, nil)
	w.ask("run", "shop", "")
	_, pod := h.inTheMiddle("run")
	if pod.Spec.AutomountServiceAccountToken == nil || *pod.Spec.AutomountServiceAccountToken {
		t.Error("the dump's pod may have a token mounted")
	}
	for _, v := range pod.Spec.Volumes {
		if v.Projected != nil {
			t.Errorf("the dump's pod has the projected volume %s", v.Name)
		}
	}
	var pods corev1.PodList
	if err := env.client.List(w.ctx, &pods, client.MatchingLabels{v1alpha1.LabelManagedBy: v1alpha1.ManagedBy}); err != nil {
		t.Fatal(err)
	}
	for _, p := range pods.Items {
		if p.Namespace == systemNamespace {
			t.Errorf("the dump's pod %s runs in the system's namespace", p.Name)
		}
	}
	h.release()
	w.completed(w.waitFor("run", "Complete", patience))
}

func TestTheBotsImageAnswersInAPodWithItsOwnServiceAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "botpod")
	w.source("shop-"+w.suffix, []string{w.small()}, nil)
	for i, c := range []struct{ command, says string }{{"whoami", w.person}, {"dump shop-" + w.suffix, " is ready"}} {
		name := fmt.Sprintf("e2e-bot-%s-%d", w.suffix, i)
		manifest := fmt.Sprintf(`
apiVersion: v1
kind: Pod
metadata: {name: %s, namespace: %s}
spec:
  restartPolicy: Never
  serviceAccountName: volcado-bot
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: bot
    image: volcado.local/bot:dev
    imagePullPolicy: IfNotPresent
    args: [console, --user, %s, -c, %q]
    securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
`, name, systemNamespace, w.person, c.command)
		if _, err := output(exec.Command("kubectl", "apply", "-f", "-"), strings.NewReader(manifest)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = env.client.Delete(w.ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: systemNamespace, Name: name}})
		})
		system := *w
		system.namespace = systemNamespace
		if said := system.podOutput(name); !strings.Contains(said, c.says) {
			t.Errorf("%s does not say %q:\n%s", c.command, c.says, said)
		} else {
			remember(said)
		}
	}
	asked := w.requested(w.ctx)
	if len(asked) != 1 {
		t.Fatalf("%d dumps were asked for", len(asked))
	}
	w.completed(&asked[0])
}

func TestTheDumperStaysBelowItsMemoryWhileItCopiesTheDemosDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "memory")
	w.copySecret("shop-reader")
	w.source("shop", []string{"shop"}, func(s *v1alpha1.DatabaseSource) { s.Spec.CredentialsSecretRef.Name = "shop-reader" })
	w.ask("run", "shop", "")
	var pod corev1.Pod
	dumper := &peak{what: "dumper", bound: 128 << 20}
	deadline := time.After(4 * time.Minute)
	for tick := time.NewTicker(50 * time.Millisecond); ; {
		select {
		case <-deadline:
			t.Fatalf("it does not end:\n%s", summary(w.get("run")))
		case <-tick.C:
		}
		d := w.get("run")
		if pods := w.pods(w.ctx, d); len(pods) > 0 {
			pod = pods[0]
		}
		if pod.UID != "" {
			dumper.measure(string(pod.UID), "/usr/local/bin/dumper")
		}
		if d.Status.CompletionTime != nil {
			tick.Stop()
			w.completed(d)
			t.Logf("%d bytes of SQL in %s", d.Status.Artifact.UncompressedBytes, d.Status.CompletionTime.Sub(d.Status.StartTime.Time))
			break
		}
	}
	if err := dumper.report(); err != nil {
		t.Error(err)
	}
}
