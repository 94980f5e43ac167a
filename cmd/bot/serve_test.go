package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/volcado-io/volcado/bot/lang"
	"github.com/volcado-io/volcado/bot/lease"
	"github.com/volcado-io/volcado/bot/settings"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

func TestAReplicaThatIsKilledIsReplacedAndNothingIsForgotten(t *testing.T) {
	w := newTown(t, "acme")
	w.manage(true)
	chat := w.servers[0]
	first := w.serve()
	first.leads()
	second := w.serve()
	second.ready("standby: another replica leads")
	w.told(chat, chat.Ask("alice", channel, "dump "+w.source+" app_1"))
	first.signal(syscall.SIGKILL)
	killed := time.Now()
	first.end()
	// Written while nobody listens, one of them long enough ago that nobody delivers it again by itself.
	dump := chat.Ask("alice", channel, "dump "+w.source+" app_2")
	help := chat.Ask("alice", channel, "help")
	second.leads()
	t.Logf("the other leads %s after", time.Since(killed).Round(100*time.Millisecond))
	w.told(chat, dump)
	w.answered(chat, help)
	// What was answered before is not answered again.
	for _, p := range chat.Posts(channel) {
		w.once(chat, p.ID)
	}
	if n := len(w.dumps()); n != 2 {
		t.Errorf("there are %d dumps", n)
	}
}

func TestAReplicaThatWasPausedBeyondItsLeaseDoesNotSpeak(t *testing.T) {
	w := newTown(t, "acme")
	w.manage(true)
	chat := w.servers[0]
	first := w.serve()
	first.leads()
	second := w.serve()
	second.ready("standby: another replica leads")
	// A dump is under way, of which both would tell.
	running := chat.Ask("alice", channel, "dump "+w.source+" app_1")
	w.eventually(func() bool { return len(w.dumps()) == 1 }, func() string { return "a dump" })
	first.signal(syscall.SIGSTOP)
	dump := chat.Ask("alice", channel, "dump "+w.source+" app_2")
	second.leads()
	w.told(chat, running)
	w.told(chat, dump)
	var asked []string
	for i := range 40 {
		if i == 20 {
			first.signal(syscall.SIGCONT)
		}
		asked = append(asked, chat.Ask("alice", channel, "help"))
	}
	if code := first.end(); code != exitFailed {
		t.Errorf("it ends with %d", code)
	}
	if !strings.Contains(first.log.String(), "another replica took the Lease") {
		t.Error("it does not say why it ends")
	}
	for _, message := range asked {
		w.answered(chat, message)
	}
	for _, p := range chat.Posts(channel) {
		w.once(chat, p.ID)
	}
	second.ready("leader for")
}

// Some of the instants are between a post and its record, which the next one settles by looking for the post.
func TestKilledAtAnyInstantEachDumpIsToldOfOnce(t *testing.T) {
	w := newTown(t, "acme")
	w.manage(true)
	chat := w.servers[0]
	bot := w.serve()
	var asked []string
	const rounds = 8
	for i := range rounds {
		bot.leads()
		asked = append(asked, chat.Ask("alice", channel, fmt.Sprintf("dump %s app_%d", w.source, i)))
		// A dump takes about half a second here, from the message to the last word.
		<-time.After(time.Duration(i) * 500 * time.Millisecond / rounds)
		bot.signal(syscall.SIGKILL)
		bot.end()
		w.forgetLease(lease.Name)
		bot = w.serve()
	}
	for _, message := range asked {
		w.told(chat, message)
	}
	if n := len(w.dumps()); n != rounds {
		t.Errorf("there are %d dumps for %d messages", n, rounds)
	}
}

func TestAReplicaThatIsStoppedHandsOverAtOnce(t *testing.T) {
	w := newTown(t, "acme")
	w.manage(true)
	chat := w.servers[0]
	first := w.serve()
	first.leads()
	second := w.serve()
	second.ready("standby: another replica leads")
	var asked []string
	for i := range 10 {
		asked = append(asked, chat.Ask("alice", channel, fmt.Sprintf("dump %s app_%d", w.source, i)))
	}
	first.signal(syscall.SIGTERM)
	if code := first.end(); code != 0 {
		t.Errorf("it ends with %d", code)
	}
	stopped := time.Now()
	second.leads()
	took := time.Since(stopped)
	t.Logf("the other leads %s after", took.Round(100*time.Millisecond))
	if took > 10*time.Second {
		t.Errorf("the other waited %s for a Lease that was given up", took)
	}
	for _, message := range asked {
		w.told(chat, message)
	}
	if n := len(w.dumps()); n != len(asked) {
		t.Errorf("there are %d dumps for %d messages", n, len(asked))
	}
}

