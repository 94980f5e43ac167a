//go:build e2e

package e2e

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

func TestAnEqualDumpIsOfferedToBeFollowedAndMadeAnewForWhoeverInsists(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "equal")
	h := w.hold(0)
	source, ben := "shop-"+w.suffix, "ben-"+w.suffix
	w.source(source, []string{h.database}, nil)
	w.create(&v1alpha1.DumpAllowList{
		ObjectMeta: metav1.ObjectMeta{Name: "ben"},
		Spec: v1alpha1.DumpAllowListSpec{
			Sources: []v1alpha1.AllowedSource{v1alpha1.AllowedSource(source)}, Databases: []v1alpha1.NamePattern{"*"},
			Subjects: []v1alpha1.AllowedSubject{{
				Platform: v1alpha1.PlatformConsole, Users: []v1alpha1.SubjectID{v1alpha1.SubjectID(ben)}, Channels: []v1alpha1.ChannelID{"direct"},
			}},
		},
	})
	made := func(want int) {
		t.Helper()
		if all := w.requested(w.ctx); len(all) != want {
			t.Errorf("%d dumps were made, want %d", len(all), want)
		}
	}

	console := w.terminal(w.person)
	console.send("dump " + source + "\r")
	console.expect(" is running")
	name := w.requested(w.ctx)[0].Name
	h.inTheMiddle(name)

	w.expect(w.say(ben, "dump "+source), 5, "The same dump is already in progress. Nothing new was started.", "follow "+name, "again "+name)
	follower := w.terminal(ben)
	follower.send("follow " + name + "\r")
	follower.expect(name + " is running")
	h.release()
	console.expect(" is ready")
	follower.expect(" is ready")
	w.completed(w.waitFor(name, "Complete", patience))
	w.expect(w.say(ben, "dump "+source), 5, "The same dump finished", "how "+name, "again "+name)
	made(1)

	w.expect(w.say(ben, "again "+name), 0, " is ready")
	made(2)
}
