package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func TestTheDoctorFindsABotThatServesWell(t *testing.T) {
	w := newTown(t, "acme")
	w.serve().leads()
	w.eventually(func() bool { // the first marks
		out, _, _ := w.run(w.bot("doctor", "--settings", w.settings))
		return strings.Contains(out, "were handled up to")
	}, func() string { return "a mark" })
	out, errs, code := w.run(w.bot("doctor", "--settings", w.settings))
	want := `^Settings ` + regexp.QuoteMeta(w.settings) + `
  ✓ the bot answers in played/acme; language en; replay window 1h0m0s
Cluster
  ✓ Volcado's kinds are installed
  ✓ the bot can do all that it has to \(16 rights\)
  ✓ the admission policy volcado-dump-create is in force
  ✓ \S+ leads
  ✓ all messages of played/acme were handled up to \S+
played/acme
  ✓ played/acme accepts the token\.
No problems found\.
$`
	if code != 0 || !regexp.MustCompile(want).MatchString(out) {
		t.Errorf("exit code %d:\n%s%s", code, out, errs)
	}
}

func TestTheDoctorFindsWhatIsWrong(t *testing.T) {
	w := newTown(t, "acme")
	w.servers[0].RotateToken(t, false)
	out, errs, code := w.run(w.bot("doctor", "--settings", w.settings, "--as-service-account", w.accountWithoutRights(), "--namespace", "volcado-system"))
	for _, want := range []string{"  ✗ the bot cannot create databasedumps.volcado.io; run: kubectl apply -k config/bot\n", "played/acme\n  ✗ ", " to fix.\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s%s", want, out, errs)
		}
	}
	if code != exitFailed {
		t.Errorf("exit code %d", code)
	}
}

// As a roll-out looks at settings, on a machine that has neither the tokens nor a cluster.
func TestSettingsAreJudgedWithoutACluster(t *testing.T) {
	w := newWorld(t)
	for name, tc := range map[string]struct {
		settings, want string
		code           int
	}{
		"right": {"services: [{played: {url: 'https://chat.example.com', workspace: acme, tokenFile: /etc/volcado/tokens/played}}]", "  ✓ the bot answers in played/acme; language en; replay window 1h0m0s\nNo problems found.\n", 0},
		"wrong": {"services: [{played: {url: 'https://chat.example.com', workspace: acme, token: /etc/volcado/tokens/played}}]\nlanguage: fr", "  ✗ settings.yaml: services[0].played.token: there is no such key; the keys here are tokenFile, url, workspace\n" +
			"  ✗ settings.yaml: language: \"fr\" is not supported; choose one of en, es\n2 problems to fix.\n", exitFailed},
	} {
		t.Run(name, func(t *testing.T) {
			file := w.write("settings.yaml", tc.settings)
			cmd := w.bot("doctor", "--settings", file, "--offline")
			cmd.Env = append(cmd.Env, "KUBECONFIG=/nonexistent")
			out, errs, code := w.run(cmd)
			if want := fmt.Sprintf("Settings %s\n%s", file, tc.want); code != tc.code || out != want {
				t.Errorf("exit code %d:\n%s%s", code, out, errs)
			}
		})
	}
	out, _, code := w.run(w.bot("doctor", "--settings", "/nonexistent", "--offline"))
	if code != exitFailed || !strings.Contains(out, "  ✗ read the settings: open /nonexistent") {
		t.Errorf("exit code %d: %s", code, out)
	}
}
