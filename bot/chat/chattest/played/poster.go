package played

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/layout"
)

// Post says something, over as many posts as it takes. The first carries the key.
func (d *Driver) Post(ctx context.Context, to chat.Target, key chat.Key, reply chat.Reply) (chat.Ref, error) {
	channel, thread, err := d.where(ctx, to)
	if err != nil {
		return chat.Ref{}, err
	}
	pages := render(reply, d.room())
	pages[0] = mentioning(to.Mention) + pages[0]
	var first chat.Ref
	for i, page := range pages {
		asked := request{Channel: channel, Thread: thread, Text: page}
		if i == 0 {
			asked.Key = string(key)
		}
		if i == len(pages)-1 {
			asked.Actions = actions(reply.Actions)
		}
		given, err := d.call(ctx, OpPost, asked)
		switch {
		case err == nil && i == 0:
			first = chat.Ref{Channel: channel, Post: given.Post, Thread: given.Thread}
		case err != nil && i == 0:
			return chat.Ref{}, err
		case err != nil:
			// Some of it stands there, so it must not be said to be not done.
			return chat.Ref{}, &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("page %d of %d: %w", i+1, len(pages), err)}
		}
	}
	return first, nil
}

// userID is what can stand in a mention. Another id could be mark-up.
var userID = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

func mentioning(user string) string {
	if !userID.MatchString(user) {
		return ""
	}
	return "<@" + user + "> "
}

// room is how much a page can hold beside a mention.
func (d *Driver) room() int { return max(d.Limits().Longest-80, 100) }

func actions(list []chat.Action) []wireAction {
	var out []wireAction
	for _, a := range list {
		out = append(out, wireAction{Label: layout.Visible(a.Label), Line: a.Line, Danger: a.Danger})
	}
	return out
}

// where a reply goes.
func (d *Driver) where(ctx context.Context, to chat.Target) (channel, thread string, err error) {
	if to.ServiceID() != d.ID() {
		return "", "", &chat.Error{Kind: chat.Rejected, Err: fmt.Errorf("%s is not %s", to.ServiceID(), d.ID())}
	}
	if to.Only == "" {
		return to.Channel, to.Thread, nil
	}
	given, err := d.call(ctx, OpDirect, request{User: to.Only})
	if err != nil {
		return "", "", err
	}
	if given.Channel == nil {
		return "", "", &chat.Error{Kind: chat.NotDone, Err: errors.New("the server did not say where the direct messages are")}
	}
	if given.Channel.ID == to.Channel {
		thread = to.Thread
	}
	return given.Channel.ID, thread, nil
}

// Edit replaces the first page of a post. What has no room there is cut.
func (d *Driver) Edit(ctx context.Context, ref chat.Ref, reply chat.Reply) error {
	_, err := d.call(ctx, OpEdit, request{Channel: ref.Channel, Post: ref.Post, Text: d.short(reply), Actions: actions(reply.Actions)})
	return err
}

// short is a reply on one page.
func (d *Driver) short(reply chat.Reply) string {
	pages := render(reply, d.room())
	if len(pages) > 1 {
		pages[0] += "\n…"
	}
	return pages[0]
}

// skew is how far the clocks of the server and the bot may differ.
const skew = 5 * time.Minute

// Find reads the place's posts since then, to the end. Anybody can write a key, so only the bot's own count.
func (d *Driver) Find(ctx context.Context, to chat.Target, key chat.Key, since time.Time) (chat.Ref, bool, error) {
	channel, thread, err := d.where(ctx, to)
	if err != nil {
		return chat.Ref{}, false, err
	}
	after := ""
	for {
		given, err := d.call(ctx, OpHistory, request{Channel: channel, Thread: thread, Since: since.Add(-skew), After: after})
		if err != nil {
			return chat.Ref{}, false, err
		}
		for _, m := range given.Messages {
			if m.User == BotID && m.Kind == "" && m.Key == string(key) {
				return chat.Ref{Channel: m.Channel, Post: m.ID, Thread: m.Thread}, true, nil
			}
		}
		if given.Next == "" {
			return chat.Ref{}, false, nil
		}
		after = given.Next
	}
}
