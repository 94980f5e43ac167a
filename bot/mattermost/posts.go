package mattermost

import (
	"context"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/inbox"
)

// fromMachine begins the names of the props by which Mattermost marks what webhooks, plugins, bots and OAuth apps post in
// somebody's name. People can set them, too, and are then not heard.
const fromMachine = "from_"

// mostAge of a message that cannot be looked up: nobody waits for its answer any more.
const mostAge = 24 * time.Hour

// take a post, if it may be a command.
func (l *listener) take(ctx context.Context, post *model.Post, kind model.ChannelType, again bool) {
	if !l.plausible(post, kind) {
		return
	}
	post.SetProps(nil) // they have told all that they can, and Size does not count them
	// It is counted until it was handed over for the first time: see chat.Health.
	l.undelivered.Add(1)
	delivered := sync.OnceFunc(func() { l.undelivered.Add(-1) })
	attempts := 0
	fate := l.inbox.Take(ctx, inbox.Item{
		ID: idOf(post), Lane: post.ChannelId + " " + post.UserId, Size: len(post.Message),
		Handle: func(ctx context.Context) error {
			attempts++
			if attempts > 1 {
				// It may have been deleted or edited meanwhile.
				current, err := l.post(ctx, post.Id)
				if chat.Transient(err) != nil {
					return err
				}
				if err != nil || current.EditAt != post.EditAt || !l.plausible(current, kind) {
					delivered()
					return nil
				}
			}
			m, wanted, err := l.message(ctx, post)
			if err != nil && time.Since(at(post.CreateAt)) < mostAge {
				if attempts == 1 {
					l.log.Warn("a message cannot be looked up, and is tried again", "channel", post.ChannelId, "message", post.Id, "error", err)
				}
				return err
			}
			delivered()
			if err != nil {
				l.log.Error("a message is not answered: for a day it could not be looked up", "channel", post.ChannelId, "message", post.Id, "error", err)
				return nil
			}
			if !wanted {
				return nil
			}
			m.Again = again
			_, err = l.handle(ctx, m)
			return err
		},
	})
	if fate != inbox.Taken {
		delivered()
	}
}

// pass notes that all posts up to a time are known. One of the future would hide those that follow it.
func (l *listener) pass(made time.Time) {
	if made.After(l.position) && !future(made) {
		l.position = made
	}
}

// future: the server's clock cannot be that much ahead. Imported posts and those of plugins can have any time.
func future(made time.Time) bool { return made.After(time.Now().Add(chat.ClockSkew)) }

// plausible says whether a post can be a command, as far as the post itself tells. The kind of its channel is empty where it
// is not known, as with edits; it is then looked up.
func (s *Service) plausible(post *model.Post, kind model.ChannelType) bool {
	self := s.mine()
	if post.Type != model.PostTypeDefault || post.UserId == self.id || post.DeleteAt != 0 || post.IsRemote() ||
		!model.IsValidId(post.Id) || !model.IsValidId(post.ChannelId) || !model.IsValidId(post.UserId) ||
		post.RootId != "" && !model.IsValidId(post.RootId) || byMachine(post) {
		return false
	}
	_, addressed := s.typed(post.Message, kind)
	return addressed || kind == ""
}

func byMachine(post *model.Post) bool {
	for name, value := range post.GetProps() {
		if strings.HasPrefix(name, fromMachine) && value != "" && value != nil {
			return true
		}
	}
	return false
}

// typed is what was typed without the bot's mention or the prefix, and whether it is for the bot: between two, all is.
func (s *Service) typed(text string, kind model.ChannelType) (string, bool) {
	trimmed := strings.TrimSpace(text)
	if rest, ok := withoutMention(trimmed, s.mine().name); ok {
		return rest, true
	}
	if rest, ok := strings.CutPrefix(trimmed, s.prefix); ok && s.prefix != "" && (rest == "" || startsWithLetter(rest)) {
		return rest, true
	}
	return trimmed, kind == model.ChannelTypeDirect
}

// startsWithLetter tells "!dump" from "!!!" and "! sure".
func startsWithLetter(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r)
}

// withoutMention takes "@name" off the beginning, with a colon or comma behind it. The name may not go on.
func withoutMention(text, name string) (string, bool) {
	if name == "" || len(text) <= len(name) || text[0] != '@' || !strings.EqualFold(text[1:1+len(name)], name) {
		return "", false
	}
	rest := text[1+len(name):]
	trimmed := strings.TrimLeft(rest, ":,")
	if first, _ := utf8.DecodeRuneInString(trimmed); trimmed == "" || unicode.IsSpace(first) {
		return strings.TrimSpace(trimmed), true
	}
	return "", false
}

// message makes a post a message, or says that it is none. What it needs is looked up now; that something cannot be
// found out is an error, and the message is not handed on.
func (s *Service) message(ctx context.Context, post *model.Post) (chat.Message, bool, error) {
	channel, err := s.channel(ctx, post.ChannelId)
	if err != nil {
		return s.none(post, "its channel", err)
	}
	text, addressed := s.typed(post.Message, channel.Type)
	if !addressed {
		return chat.Message{}, false, nil
	}
	author, wanted, err := s.author(ctx, post.UserId, post.ChannelId)
	if err != nil || !wanted {
		return s.none(post, "its author", err)
	}
	thread := post.RootId
	if thread == "" {
		thread = post.Id
	}
	return chat.Message{
		Place: chat.Place{
			Platform: s.id.Platform, Workspace: s.id.Workspace, Channel: post.ChannelId, Thread: thread, Kind: kindOf(channel),
		},
		Author: author, ID: idOf(post), Text: text, Written: at(post.CreateAt), Edited: post.EditAt != 0,
	}, true, nil
}

// idOf a message. Administrators can edit what others have written, so an edited message is another one.
func idOf(post *model.Post) string {
	if post.EditAt != 0 {
		return post.Id + "-edited"
	}
	return post.Id
}

// none: a message that the server certainly does not show the bot, or not its author, is refused; where the server may
// only be in trouble, it is looked up again.
func (s *Service) none(post *model.Post, what string, err error) (chat.Message, bool, error) {
	if err = chat.Transient(err); err == nil {
		s.log.Info("a message is not answered: the server does not show its author to the bot, or it is no person of this server",
			"what", what, "channel", post.ChannelId, "message", post.Id, "user", post.UserId)
	}
	return chat.Message{}, false, err
}

// post by its id. That it is not there for the bot is PostGone.
func (c *client) post(ctx context.Context, id string) (*model.Post, error) {
	post, err := look(ctx, c, "read post "+id, func(api *model.Client4) (*model.Post, *model.Response, error) {
		return api.GetPost(ctx, id, "")
	})
	if err != nil {
		return nil, certainly(err, chat.PostGone)
	}
	if post == nil || post.Id != id {
		return nil, &chat.Error{Kind: chat.Uncertain, Err: errNothing}
	}
	return post, nil
}
