package mattermost

import (
	"context"
	"fmt"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
)

// KindOf reads anew who can read a channel.
func (s *Service) KindOf(ctx context.Context, place chat.Place) (chat.Kind, error) {
	if err := s.ours(place); err != nil {
		return "", err
	}
	channel, err := s.channel(ctx, place.Channel)
	if err != nil {
		return "", err
	}
	return kindOf(channel), nil
}

// kindOf a channel. Members of other servers can read a shared one. A kind that is not known may be anything.
func kindOf(channel *model.Channel) chat.Kind {
	if channel.IsShared() {
		return chat.KindShared
	}
	switch channel.Type {
	case model.ChannelTypeDirect:
		return chat.KindDirect
	case model.ChannelTypePrivate, model.ChannelTypeGroup:
		return chat.KindPrivate
	case model.ChannelTypeOpen:
		return chat.KindPublic
	}
	return chat.KindShared
}

func (s *Service) ours(place chat.Place) error {
	if place.ServiceID() != s.id {
		return &chat.Error{Kind: chat.Rejected, Err: fmt.Errorf("%s is not %s", place.ServiceID(), s.id)}
	}
	return nil
}

// where a reply goes: a channel, and the root of a thread in it, or none.
func (s *Service) where(ctx context.Context, to chat.Target) (channel, thread string, err error) {
	if err := s.ours(to.Place); err != nil {
		return "", "", err
	}
	channel, thread = to.Channel, to.Thread
	if to.Only != "" {
		if channel, err = s.direct(ctx, to.Only); err != nil {
			return "", "", err
		}
		if channel != to.Channel {
			thread = ""
		}
	}
	switch {
	case !model.IsValidId(channel):
		return "", "", &chat.Error{Kind: chat.PlaceGone, Err: fmt.Errorf("%.64q is not the id of a channel", channel)}
	case thread != "" && !model.IsValidId(thread):
		return "", "", &chat.Error{Kind: chat.PostGone, Err: fmt.Errorf("%.64q is not the id of a thread", thread)}
	}
	return channel, thread, nil
}

// direct is the channel of the bot and one person, which is made where there is none. It never changes.
func (s *Service) direct(ctx context.Context, user string) (string, error) {
	s.mu.Lock()
	id := s.directs[user]
	s.mu.Unlock()
	if id != "" {
		return id, nil
	}
	self, err := s.known(ctx)
	if err != nil {
		return "", err
	}
	if !model.IsValidId(user) {
		return "", &chat.Error{Kind: chat.PlaceGone, Err: fmt.Errorf("%.64q is not the id of a person", user)}
	}
	channel, err := look(ctx, s.client, "open direct messages with "+user, func(api *model.Client4) (*model.Channel, *model.Response, error) {
		return api.CreateDirectChannel(ctx, self.id, user)
	})
	switch {
	case err != nil:
		err = gone(err)
		return "", &chat.Error{Kind: notDone(err), RetryAfter: chat.RetryAfter(err), Err: err}
	case channel == nil || !model.IsValidId(channel.Id) || channel.Type != model.ChannelTypeDirect || channel.GetOtherUserIdForDM(self.id) != user:
		return "", &chat.Error{Kind: chat.NotDone, Err: fmt.Errorf("open direct messages with %s: %w", user, errNothing)}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.directs) >= mostPeople {
		clear(s.directs)
	}
	s.directs[user] = channel.Id
	return channel.Id, nil
}
