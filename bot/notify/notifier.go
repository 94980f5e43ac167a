package notify

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
)

// Facts are how a dump is. bot/read has them.
type Facts struct {
	// Now is Progress, Blocked, Succeeded or Failed, as the reader is told. Before is the dump's place in the queue.
	Now func(d *v1alpha1.DatabaseDump, reader v1alpha1.Requester, now time.Time, before int) view.View
	// Before counts the dumps whose turn comes before this one's. It is asked of queued dumps alone.
	Before func(ctx context.Context, d *v1alpha1.DatabaseDump) (int, error)
}

// Speaker words what is said; bot/lang does.
type Speaker interface {
	Say(locale string, v view.View) chat.Reply
}

// Access judges followers again before they are told.
type Access interface {
	// Allowed reports whether a person can still have what is dumped. A no is certain.
	Allowed(ctx context.Context, d *v1alpha1.DatabaseDump, person v1alpha1.Requester) (bool, error)
}

// Counters by service. Each may be nil.
type Counters struct {
	// GivenUp counts what was not said, or is not known to have been.
	GivenUp func(chat.ServiceID)
}

// Options of a Notifier. All are required unless said otherwise.
type Options struct {
	Services map[chat.ServiceID]chat.Service
	Ledger   Ledger
	Facts    Facts
	Speaker  Speaker
	// Access may be nil where nobody follows.
	Access   Access
	Counters Counters
	Log      *slog.Logger
	// By is this incarnation of the bot, unlike every other; default a random one.
	By string
	// Now is the clock; default time.Now.
	Now func() time.Time
}

// Notifier tells of dumps. Different dumps may be advanced at once, one dump by one caller.
type Notifier struct {
	Options
	lines map[chat.ServiceID]*line
	// gone has the states of dumps that were deleted.
	gone Memory

	mu     sync.Mutex
	memory map[types.NamespacedName]*remembered
	// logged is what was said in the log once: dumps that cannot be read, and services that are not in the settings.
	logged map[string]bool
}

// New makes a notifier.
func New(o Options) *Notifier {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.By == "" {
		o.By = rand.Text()
	}
	n := &Notifier{
		Options: o, lines: map[chat.ServiceID]*line{},
		memory: map[types.NamespacedName]*remembered{}, logged: map[string]bool{},
	}
	for id := range o.Services {
		n.lines[id] = newLine()
	}
	return n
}

// mostSteps of one dump in a row; more would be an error in Plan.
const mostSteps = 16 * (1 + MaxFollowers)

// errBusy: as many calls of the service as can be are under way.
var errBusy = errors.New("the service is busy")

// Advance takes one step after another until nothing can be done about the dump, and returns when to come back; zero is
// when the dump has changed. After an error come back after a pause that grows. A place where something fails holds up no
// other. d is only read.
func (n *Notifier) Advance(ctx context.Context, d *v1alpha1.DatabaseDump) (time.Time, error) {
	m := n.remember(d)
	skip := map[int]bool{}
	var failed error
	for range mostSteps {
		if err := n.load(ctx, m, d); err != nil {
			return time.Time{}, errors.Join(failed, err)
		}
		if m.said.Places == nil {
			return time.Time{}, failed
		}
		stopping := ctx.Err() != nil
		r, step, next := n.choose(m, d, skip)
		if stopping {
			// What was posted is recorded, so that the next leader need not look for it. Nothing else is begun.
			if r, step = n.unrecorded(m, d, skip); r == nil {
				return time.Time{}, errors.Join(failed, ctx.Err())
			}
		}
		if step.Do == Nothing || step.Do == Wait {
			if step.Do == Nothing && len(skip) == 0 && ended(d) {
				n.forget(client.ObjectKeyFromObject(d))
			}
			return next, failed
		}
		switch err := r.take(ctx, step); {
		case errors.Is(err, ErrGone):
			return time.Time{}, failed // whoever watches hears of it
		case errors.Is(err, errBusy):
			skip[r.place] = true
		case err != nil && !errors.Is(err, ErrConflict):
			skip[r.place], failed = true, errors.Join(failed, err)
		}
	}
	return n.Now().Add(pace), failed
}

// load reads what was said. A record that cannot be read leaves no places to speak in.
func (n *Notifier) load(ctx context.Context, m *remembered, d *v1alpha1.DatabaseDump) error {
	said, err := n.ledgerOf(m).Load(ctx, d)
	switch {
	case errors.Is(err, ErrUnreadable):
		n.once("unreadable "+string(d.UID), func() {
			n.Log.Error("nothing is said of a dump", "dump", client.ObjectKeyFromObject(d).String(), "error", err)
		})
		m.said = State{}
		return nil
	case errors.Is(err, ErrGone):
		m.said = State{}
		return nil
	case err != nil:
		return fmt.Errorf("load what was said of %s: %w", client.ObjectKeyFromObject(d), err)
	}
	m.said = said
	for len(m.shown) < len(said.Places) {
		m.shown = append(m.shown, Shown{By: n.By})
	}
	return nil
}

// choose the step to take now: last words before status messages, those before edits. Where there is none, Wait or
// Nothing, and next is when there is.
func (n *Notifier) choose(m *remembered, d *v1alpha1.DatabaseDump, skip map[int]bool) (chosen *round, step Step, next time.Time) {
	now := n.Now()
	var unrecorded *round // a last word that was said, and waits for the edit before its record
	for i := range m.said.Places {
		r := n.round(m, d, i)
		if r.service == nil {
			continue
		}
		s := Plan(now, d, i, m.said, m.shown[i], r.service.Limits())
		if skip[i] && s.Do != Nothing {
			s = Step{Do: Wait, Until: now.Add(busyFor)}
		}
		if s.Do == Wait && (next.IsZero() || s.Until.Before(next)) {
			next = s.Until
		}
		if s.Do == Edit && s.Final && !r.at.End.over() {
			unrecorded = r
		}
		if s.rank() < step.rank() {
			chosen, step = r, s
		}
	}
	switch {
	case unrecorded == nil:
		return chosen, step, next
	case step.Do == Edit:
		return unrecorded, Step{Do: Edit, Final: true}, next
	default: // others are still to be told: it does not stay unrecorded until then
		unrecorded.shown.Edits.Deferred = true
		return unrecorded, Step{Do: Record, What: End}, next
	}
}

// unrecorded is a place where something was posted and is not recorded, or nil.
func (n *Notifier) unrecorded(m *remembered, d *v1alpha1.DatabaseDump, skip map[int]bool) (*round, Step) {
	for i := range m.said.Places {
		for _, what := range []What{End, Status} {
			if !skip[i] && m.shown[i].tried(what).Ref != nil && !m.said.Places[i].saying(what).over() {
				if r := n.round(m, d, i); r.service != nil {
					return r, Step{Do: Record, What: what}
				}
			}
		}
	}
	return nil, Step{}
}

// rank is lower for what is more urgent.
func (s Step) rank() int {
	switch {
	case s.Do == Nothing:
		return 4
	case s.Do == Wait:
		return 3
	case s.Do == Edit:
		return 2
	case s.What == Status:
		return 1
	default:
		return 0
	}
}

// once does something the first time that it is asked to.
func (n *Notifier) once(what string, do func()) {
	n.mu.Lock()
	first := !n.logged[what]
	n.logged[what] = true
	n.mu.Unlock()
	if first {
		do()
	}
}
