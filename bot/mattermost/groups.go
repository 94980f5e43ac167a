package mattermost

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// groupsFor is how long somebody's groups are remembered, unless the server tells of a change before.
	groupsFor = 30 * time.Second
	// mostGroups are the private channels that are looked at for one person. The API takes as many of a requester.
	mostGroups = 256
	// mostPeople whose groups are remembered.
	mostPeople = 1000
)

// groups of people: the private channels that the bot is a member of, with their members. A channel that was made public, or
// is shared with another server, is none.
type groups struct {
	client *client
	// named gives those that matter. Without it all do.
	named func(context.Context) ([]string, error)
	log   *slog.Logger

	mu     sync.Mutex
	people map[asked]memberships
	// changes that were told. What was read before one of them is not kept.
	changes int
	// failing are the channels whose members cannot be read while the server is well.
	failing map[string]failure
	// patience with one of those, after which nobody is a member of it.
	patience time.Duration
}

// failure that has been going on, as far as was asked.
type failure struct{ first, last time.Time }

// asked is a person, in a channel.
type asked struct{ user, channel string }

type memberships struct {
	groups []string
	read   time.Time
	// named are those that mattered then.
	named []string
}

func newGroups(c *client, log *slog.Logger) *groups {
	return &groups{client: c, log: log, people: map[asked]memberships{}, failing: map[string]failure{}, patience: time.Minute}
}

// OnlyGroups has the service look only at private channels that named gives: each costs a call for each person.
func (s *Service) OnlyGroups(named func(context.Context) ([]string, error)) { s.groups.named = named }

// forget all, because somebody was added or removed, or a channel has changed.
func (g *groups) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.people)
	g.changes++
}

// of a person who asks in a channel, by the channels' ids. That channel is always looked at, so that somebody who is not named
// yet learns what an allow-list could name.
func (g *groups) of(ctx context.Context, user, here string) ([]string, error) {
	var named []string
	if g.named != nil {
		var err error
		if named, err = g.named(ctx); err != nil {
			return nil, &chat.Error{Kind: chat.NotDone, Err: fmt.Errorf("find out which groups matter: %w", err)}
		}
	}
	who := asked{user, here}
	g.mu.Lock()
	known, changes := g.people[who], g.changes
	g.mu.Unlock()
	if time.Since(known.read) < groupsFor && slices.Equal(known.named, named) {
		return known.groups, nil
	}
	read := time.Now()
	found, err := g.read(ctx, user, here, named)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.people) >= mostPeople {
		clear(g.people)
	}
	if g.changes == changes {
		g.people[who] = memberships{groups: found, read: read, named: named}
	}
	return found, nil
}

func (g *groups) read(ctx context.Context, user, here string, named []string) ([]string, error) {
	channels, err := g.candidates(ctx, here, named)
	if err != nil {
		return nil, err
	}
	if len(channels) > mostGroups {
		g.log.Warn("more private channels are named in allow-lists than are looked at; members of the others are refused",
			"channels", len(channels), "most", mostGroups)
		channels = channels[:mostGroups]
	}
	var found []string
	for _, channel := range channels {
		members, err := look(ctx, g.client, "read who is in channel "+channel.Id, func(api *model.Client4) (model.ChannelMembers, *model.Response, error) {
			return api.GetChannelMembersByIds(ctx, channel.Id, []string{user})
		})
		if chat.KindOfError(err) == chat.Rejected && err != nil {
			continue // the bot was removed meanwhile
		}
		if err != nil {
			if !g.failsAlone(ctx, channel.Id, err) {
				return nil, err
			}
			g.log.Warn("who is in a private channel that an allow-list names cannot be read; its members are refused where only that lets them",
				"channel", channel.Id, "error", err)
			continue
		}
		g.works(channel.Id)
		if len(members) == 1 && members[0].UserId == user && members[0].ChannelId == channel.Id {
			found = append(found, channel.Id)
		}
	}
	return found, nil
}

// failsAlone says whether the members of one channel cannot be read for longer than a server needs to recover, while the server
// is well. Nobody would be answered any more if the others' memberships depended on it.
func (g *groups) failsAlone(ctx context.Context, channel string, err error) bool {
	if chat.KindOfError(err) == chat.Unauthorised || chat.RetryAfter(err) > 0 || g.client.healthy(ctx) != nil {
		return false
	}
	now := time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	f := g.failing[channel]
	if now.Sub(f.last) > g.patience {
		f.first = now // one that was long ago does not count
	}
	f.last = now
	g.failing[channel] = f
	return now.Sub(f.first) >= g.patience
}

func (g *groups) works(channel string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.failing, channel)
}

// candidates are the bot's private channels that matter, this one first and then the oldest.
func (g *groups) candidates(ctx context.Context, here string, named []string) ([]*model.Channel, error) {
	channels, err := g.client.ownChannels(ctx)
	if err != nil {
		return nil, err
	}
	channels = slices.DeleteFunc(channels, func(channel *model.Channel) bool {
		matters := g.named == nil || channel.Id == here || slices.Contains(named, channel.Id)
		return !matters || channel.Type != model.ChannelTypePrivate || channel.IsShared()
	})
	slices.SortFunc(channels, func(a, b *model.Channel) int {
		switch here {
		case a.Id:
			return -1
		case b.Id:
			return 1
		}
		return cmp.Or(cmp.Compare(a.CreateAt, b.CreateAt), cmp.Compare(a.Id, b.Id))
	})
	return channels, nil
}
