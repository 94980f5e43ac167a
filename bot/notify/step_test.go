package notify

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

// The one write that says all of a dump's beginning is its creation.
func TestTheIntentToSayTheFirstWordComesWithTheDump(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		by    string
		later time.Duration
		said  string
		saves int
	}{
		"of this process":           {"first", 0, "C1/t1: Progress  0% 0s", 1},
		"of this process, and late": {"first", intentFor, "C1/t1: Progress  0% 10s", 2},
		"of one that was killed":    {"before", 0, "", 0},
		"of nobody":                 {"", 0, "C1/t1: Progress  0% 0s", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			Delivery{By: tc.by, Now: r.Now}.Begin(r.dump)
			said, err := parse(r.dump.Annotations[v1alpha1.AnnotationDelivery])
			if err != nil {
				t.Fatal(err)
			}
			r.ledger.put(r.dump.UID, said)
			r.pass(tc.later)
			r.run(time.Second)
			if tc.said != "" {
				r.expect(tc.said)
			} else {
				r.expect() // the one before may have said it: it is looked for when that is certain
			}
			if r.ledger.saves != tc.saves {
				t.Errorf("%d writes, want %d", r.ledger.saves, tc.saves)
			}
		})
	}
}

func TestADumpIsOneMessageThatIsEditedAndALastWord(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.run(time.Second)
	r.expect("C1/t1: Progress  0% 0s")
	r.percent(10)
	r.run(3 * time.Second)
	r.percent(20)
	r.run(time.Second)
	r.expect("edit p1: Progress Running 20% 5s")
	r.finish(v1alpha1.FinishedSucceeded)
	r.run(time.Hour)
	r.expect("C1/t1: Succeeded @ana", "edit p1: Ended Succeeded")
	if r.ledger.saves != 4 {
		t.Errorf("%d writes, want 4: intended and recorded, twice", r.ledger.saves)
	}
	if len(r.memory) != 0 {
		t.Error("a dump of which all is said is still remembered")
	}
}

func TestADumpThatHasEndedBeforeAnythingWasSaidGetsTheLastWordAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.finish(v1alpha1.FinishedFailed)
	r.run(time.Hour)
	r.expect("C1/t1: Failed Failed @ana")
	if r.ledger.saves != 2 {
		t.Errorf("%d writes, want 2", r.ledger.saves)
	}
}

func TestOnlyNewsIsWorthAnEdit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.run(5 * time.Second)
	r.expect("C1/t1: Progress  0% 0s")
	r.run(20 * time.Second)
	r.expect()
	r.run(6 * time.Second) // but it must not look as if nothing moved
	r.expect("edit p1: Progress  0% 30s")
}

func TestASlowServiceIsEditedAtItsPace(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.chat.can.EditEvery = 20 * time.Second
	r.run(time.Second)
	for i := range int32(40) {
		r.percent(i)
		r.run(time.Second)
	}
	r.expect("C1/t1: Progress  0% 0s", "edit p1: Progress Running 18% 20s", "edit p1: Progress Running 38% 40s")
}

func TestWhatThePlaceDecides(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*rig)
		end    string
		want   []string
	}{
		"in a direct message nobody is mentioned, and nobody is asked who reads it": {
			func(r *rig) {
				r.dump.Spec.RequestedBy.ChannelKind = v1alpha1.ChannelKindDirect
				r.chat.look = []error{fail(chat.NotDone)}
			},
			v1alpha1.FinishedSucceeded, []string{"C1/t1: Progress  0% 0s", "C1/t1: Succeeded", "edit p1: Ended Succeeded"}},
		"in the language of whoever asked": {
			func(r *rig) { r.dump.Spec.RequestedBy.Locale = "es-MX" },
			v1alpha1.FinishedSucceeded, []string{"C1/t1: Progress  0% 0s (es-MX)", "C1/t1: Succeeded (es-MX) @ana", "edit p1: Ended Succeeded (es-MX)"}},
		"where outsiders read, all goes to direct messages": {
			func(r *rig) { r.chat.kind = chat.KindShared },
			v1alpha1.FinishedSucceeded, []string{"only ana: Progress  0% 0s", "only ana: Succeeded", "edit p1: Ended Succeeded"}},
		"what was asked for outside of any thread ends in the status message's": {
			func(r *rig) { r.dump.Spec.RequestedBy.Thread = "" },
			v1alpha1.FinishedSucceeded, []string{"C1: Progress  0% 0s", "C1/p1: Succeeded @ana", "edit p1: Ended Succeeded"}},
		"where that was deleted, in the channel": {
			func(r *rig) {
				r.dump.Spec.RequestedBy.Thread = ""
				r.chat.post = []error{nil, fail(chat.PostGone)}
			},
			v1alpha1.FinishedSucceeded, []string{"C1: Progress  0% 0s", "C1: Succeeded @ana", "edit p1: Ended Succeeded"}},
		"a refusal is for the asker alone, and the channel is told where it went": {
			func(*rig) {},
			v1alpha1.FinishedRefused, []string{"C1/t1: Progress  0% 0s", "only ana: Failed Refused", "edit p1: InDirect"}},
		"a channel of a kind that nobody knows counts as shared": {
			func(r *rig) { r.chat.kind = "Lounge" },
			v1alpha1.FinishedSucceeded, []string{"only ana: Progress  0% 0s", "only ana: Succeeded", "edit p1: Ended Succeeded"}},
		"so does one whose kind the service does not tell": {
			func(r *rig) { r.chat.look = []error{fail(chat.Rejected), fail(chat.Rejected), fail(chat.Rejected)} },
			v1alpha1.FinishedSucceeded, []string{"only ana: Progress  0% 0s", "only ana: Succeeded", "edit p1: Ended Succeeded"}},
		"a channel that is gone is the direct messages": {
			func(r *rig) { r.chat.look = []error{fail(chat.PlaceGone)} },
			v1alpha1.FinishedSucceeded, []string{"only ana: Progress  0% 0s", "only ana: Succeeded", "edit p1: Ended Succeeded"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			c.change(r)
			r.run(10 * time.Second)
			r.finish(c.end)
			r.run(time.Hour)
			r.expect(c.want...)
		})
	}
}

