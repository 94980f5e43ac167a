package notify

import (
	"context"
	"reflect"
	"time"

	"github.com/volcado-io/volcado/bot/view"
)

// idle is how long a status message stays as it is where nothing but the time has changed.
const idle = 30 * time.Second

// edit the status message, if it would show something new. Nothing of this is recorded: an edit can be made again. A follower
// reads that they have no access while that is so, and how the dump is when they have it again: what is shown then is what the
// last word will go by.
func (r *round) edit(ctx context.Context, final bool) error {
	e, can, now := &r.shown.Edits, r.service.Limits(), r.Now()
	v, allowed, err := r.word(ctx)
	if err != nil {
		return err
	}
	if !allowed {
		v = view.Unfollowed{Dump: r.dump.Name}
	}
	e.Looked, e.Version = now, r.dump.ResourceVersion
	shows, visible := r.shows(v, final && allowed)
	if !visible {
		e.Final = e.Final || final
		return nil
	}
	reply := r.Speaker.Say(r.who.Locale, shows)
	if reflect.DeepEqual(reply, e.Reply) || !final && !can.Live && now.Sub(e.At) < idle && equalButForTime(shows, e.View) {
		r.line.budget.leave(turnOf(r.dump, r.place)) // it may have waited for a turn
		e.Final = e.Final || final
		return nil
	}
	leave, ok := enter(r.line.edits)
	if !ok {
		e.Deferred = e.Deferred || final
		return errBusy
	}
	defer leave()
	turn, ok := r.line.budget.take(now, turnOf(r.dump, r.place), can.EditsPerMinute, final)
	if !ok {
		e.Turn, e.Deferred = turn, e.Deferred || final
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	err = r.service.Edit(ctx, *r.planner().ref(), reply)
	e.edited(r.Now(), reply, shows, final, err)
	e.Deferred = e.Deferred || final && err != nil
	r.failed("a status message was not edited", err)
	return nil
}

// shows is what the status message is to show. It stands where it was posted: if the channel has been opened to others
// since, it stays as it is, and at the end it says where the answer went.
func (r *round) shows(v view.View, final bool) (shows view.View, visible bool) {
	where := r.at.Status.To
	if r.at.Status.Ref == nil {
		where = r.shown.Status.To
	}
	hidden := where != ToDirect && view.Goes(v.Audience(), r.kind()) == view.ToAsker
	switch {
	case hidden && final && r.at.End.GaveUp != "":
		return view.NotInDirect{}, true // nor will it be
	case hidden && final:
		return view.InDirect{}, true
	case final:
		return briefly(v), true
	default:
		return v, !hidden
	}
}

func (r *round) planner() planner {
	return newPlanner(r.Now(), r.dump, r.at, *r.shown, r.service.Limits())
}
