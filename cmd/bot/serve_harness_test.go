package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/chattest/played"
	"github.com/volcado-io/volcado/bot/lease"
	"github.com/volcado-io/volcado/bot/notify"
	"github.com/volcado-io/volcado/bot/settings"
	"github.com/volcado-io/volcado/internal/children"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

// A service that exists in tests only plugs in as any other.
func init() { drivers["played"] = settings.Of(played.New) }

// town is a world with chat services in which alice can have databases of the source, and bots that serve them.
type town struct {
	*world
	settings string
	source   string
	servers  []*played.Server
	// services of the settings, as the readiness names them.
	services []string
}

const channel = "C1"

func newTown(t *testing.T, workspaces ...string) *town {
	t.Helper()
	w := newWorld(t)
	town := &town{world: w, source: "app-" + w.namespace}
	w.create(&v1alpha1.DatabaseSource{
		ObjectMeta: metav1.ObjectMeta{Name: town.source},
		Spec: v1alpha1.DatabaseSourceSpec{
			Engine: v1alpha1.EngineMariaDB, Host: "mariadb", Databases: []v1alpha1.NamePattern{"app", "app_*"},
			CredentialsSecretRef: v1alpha1.SecretReference{Name: "reader"}, StorageRef: v1alpha1.ObjectReference{Name: "dumps"},
		},
	})
	var text strings.Builder
	text.WriteString("services:\n")
	for _, workspace := range workspaces {
		server := played.Start(t, played.Options{Workspace: workspace, Redeliver: []time.Duration{3 * time.Second, 10 * time.Second, 30 * time.Second}})
		server.SetUser(played.User{ID: "alice", DisplayName: "Alice"})
		server.SetChannel(played.Channel{ID: channel, Kind: chat.KindPrivate, Members: []string{"alice"}})
		town.servers = append(town.servers, server)
		town.services = append(town.services, "played/"+workspace)
		c := server.Config()
		fmt.Fprintf(&text, "- played: {url: %q, workspace: %q, tokenFile: %q}\n", c.URL, c.Workspace, c.TokenFile)
		w.create(&v1alpha1.DumpAllowList{
			ObjectMeta: metav1.ObjectMeta{Name: "of-" + workspace},
			Spec: v1alpha1.DumpAllowListSpec{
				Sources: []v1alpha1.AllowedSource{v1alpha1.AllowedSource(town.source)}, Databases: []v1alpha1.NamePattern{"*"},
				Subjects: []v1alpha1.AllowedSubject{{
					Platform: played.Platform, Workspace: workspace, Users: []v1alpha1.SubjectID{"alice"}, Channels: []v1alpha1.ChannelID{"*"},
				}},
			},
		})
	}
	town.settings = town.write("settings.yaml", text.String())
	w.Cleanup(town.forgetLeases)
	return town
}

func (w *world) write(name, text string) string {
	w.Helper()
	path := filepath.Join(w.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.Fatal(err)
	}
	return path
}

func (w *world) token(file string) string {
	w.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		w.Fatal(err)
	}
	return string(data)
}

// forgetLeases so that the next test need not wait for those of this one to run out.
func (w *world) forgetLeases() {
	w.forgetLease(lease.Name)
	w.forgetLease(lease.HeardName)
}

func (w *world) forgetLease(name string) {
	w.Helper()
	object := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: envtestenv.SystemNamespace, Name: name}}
	if err := client.IgnoreNotFound(w.env.Client.Delete(context.Background(), object)); err != nil {
		w.Error(err)
	}
}

// replica is a running bot serve.
type replica struct {
	*town
	command *exec.Cmd
	log     *wire
	ended   chan struct{}
	health  string
	metrics string
}

// serve starts a replica.
func (w *town) serve(more ...string) *replica {
	w.Helper()
	r := &replica{town: w, log: &wire{}, ended: make(chan struct{}), health: freeAddress(w.T), metrics: freeAddress(w.T)}
	r.command = w.bot(append([]string{"serve", "--settings", w.settings, "--health-probe-bind-address", r.health,
		"--metrics-bind-address", r.metrics}, more...)...)
	r.command.Stdout, r.command.Stderr = r.log, r.log
	if err := r.command.Start(); err != nil {
		w.Fatal(err)
	}
	go func() { _ = r.command.Wait(); close(r.ended) }()
	w.Cleanup(func() {
		_ = r.command.Process.Kill()
		<-r.ended
		if w.Failed() {
			w.Logf("the log of %s:\n%s", r.health, r.log)
		}
	})
	return r
}