func TestAChannelThatIsSharedMeanwhileIsToldNoMore(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.run(10 * time.Second)
	r.chat.kind = chat.KindShared
	r.pass(2 * time.Minute)
	r.percent(50)
	r.run(time.Minute)
	r.finish(v1alpha1.FinishedSucceeded)
	r.run(time.Hour)
	r.expect("C1/t1: Progress  0% 0s", "only ana: Succeeded", "edit p1: InDirect")
}

func TestTheThreadSaysWhenTheLastWordReachedNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.run(10 * time.Second)
	r.chat.post = []error{fail(chat.PlaceGone)}
	r.finish(v1alpha1.FinishedRefused)
	r.run(time.Hour)
	r.expect("C1/t1: Progress  0% 0s", "edit p1: NotInDirect")
}

// What the service answers to the first posts of the last word, and what is said in the end.
func TestWhatTheServiceAnswers(t *testing.T) {
	t.Parallel()
	const told, short, alone, inChannel = "C1/t1: Succeeded @ana", "C1/t1: Succeeded @ana (short)", "only ana: Succeeded", "C1: Succeeded @ana"
	for name, c := range map[string]struct {
		post []error
		want []string
		// within which it must be said.
		within time.Duration
	}{
		"not done":                    {[]error{fail(chat.NotDone)}, []string{told}, time.Second},
		"not done, ten times":         {slicesOf(10, fail(chat.NotDone)), []string{told}, 6 * time.Minute},
		"throttled":                   {[]error{&chat.Error{Kind: chat.NotDone, RetryAfter: 7 * time.Second}}, []string{told}, 7 * time.Second},
		"throttled for a day":         {[]error{&chat.Error{Kind: chat.NotDone, RetryAfter: 24 * time.Hour}}, []string{told}, time.Hour},
		"the token does not count":    {[]error{fail(chat.Unauthorised)}, []string{told}, time.Minute},
		"rejected":                    {[]error{fail(chat.Rejected)}, []string{short}, 0},
		"rejected twice":              {[]error{fail(chat.Rejected), fail(chat.Rejected)}, nil, 0},
		"the thread is gone":          {[]error{fail(chat.PostGone)}, []string{inChannel}, 0},
		"the channel is gone":         {[]error{fail(chat.PlaceGone)}, []string{alone}, 0},
		"thread and channel are gone": {[]error{fail(chat.PostGone), fail(chat.PlaceGone)}, []string{alone}, 0},
		"the person is gone, too":     {slicesOf(3, fail(chat.PlaceGone)), nil, 0},
		"no answer, and not posted":   {[]error{fail(chat.Uncertain)}, []string{told}, 41 * time.Second},
		"an error of no kind":         {[]error{context.DeadlineExceeded}, []string{told}, 41 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.chat.post = c.post
			r.finish(v1alpha1.FinishedSucceeded)
			r.run(c.within)
			r.expect(c.want...)
			r.run(48 * time.Hour)
			r.expect()
			if s, _ := r.ledger.Load(context.Background(), r.dump); !s.delivered(r.Now()) {
				t.Errorf("it is not over: %+v", s.Places[0].End)
			}
		})
	}
}

