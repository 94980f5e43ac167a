//go:build e2e

package e2e

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

func TestADumpIsCancelledByItsOwnerOrAManagerAndByNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "cancel")
	h := w.hold(24)
	source := "shop-" + w.suffix
	w.source(source, []string{h.database}, func(s *v1alpha1.DatabaseSource) { s.Spec.Limits.MaxConcurrent = 2 })
	ben, olga, mallory := "ben-"+w.suffix, "olga-"+w.suffix, "mallory-"+w.suffix
	subject := func(user string, may ...v1alpha1.Permission) v1alpha1.AllowedSubject {
		return v1alpha1.AllowedSubject{
			Platform: v1alpha1.PlatformConsole, Users: []v1alpha1.SubjectID{v1alpha1.SubjectID(user)},
			Channels: []v1alpha1.ChannelID{v1alpha1.ChannelDirect}, May: may,
		}
	}
	w.create(&v1alpha1.DumpAllowList{
		ObjectMeta: metav1.ObjectMeta{Name: "more"},
		Spec: v1alpha1.DumpAllowListSpec{
			Sources: []v1alpha1.AllowedSource{v1alpha1.AllowedSource(source)}, Databases: []v1alpha1.NamePattern{"*"},
			Subjects: []v1alpha1.AllowedSubject{subject(ben, v1alpha1.PermissionRequest), subject(olga, v1alpha1.PermissionManage)},
		},
	})
	ask := func() string {
		known := map[string]bool{}
		for _, d := range w.requested(w.ctx) {
			known[d.Name] = true
		}
		console := w.terminal(w.person)
		console.send("dump " + source + "\r")
		console.expect(" is running")
		for _, d := range w.requested(w.ctx) {
			if !known[d.Name] {
				return d.Name
			}
		}
		t.Fatal("no dump was made")
		return ""
	}

	first := ask()
	h.inTheMiddle(first)
	w.expect(w.say(ben, "cancel "+first), 3, "You can only cancel your own dumps.", ben)
	w.expect(w.say(mallory, "cancel "+first), 3, "You can see no dump whose name begins with")
	if d := w.get(first); d.Spec.Cancel {
		t.Fatal("it was cancelled by somebody who is not allowed to")
	}
	w.expect(w.say(w.person, "cancel "+first[:len(first)-6]), 0, first+" is being cancelled")
	w.failed(w.waitFor(first, "Finished", patience), "Cancelled", v1alpha1.ReasonCancelled)
	w.expect(w.say(w.person, "cancel "+first), 1, "has already ended")

	second := ask()
	d, _ := h.inTheMiddle(second)
	h.uploading(d)
	w.expect(w.say(olga, "cancel "+second), 0, second+" is being cancelled")
	w.failed(w.waitFor(second, "Finished", patience), "Cancelled", v1alpha1.ReasonCancelled)
}

func TestACancelledDumpThatWaitedForItsTurnNeverRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "unqueue")
	h := w.hold(0)
	w.source("shop", []string{h.database}, nil)
	w.ask("first", "shop", "")
	h.inTheMiddle("first")
	w.ask("second", "shop", "")
	w.eventually("the second one waits for its turn", patience, queued(w, "second"))
	w.kubectl("patch", "databasedump", "second", "--type=merge", "--patch", `{"spec":{"cancel":true}}`)
	d := w.waitFor("second", "Finished", patience)
	w.failed(d, "Cancelled", v1alpha1.ReasonCancelled)
	if jobs := w.jobs(w.ctx, d); len(jobs) > 0 || d.Status.StartTime != nil {
		t.Errorf("it ran: %d Jobs, started %v", len(jobs), d.Status.StartTime)
	}
	h.release()
	w.completed(w.waitFor("first", "Complete", patience))
}
