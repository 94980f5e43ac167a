//go:build e2e

package e2e

import (
	"context"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// oneJobOnePod: what must be true of a dump that nothing but the bot or the manager was taken from.
func (w *world) oneJobOnePod(d *v1alpha1.DatabaseDump) {
	w.Helper()
	jobs, pods := w.jobs(w.ctx, d), w.pods(w.ctx, d)
	if len(jobs) != 1 || len(pods) != 1 {
		w.Errorf("%d Jobs and %d pods, want one of each", len(jobs), len(pods))
	}
}

func TestCtrlCLeavesARunningDumpRunningAndSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ctrlc")
	h := w.hold(0)
	w.source("shop-"+w.suffix, []string{h.database}, nil)
	console := w.terminal(w.person)
	console.send("dump shop-" + w.suffix + "\r")
	console.expect(" is running")
	name := w.requested(w.ctx)[0].Name
	h.inTheMiddle(name)

	console.send(ctrlC)
	console.expect("Stopped watching. " + name + " continues.")
	console.expect("volcado> ")
	console.send("hello\r")
	console.expect("Hello " + w.person)
	console.expect("volcado> ")
	console.send(ctrlC) // at the prompt it ends the session
	console.expect("Still running: " + name + ".")
	console.expect("continues in the background")
	select {
	case <-console.over:
	case <-time.After(patience):
		t.Fatalf("the session does not end:\n%s", console.all())
	}

	h.release()
	d := w.waitFor(name, "Complete", patience)
	w.completed(d)
	w.oneJobOnePod(d)
}

func TestADumpCompletesThoughTheBotIsKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "bot")
	h := w.hold(0)
	w.source("shop-"+w.suffix, []string{h.database}, nil)
	cmd := bot(w.ctx, w.person, "-c", "dump shop-"+w.suffix)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.eventually("the bot has asked", patience, func(ctx context.Context) (bool, error) { return len(w.requested(ctx)) == 1, nil })
	name := w.requested(w.ctx)[0].Name
	h.inTheMiddle(name)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	h.release()
	d := w.waitFor(name, "Complete", patience)
	w.completed(d)
	w.oneJobOnePod(d)
	w.expect(w.say(w.person, "status "+name), 0, d.Status.Artifact.URI)
}

func TestADumpCompletesInItsOneJobThoughTheManagerIsDeletedInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "manager")
	h := w.hold(0)
	w.source("shop", []string{h.database}, nil)
	w.ask("run", "shop", "")
	h.inTheMiddle("run")
	measureManager(w.ctx)
	pods, err := managerPods(w.ctx)
	if err != nil || len(pods) == 0 {
		t.Fatalf("there is no manager: %v", err)
	}
	for i := range pods {
		if err := env.client.Delete(w.ctx, &pods[i], client.GracePeriodSeconds(0)); client.IgnoreNotFound(err) != nil {
			t.Fatal(err)
		}
	}
	h.release() // it may even end while there is no manager
	d := w.waitFor("run", "Complete", patience)
	w.completed(d)
	w.oneJobOnePod(d)
	if err := managerReady(w.ctx); err != nil {
		t.Error(err)
	}
}

func TestAKilledPodsDumpIsTriedAgainAndNothingOfTheFirstAttemptIsEverVisible(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "killed")
	h := w.hold(24)
	w.source("shop", []string{h.database}, nil)
	w.ask("run", "shop", "")
	d, first := h.inTheMiddle("run")
	h.uploading(d)
	w.kubectl("delete", "pod", first.Name, "--grace-period=0", "--force")

	var second corev1.Pod
	w.eventually("another pod tries", patience, func(ctx context.Context) (bool, error) {
		for _, p := range w.running(ctx, d) {
			if p.UID != first.UID {
				second = p
				return true, nil
			}
		}
		return false, nil
	})
	h.inTheMiddle("run")
	if objects, _, err := env.s3.left(w.ctx, keyPrefix(d)); err != nil || len(objects) > 0 {
		t.Errorf("the killed attempt left something to see: %v %v", objects, err)
	}
	h.release()
	d = w.waitFor("run", "Complete", patience)
	w.completed(d)
	if !strings.Contains(d.Status.Artifact.URI, string(second.UID)) || strings.Contains(d.Status.Artifact.URI, string(first.UID)) {
		t.Errorf("the artifact %s is not the second pod's, %s", d.Status.Artifact.URI, second.UID)
	}
	if jobs := w.jobs(w.ctx, d); len(jobs) != 1 {
		t.Errorf("%d Jobs", len(jobs))
	}
}

func TestADeletedDumpTakesItsJobItsPodAndItsUploadWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "deleted")
	h := w.hold(24)
	w.source("shop", []string{h.database}, nil)
	w.ask("run", "shop", "")
	d, _ := h.inTheMiddle("run")
	h.uploading(d)
	w.kubectl("delete", "databasedump", "run")
	w.eventually("Job and pod are gone", patience, func(ctx context.Context) (bool, error) {
		return len(w.jobs(ctx, d)) == 0 && len(w.pods(ctx, d)) == 0, nil
	})
	w.nothingLeft(d)
	err := env.client.Get(w.ctx, types.NamespacedName{Namespace: w.namespace, Name: "run"}, &v1alpha1.DatabaseDump{})
	if !apierrors.IsNotFound(err) {
		t.Errorf("the dump is there again: %v", err)
	}
}

func TestADeletedJobIsSaidAndNotMadeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "job")
	h := w.hold(24)
	w.source("shop", []string{h.database}, nil)
	w.ask("run", "shop", "")
	d, _ := h.inTheMiddle("run")
	h.uploading(d)
	w.kubectl("delete", "job", d.Status.JobName, "--wait=false")
	d = w.waitFor("run", "Finished", patience)
	w.failed(d, "Failed", v1alpha1.ReasonJobDeleted)
	if jobs := w.jobs(w.ctx, d); len(jobs) != 0 {
		t.Errorf("%d Jobs", len(jobs))
	}
}