func slicesOf(n int, err error) (errs []error) {
	for range n {
		errs = append(errs, err)
	}
	return errs
}

func TestOutageDoesNotWrite(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.chat.look = slicesOf(100, fail(chat.NotDone))
	r.run(30 * time.Minute)
	if r.ledger.saves != 0 || r.chat.looks > 40 {
		t.Errorf("%d writes and %d looks while the service does not answer", r.ledger.saves, r.chat.looks)
	}
	r.chat.look = nil
	r.run(time.Minute + time.Second)
	if len(r.chat.said) == 0 {
		t.Error("it is not told within a minute after the service is back")
	}
}

// In direct messages nobody has to be asked who reads them, but the service is, before more is written in vain.
func TestOutageDoesNotWriteInDirectMessages(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.dump.Spec.RequestedBy.ChannelKind = v1alpha1.ChannelKindDirect
	r.chat.post, r.chat.look = slicesOf(100, fail(chat.NotDone)), slicesOf(100, fail(chat.NotDone))
	r.run(30 * time.Minute)
	if r.ledger.saves > 1 {
		t.Errorf("%d writes while the service does not answer", r.ledger.saves)
	}
	r.chat.post, r.chat.look = nil, nil
	r.run(time.Minute + time.Second)
	if len(r.chat.said) == 0 {
		t.Error("it is not told within a minute after the service is back")
	}
}

func TestADirectChannelThatIsGoneIsNotAskedForEver(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.dump.Spec.RequestedBy.ChannelKind = v1alpha1.ChannelKindDirect
	r.chat.post, r.chat.look = slicesOf(5, fail(chat.NotDone)), slicesOf(100, fail(chat.PlaceGone))
	r.run(40 * time.Second)
	if r.chat.looks > 1 {
		t.Errorf("it was asked %d times", r.chat.looks)
	}
	r.expect("only ana: Progress  0% 31s")
}

func TestEditsEndAndTheLastWordStillComes(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"too old": fail(chat.Rejected), "deleted": fail(chat.PostGone), "the channel is gone": fail(chat.PlaceGone)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.chat.edit = []error{err}
			r.run(10 * time.Second)
			for i := range int32(20) {
				r.percent(i)
				r.run(10 * time.Second)
			}
			r.finish(v1alpha1.FinishedSucceeded)
			r.run(time.Hour)
			r.expect("C1/t1: Progress  0% 0s", "C1/t1: Succeeded @ana")
		})
	}
}

// The next leader would have to look for it, half a minute later.
func TestEveryErrorOfAPost(t *testing.T) {
	t.Parallel()
	called := at.Add(intentFor)
	for name, c := range map[string]struct {
		what What
		to   Where
		err  error
		want Shown
	}{
		"not done":                   {Status, ToThread, fail(chat.NotDone), Shown{Status: Tried{Failures: 1, RetryAt: at.Add(time.Second)}}},
		"the service wants a pause":  {Status, ToThread, &chat.Error{Kind: chat.NotDone, RetryAfter: time.Minute}, Shown{Status: Tried{Failures: 1, RetryAt: at.Add(time.Minute)}}},
		"unauthorised":               {Status, ToThread, fail(chat.Unauthorised), Shown{Status: Tried{Failures: 1, RetryAt: at.Add(time.Minute)}}},
		"a rejected status message":  {Status, ToThread, fail(chat.Rejected), Shown{Status: Tried{GiveUp: "the service rejects it"}}},
		"a rejected last word":       {End, ToThread, fail(chat.Rejected), Shown{End: Tried{Shortened: true}}},
		"the thread is gone":         {End, ToThread, fail(chat.PostGone), Shown{Threadless: true, End: Tried{Elsewhere: true}}},
		"the channel is gone":        {End, ToChannel, fail(chat.PostGone), Shown{Gone: true, End: Tried{Elsewhere: true}}},
		"the place is gone":          {End, ToThread, fail(chat.PlaceGone), Shown{Gone: true, End: Tried{Elsewhere: true}}},
		"the person is gone":         {End, ToDirect, fail(chat.PlaceGone), Shown{End: Tried{GiveUp: "the person cannot be reached"}}},
		"nobody knows":               {End, ToThread, fail(chat.Uncertain), Shown{End: Tried{Called: called}}},
		"an error that is not typed": {End, ToThread, context.Canceled, Shown{End: Tried{Called: called}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := Shown{}
			s.tried(c.what).Called = called
			s.posted(at, c.what, Intent{By: me, Until: called, To: c.to}, chat.Ref{}, c.err)
			if diff := cmp.Diff(c.want, s); diff != "" {
				t.Errorf("what is remembered (-want +got):\n%s", diff)
			}
		})
	}
}
