package bot

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/notify"
	"github.com/volcado-io/volcado/bot/view"
)

const (
	// replyTimeout bounds the saying of one thing.
	replyTimeout = 30 * time.Second
	// kindTimeout bounds finding out who can read a channel, so that there is time left to say it elsewhere.
	kindTimeout = 10 * time.Second
	// patienceOfAcknowledgement is how long an acknowledgement waits for an answer to be said. Slack waits for three
	// seconds. What takes longer, because the service throttles, goes on behind it.
	patienceOfAcknowledgement = time.Second
	// firstPause before a post that was certainly not made is tried again; it doubles.
	firstPause = time.Second
)

// say answers a message once, to whoever is allowed to read it: the answer rides on the acknowledgement, or is posted.
func (c *conversation) say(ctx context.Context, v view.View, outcome chat.Outcome) chat.Answer {
	// Whoever stopped listening is still told what became of the message, so ctx's end is not the reply's.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), replyTimeout)
	said := chat.Answer{Outcome: outcome}
	reply := c.Speaker.Say(c.locale, v)
	route := func() view.Route { return c.route(ctx, v.Audience()) }
	if c.service.Limits().Ephemeral {
		// Whether it rides is known before the acknowledgement, or it does.
		soon, stop := context.WithTimeout(ctx, patienceOfAcknowledgement)
		goes := c.route(soon, v.Audience())
		stop()
		if goes == view.ToAsker {
			cancel()
			said.Reply = &reply
			return said
		}
		route = func() view.Route { return goes }
	}
	posted := make(chan struct{})
	c.speaking.Go(func() {
		defer cancel()
		defer close(posted)
		c.answer(ctx, route() == view.ToAsker, reply)
	})
	if c.service.Limits().Live {
		<-posted // the next prompt must not come before it
		return said
	}
	select {
	case <-posted:
	case <-time.After(patienceOfAcknowledgement):
	}
	return said
}

// answer posts an answer. Of one for the asker alone the thread says where it went, and whether it may not have arrived.
func (c *conversation) answer(ctx context.Context, private bool, reply chat.Reply) {
	if !private {
		c.post(ctx, c.here(), notify.KeyOfAnswer(c.person.By), reply)
		return
	}
	if c.message.Kind != chat.KindShared && reply.HasCommands() {
		hint := c.Speaker.Say(c.locale, view.AskedInChannel{}).Headline
		reply.Closing = strings.TrimSpace(reply.Closing + " " + hint)
	}
	var pointer view.View = view.InDirect{}
	if !c.post(ctx, c.alone(), notify.KeyOfAnswer(c.person.By), reply) {
		pointer = view.NotInDirect{}
	}
	c.post(ctx, c.here(), c.key("pointer"), c.Speaker.Say(c.locale, pointer))
}

// route says where something goes. The kind of the channel is read anew for what names databases: the channel may have
// been shared since the message was written.
func (c *conversation) route(ctx context.Context, audience view.Audience) view.Route {
	kind := c.message.Kind
	if c.message.Unseen {
		return view.ToAsker
	}
	if audience == view.Members && kind != chat.KindDirect {
		ctx, cancel := context.WithTimeout(ctx, kindTimeout)
		defer cancel()
		var err error
		if kind, err = c.service.KindOf(ctx, c.message.Place); err != nil {
			kind = "" // whatever came with the error
			c.Log.Warn("who can read a channel cannot be found out, so the answer goes to direct messages",
				"service", c.message.ServiceID().String(), "channel", c.message.Channel, "error", err)
		}
	}
	return view.Goes(audience, kind)
}

func (c *conversation) here() chat.Target { return chat.Target{Place: c.message.Place} }

func (c *conversation) alone() chat.Target {
	return chat.Target{Place: c.message.Place, Only: c.message.User}
}

func (c *conversation) key(what string) chat.Key { return chat.Key(c.hash + "/" + what) }

// post says something, and tries again while it was certainly not said. It reports whether it was.
func (c *conversation) post(ctx context.Context, to chat.Target, key chat.Key, reply chat.Reply) bool {
	for pause := firstPause; ; pause *= 2 {
		_, err := c.service.Post(ctx, to, key, reply)
		if err == nil {
			return true
		}
		wait := max(pause, chat.RetryAfter(err))
		deadline, _ := ctx.Deadline()
		if chat.KindOfError(err) != chat.NotDone || time.Until(deadline) < wait {
			c.Log.Error("an answer was not delivered", "service", c.message.ServiceID().String(), "message", c.message.ID, "error", err)
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
	}
}

// wasAnswered looks for the answer to an earlier delivery of the message. Where a service cannot find it, the answer may be
// said twice, and a dump that was deleted meanwhile is made again. Where a service does not say, its error is returned.
func (c *conversation) wasAnswered(ctx context.Context) (bool, error) {
	if !c.service.Limits().Finds {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, replyTimeout)
	defer cancel()
	keys := []chat.Key{notify.KeyOfAnswer(c.person.By)}
	if request, err := c.understand(); err == nil && makes(request.Command) {
		keys = append(keys, notify.KeyOfEnd(c.person.By))
	}
	for _, key := range keys {
		for _, to := range []chat.Target{c.here(), c.alone()} {
			if found, err := c.finds(ctx, to, key); found || err != nil {
				return found, err
			}
		}
	}
	return false, nil
}

// finds reports whether there is a post of the bot's with the key. What was said after a thread's root was gone stands in the
// channel.
func (c *conversation) finds(ctx context.Context, to chat.Target, key chat.Key) (bool, error) {
	_, found, err := c.service.Find(ctx, to, key, c.message.Written.Add(-chat.ClockSkew))
	switch kind := chat.KindOfError(err); {
	case err == nil:
		return found, nil
	case kind == chat.PostGone && to.Thread != "" && to.Only == "":
		to.Thread = ""
		return c.finds(ctx, to, key)
	case kind == chat.Rejected, kind == chat.PostGone, kind == chat.PlaceGone:
		return false, nil // nobody can ever say
	default:
		return false, fmt.Errorf("find out whether message %s was answered: %w", c.message.ID, err)
	}
}
