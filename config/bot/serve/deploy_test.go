package serve_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/internal/envtestenv"
)

// deploy runs hack/deploy/deploy against a real API server. No controller makes pods there, so a roll-out is taken for
// done; and the settings are judged by verdict, an exit code, because which drivers there are is not this test's matter.
func deploy(t *testing.T, settings string, verdict int) (output string, err error) {
	t.Helper()
	env := envtestenv.Get(t)
	folder := t.TempDir()
	for name, script := range map[string]string{
		"kubectl": fmt.Sprintf("[[ \" $* \" != *' rollout '* ]] || exit 0\nexec %q \"$@\"", env.Kubectl()),
		"go":      fmt.Sprintf("echo \"go $*\"\nexit %d", verdict),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("#!/usr/bin/env bash\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"--registry", "registry.example.com/volcado", "--tag", "v1"}
	if settings != "" {
		if err := os.WriteFile(filepath.Join(folder, "mine.yaml"), []byte(settings), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--bot-settings", "mine.yaml")
	}
	command := exec.Command(filepath.Join(env.Root(), "hack/deploy/deploy"), args...)
	command.Dir = folder
	command.Env = append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"), "KUBECONFIG="+env.Kubeconfig(t))
	text, err := command.CombinedOutput()
	return string(text), err
}

func find(t *testing.T, name string, object client.Object) bool {
	t.Helper()
	key := client.ObjectKey{Namespace: envtestenv.SystemNamespace, Name: name}
	err := envtestenv.Get(t).Client.Get(context.Background(), key, object)
	if err != nil && !apierrors.IsNotFound(err) {
		t.Fatal(err)
	}
	return err == nil
}

func TestTheBotIsDeployedWhereSettingsAreGivenAndRight(t *testing.T) {
	env := envtestenv.Get(t)
	var bot appsv1.Deployment
	if find(t, "volcado-bot", &bot) {
		if err := env.Client.Delete(context.Background(), &bot); err != nil {
			t.Fatal(err)
		}
	}
	if output, err := deploy(t, "", 0); err != nil || find(t, "volcado-bot", &bot) {
		t.Errorf("without settings there is a bot: %v\n%s", err, output)
	}
	if output, err := deploy(t, "language: fr", 1); err == nil || !strings.Contains(output, "nothing was deployed") || find(t, "volcado-bot", &bot) {
		t.Errorf("with settings that are wrong: %v\n%s", err, output)
	}

	output, err := deploy(t, "language: en", 0)
	if err != nil || !find(t, "volcado-bot", &bot) {
		t.Fatalf("there is no bot: %v\n%s", err, output)
	}
	if !strings.Contains(output, "go run -trimpath -gcflags=all=-dwarf=false ./cmd/bot doctor --settings ") || !strings.Contains(output, "/mine.yaml --offline") {
		t.Errorf("the settings were not looked at:\n%s", output)
	}
	if !strings.Contains(output, "create secret generic volcado-bot-tokens") {
		t.Errorf("nobody is told that the tokens are missing:\n%s", output)
	}
	if image := bot.Spec.Template.Spec.Containers[0].Image; image != "registry.example.com/volcado/bot:v1" {
		t.Errorf("it runs %s", image)
	}
	var settings corev1.ConfigMap
	if !find(t, "volcado-bot-settings", &settings) || settings.Data["settings.yaml"] != "language: en" {
		t.Errorf("its settings are %q", settings.Data)
	}

	// The same again changes nothing; other settings restart it.
	for _, again := range []struct {
		text     string
		restarts bool
	}{{"language: en", false}, {"language: es", true}} {
		before := bot.Generation
		if output, err := deploy(t, again.text, 0); err != nil || !find(t, "volcado-bot", &bot) {
			t.Fatalf("%v\n%s", err, output)
		}
		if restarted := bot.Generation != before; restarted != again.restarts {
			t.Errorf("%s: restarted %v", again.text, restarted)
		}
		if !find(t, "volcado-bot-settings", &settings) || settings.Data["settings.yaml"] != again.text {
			t.Errorf("its settings are %q", settings.Data)
		}
	}
	if output, err := deploy(t, "", 0); err != nil || !strings.Contains(output, "The bot was left as it is") {
		t.Errorf("%v\n%s", err, output)
	}
}
