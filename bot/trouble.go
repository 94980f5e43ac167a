package bot

import (
	"context"
	"errors"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/view"
)

// trouble says why the cluster did not do what was asked. What acts is tried again, as long as the message is not too old
// and trying can help: the error is returned for that.
func (c *conversation) trouble(ctx context.Context, err error, acts bool) (chat.Answer, error) {
	if errors.Is(err, context.Canceled) {
		if c.ReplayWindow > 0 {
			return chat.Answer{}, err // the bot stops; the message is delivered or read again
		}
		return c.say(ctx, view.Stopped{}, chat.Detached), nil
	}
	v := read.Trouble(err)
	if v.Kind == view.TroubleBot || v.Kind == view.TroubleRefused {
		// Who runs the bot needs the whole of it; who asked does not.
		c.Log.Error("a message could not be answered", "service", c.message.ServiceID().String(), "message", c.message.ID, "error", err)
	}
	lost, unanswered := errors.AsType[*unansweredError](err)
	if acts && c.ReplayWindow > 0 && (unanswered || passes(v.Kind)) {
		if !c.message.Written.IsZero() {
			v.Until = c.message.Written.Add(c.ReplayWindow)
		}
		if c.handled.first(c.hash + "/trouble") {
			c.speaking.Go(func() {
				ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), replyTimeout)
				defer cancel()
				c.post(ctx, c.alone(), c.key("trouble"), c.Speaker.Say(c.locale, v))
			})
		}
		return chat.Answer{}, err
	}
	if unanswered {
		return c.say(ctx, view.MayHaveStarted{Dump: lost.dump.Name, Trouble: v}, chat.Unavailable), nil
	}
	return c.say(ctx, v, chat.Unavailable), nil
}

// passes reports whether a trouble can end by itself.
func passes(kind view.TroubleKind) bool {
	switch kind {
	case view.TroubleBusy, view.TroubleTimeout, view.TroubleNetwork, view.TroubleToken:
		return true
	}
	return false
}
