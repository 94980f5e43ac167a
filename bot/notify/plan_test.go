package notify

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

// A moment in the life of a delivery. me is this incarnation of the bot.
const (
	me    = "me"
	other = "other"
)

var (
	at      = began.Add(time.Hour)
	running = dumpIn(v1alpha1.PhaseRunning)
	over    = dumpIn(v1alpha1.PhaseSucceeded)
	posted  = Saying{Ref: &chat.Ref{Channel: "C1", Post: "p1"}}
	finds   = chat.Limits{Finds: true}
)

func dumpIn(phase v1alpha1.Phase) *v1alpha1.DatabaseDump {
	d := &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "shop-1", UID: "uid", ResourceVersion: "7"},
		Spec:       v1alpha1.DatabaseDumpSpec{RequestedBy: requester("ana", "C1")},
		Status:     v1alpha1.DatabaseDumpStatus{Phase: phase},
	}
	if phase == v1alpha1.PhaseSucceeded {
		meta.SetStatusCondition(&d.Status.Conditions, metav1.Condition{
			Type: v1alpha1.ConditionFinished, Status: metav1.ConditionTrue, Reason: v1alpha1.FinishedSucceeded,
		})
	}
	return d
}

func direct(d *v1alpha1.DatabaseDump) *v1alpha1.DatabaseDump {
	d = d.DeepCopy()
	d.Spec.RequestedBy.ChannelKind = v1alpha1.ChannelKindDirect
	return d
}

// intended by somebody, with a deadline some time from now.
func intended(by string, left time.Duration) Saying {
	return Saying{Intent: &Intent{By: by, Until: at.Add(left)}}
}

// looked at the channel's kind a moment ago.
func looked(s Shown) Shown {
	s.Kind, s.KindAt = chat.KindPrivate, at.Add(-time.Second)
	return s
}

