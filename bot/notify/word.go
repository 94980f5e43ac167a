package notify

import (
	"context"
	"fmt"
	"reflect"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
)

// word is what is to be said in the place now, and whether it can be said there: followers are judged again.
func (r *round) word(ctx context.Context) (v view.View, allowed bool, err error) {
	if r.at.Follower != nil && r.Access != nil {
		allowed, err := r.Access.Allowed(ctx, r.dump, r.reader())
		if err != nil {
			return nil, false, fmt.Errorf("judge the follower of %s: %w", r.describe(), err)
		}
		if !allowed {
			return nil, false, nil
		}
	}
	if ended(r.dump) && !r.dump.Status.Finished() {
		return view.Deleted{Dump: r.dump.Name}, true, nil
	}
	before := 0
	if r.dump.Status.Phase == v1alpha1.PhaseQueued {
		if before, err = r.Facts.Before(ctx, r.dump); err != nil {
			return nil, false, fmt.Errorf("say how %s is: %w", r.describe(), err)
		}
	}
	return r.Facts.Now(r.dump, r.who, r.Now(), before), true, nil
}

// reader is who reads, in the kind of channel that it is now: one that was made public is nobody's credential any more.
// Where the channel is gone, the person is told, and judged, in direct messages.
func (r *round) reader() v1alpha1.Requester {
	reader := r.who
	if r.at.Direct || r.shown.Gone {
		reader.ChannelKind = v1alpha1.ChannelKindDirect
	} else if !r.shown.KindAt.IsZero() {
		reader.ChannelKind = v1alpha1.ChannelKind(r.shown.Kind)
	}
	return reader
}

// where a view goes, as far as is known of the channel.
func (r *round) where(v view.View) Where {
	switch {
	case r.at.Direct || r.shown.Gone || view.Goes(v.Audience(), r.kind()) == view.ToAsker:
		return ToDirect
	case r.shown.Threadless:
		return ToChannel
	default:
		return ToThread
	}
}

// kind of the channel, as it is now. A direct message stays one.
func (r *round) kind() chat.Kind {
	if r.who.ChannelKind == v1alpha1.ChannelKindDirect {
		return chat.KindDirect
	}
	return r.shown.Kind
}

// briefly is what the status message says of a dump that has ended.
func briefly(last view.View) view.View {
	switch v := last.(type) {
	case view.Succeeded:
		return view.Ended{Dump: v.Dump, End: view.EndSucceeded}
	case view.Failed:
		return view.Ended{Dump: v.Dump, End: v.End}
	default:
		return last
	}
}

// equalButForTime reports whether two views differ at most by how the time goes by.
func equalButForTime(a, b view.View) bool { return reflect.DeepEqual(timeless(a), timeless(b)) }

func timeless(v view.View) view.View {
	switch v := v.(type) {
	case view.Progress:
		v.Elapsed, v.Left, v.Rate, v.Dump.Age = 0, 0, 0, 0
		return v
	case view.Blocked:
		v.Elapsed, v.Dump.Age = 0, 0
		return v
	default:
		return v
	}
}
