package mattermost

import (
	"context"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// groupsFor is how long somebody's groups are remembered, unless the server tells of a change before.
	groupsFor = 30 * time.Second
	// mostGroups are the private channels that are looked at.
	mostGroups = 256
	// mostPeople whose groups are remembered.
	mostPeople = 1000
)

// groups of people: the private channels that the bot is a member of, with their members. A channel that was made public, or
// is shared with another server, is none.
type groups struct {
	client *client

	mu     sync.Mutex
	people map[string]memberships
	// changes that were told. What was read before one of them is not kept.
	changes int
}

type memberships struct {
	groups []string
	read   time.Time
}

func newGroups(c *client) *groups { return &groups{client: c, people: map[string]memberships{}} }

// forget all, because somebody was added or removed, or a channel has changed.
func (g *groups) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.people)
	g.changes++
}

// of a person, by the channels' ids.
func (g *groups) of(ctx context.Context, user string) ([]string, error) {
	g.mu.Lock()
	known, changes := g.people[user], g.changes
	g.mu.Unlock()
	if time.Since(known.read) < groupsFor {
		return known.groups, nil
	}
	read := time.Now()
	found, err := g.read(ctx, user)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.people) >= mostPeople {
		clear(g.people)
	}
	if g.changes == changes {
		g.people[user] = memberships{groups: found, read: read}
	}
	return found, nil
}

func (g *groups) read(ctx context.Context, user string) ([]string, error) {
	channels, err := g.client.ownChannels(ctx)
	if err != nil {
		return nil, err
	}
	var found []string
	looked := 0
	for _, channel := range channels {
		if channel.Type != model.ChannelTypePrivate || channel.IsShared() || looked == mostGroups {
			continue
		}
		looked++
		members, err := look(ctx, g.client, "read who is in channel "+channel.Id, func(api *model.Client4) (model.ChannelMembers, *model.Response, error) {
			return api.GetChannelMembersByIds(ctx, channel.Id, []string{user})
		})
		if chat.KindOfError(err) == chat.Rejected && err != nil {
			continue // the bot was removed meanwhile
		}
		if err != nil {
			return nil, err
		}
		if len(members) == 1 && members[0].UserId == user && members[0].ChannelId == channel.Id {
			found = append(found, channel.Id)
		}
	}
	return found, nil
}
