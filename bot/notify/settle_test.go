package notify

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

func TestAPostWhoseAnswerWasLostIsFoundAndNotRepeated(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.chat.post = []error{fail(chat.Uncertain)}
	r.chat.hidden = map[chat.Key]chat.Ref{KeyOf(r.dump, 0, End): {Channel: "C1", Post: "p1"}}
	r.finish(v1alpha1.FinishedSucceeded)
	r.run(time.Hour)
	r.expect("C1/t1: Succeeded @ana")
	if s, _ := r.ledger.Load(context.Background(), r.dump); s.Places[0].End.Ref.Post != "p1" {
		t.Errorf("recorded is %+v", s.Places[0].End)
	}
}

// A post without a name cannot be recorded. It was made, so it is looked for, and the log says what the service did.
func TestAPostThatTheServiceDoesNotNameIsLookedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.chat.nameless = 1
	r.finish(v1alpha1.FinishedSucceeded)
	r.run(time.Hour)
	r.expect("C1/t1: Succeeded @ana")
	if place := r.ledger.Memory.states["uid"].Places[0]; place.End.Ref == nil || place.End.Ref.Post != "p1" {
		t.Errorf("recorded: %+v", place.End)
	}
	if !strings.Contains(r.logged.String(), "does not say which post it is") {
		t.Errorf("logged: %s", r.logged.String())
	}
}

func TestAReferenceThatCannotBeRecorded(t *testing.T) {
	long := strings.Repeat("x", maxID+1)
	for name, tc := range map[string]struct {
		ref  chat.Ref
		want bool
	}{
		"of a post":                 {chat.Ref{Channel: "C1", Post: "p1", Thread: "t1"}, true},
		"without a channel":         {chat.Ref{Post: "p1"}, true},
		"without a post":            {chat.Ref{Channel: "C1", Thread: "t1"}, false},
		"with a post too long":      {chat.Ref{Post: long}, false},
		"with a channel too long":   {chat.Ref{Post: "p1", Channel: long}, false},
		"with a thread too long":    {chat.Ref{Post: "p1", Thread: long}, false},
		"as long as it is recorded": {chat.Ref{Post: long[1:], Channel: long[1:], Thread: long[1:]}, true},
	} {
		if err := check(tc.ref); (err == nil) != tc.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// It was posted, so it is not said again; and nobody can say which post it is, so it is not looked for without an end.
func TestAPostThatTheServiceNeverNamesIsGivenUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.chat.post = []error{fail(chat.Uncertain)}
	r.chat.hidden = map[chat.Key]chat.Ref{KeyOf(r.dump, 0, End): {Channel: "C1", Post: strings.Repeat("p", maxID+1)}}
	r.finish(v1alpha1.FinishedSucceeded)
	r.run(time.Hour)
	r.expect("C1/t1: Succeeded @ana")
	if s, _ := r.ledger.Load(context.Background(), r.dump); s.Places[0].End.GaveUp != "it was posted, and the service does not name the post" {
		t.Errorf("recorded is %+v", s.Places[0].End)
	}
}

// A Find that is rejected tells as little as a service that cannot find: the last word is said once more, and no third time.
func TestALastWordThatTheServiceWillNotLookForIsSaidOnceMore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		post   []error
		want   []string
		gaveUp string
	}{
		"and arrives":  {[]error{fail(chat.Uncertain)}, []string{"C1/t1: Succeeded @ana"}, ""},
		"and does not": {slicesOf(2, fail(chat.Uncertain)), nil, "the service did not say whether it was posted, and cannot find it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.chat.post = c.post
			r.chat.find = map[chat.Key][]error{KeyOf(r.dump, 0, End): slicesOf(1000, fail(chat.Rejected))}
			r.finish(v1alpha1.FinishedSucceeded)
			r.run(time.Hour)
			r.expect(c.want...)
			s, _ := r.ledger.Load(context.Background(), r.dump)
			if end := s.Places[0].End; end.GaveUp != c.gaveUp || !end.Repeated || r.chat.finds != len(c.post) {
				t.Errorf("recorded is %+v after it was looked for %d times", end, r.chat.finds)
			}
		})
	}
}

func TestAStatusMessageThatTheServiceWillNotLookForIsGivenUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.chat.post = []error{fail(chat.Uncertain)}
	r.chat.find = map[chat.Key][]error{KeyOf(r.dump, 0, Status): slicesOf(1000, fail(chat.Rejected))}
	r.run(time.Hour)
	r.expect()
	if s, _ := r.ledger.Load(context.Background(), r.dump); s.Places[0].Status.GaveUp == "" || r.chat.finds != 1 {
		t.Errorf("recorded is %+v after it was looked for %d times", s.Places[0].Status, r.chat.finds)
	}
	r.finish(v1alpha1.FinishedSucceeded)
	r.run(time.Hour)
	r.expect("C1/t1: Succeeded @ana")
}

// Whether there is a status message to edit cannot be found out, and is not asked without a pause until the edit is not owed
// any more.
func TestAStatusMessageThatCannotBeFoundOutIsAskedForOnce(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]func(*rig, chat.Key){
		"because the service does not tell": func(r *rig, status chat.Key) {
			r.chat.find = map[chat.Key][]error{status: slicesOf(1000, fail(chat.Rejected))}
		},
		"because the service does not name it": func(r *rig, status chat.Key) {
			r.chat.hidden = map[chat.Key]chat.Ref{status: {Channel: "C1", Post: strings.Repeat("p", maxID+1)}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			said := begun()
			said.Places[0].Status.Intent = intent(r.Now(), other, ToThread)
			r.ledger.put(r.dump.UID, said)
			script(r, KeyOf(r.dump, 0, Status))
			r.finish(v1alpha1.FinishedSucceeded)
			r.run(time.Hour)
			r.expect("C1/t1: Succeeded @ana")
			if r.chat.finds != 1 {
				t.Errorf("it was looked for %d times", r.chat.finds)
			}
		})
	}
}