func TestPlan(t *testing.T) {
	t.Parallel()
	until := func(after time.Duration) Step { return Step{Do: Wait, Until: at.Add(after)} }
	cases := map[string]struct {
		dump  *v1alpha1.DatabaseDump
		place Place
		shown Shown
		can   chat.Limits
		want  Step
	}{
		"before anything is intended, it is looked who can read it": {
			dump: running, want: Step{Do: Look, Within: kindForIntent}},
		"in a direct message nobody else can": {
			dump: direct(running), want: Step{Do: Intend, What: Status}},
		"what cannot be found out is asked again later": {
			dump: running, shown: Shown{LookAt: at.Add(time.Second)}, want: until(time.Second)},
		"a status message is intended": {
			dump: running, shown: looked(Shown{}), want: Step{Do: Intend, What: Status}},
		"what was seen long ago does not count": {
			dump: running, shown: Shown{Kind: chat.KindPrivate, KindAt: at.Add(-6 * time.Second)}, want: Step{Do: Look, Within: kindForIntent}},
		"what this bot intended is posted": {
			dump: running, place: Place{Status: intended(me, time.Second)}, shown: looked(Shown{}), want: Step{Do: Post, What: Status}},
		"never after the deadline: it is intended anew": {
			dump: running, place: Place{Status: intended(me, 0)}, shown: looked(Shown{}), want: Step{Do: Intend, What: Status}},
		"what certainly failed is tried again under the same intent, later": {
			dump: running, place: Place{Status: intended(me, 5*time.Second)},
			shown: looked(Shown{Status: Tried{RetryAt: at.Add(time.Second)}}), want: until(time.Second)},
		"what cannot be said there is intended elsewhere": {
			dump: running, place: Place{Status: intended(me, 5*time.Second)},
			shown: looked(Shown{Status: Tried{Elsewhere: true}}), want: Step{Do: Intend, What: Status}},
		"a post whose answer was lost waits until nothing is on its way": {
			dump: running, place: Place{Status: intended(me, 5*time.Second)},
			shown: looked(Shown{Status: Tried{Called: at.Add(5 * time.Second)}}), want: until(35 * time.Second)},
		"so does what another incarnation intended": {
			dump: running, place: Place{Status: intended(other, -29*time.Second)}, shown: looked(Shown{}), can: finds, want: until(time.Second)},
		"then it is looked for": {
			dump: running, place: Place{Status: intended(other, -30*time.Second)}, shown: looked(Shown{}), can: finds,
			want: Step{Do: Settle, What: Status}},
		"a deadline in the far future was set by a wrong clock": {
			dump: running, place: Place{Status: intended(other, time.Hour)}, shown: looked(Shown{}), can: finds,
			want: Step{Do: Settle, What: Status}},
		"what certainly is not there is intended anew": {
			dump: running, place: Place{Status: intended(other, -time.Minute)},
			shown: looked(Shown{Status: Tried{Absent: at.Add(-time.Minute)}}), can: finds, want: Step{Do: Intend, What: Status}},
		"what is absent under one intent may be there under the next": {
			dump: running, place: Place{Status: intended(other, -time.Minute)},
			shown: looked(Shown{Status: Tried{Absent: at.Add(-2 * time.Minute)}}), can: finds, want: Step{Do: Settle, What: Status}},
		"what was posted is recorded at once": {
			dump: running, place: Place{Status: intended(me, time.Second)},
			shown: Shown{Status: Tried{Called: at.Add(time.Second), Ref: &chat.Ref{Post: "p1"}}}, want: Step{Do: Record, What: Status}},
		"where posts cannot be found, progress is dropped": {
			dump: running, place: Place{Status: intended(other, -time.Minute)}, shown: looked(Shown{}),
			want: Step{Do: GiveUp, What: Status, Why: "the service did not say whether it was posted, and cannot find it"}},
		"and a last word is said once more": {
			dump: over, place: Place{End: intended(other, -time.Minute)}, shown: looked(Shown{}), want: Step{Do: Intend, What: End, Again: true}},
		"as it is where the service has said that it will not find it": {
			dump: over, place: Place{End: intended(other, -time.Minute)},
			shown: looked(Shown{End: Tried{Unfindable: at.Add(-time.Minute)}}), can: finds, want: Step{Do: Intend, What: End, Again: true}},
		"which says nothing of what was intended afterwards": {
			dump: over, place: Place{End: intended(other, -time.Minute)},
			shown: looked(Shown{End: Tried{Unfindable: at.Add(-2 * time.Minute)}}), can: finds, want: Step{Do: Settle, What: End}},
		"but no third time": {
			dump: over, place: Place{End: Saying{Intent: &Intent{By: other, Until: at.Add(-time.Minute)}, Repeated: true}}, shown: looked(Shown{}),
			want: Step{Do: GiveUp, What: End, Why: "the service did not say whether it was posted, and cannot find it"}},
		"why it is not said is recorded": {
			dump: running, shown: Shown{Status: Tried{GiveUp: "no"}}, want: Step{Do: GiveUp, What: Status, Why: "no"}},
		"a status message that was given up is not missed": {
			dump: running, place: Place{Status: Saying{GaveUp: "no"}}, want: Step{}},

		"a status message is edited": {
			dump: running, place: Place{Status: posted}, shown: looked(Shown{}), want: Step{Do: Edit}},
		"in a minute, who can read it has to be looked at anew": {
			dump: running, place: Place{Status: posted}, shown: Shown{Kind: chat.KindPrivate, KindAt: at.Add(-61 * time.Second)},
			want: Step{Do: Look, Within: kindForEdit}},
		"no sooner than after 5 seconds": {
			dump: running, place: Place{Status: posted}, shown: looked(Shown{Edits: Edits{Looked: at.Add(-2 * time.Second)}}), want: until(3 * time.Second)},
		"nor sooner than the service permits": {
			dump: running, place: Place{Status: posted}, shown: looked(Shown{Edits: Edits{Looked: at.Add(-2 * time.Second)}}),
			can: chat.Limits{EditEvery: time.Minute}, want: until(58 * time.Second)},
		"nor before its turn": {
			dump: running, place: Place{Status: posted}, shown: looked(Shown{Edits: Edits{Turn: at.Add(9 * time.Second)}}), want: until(9 * time.Second)},
		"on one's own screen at once, when the dump has changed": {
			dump: running, place: Place{Status: posted}, shown: looked(Shown{Edits: Edits{Looked: at, Version: "6"}}),
			can: chat.Limits{Live: true}, want: Step{Do: Edit}},
		"and every second": {
			dump: running, place: Place{Status: posted}, shown: looked(Shown{Edits: Edits{Looked: at, Version: "7"}}),
			can: chat.Limits{Live: true}, want: until(time.Second)},
		"never again after the service has refused an edit for good": {
			dump: running, place: Place{Status: posted}, shown: looked(Shown{Edits: Edits{Over: true}}), want: Step{}},

		"a dump that has ended before anything was said gets the last word alone": {
			dump: over, shown: looked(Shown{}), want: Step{Do: Intend, What: End}},
		"the last word does not wait for a status message that is to be settled": {
			dump: over, place: Place{Status: intended(other, 5*time.Second)}, shown: looked(Shown{}), can: finds, want: Step{Do: Intend, What: End}},
		"nor for the turn of an edit": {
			dump: over, place: Place{Status: posted}, shown: looked(Shown{Edits: Edits{Turn: at.Add(time.Minute)}}), can: finds,
			want: Step{Do: Intend, What: End}},
		"when it was said, the status message says that the dump has ended": {
			dump: over, place: Place{Status: posted, End: intended(me, time.Second)},
			shown: looked(Shown{End: Tried{Ref: &chat.Ref{Post: "p2"}}}), can: finds, want: Step{Do: Edit, Final: true}},
		"not before it is known who reads the channel": {
			dump: over, place: Place{Status: posted, End: intended(other, time.Minute)},
			shown: Shown{By: me, End: Tried{Ref: &chat.Ref{Post: "p2"}}}, can: finds, want: Step{Do: Record, What: End}},
		"later, if its turn has not come": {
			dump: over, place: Place{Status: posted, End: intended(me, time.Second)},
			shown: looked(Shown{End: Tried{Ref: &chat.Ref{Post: "p2"}}, Edits: Edits{Deferred: true}}), can: finds, want: Step{Do: Record, What: End}},
		"later, where a bot that dies meanwhile would say the last word again": {
			dump: over, place: Place{Status: posted, End: intended(me, time.Second)},
			shown: looked(Shown{End: Tried{Ref: &chat.Ref{Post: "p2"}}}), want: Step{Do: Record, What: End}},
		"after a restart it is edited if it is still owed": {
			dump: over, place: Place{Status: posted, End: posted, EditUntil: new(at.Add(time.Minute))}, shown: looked(Shown{}),
			want: Step{Do: Edit, Final: true}},
		"a status message that is not known to exist is looked for first": {
			dump: over, place: Place{Status: intended(other, -time.Minute), End: posted, EditUntil: new(at.Add(time.Minute))},
			shown: looked(Shown{}), can: finds, want: Step{Do: Settle, What: Status}},
		"and that which is not there is not missed": {
			dump: over, place: Place{Status: intended(other, -time.Minute), End: posted, EditUntil: new(at.Add(time.Minute))},
			shown: looked(Shown{Status: Tried{Absent: at.Add(-time.Minute)}}), can: finds, want: until(time.Minute)},
		"nor is that of which the service never says whether it is there": {
			dump: over, place: Place{Status: intended(other, -time.Minute), End: posted, EditUntil: new(at.Add(time.Minute))},
			shown: looked(Shown{Status: Tried{GiveUp: "no"}}), can: finds, want: until(time.Minute)},
		"what is owed is let be in the end": {
			dump: over, place: Place{Status: posted, End: posted, EditUntil: new(at)}, shown: looked(Shown{}), want: Step{}},
		"when all is said, there is nothing to do": {
			dump: over, place: Place{Status: posted, End: posted}, shown: looked(Shown{}), can: finds, want: Step{}},
		"a dump that is being deleted has ended": {
			dump: deleted(running), shown: looked(Shown{}), want: Step{Do: Intend, What: End}},
		"a cache that is behind what was said is waited for": {
			dump: running, place: Place{End: posted}, shown: looked(Shown{}), want: Step{}},
		"a place that is gone is the person's direct messages": {
			dump: over, place: Place{Direct: true}, want: Step{Do: Intend, What: End}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.shown.By = me
			got := Plan(at, c.dump, 0, State{Places: []Place{c.place}}, c.shown, c.can)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("the step (-want +got):\n%s", diff)
			}
		})
	}
}

func deleted(d *v1alpha1.DatabaseDump) *v1alpha1.DatabaseDump {
	d = d.DeepCopy()
	d.DeletionTimestamp = &metav1.Time{Time: at}
	return d
}
