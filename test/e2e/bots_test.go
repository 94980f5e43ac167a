//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	coordinationv1 "k8s.io/api/coordination/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/bot/lease"
	"github.com/volcado-io/volcado/internal/children"
)

// bots serve a chat of a world's own.
type bots struct {
	*world
	settings string // their file
	service  string // as readiness and metrics name it
}

func newBots(w *world, service string) *bots {
	w.Helper()
	b := &bots{world: w, service: service, settings: filepath.Join(w.TempDir(), "settings.yaml")}
	b.allowLeases()
	return b
}

// under is the bots' own below the name of a subtest.
func (b *bots) under(t *testing.T) *bots {
	return &bots{world: b.world.under(t), settings: b.settings, service: b.service}
}

// replica is a bot, in a process of its own.
type replica struct {
	*bots
	command         *exec.Cmd
	log             string // its file
	health, metrics string
	ended           <-chan struct{}
}

// serve starts a replica.
func (r *bots) serve() *replica {
	r.Helper()
	b := &replica{bots: r, health: r.freeAddress(), metrics: r.freeAddress()}
	log, err := os.CreateTemp(filepath.Dir(r.settings), "bot-*.log")
	if err != nil {
		r.Fatal(err)
	}
	defer log.Close()
	b.log = log.Name()
	b.command = exec.CommandContext(r.ctx, filepath.Join(env.repo, "bin", "bot"), "serve", "--settings", r.settings, "--namespace", r.namespace,
		"--health-probe-bind-address", b.health, "--metrics-bind-address", b.metrics)
	b.command.Stdout, b.command.Stderr = log, log
	if b.ended, err = children.Start(b.command, syscall.SIGKILL); err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() {
		b.kill()
		text := b.logged()
		remember(text)
		if r.Failed() {
			_ = os.WriteFile(filepath.Join(env.logs, strings.ReplaceAll(r.Name(), "/", "_")+"-"+filepath.Base(b.log)), []byte(text), 0o644)
		}
	})
	return b
}

// serving starts a replica and waits until it hears what is written.
func (r *bots) serving() *replica {
	r.Helper()
	b := r.serve()
	b.says("leader for", ": connected,")
	return b
}

func (r *bots) freeAddress() string {
	r.Helper()
	address, err := children.FreeAddress()
	if err != nil {
		r.Fatal(err)
	}
	return address
}

// kill -9.
func (b *replica) kill() {
	_ = b.command.Process.Kill()
	<-b.ended
}

// forgetLeader spares the next replica the wait for the Lease of one that was killed.
func (r *bots) forgetLeader() {
	r.Helper()
	object := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: lease.Name}}
	if err := client.IgnoreNotFound(env.client.Delete(r.ctx, object)); err != nil {
		r.Fatal(err)
	}
}

func (b *replica) logged() string {
	text, err := os.ReadFile(b.log)
	if err != nil {
		b.Error(err)
	}
	return string(text)
}

// readiness is what the bot tells an operator of itself.
func (b *replica) readiness(ctx context.Context) (string, error) {
	return get(ctx, "http://"+b.health+"/readyz?verbose")
}

// get a page, whatever its status is.
func get(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}

// says waits until the readiness tells all of this.
func (b *replica) says(words ...string) {
	b.Helper()
	b.eventually("the bot's readiness says "+strings.Join(words, " and "), patience, func(ctx context.Context) (bool, error) {
		select {
		case <-b.ended:
			b.Fatalf("the bot has ended:\n%s", b.logged())
		default:
		}
		text, err := b.readiness(ctx)
		if err != nil {
			return false, err
		}
		for _, word := range words {
			if !strings.Contains(text, word) {
				return false, errors.New("it says " + text)
			}
		}
		return true, nil
	})
}

// metric of the service.
func (b *replica) metric(name string) (value float64) {
	b.Helper()
	text, err := get(b.ctx, "http://"+b.metrics+"/metrics")
	if err != nil {
		b.Fatal(err)
	}
	series := fmt.Sprintf(`%s{service=%q} `, name, b.service)
	_, rest, found := strings.Cut(text, "\n"+series)
	if _, err := fmt.Sscan(rest, &value); !found || err != nil {
		b.Fatalf("there is no metric %s", series)
	}
	return value
}

func (r *bots) write(path, text string) {
	r.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		r.Fatal(err)
	}
}

// allowLeases lets the bot's ServiceAccount have its Leases in this world's namespace, beside those of the bot that the demo
// deploys.
func (r *bots) allowLeases() {
	r.Helper()
	var role rbacv1.Role
	var binding rbacv1.RoleBinding
	key := client.ObjectKey{Namespace: systemNamespace, Name: "volcado-bot"}
	for _, object := range []client.Object{&role, &binding} {
		if err := env.client.Get(r.ctx, key, object); err != nil {
			r.Fatal(err)
		}
	}
	meta := metav1.ObjectMeta{Name: key.Name}
	r.create(&rbacv1.Role{ObjectMeta: meta, Rules: role.Rules})
	r.create(&rbacv1.RoleBinding{ObjectMeta: meta, RoleRef: binding.RoleRef, Subjects: binding.Subjects})
}