func freeAddress(t *testing.T) string {
	t.Helper()
	address, err := children.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// get a page of the replica's; status 0 is no answer.
func (r *replica) get(address, path string) (status int, body string) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, http.NoBody)
	if err != nil {
		return 0, err.Error()
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	data, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(data)
}

// ready waits until the replica is, and says all of this.
func (r *replica) ready(what ...string) {
	r.Helper()
	var status int
	var body string
	r.eventually(func() bool {
		status, body = r.get(r.health, "/readyz?verbose")
		return status == http.StatusOK && !slices.ContainsFunc(what, func(s string) bool { return !strings.Contains(body, s) })
	}, func() string { return fmt.Sprintf("ready with %q: %d %s", what, status, body) })
}

// leads waits until the replica leads and hears all its services.
func (r *replica) leads() {
	r.Helper()
	want := []string{"leader for"}
	for _, service := range r.services {
		want = append(want, service+": connected")
	}
	r.ready(want...)
}

func (r *replica) signal(s syscall.Signal) {
	r.Helper()
	if err := r.command.Process.Signal(s); err != nil {
		r.Fatal(err)
	}
}

// end waits for the process to end, and returns its exit code.
func (r *replica) end() int {
	r.Helper()
	select {
	case <-r.ended:
	case <-time.After(deadline):
		r.Fatal("it does not end")
	}
	return r.command.ProcessState.ExitCode()
}

func (w *world) eventually(is func() bool, what func() string) {
	w.Helper()
	w.within(deadline, is, what)
}

func (w *world) within(longest time.Duration, is func() bool, what func() string) {
	w.Helper()
	err := wait.PollUntilContextTimeout(context.Background(), 20*time.Millisecond, longest, true, func(context.Context) (bool, error) {
		return is(), nil
	})
	if err != nil {
		w.Fatalf("it did not come to be: %s", what())
	}
}

// told waits until a message's one dump was told of to its end, and sees that all of it was said once.
func (w *town) told(s *played.Server, message string) {
	w.Helper()
	var dump *v1alpha1.DatabaseDump
	// A post whose answer was lost is looked for when it cannot be on its way any more.
	w.within(3*deadline, func() bool {
		for _, d := range w.dumps() {
			if d.Spec.RequestedBy != nil && d.Spec.RequestedBy.Message == message {
				dump = &d
				return len(s.PostsByKey(string(notify.KeyOf(dump, 0, notify.End)))) > 0
			}
		}
		return false
	}, func() string { return fmt.Sprintf("a last word about the dump of %s (%v)", message, dump) })
	w.once(s, message, string(notify.KeyOf(dump, 0, notify.Status)), string(notify.KeyOf(dump, 0, notify.End)))
	if got := w.dumps(); len(slices.DeleteFunc(got, func(d v1alpha1.DatabaseDump) bool { return d.Spec.RequestedBy.Message != message })) != 1 {
		w.Errorf("message %s has %d dumps", message, len(got))
	}
}

// once sees that in the message's thread nothing stands twice, and that what has these keys stands there.
func (w *town) once(s *played.Server, message string, keys ...string) {
	w.Helper()
	got := map[string]int{}
	for _, p := range s.BotPosts("") {
		if p.Thread == message {
			got[p.Key]++
		}
	}
	for key, n := range got {
		if n != 1 {
			w.Errorf("%s was said %d times in answer to %s", key, n, message)
		}
	}
	for _, key := range keys {
		if got[key] == 0 && !strings.HasSuffix(key, "/answer") {
			w.Errorf("%s was not said in answer to %s", key, message)
		}
	}
}

// answered waits until a message has an answer, and sees that it has one.
func (w *town) answered(s *played.Server, message string) {
	w.Helper()
	w.eventually(func() bool {
		return slices.ContainsFunc(s.BotPosts(""), func(p played.Post) bool { return p.Thread == message })
	}, func() string { return "an answer to " + message })
	w.once(s, message)
}
