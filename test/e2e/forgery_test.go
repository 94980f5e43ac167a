//go:build e2e

package e2e

import (
	"context"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/envtestenv"
	"github.com/volcado-io/volcado/internal/naming"
)

// as somebody else, whom the API server knows by that name.
func (w *world) as(user string) client.Client {
	w.Helper()
	config := rest.CopyConfig(env.config)
	config.Impersonate = rest.ImpersonationConfig{UserName: user}
	c, err := clientFor(config)
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// developer may do everything with Volcado's kinds in this namespace, their status included.
func (w *world) developer() client.Client {
	w.Helper()
	user := "dev-" + w.suffix
	w.create(&rbacv1.Role{
		ObjectMeta: metav1.ObjectMeta{Name: "dev"},
		Rules:      []rbacv1.PolicyRule{{APIGroups: []string{"volcado.io"}, Resources: []string{"*"}, Verbs: []string{"*"}}},
	})
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "dev"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "dev"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: user}},
	}
	w.create(binding)
	if err := envtestenv.WaitForGrants(w.ctx, env.client, *binding); err != nil {
		w.Fatal(err)
	}
	return w.as(user)
}

func (w *world) bare(name string, by *v1alpha1.Requester) *v1alpha1.DatabaseDump {
	return &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name},
		Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop"}, RequestedBy: by},
	}
}

func (w *world) requester(user string) *v1alpha1.Requester {
	return &v1alpha1.Requester{
		Platform: v1alpha1.PlatformConsole, User: user, Channel: "console", ChannelKind: v1alpha1.ChannelKindDirect, Message: "forged-" + w.suffix,
	}
}

// denied holds an error to be the API server's refusal that says so.
func (w *world) denied(what string, err error, words string) {
	w.Helper()
	if err == nil || !strings.Contains(err.Error(), words) {
		w.Errorf("%s: got %v, want a refusal that says %q", what, err, words)
	}
}

func TestNobodyButTheBotSaysWhoAskedAndNobodyButTheManagerHowItWent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "forgery")
	w.source("shop", []string{w.small()}, nil)
	dev, bot := w.developer(), w.as("system:serviceaccount:volcado-system:volcado-bot")
	ctx := w.ctx

	w.denied("a developer says who asked", dev.Create(ctx, w.bare("forged", w.requester(w.person))), "only the bot")
	labelled := w.bare("labelled", nil)
	labelled.Labels = map[string]string{v1alpha1.LabelMessage: "x"}
	w.denied("a developer sets the message's label", dev.Create(ctx, labelled), "only the bot")
	w.denied("the bot keeps to itself who asked", bot.Create(ctx, w.bare("anonymous", nil)), "must say who asked")

	mine := w.bare("mine", nil)
	if err := dev.Create(ctx, mine); err != nil {
		t.Fatalf("a developer may create a dump: %v", err)
	}
	patch := func(c client.Client, patch string, status bool) error {
		p := client.RawPatch("application/merge-patch+json", []byte(patch))
		if status {
			return c.Status().Patch(ctx, mine.DeepCopy(), p)
		}
		return c.Patch(ctx, mine.DeepCopy(), p)
	}
	artifact := `{"status":{"artifact":{"uri":"s3://evil/dump","manifestURI":"s3://evil/m","sizeBytes":1,"uncompressedBytes":1,"sha256":"00"}}}`
	w.denied("a developer writes an artifact", patch(dev, artifact, true), "only the manager")
	w.denied("the bot writes an artifact", patch(bot, artifact, true), "forbidden")
	w.denied("a developer sets the chat's annotation", patch(dev, `{"metadata":{"annotations":{"chat.volcado.io/x":"y"}}}`, false), "only the bot")
	w.denied("a developer says afterwards who asked", patch(dev, `{"spec":{"requestedBy":{"platform":"console","user":"a","channel":"c","channelKind":"Direct","message":"m"}}}`, false), "immutable")
	w.denied("the bot changes the database", patch(bot, `{"spec":{"database":"other"}}`, false), "")
	w.denied("the bot deletes a dump", bot.Delete(ctx, mine.DeepCopy()), "forbidden")
	w.denied("the bot reads a Secret", bot.Get(ctx, client.ObjectKey{Namespace: w.namespace, Name: "reader"}, &corev1.Secret{}), "forbidden")

	manager := w.as("system:serviceaccount:volcado-system:volcado-manager")
	w.denied("the manager reads a Secret", manager.Get(ctx, client.ObjectKey{Namespace: w.namespace, Name: "reader"}, &corev1.Secret{}), "forbidden")
	job := someJob("default", "forged")
	w.denied("the manager makes a Job outside", manager.Create(ctx, job), "forbidden")
	w.completed(w.waitFor("mine", "Complete", patience))

	// The manager judges what the bot wrote once more.
	if err := bot.Create(ctx, w.bare("smuggled", w.requester("mallory-"+w.suffix))); err != nil {
		t.Fatal(err)
	}
	w.failed(w.waitFor("smuggled", "Finished", patience), "Refused", v1alpha1.ReasonNotAllowed)
	if jobs := w.jobs(ctx, w.get("smuggled")); len(jobs) > 0 {
		t.Errorf("a refused dump has %d Jobs", len(jobs))
	}
}

func someJob(namespace, name string) *batchv1.Job {
	suspended := true
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: batchv1.JobSpec{Suspend: &suspended, Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "x", Image: "volcado.local/pause:1"}},
		}}},
	}
}

func TestAJobThatSomebodyElseMadeInItsNameIsANameConflict(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "squat")
	w.ask("run", "shop", "")
	d := w.get("run")
	// The name follows from the dump's UID, so the squatter must be quick: the dump waits for its source.
	w.create(someJob(w.namespace, naming.JobName(d.Name, d.UID)))
	w.source("shop", []string{w.small()}, nil)
	w.failed(w.waitFor("run", "Finished", patience), "Failed", v1alpha1.ReasonNameConflict)
	var job batchv1.Job
	if err := env.client.Get(context.Background(), client.ObjectKey{Namespace: w.namespace, Name: naming.JobName(d.Name, d.UID)}, &job); err != nil || len(job.OwnerReferences) > 0 {
		t.Errorf("somebody else's Job was touched: %v %v", job.OwnerReferences, err)
	}
}
