package notify

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

// callTimeout bounds a call to a service. A post has less: it ends with its deadline.
const callTimeout = intentFor

// round is one step in one place, and what it needs.
type round struct {
	*Notifier
	remembered *remembered
	dump       *v1alpha1.DatabaseDump
	place      int
	// at is the place as recorded, who is told there, and shown what is remembered of it.
	at      Place
	who     v1alpha1.Requester
	shown   *Shown
	id      chat.ServiceID
	service chat.Service
	line    *line
}

// round in a place. It has no service where the settings have none.
func (n *Notifier) round(m *remembered, d *v1alpha1.DatabaseDump, place int) *round {
	r := &round{Notifier: n, remembered: m, dump: d, place: place, at: m.said.Places[place], shown: &m.shown[place]}
	r.who = who(d, &r.at)
	r.id = chat.ServiceID{Platform: string(r.who.Platform), Workspace: r.who.Workspace}
	r.service, r.line = n.Services[r.id], n.lines[r.id]
	if r.service == nil {
		n.once("service "+r.id.String(), func() {
			n.Log.Warn("dumps were asked for through a service that is not in the settings; nothing is said of them there",
				"service", r.id.String(), "dump", r.key().String())
		})
	}
	return r
}

func (r *round) key() types.NamespacedName { return client.ObjectKeyFromObject(r.dump) }

// take a step.
func (r *round) take(ctx context.Context, step Step) error {
	switch step.Do {
	case Look:
		return r.look(ctx, step.Within)
	case Intend:
		return r.intend(ctx, step)
	case Post:
		return r.post(ctx, step.What)
	case Record:
		return r.record(ctx, step.What)
	case Settle:
		return r.settle(ctx, step.What)
	case Edit:
		return r.edit(ctx, step.Final)
	case GiveUp:
		return r.giveUp(ctx, step)
	default:
		return nil
	}
}

