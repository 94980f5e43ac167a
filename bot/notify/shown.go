package notify

import (
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
)

// Shown is what this incarnation of the bot remembers of one place. It is empty after a restart, and never written down.
type Shown struct {
	// By is this incarnation.
	By string
	// Status and End that were tried.
	Status, End Tried
	// Edits of the status message.
	Edits Edits

	// Kind of the channel, as read at KindAt. An unknown one counts as shared with outsiders.
	Kind   chat.Kind
	KindAt time.Time
	// LookAt is not before when the kind is read again, after it could not be read Failures times.
	LookAt   time.Time
	Failures int
	// Threadless: the thread's root is gone, so what is said goes to the channel. Gone: the channel is gone, too.
	Threadless, Gone bool
}

// Tried is what this incarnation knows of one thing that is to be said.
type Tried struct {
	// Called is the deadline of the intent under which Post was called and did not say that it certainly did nothing.
	Called time.Time
	// Absent is the deadline of the intent under which certainly nothing was posted, because Find did not find it.
	Absent time.Time
	// Unfindable is the deadline of the intent of which Find will never say whether something was posted under it.
	Unfindable time.Time
	// Ref of the post, which is not recorded yet, and where it went.
	Ref *chat.Ref
	To  Where
	// Elsewhere: it cannot be said where the intent says.
	Elsewhere bool
	// Shortened: the service has rejected it whole.
	Shortened bool
	// GiveUp is why it will not be said; not recorded yet.
	GiveUp string
	// RetryAt is not before when it is tried again, after Failures in a row.
	RetryAt  time.Time
	Failures int
}

// Edits of a status message.
type Edits struct {
	// Reply and View that the message shows, since At. Empty when it is not known.
	Reply chat.Reply
	View  view.View
	At    time.Time
	// Looked is when it was last compared with how the dump is, and Version the dump's version then.
	Looked  time.Time
	Version string
	// Turn is not before when it may be edited: the workspace's budget is used up, or the service wants to be left alone.
	Turn time.Time
	// Failures in a row.
	Failures int
	// Over: the service edits this post no more.
	Over bool
	// Final: it shows that the dump has ended, or never will. Deferred: the last word is to be recorded before that.
	Final, Deferred bool
}

func (s *Shown) tried(what What) *Tried {
	if what == End {
		return &s.End
	}
	return &s.Status
}

const (
	// firstRetry and lastRetry bound the wait before something is tried again; it doubles with each failure.
	firstRetry = time.Second
	lastRetry  = time.Minute
)

// pause after failures in a row, of which the last was err.
func pause(failures int, err error) time.Duration {
	wait := lastRetry
	if failures < 7 && chat.KindOfError(err) != chat.Unauthorised {
		wait = min(lastRetry, firstRetry<<max(0, failures-1))
	}
	return max(wait, min(chat.RetryAfter(err), time.Hour))
}

// later has it tried again after a pause.
func (t *Tried) later(now time.Time, err error) {
	t.Failures++
	t.RetryAt = now.Add(pause(t.Failures, err))
}

// intended: everything that was known of an intent before is past.
func (t *Tried) intended() {
	*t = Tried{Shortened: t.Shortened, Failures: t.Failures}
}

// posted takes in what came of a post under the intent.
func (s *Shown) posted(now time.Time, what What, under Intent, ref chat.Ref, err error) {
	t := s.tried(what)
	if err == nil {
		t.Ref, t.To, t.Failures = &ref, under.To, 0
		return
	}
	switch kind := chat.KindOfError(err); kind {
	case chat.NotDone, chat.Unauthorised:
		t.Called = time.Time{}
		t.later(now, err)
	case chat.Rejected:
		t.Called = time.Time{}
		if what == End && !t.Shortened {
			t.Shortened = true
		} else {
			t.GiveUp = "the service rejects it"
		}
	case chat.PostGone, chat.PlaceGone:
		t.Called = time.Time{}
		s.moved(t, under.To, kind)
	}
}

// moved: nothing can be said there. From a thread it goes to the channel, from there to the person.
func (s *Shown) moved(t *Tried, from Where, kind chat.ErrorKind) {
	switch {
	case from == ToDirect:
		t.GiveUp = "the person cannot be reached"
	case from == ToThread && kind == chat.PostGone:
		s.Threadless, t.Elsewhere = true, true
	default:
		s.Gone, t.Elsewhere = true, true
	}
}

// settled takes in what Find said of the intent.
func (s *Shown) settled(now time.Time, what What, under Intent, ref chat.Ref, found bool, err error) {
	t := s.tried(what)
	switch kind := chat.KindOfError(err); {
	case err == nil && found && check(ref) != nil:
		t.GiveUp = "it was posted, and the service does not name the post"
	case err == nil && found:
		t.Ref, t.To, t.Failures = &ref, under.To, 0
	case err == nil:
		t.Absent, t.Failures = under.Until, 0
	case kind == chat.PostGone || kind == chat.PlaceGone:
		// Whatever was said there, nobody can read it any more.
		t.Absent = under.Until
		s.moved(t, under.To, kind)
	case kind == chat.Rejected && what == Status:
		t.GiveUp = "the service does not tell whether it was posted"
	case kind == chat.Rejected:
		t.Unfindable, t.Failures = under.Until, 0
	default:
		t.later(now, err)
	}
}

// looked takes in who can read the channel now.
func (s *Shown) looked(now time.Time, kind chat.Kind, err error) {
	switch of := chat.KindOfError(err); {
	case err == nil:
		s.Kind, s.KindAt, s.Failures = kind, now, 0
	case of == chat.PostGone || of == chat.PlaceGone:
		s.Gone, s.Failures = true, 0
	case of == chat.Rejected:
		s.Kind, s.KindAt, s.Failures = chat.KindShared, now, 0
	default:
		s.Failures++
		s.LookAt = now.Add(pause(s.Failures, err))
	}
}

// edited takes in what came of an edit.
func (e *Edits) edited(now time.Time, reply chat.Reply, v view.View, final bool, err error) {
	if err == nil {
		e.Reply, e.View, e.At, e.Failures = reply, v, now, 0
		e.Final = e.Final || final
		return
	}
	switch kind := chat.KindOfError(err); kind {
	case chat.Rejected, chat.PostGone, chat.PlaceGone:
		e.Over, e.Final = true, true
	default: // an edit that was perhaps made can be made again
		if kind == chat.Uncertain { // nor is it known what the message shows
			e.Reply, e.View = chat.Reply{}, nil
		}
		e.Failures++
		e.Turn = now.Add(pause(e.Failures, err))
	}
}