func TestOneServicesTokenStopsNoOtherAndCountsAgainWhenItIsReplaced(t *testing.T) {
	w := newTown(t, "acme", "other")
	locked, other := w.servers[0], w.servers[1]
	bot := w.serve()
	bot.leads()
	w.answered(locked, locked.Ask("alice", channel, "help"))

	locked.RotateToken(t, true)
	w.answered(locked, locked.Ask("alice", channel, "help"))

	locked.RotateToken(t, false)
	bot.ready("played/acme: not connected", "played/other: connected")
	meanwhile := locked.Ask("alice", channel, "help")
	w.answered(other, other.Ask("alice", channel, "help"))

	locked.RestoreToken(t)
	w.answered(locked, meanwhile)
	bot.leads()
	for _, server := range w.servers {
		if strings.Contains(bot.log.String(), strings.TrimSpace(w.token(server.Config().TokenFile))) {
			t.Error("the log holds a token")
		}
	}
}

func TestWhatTheProbesAndTheMetricsSay(t *testing.T) {
	w := newTown(t, "acme")
	chat := w.servers[0]
	bot := w.serve()
	bot.leads()
	w.answered(chat, chat.Ask("alice", channel, "help"))
	for path, want := range map[string]string{
		"/healthz":        `^ok\n$`,
		"/readyz":         `^ok\n$`,
		"/readyz?verbose": `^ready\nleader for \S+\nplayed/acme: connected, last heard \d+s ago \(\S+\), \d+ reconnects\n$`,
	} {
		status, body := bot.get(bot.health, path)
		if status != http.StatusOK || !regexp.MustCompile(want).MatchString(body) {
			t.Errorf("%s is %d %q", path, status, body)
		}
	}
	_, metrics := bot.get(bot.metrics, "/metrics")
	for _, want := range []string{
		`volcado_bot_messages_received_total{service="played/acme"} 1`,
		`volcado_bot_messages_handled_total{outcome="succeeded",service="played/acme"} 1`,
		`volcado_bot_messages_refused_total{service="played/acme"} 0`,
		`volcado_bot_posts_sent_total{kind="post",service="played/acme"} 1`,
		`volcado_bot_throttled_total{service="played/acme"} 0`,
		`volcado_bot_connected{service="played/acme"} 1`,
		`volcado_bot_reconnects_total{service="played/acme"} 0`,
		`volcado_bot_unreadable_total{service="played/acme"} 0`,
		`volcado_bot_seconds_since_heard{service="played/acme"} `,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}

func TestSettingsThatAreWrongStopTheStart(t *testing.T) {
	w := newWorld(t)
	for name, tc := range map[string]struct{ settings, want string }{
		"an unknown key":     {"languge: en\nservices: [{played: {}}]", "settings.yaml: languge: there is no such key; the keys here are fetchImage, language, replayWindow, services\n"},
		"no services":        {"language: es", "settings.yaml: services: no chat service is set; there are drivers for mattermost, played, slack; docs/bot.md has their keys\n"},
		"a service in error": {"services: [{played: {url: x, workspace: a}}]", `settings.yaml: services[0].played: url "x" is not that of a server`},
	} {
		t.Run(name, func(t *testing.T) {
			_, errs, code := w.run(w.bot("serve", "--settings", w.write("settings.yaml", tc.settings)))
			if code != exitMisunderstood || !strings.Contains(errs, "bot: "+tc.want) {
				t.Errorf("exit code %d: %s", code, errs)
			}
		})
	}
	if _, errs, code := w.run(w.bot("serve")); code != exitMisunderstood || !strings.Contains(errs, "--settings is required") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

func TestTheDeploymentsArgumentsAreTheProgramsFlags(t *testing.T) {
	env := envtestenv.Get(t)
	for _, object := range env.Kustomize(t, "config/bot/serve") {
		if object.GetKind() != "Deployment" {
			continue
		}
		var deployment appsv1.Deployment
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &deployment); err != nil {
			t.Fatal(err)
		}
		serve, flags, err := command().Find(deployment.Spec.Template.Spec.Containers[0].Args)
		if err != nil || serve.Name() != "serve" {
			t.Fatalf("it runs %s: %v", serve.Name(), err)
		}
		if err := serve.ParseFlags(flags); err != nil {
			t.Error(err)
		}
		if elects, err := serve.Flags().GetBool("leader-elect"); err != nil || !elects {
			t.Errorf("two replicas answer at once: %v", err)
		}
		return
	}
	t.Error("there is no Deployment")
}

func TestTheLanguagesOfTheSettingsAreSpoken(t *testing.T) {
	for _, language := range settings.Languages {
		if _, err := lang.New(language); err != nil {
			t.Errorf("%s: %v", language, err)
		}
	}
}
