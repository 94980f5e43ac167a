//go:build e2e

package e2e

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// spellings of a secret, as programs write it by mistake.
func spellings(secret string) map[string]string {
	quoted, _ := json.Marshal(secret)
	return map[string]string{
		"as it is": secret, "in base64": base64.StdEncoding.EncodeToString([]byte(secret)),
		"in a URL": url.QueryEscape(secret), "in a path": url.PathEscape(secret), "in JSON": strings.Trim(string(quoted), `"`),
	}
}

// holdsNone fails the test for each secret that is in the text.
func (w *world) holdsNone(where, text string, secrets map[string]string) {
	w.Helper()
	for name, secret := range secrets {
		for how, spelling := range spellings(secret) {
			if strings.Contains(text, spelling) {
				w.Errorf("%s holds the %s, %s", where, name, how)
			}
		}
	}
}

// environment of a process. Only its user and root may read it.
func (p process) environment() (string, error) {
	if os.Geteuid() == 0 {
		data, err := os.ReadFile(string(p) + "/environ")
		return string(data), err
	}
	return output(exec.Command("sudo", "-n", "cat", string(p)+"/environ"), nil)
}

func TestNoSecretIsEverWrittenAnywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "secrets")
	h := w.hold(0)
	secrets := map[string]string{
		"database password": w.password, "storage key": env.s3.secretKey, "wrong database password": "wr0ng-" + w.password,
		"wrong storage key": "wr0ng-" + w.suffix + "-key",
	}
	w.secret("stale", map[string]string{"username": w.user(), "password": secrets["wrong database password"], "host": w.hosts()})
	w.secret("thief", map[string]string{"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": secrets["wrong storage key"]})
	w.storage("denied", func(s *v1alpha1.DumpStorage) { s.Spec.CredentialsSecretRef.Name = "thief" })
	w.source("stale", []string{h.database}, func(s *v1alpha1.DatabaseSource) { s.Spec.CredentialsSecretRef.Name = "stale" })
	w.source("denied", []string{h.database}, storageDenied)
	w.source("shop-"+w.suffix, []string{h.database}, nil)
	w.ask("stale", "stale", "")
	w.ask("denied", "denied", "")
	console := w.terminal(w.person)
	console.send("dump shop-" + w.suffix + "\r")
	console.expect(" is running")
	name := w.requested(w.ctx)[0].Name
	_, pod := h.inTheMiddle(name)

	programs := ""
	for _, p := range processesOf(string(pod.UID)) {
		environment, err := p.environment()
		if err != nil {
			t.Fatalf("read the environment of %q (it takes root): %v", p.cmdline(), err)
		}
		programs += strings.ReplaceAll(p.cmdline(), "\x00", " ") + "\n"
		w.holdsNone("the argument vector of a process", p.cmdline(), secrets)
		w.holdsNone("the environment of a process", environment, secrets)
	}
	for _, program := range []string{"/usr/local/bin/dumper dump", "dump --defaults"} {
		if !strings.Contains(programs, program) {
			t.Errorf("%q was not among the processes that were looked at:\n%s", program, programs)
		}
	}
	w.holdsNone("what runs while it runs", w.everything(), secrets)

	h.release()
	d := w.waitFor(name, "Complete", patience)
	console.expect(" is ready")
	w.failed(w.waitFor("stale", "Finished", patience), "Failed", "AccessDenied")
	w.failed(w.waitFor("denied", "Finished", patience), "Failed", "StorageAccessDenied")
	w.completed(d)
	w.holdsNone("what there is afterwards", w.everything(), secrets)
	w.holdsNone("the conversation", console.all(), secrets)
	w.holdsNone("the artifact", w.cat(d), secrets)
	manifest, err := json.Marshal(w.inspect(d))
	if err != nil {
		t.Fatal(err)
	}
	w.holdsNone("the manifest", string(manifest), secrets)
}

func storageDenied(s *v1alpha1.DatabaseSource) { s.Spec.StorageRef.Name = "denied" }

// everything that can be read of this world without its Secrets: objects, events, and the logs of all pods.
func (w *world) everything() string {
	w.Helper()
	all := w.kubectl("get", "volcado,jobs,pods,events,configmaps", "-o", "yaml") + w.kubectl("describe", "volcado,jobs,pods")
	var pods corev1.PodList
	if err := env.client.List(w.ctx, &pods, client.InNamespace(w.namespace)); err != nil {
		w.Fatal(err)
	}
	logs := 0
	for _, p := range pods.Items {
		// A pod that has not started has none.
		if text, err := output(exec.Command("kubectl", "-n", w.namespace, "logs", p.Name), nil); err == nil {
			all += text
			logs++
		}
	}
	if logs == 0 {
		w.Error("no log could be read")
	}
	all += w.kubectl("-n", systemNamespace, "logs", "deployment/volcado-manager")
	return all + w.kubectl("-n", systemNamespace, "get", "pods,events,deployments,configmaps", "-o", "yaml")
}

// secretsTold looks for every world's password in what all bot processes and the manager have said.
func secretsTold(ctx context.Context) error {
	log, err := output(exec.CommandContext(ctx, "kubectl", "-n", systemNamespace, "logs", "deployment/volcado-manager"), nil)
	if err != nil {
		return err
	}
	said.Lock()
	defer said.Unlock()
	text := said.String() + log
	for _, secret := range append(passwords, env.s3.secretKey) {
		for how, spelling := range spellings(secret) {
			if strings.Contains(text, spelling) {
				return fmt.Errorf("the bot or the manager has told a password or a storage key, %s", how)
			}
		}
	}
	fmt.Printf("%d passwords were looked for in %d bytes of what bot and manager said: none\n", len(passwords)+1, len(text))
	return nil
}