// look who can read the channel.
func (r *round) look(ctx context.Context, within time.Duration) error {
	if read, ok := r.line.kind(r.Now(), r.who.Channel, within); ok {
		r.shown.looked(read.at, read.kind, nil)
		return nil
	}
	leave, ok := enter(r.line.calls)
	if !ok {
		return errBusy
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	kind, err := r.service.KindOf(ctx, r.home())
	now := r.Now()
	if err == nil {
		r.line.readKind(now, r.who.Channel, kind)
	}
	r.failed("who can read a channel cannot be found out", err)
	r.shown.looked(now, kind, err)
	return nil
}

// intend records that something is about to be posted. A follower who can no longer have the dump is not told.
func (r *round) intend(ctx context.Context, step Step) error {
	t := r.shown.tried(step.What)
	v, allowed, err := r.word(ctx)
	if err != nil {
		return err
	}
	if !allowed {
		t.GiveUp = "the follower is no longer allowed to have it"
		return nil
	}
	next := r.intent(step.What, r.where(v))
	err = r.save(ctx, func(p *Place) {
		s := p.saying(step.What)
		p.Direct = p.Direct || r.shown.Gone
		s.Repeated = s.Repeated || step.Again
		s.Intent = next
	})
	if err == nil {
		t.intended()
	}
	return err
}

// intent to say something there from now on. Its deadline is whole milliseconds of the wall's clock: what is read back must be
// equal, and a machine that was suspended must not take up a post in the middle.
func intent(now time.Time, by string, to Where) *Intent {
	return &Intent{By: by, Until: now.Add(intentFor).UTC().Truncate(time.Millisecond), To: to}
}

// intent to say something there. What is known of an intent is known by its deadline, so this incarnation gives none twice: the
// last one may have been of this very millisecond. One that is far ahead is of a clock that was set back.
func (r *round) intent(what What, to Where) *Intent {
	next, last := intent(r.Now(), r.By, to), r.shown.tried(what).Called
	if own := r.at.saying(what).Intent; own != nil && own.By == r.By && own.Until.After(last) {
		last = own.Until
	}
	if ahead := last.Sub(next.Until); ahead >= 0 && ahead < time.Second {
		next.Until = last.Add(time.Millisecond)
	}
	return next
}

// post what was intended, never after the deadline.
func (r *round) post(ctx context.Context, what What) error {
	intent, t := *r.at.saying(what).Intent, r.shown.tried(what)
	v, allowed, err := r.word(ctx)
	if err != nil {
		return err
	}
	if !allowed {
		t.GiveUp = "the follower is no longer allowed to have it"
		return nil
	}
	if r.where(v) != intent.To {
		t.Elsewhere = true // the channel's kind has changed since
		return nil
	}
	reply := r.Speaker.Say(r.who.Locale, v)
	if t.Shortened {
		reply = reply.Short()
	}
	leave, ok := enter(r.line.calls)
	if !ok {
		return errBusy
	}
	defer leave()
	now := r.Now()
	if !now.Before(intent.Until) {
		return nil
	}
	// A bot that is stopped lets the post end: nobody else could tell what became of it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), intent.Until.Sub(now))
	defer cancel()
	t.Called = intent.Until
	ref, err := r.service.Post(ctx, r.target(intent.To, what), KeyOf(r.dump, r.place, what), reply)
	if err == nil {
		err = check(ref) // it was posted, and Find may know better
	}
	now = r.Now()
	r.shown.posted(now, what, intent, ref, err)
	r.failed("a post was not made, or not for certain", err)
	if t.Ref == nil {
		return nil
	}
	if what == Status {
		r.shown.Edits = Edits{Reply: reply, View: v, At: now, Looked: now, Version: r.dump.ResourceVersion}
	}
	return nil
}

// record the post that was made.
func (r *round) record(ctx context.Context, what What) error {
	t := r.shown.tried(what)
	err := r.save(context.WithoutCancel(ctx), func(p *Place) {
		s := p.saying(what)
		*s = Saying{Ref: t.Ref, To: t.To, Repeated: s.Repeated}
		r.owe(p, what)
	})
	if err == nil {
		*t = Tried{Called: t.Called} // an intent that was posted under never looks free again
	}
	return err
}

// giveUp records why something is not said.
func (r *round) giveUp(ctx context.Context, step Step) error {
	err := r.save(ctx, func(p *Place) {
		s := p.saying(step.What)
		*s = Saying{GaveUp: step.Why, Repeated: s.Repeated}
		r.owe(p, step.What)
	})
	if err != nil {
		return err
	}
	*r.shown.tried(step.What) = Tried{}
	r.Log.Warn("something will not be said of a dump", "dump", r.key().String(), "service", r.id.String(),
		"place", r.place, "what", step.What, "why", step.Why)
	if r.Counters.GivenUp != nil {
		r.Counters.GivenUp(r.id)
	}
	return nil
}

// editFor is how long after the last word the status message can still be made to say that the dump has ended.
const editFor = 10 * time.Minute

// owe the status message its last edit, with the record of the last word.
func (r *round) owe(p *Place, what What) {
	if what != End || !r.planner().finalDue() {
		return
	}
	until := r.Now().Add(editFor).UTC().Truncate(time.Second)
	p.EditUntil = &until
}

// settle whether what was intended was posted.
func (r *round) settle(ctx context.Context, what What) error {
	leave, ok := enter(r.line.calls)
	if !ok {
		return errBusy
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	intent := *r.at.saying(what).Intent
	since := intent.Until.Add(-intentFor - chat.ClockSkew)
	ref, found, err := r.service.Find(ctx, r.target(intent.To, what), KeyOf(r.dump, r.place, what), since)
	r.shown.settled(r.Now(), what, intent, ref, found, err)
	if err == nil && found {
		err = check(ref)
	}
	r.failed("whether something was posted, and where, cannot be found out", err)
	return nil
}

// save changes the place in the record.
func (r *round) save(ctx context.Context, change func(*Place)) error {
	said := r.remembered.said.clone()
	change(&said.Places[r.place])
	return r.ledgerOf(r.remembered).Save(ctx, r.dump, said)
}

// failed writes down, for the operator, why a service did not do something, and holds up the edits of one that wants to
// be left alone.
func (r *round) failed(what string, err error) {
	if err == nil {
		return
	}
	r.Log.Warn(what, "dump", r.key().String(), "service", r.id.String(), "place", r.place, "error", err)
	if after := chat.RetryAfter(err); after > 0 {
		r.line.budget.pause(r.Now().Add(min(after, lastRetry)))
	}
}

// home is the place itself.
func (r *round) home() chat.Place {
	return chat.Place{
		Platform: string(r.who.Platform), Workspace: r.who.Workspace, Channel: r.who.Channel, Thread: r.who.Thread,
		Kind: chat.Kind(r.who.ChannelKind),
	}
}

// target of what is said there. The last word alone notifies; a direct message does so by itself.
func (r *round) target(to Where, what What) chat.Target {
	t := chat.Target{Place: r.home()}
	switch to {
	case ToDirect:
		t.Only = r.who.User
		return t
	case ToChannel:
		t.Thread = ""
	case ToThread:
		// What was asked for outside of any thread, as by a slash command, has its thread below the status message.
		if status := r.at.Status; what == End && t.Thread == "" && status.Ref != nil && status.To == ToThread {
			t.Thread = status.Ref.Thread
		}
	}
	if what == End && t.Kind != chat.KindDirect {
		t.Mention = r.who.User
	}
	return t
}

// describe is for errors.
func (r *round) describe() string { return fmt.Sprintf("%s in place %d", r.key(), r.place) }
