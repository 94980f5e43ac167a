package slacktest

import (
	"slices"
	"strings"
)

// Kind of a channel.
type Kind string

// The kinds, as conversations.list names them.
const (
	Public  Kind = "public_channel"
	Private Kind = "private_channel"
	Direct  Kind = "im"
	GroupDM Kind = "mpim"
)

// Channel is a conversation of any kind.
type Channel struct {
	// ID of the channel: C…, or D… of a direct one.
	ID string

	s       *Server
	kind    Kind
	name    string
	creator string
	members []string
	created int64
	// What was written in it for all, in order.
	log                           []*message
	archived, gone                bool
	extShared, pending, orgShared bool
}

// Channel makes a channel of kind Public or Private with those members; the first of them has made it. The app's bot can be among
// them. No event tells of it.
func (s *Server) Channel(name string, kind Kind, members ...*User) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.makeChannel(name, kind, members...)
}

func (s *Server) makeChannel(name string, kind Kind, members ...*User) *Channel {
	c := &Channel{s: s, kind: kind, name: name, created: s.now().Unix()}
	prefix := "C"
	if kind == Direct {
		prefix = "D"
	}
	c.ID = s.id(prefix)
	for _, member := range members {
		c.members = append(c.members, member.ID)
	}
	if len(members) > 0 {
		c.creator = members[0].ID
	}
	s.channels = append(s.channels, c)
	return c
}

// Direct channel between a user and the app's bot, which is made when it was not there.
func (s *Server) Direct(user *User) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.direct(user)
}

func (s *Server) direct(user *User) *Channel {
	for _, c := range s.channels {
		if c.kind == Direct && c.has(user.ID) && c.has(s.Bot.ID) {
			return c
		}
	}
	return s.makeChannel("", Direct, user, s.Bot)
}

// GroupDirect is a direct channel of three to nine, which is made when it was not there.
func (s *Server) GroupDirect(members ...*User) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.groupDirect(members)
}

func (s *Server) groupDirect(members []*User) *Channel {
	var names []string
	for _, member := range members {
		names = append(names, member.name)
	}
	name := "mpdm-" + strings.Join(names, "--") + "-1"
	for _, c := range s.channels {
		if c.kind == GroupDM && c.name == name {
			return c
		}
	}
	return s.makeChannel(name, GroupDM, members...)
}

// channel by id; nil where there is none. The caller holds the lock.
func (s *Server) channel(id string) *Channel {
	if i := slices.IndexFunc(s.channels, func(c *Channel) bool { return c.ID == id && !c.gone }); i >= 0 {
		return s.channels[i]
	}
	return nil
}

func (s *Server) channelByName(name string) *Channel {
	if i := slices.IndexFunc(s.channels, func(c *Channel) bool { return c.name == name && name != "" && !c.gone }); i >= 0 {
		return s.channels[i]
	}
	return nil
}

func (c *Channel) has(user string) bool { return slices.Contains(c.members, user) }

// private is whether it is hidden from who is not in it.
func (c *Channel) private() bool { return c.kind != Public }

// channelType is its kind as events tell it.
func (c *Channel) channelType() string {
	return map[Kind]string{Public: "channel", Private: "group", Direct: "im", GroupDM: "mpim"}[c.kind]
}

// letter is its kind as events of membership tell it.
func (c *Channel) letter() string {
	return map[Kind]string{Public: "C", Private: "G", Direct: "D", GroupDM: "G"}[c.kind]
}

// scopeOf a kind of channel: channels:read of a public one.
func scopeOf(kind Kind, verb string) string {
	return map[Kind]string{Public: "channels", Private: "groups", Direct: "im", GroupDM: "mpim"}[kind] + ":" + verb
}

func (c *Channel) json(full bool) object {
	if c.kind == Direct {
		return c.directJSON()
	}
	tell := object{
		"id": c.ID, "name": c.name, "name_normalized": c.name, "is_channel": c.kind == Public, "is_group": c.kind == Private,
		"is_im": false, "is_mpim": c.kind == GroupDM, "is_private": c.private(), "created": c.created, "updated": c.created * 1000,
		"is_archived": c.archived, "is_general": false, "unlinked": 0, "is_shared": c.extShared || c.orgShared,
		"is_org_shared": c.orgShared, "is_ext_shared": c.extShared, "is_pending_ext_shared": c.pending,
		"pending_shared": []any{}, "pending_connected_team_ids": []any{}, "context_team_id": c.s.Team,
		"creator": c.creator, "shared_team_ids": []any{c.s.Team}, "internal_team_ids": []any{}, "previous_names": []any{},
		"topic":   object{"value": "", "creator": "", "last_set": 0},
		"purpose": object{"value": "", "creator": "", "last_set": 0},
	}
	if c.pending {
		tell["pending_shared"] = []any{elsewhere}
		tell["pending_connected_team_ids"] = []any{elsewhere}
	}
	if c.extShared {
		tell["shared_team_ids"] = []any{c.s.Team, elsewhere}
		tell["connected_team_ids"] = []any{elsewhere}
		tell["conversation_host_id"] = c.s.Team
	}
	if full {
		tell["is_member"] = c.has(c.s.Bot.ID)
	}
	return tell
}

func (c *Channel) directJSON() object {
	other := ""
	for _, member := range c.members {
		if member != c.s.Bot.ID {
			other = member
		}
	}
	tell := object{
		"id": c.ID, "created": c.created, "updated": c.created * 1000, "is_im": true, "is_org_shared": false, "is_archived": c.archived,
		"context_team_id": c.s.Team, "user": other,
	}
	if c.extShared {
		tell["is_ext_shared"], tell["is_shared"] = true, true
	}
	return tell
}
