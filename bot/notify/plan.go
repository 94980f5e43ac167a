package notify

import (
	"time"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

// Action is what a step does.
type Action int

const (
	// Nothing until the dump changes.
	Nothing Action = iota
	// Wait until Step.Until; sooner, if the dump changes.
	Wait
	// Look who can read the channel.
	Look
	// Intend to post: record it, with a deadline.
	Intend
	// Post what was intended.
	Post
	// Record the post.
	Record
	// Settle whether it was posted, by looking for it.
	Settle
	// Edit the status message, if there is something new.
	Edit
	// GiveUp: record why it is not said.
	GiveUp
)

func (a Action) String() string {
	return [...]string{"nothing", "wait", "look", "intend", "post", "record", "settle", "edit", "give up"}[a]
}

// Step is what comes next in a place, with one call to the outside at most.
type Step struct {
	Do    Action
	What  What
	Until time.Time
	// Within is how old an answer of Look can be.
	Within time.Duration
	// Again: it is intended although it may have been posted, because the service cannot find posts, or not this one.
	Again bool
	// Final: the edit says that the dump has ended.
	Final bool
	// Why it is given up.
	Why string
}

const (
	// intentFor is how long after an intent the post can begin.
	intentFor = 10 * time.Second
	// settleAfter an intent's deadline nothing is on its way any more.
	settleAfter = 30 * time.Second

	// The channel's kind is read anew before something is intended and posted; an edit takes one that is a minute old.
	kindForIntent = 5 * time.Second
	kindForPost   = 15 * time.Second
	kindForEdit   = time.Minute

	// pace of edits, at least, where they are not Live; then a look every livePace shows how the time goes by.
	pace     = 5 * time.Second
	livePace = time.Second
)

// Plan says what comes next in a place. It decides by the dump, by what was recorded and by what this incarnation
// remembers of the place, and by nothing else.
func Plan(now time.Time, d *v1alpha1.DatabaseDump, place int, said State, shown Shown, can chat.Limits) Step {
	p := newPlanner(now, d, said.Places[place], shown, can)
	switch {
	case ended(d):
		return p.end()
	case p.End.Intent != nil || p.End.over():
		return Step{} // what is known of the dump is behind what was said of it
	case p.ref() != nil && p.Status.over():
		return p.edit()
	default:
		return p.say(Status)
	}
}

// ended: nothing will become of it any more.
func ended(d *v1alpha1.DatabaseDump) bool {
	return d.Status.Finished() || !d.DeletionTimestamp.IsZero()
}

// who is told in a place. Where nobody is known to have asked, it is nobody.
func who(d *v1alpha1.DatabaseDump, p *Place) v1alpha1.Requester {
	switch {
	case p.Follower != nil:
		return *p.Follower
	case d.Spec.RequestedBy != nil:
		return *d.Spec.RequestedBy
	default:
		return v1alpha1.Requester{}
	}
}

type planner struct {
	Place
	now   time.Time
	dump  *v1alpha1.DatabaseDump
	shown Shown
	can   chat.Limits
	// home is the kind of the channel when somebody wrote there. direct: only the person reads it, so nobody needs to ask
	// who does.
	home   v1alpha1.ChannelKind
	direct bool
}

func newPlanner(now time.Time, d *v1alpha1.DatabaseDump, place Place, shown Shown, can chat.Limits) planner {
	p := planner{now: now, dump: d, Place: place, shown: shown, can: can}
	p.home = who(d, &place).ChannelKind
	p.direct = p.Direct || shown.Gone || p.home == v1alpha1.ChannelKindDirect
	return p
}

// end is the last word, which waits for nothing. Then the status message says that the dump has ended; before the last
// word is recorded if that can be at once, so that it is not forgotten, and never where a bot that is killed meanwhile
// would have to say the last word again.
func (p planner) end() Step {
	if p.shown.End.Ref != nil && !p.End.over() && p.can.Finds && p.ref() != nil && p.finalDue() &&
		!p.shown.Edits.Deferred && !p.now.Before(p.shown.Edits.Turn) && p.look(kindForEdit).Do == Nothing {
		return Step{Do: Edit, Final: true}
	}
	if step := p.say(End); step.Do != Nothing {
		return step
	}
	if p.EditUntil == nil || !p.now.Before(*p.EditUntil) {
		return Step{}
	}
	if !p.finalDue() {
		return Step{Do: Wait, Until: *p.EditUntil}
	}
	return p.final()
}

// finalDue: there is, or may be, a status message, and it does not say yet that the dump has ended. On a person's own
// screen the last word stands right below it.
func (p planner) finalDue() bool {
	if p.shown.Edits.Final || p.shown.Edits.Over || p.can.Live {
		return false
	}
	unsettled := p.can.Finds && p.Status.Intent != nil && p.shown.Status.GiveUp == "" && !p.free(p.Status, p.shown.Status)
	return p.ref() != nil || unsettled
}

// final has the status message say that the dump has ended, and finds it first where it is not known to exist. That is
// not recorded.
func (p planner) final() Step {
	if p.ref() == nil {
		return p.settle(p.Status, p.shown.Status, Status)
	}
	if p.now.Before(p.shown.Edits.Turn) {
		return Step{Do: Wait, Until: p.shown.Edits.Turn}
	}
	if look := p.look(kindForEdit); look.Do != Nothing {
		return look
	}
	return Step{Do: Edit, Final: true}
}

// edit keeps the status message up to date.
func (p planner) edit() Step {
	e := p.shown.Edits
	if e.Over {
		return Step{}
	}
	due := e.Looked.Add(max(pace, p.can.EditEvery))
	if p.can.Live {
		due = e.Looked.Add(livePace)
		if e.Version != p.dump.ResourceVersion {
			due = p.now
		}
	}
	if e.Turn.After(due) {
		due = e.Turn
	}
	if p.now.Before(due) {
		return Step{Do: Wait, Until: due}
	}
	if look := p.look(kindForEdit); look.Do != Nothing {
		return look
	}
	return Step{Do: Edit}
}

// say is the way of what is said once. Nothing means that it is over.
func (p planner) say(what What) Step {
	s, t := *p.saying(what), *p.shown.tried(what)
	switch {
	case s.over():
		return Step{}
	case t.Ref != nil:
		return Step{Do: Record, What: what}
	case t.GiveUp != "":
		return Step{Do: GiveUp, What: what, Why: t.GiveUp}
	case p.now.Before(t.RetryAt):
		return Step{Do: Wait, Until: t.RetryAt}
	case s.Intent == nil:
		return unless(p.look(kindForIntent), Step{Do: Intend, What: what})
	case p.free(s, t) && t.Failures > 0 && !p.now.Before(s.Intent.Until) && p.home == v1alpha1.ChannelKindDirect && !p.shown.Gone && !p.Direct:
		// While the service does not even answer a question, nothing is written in vain.
		return unless(p.ask(kindForIntent), Step{Do: Intend, What: what})
	case p.free(s, t) && (s.Intent.By != p.shown.By || t.Elsewhere || !p.now.Before(s.Intent.Until)):
		return unless(p.look(kindForIntent), Step{Do: Intend, What: what})
	case p.free(s, t):
		return unless(p.look(kindForPost), Step{Do: Post, What: what})
	default:
		return p.settle(s, t, what)
	}
}

// settle what may have been posted. Progress that cannot be found is dropped; a last word that cannot is said once more.
func (p planner) settle(s Saying, t Tried, what What) Step {
	if p.now.Before(t.RetryAt) {
		return Step{Do: Wait, Until: t.RetryAt}
	}
	if from := settleFrom(p.now, *s.Intent); p.now.Before(from) {
		return Step{Do: Wait, Until: from}
	}
	switch {
	case p.can.Finds && !s.Intent.Until.Equal(t.Unfindable):
		return Step{Do: Settle, What: what}
	case what == Status || s.Repeated:
		return Step{Do: GiveUp, What: what, Why: "the service did not say whether it was posted, and cannot find it"}
	default:
		return unless(p.look(kindForIntent), Step{Do: Intend, What: what, Again: true})
	}
}

// settleFrom is when nothing that was posted under an intent is on its way any more. A deadline that is too far off was
// set by a clock that is not to be waited for.
func settleFrom(now time.Time, i Intent) time.Time {
	if i.Until.After(now.Add(intentFor + chat.ClockSkew)) {
		return now
	}
	return i.Until.Add(settleAfter)
}

// free: certainly nothing was posted under the intent. This incarnation knows it of an intent of its own under which it
// has not called Post; of any other only Find does.
func (p planner) free(s Saying, t Tried) bool {
	i := s.Intent
	return i.Until.Equal(t.Absent) || i.By == p.shown.By && !i.Until.Equal(t.Called)
}

// look finds out who can read the channel, unless that is known to within an age or need not be.
func (p planner) look(within time.Duration) Step {
	if p.direct {
		return Step{}
	}
	return p.ask(within)
}

func (p planner) ask(within time.Duration) Step {
	switch {
	case !p.shown.KindAt.IsZero() && p.now.Sub(p.shown.KindAt) <= within:
		return Step{}
	case p.now.Before(p.shown.LookAt):
		return Step{Do: Wait, Until: p.shown.LookAt}
	default:
		return Step{Do: Look, Within: within}
	}
}

// unless something has to be done first, it is then.
func unless(first, then Step) Step {
	if first.Do != Nothing {
		return first
	}
	return then
}

// ref of the status message, recorded or not.
func (p planner) ref() *chat.Ref {
	if p.Status.Ref != nil {
		return p.Status.Ref
	}
	return p.shown.Status.Ref
}
