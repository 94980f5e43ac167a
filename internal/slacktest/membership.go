package slacktest

import "slices"

// Join adds a user, as an invitation by the channel's creator does. Who is in it already stays.
func (c *Channel) Join(user *User) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if c.has(user.ID) {
		return
	}
	c.members = append(c.members, user.ID)
	event := object{
		"type": "member_joined_channel", "user": user.ID, "channel": c.ID, "channel_type": c.letter(), "team": c.s.Team,
		"inviter": c.creator, "event_ts": c.s.nextTS(),
	}
	c.s.emit("member_joined_channel", c, event)
	c.s.note(c, &message{
		channel: c, user: user.ID, subtype: map[bool]string{false: "channel_join", true: "group_join"}[c.kind == Private],
		text: "<@" + user.ID + "> has joined the channel", inviter: c.creator,
	})
}

// Leave takes a user out, who has left or was removed. The app hears of its own bot's leaving by channel_left or group_left.
func (c *Channel) Leave(user *User) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if !c.has(user.ID) {
		return
	}
	c.s.emit("member_left_channel", c, object{
		"type": "member_left_channel", "user": user.ID, "channel": c.ID, "channel_type": c.letter(), "team": c.s.Team,
		"event_ts": c.s.nextTS(),
	})
	if user == c.s.Bot {
		name := map[bool]string{false: "channel_left", true: "group_left"}[c.kind == Private]
		c.s.emit(name, c, object{"type": name, "channel": c.ID, "actor_id": c.creator, "event_ts": c.s.nextTS()})
	}
	c.members = slices.DeleteFunc(c.members, func(id string) bool { return id == user.ID })
}

// Kick is Leave, done by another: what the bot hears is the same.
func (c *Channel) Kick(user *User) { c.Leave(user) }

// SetKind makes a channel Public or Private. Its id stays.
func (c *Channel) SetKind(kind Kind) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.kind = kind
}

// Share the channel with another organisation (is_ext_shared), or end that.
func (c *Channel) Share(shared bool) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.extShared, c.pending = shared, false
	event := map[bool]string{true: "channel_shared", false: "channel_unshared"}[shared]
	c.s.emit(event, c, object{
		"type": event, "connected_team_id": elsewhere, "previously_connected_team_id": elsewhere, "channel": c.ID, "event_ts": c.s.nextTS(),
	})
}

// SharePending invites another organisation, which has not accepted yet (is_pending_ext_shared).
func (c *Channel) SharePending(pending bool) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.pending = pending
}

// ShareWithinOrg shares it with other workspaces of the same organisation (is_org_shared).
func (c *Channel) ShareWithinOrg(shared bool) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.orgShared = shared
}

// Name of the channel, without the #.
func (c *Channel) Name() string {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return c.name
}

// Kind of the channel.
func (c *Channel) Kind() Kind {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	return c.kind
}

// Rename the channel.
func (c *Channel) Rename(name string) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.name = name
	event := map[bool]string{false: "channel_rename", true: "group_rename"}[c.kind == Private]
	c.s.emit(event, c, object{"type": event, "event_ts": c.s.nextTS(), "channel": object{
		"id": c.ID, "name": name, "name_normalized": name, "created": c.created, "is_channel": c.kind == Public, "is_mpim": false,
	}})
}

// Archive the channel: it can be read, and nothing can be written there.
func (c *Channel) Archive() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.archived = true
	event := map[bool]string{false: "channel_archive", true: "group_archive"}[c.kind == Private]
	c.s.emit(event, c, object{"type": event, "channel": c.ID, "user": c.creator, "is_moved": 0, "event_ts": c.s.nextTS()})
}

// Unarchive the channel.
func (c *Channel) Unarchive() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.archived = false
	event := map[bool]string{false: "channel_unarchive", true: "group_unarchive"}[c.kind == Private]
	c.s.emit(event, c, object{"type": event, "channel": c.ID, "user": c.creator, "event_ts": c.s.nextTS()})
}

// Delete the channel with all that was written in it.
func (c *Channel) Delete() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	event := map[bool]string{false: "channel_deleted", true: "group_deleted"}[c.kind == Private]
	c.s.emit(event, c, object{"type": event, "channel": c.ID, "actor_id": c.creator, "event_ts": c.s.nextTS()})
	c.gone = true
}
