package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// knownFor is how long a person and the user groups are remembered, unless Slack tells of a change before. users.info takes
	// 100 calls a minute.
	knownFor = time.Minute
	// mostPeople that are remembered.
	mostPeople = 5000
)

// person as the bot has to know them.
type person struct {
	name, locale string
	// stranger: no person of this workspace, or one who was deactivated. guest: one who was let into some channels only.
	stranger, guest bool
}

// people of a workspace.
type people struct {
	client *client
	known  *remembered[person]
}

func newPeople(c *client) *people {
	return &people{client: c, known: newRemembered[person](knownFor, mostPeople)}
}

// of the workspace, by the id.
func (p *people) of(ctx context.Context, workspace, id string) (person, error) {
	return p.known.get(ctx, id, func() (person, error) {
		if !isUser(id) {
			return person{}, &chat.Error{Kind: chat.PlaceGone, Err: fmt.Errorf("%.64q is not the id of a person", id)}
		}
		user, err := look(ctx, p.client, "read user "+id, func(api *slack.Client) (*slack.User, error) {
			return api.GetUserInfoContext(ctx, id)
		})
		switch {
		case err != nil:
			return person{}, err
		case user.ID != id:
			return person{}, &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("read user %s: %w", id, errNothing)}
		}
		return person{
			name:   cmp.Or(user.Profile.DisplayName, user.Profile.RealName, user.RealName, user.Name),
			locale: user.Locale,
			stranger: user.IsBot || user.IsAppUser || user.Deleted || user.IsStranger || user.IsInvitedUser ||
				user.TeamID != workspace && !slices.Contains(user.Enterprise.Teams, workspace) || id == slackbot,
			guest: user.IsRestricted || user.IsUltraRestricted,
		}, nil
	})
}

// slackbot is Slack's own, in every workspace.
const slackbot = "USLACKBOT"

// author of a message, and whether that is somebody to listen to.
func (s *Service) author(ctx context.Context, id string) (chat.Author, bool, error) {
	who, err := s.people.of(ctx, s.id.Workspace, id)
	if err != nil || who.stranger || who.guest && !s.guests {
		return chat.Author{}, false, err
	}
	groups, err := s.groups.of(ctx, id)
	if err != nil {
		return chat.Author{}, false, err
	}
	return chat.Author{User: id, DisplayName: who.name, Locale: who.locale, Groups: groups}, true, nil
}

// groups are the workspace's user groups, which come all at once.
type groups struct {
	client *client
	known  *remembered[map[string][]string]
}

func newGroups(c *client) *groups {
	return &groups{client: c, known: newRemembered[map[string][]string](knownFor, 1)}
}

// withoutGroups are Slack's answers for a workspace whose plan has no user groups.
var withoutGroups = map[string]bool{"paid_teams_only": true, "plan_upgrade_required": true}

// mostGroups of one person. The API takes as many of a requester.
const mostGroups = 256

// of a person, by the groups' ids, in order.
func (g *groups) of(ctx context.Context, user string) ([]string, error) {
	byUser, err := g.known.get(ctx, "", func() (map[string][]string, error) {
		all, err := look(ctx, g.client, "list the user groups", func(api *slack.Client) ([]slack.UserGroup, error) {
			all, err := api.GetUserGroupsContext(ctx, slack.GetUserGroupsOptionIncludeUsers(true))
			if answer, ok := errors.AsType[slack.SlackErrorResponse](err); ok && withoutGroups[answer.Err] {
				return nil, nil
			}
			return all, err
		})
		if err != nil {
			return nil, err
		}
		byUser := map[string][]string{}
		for _, group := range all {
			if group.ID == "" || group.DateDelete != 0 {
				continue
			}
			for _, member := range group.Users {
				byUser[member] = append(byUser[member], group.ID)
			}
		}
		for _, ids := range byUser {
			slices.Sort(ids)
		}
		return byUser, nil
	})
	if err != nil {
		return nil, err
	}
	own := byUser[user]
	return slices.Clone(own[:min(len(own), mostGroups)]), nil
}
