package slack

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// kindFor is how long the kind of a channel is remembered, unless Slack tells of a change before, and kindForBusy how long it is
	// in a minute in which more than mostRenewals channels were read: conversations.info takes 50 calls a minute, and people write,
	// and dumps end, in more channels than that.
	kindFor, kindForBusy = 10 * time.Second, time.Minute
	mostRenewals         = 15
	// mostChannels that are remembered.
	mostChannels = 5000
)

// standing of the bot in a channel.
type standing struct {
	kind chat.Kind
	// absent: the bot is no member.
	absent bool
}

// places of a workspace: what kind its channels are of, and which are the direct messages.
type places struct {
	client *client
	kinds  *remembered[standing]
	// quiet and busy are how long kinds are remembered, by how many were read lately.
	quiet, busy time.Duration
	read        recently
	directs     *remembered[string]
}

func newPlaces(c *client) *places {
	return &places{client: c, quiet: kindFor, busy: kindForBusy, kinds: newRemembered[standing](kindForBusy, mostChannels), directs: newRemembered[string](24*time.Hour, mostPeople)}
}

// recently counts what happened within the last minute.
type recently struct {
	mu    sync.Mutex
	times []time.Time
}

func (r *recently) add() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.times = append(r.times, time.Now())
}

func (r *recently) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.times = slices.DeleteFunc(r.times, func(t time.Time) bool { return time.Since(t) > time.Minute })
	return len(r.times)
}

// KindOf reads anew who can read a channel, but for what was read within ten seconds, or within a minute where many are read.
func (s *Service) KindOf(ctx context.Context, place chat.Place) (chat.Kind, error) {
	if err := s.ours(place); err != nil {
		return "", err
	}
	is, err := s.places.standing(ctx, place.Channel)
	return is.kind, err
}

func (p *places) standing(ctx context.Context, id string) (standing, error) {
	keep := p.quiet
	if p.read.count() >= mostRenewals {
		keep = p.busy
	}
	return p.kinds.within(ctx, keep, id, func() (standing, error) {
		if !isChannel(id) {
			return standing{}, &chat.Error{Kind: chat.PlaceGone, Err: fmt.Errorf("%.64q is not the id of a channel", id)}
		}
		p.read.add()
		channel, err := look(ctx, p.client, "read channel "+id, func(api *slack.Client) (*slack.Channel, error) {
			return api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
		})
		switch {
		case err != nil:
			return standing{}, err
		case channel.ID != id:
			return standing{}, &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("read channel %s: %w", id, errNothing)}
		case channel.IsArchived:
			return standing{}, &chat.Error{Kind: chat.PlaceGone, Err: fmt.Errorf("channel %s is archived", id)}
		}
		absent, err := p.absent(ctx, channel)
		return standing{kind: kindOf(channel), absent: absent}, err
	})
}

// absent reports whether the bot is not in a channel that it can see. An answer that only lacks is_member does not say so.
func (p *places) absent(ctx context.Context, channel *slack.Channel) (bool, error) {
	if channel.IsIM || channel.IsMember {
		return false, nil
	}
	_, err := look(ctx, p.client, "read channel "+channel.ID, func(api *slack.Client) (*slack.GetConversationHistoryResponse, error) {
		return api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: channel.ID, Limit: 1})
	})
	if chat.KindOfError(err) == chat.PlaceGone {
		return true, nil
	}
	return false, err
}

// kindOf a channel. Whatever is, or is about to be, shared with another organisation or workspace has readers of whom this
// workspace knows nothing.
func kindOf(channel *slack.Channel) chat.Kind {
	switch {
	case channel.IsExtShared, channel.IsPendingExtShared, channel.IsOrgShared, channel.IsGlobalShared, channel.IsShared,
		len(channel.PendingShared) > 0, len(channel.ConnectedTeamIDs) > 0:
		return chat.KindShared
	case channel.IsIM:
		return chat.KindDirect
	case channel.IsMpIM, channel.IsPrivate, channel.IsGroup:
		return chat.KindPrivate
	case channel.IsChannel:
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
	case !isChannel(channel):
		return "", "", &chat.Error{Kind: chat.PlaceGone, Err: fmt.Errorf("%.64q is not the id of a channel", channel)}
	case thread != "" && !isMessage(thread):
		return "", "", &chat.Error{Kind: chat.PostGone, Err: fmt.Errorf("%.64q is not the id of a thread", thread)}
	}
	return channel, thread, nil
}

// direct is the channel of the bot and one person, which is made where there is none. It never changes.
func (s *Service) direct(ctx context.Context, user string) (string, error) {
	return s.places.directs.get(ctx, user, func() (string, error) {
		if !isUser(user) {
			return "", &chat.Error{Kind: chat.PlaceGone, Err: fmt.Errorf("%.64q is not the id of a person", user)}
		}
		channel, err := look(ctx, s.client, "open direct messages with "+user, func(api *slack.Client) (*slack.Channel, error) {
			channel, _, _, err := api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}})
			return channel, err
		})
		switch {
		case err != nil:
			return "", notDone(err)
		case channel == nil || !isChannel(channel.ID):
			return "", &chat.Error{Kind: chat.NotDone, Err: fmt.Errorf("open direct messages with %s: %w", user, errNothing)}
		}
		return channel.ID, nil
	})
}
