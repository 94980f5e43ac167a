package mattermost

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
)

// author of a message in a channel, and whether that is a person of this server: bots, guests, people of other servers and
// those who were deactivated are none.
func (s *Service) author(ctx context.Context, id, channel string) (chat.Author, bool, error) {
	user, err := s.user(ctx, id)
	if err != nil {
		return chat.Author{}, false, err
	}
	if user.IsBot || user.IsGuest() || user.IsRemote() || user.DeleteAt != 0 {
		return chat.Author{}, false, nil
	}
	groups, err := s.groups.of(ctx, id, channel)
	if err != nil {
		return chat.Author{}, false, err
	}
	return chat.Author{User: id, DisplayName: user.Username, Locale: user.Locale, Groups: groups}, true, nil
}

// user by its id. That the bot cannot see one is PlaceGone.
func (c *client) user(ctx context.Context, id string) (*model.User, error) {
	if !model.IsValidId(id) {
		return nil, &chat.Error{Kind: chat.PlaceGone, Err: fmt.Errorf("%.64q is not the id of a person", id)}
	}
	user, err := look(ctx, c, "read user "+id, func(api *model.Client4) (*model.User, *model.Response, error) {
		return api.GetUser(ctx, id, "")
	})
	switch {
	case err != nil:
		return nil, gone(err)
	case user == nil || user.Id != id:
		return nil, &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("read user %s: %w", id, errNothing)}
	}
	return user, nil
}

// username is what can stand in a mention.
var username = regexp.MustCompile(`^[a-z0-9._-]{1,64}$`)

// everybody is mentioned by these. Mattermost lets somebody be called here.
var everybody = []string{"all", "channel", "here"}

// mention of a person, by the name of this moment. One who is not there any more is not mentioned.
func (s *Service) mention(ctx context.Context, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	user, err := s.user(ctx, id)
	switch {
	case chat.Transient(err) != nil:
		// Certain: nothing was posted.
		return "", &chat.Error{Kind: notDone(err), RetryAfter: chat.RetryAfter(err), Err: err}
	case err != nil || user.DeleteAt != 0 || !username.MatchString(user.Username) || slices.Contains(everybody, user.Username):
		return "", nil
	}
	return "@" + user.Username + " ", nil
}

// notDone is what is certain when a call failed that was to be made before something was done.
func notDone(err error) chat.ErrorKind {
	if kind := chat.KindOfError(err); kind != chat.Uncertain {
		return kind
	}
	return chat.NotDone
}

func (s *Service) mine() identity {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.self
}

// renamed: mentions have another name from now on.
func (s *Service) renamed(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.self.name = name
}
