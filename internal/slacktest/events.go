package slacktest

import (
	"maps"
	"strings"
	"sync"
)

// DefaultEvents are what the app is subscribed to at first.
func DefaultEvents() []string {
	return []string{
		"app_mention", "message.im", "member_joined_channel", "member_left_channel", "channel_left", "group_left", "channel_rename",
		"group_rename", "channel_archive", "group_archive", "channel_deleted", "group_deleted", "subteam_members_changed", "subteam_updated",
		"user_change", "tokens_revoked", "app_uninstalled",
	}
}

// EventScopes are the bot scopes that a subscription to an event takes; an event is not delivered without them.
func EventScopes() map[string]string {
	return map[string]string{
		"app_mention": "app_mentions:read", "message.channels": "channels:history", "message.groups": "groups:history",
		"message.im": "im:history", "message.mpim": "mpim:history", "channel_left": "channels:read", "group_left": "groups:read",
		"channel_rename": "channels:read", "group_rename": "groups:read", "channel_archive": "channels:read",
		"channel_unarchive": "channels:read", "group_archive": "groups:read", "group_unarchive": "groups:read",
		"channel_deleted": "channels:read", "group_deleted": "groups:read", "subteam_members_changed": "usergroups:read",
		"subteam_updated": "usergroups:read", "user_change": "users:read", "im_history_changed": "im:history", "channel_shared": "channels:read", "channel_unshared": "channels:read",
	}
}

var eventScopes = sync.OnceValue(EventScopes)

// SetEvents replaces what the app is subscribed to, such as message.channels.
func (s *Server) SetEvents(names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings.events = map[string]bool{}
	for _, name := range names {
		s.settings.events[name] = true
	}
}

// subscribed is whether the app is told of an event, in a channel or, where that is nil, in the workspace.
func (s *Server) subscribed(name string, c *Channel) bool {
	if !s.settings.events[name] || s.tokens.botRevoked != "" {
		return false
	}
	scope := eventScopes()[name]
	if name == "member_joined_channel" || name == "member_left_channel" {
		scope = "channels:read"
		if c.private() {
			scope = "groups:read"
		}
	}
	return (c == nil || c.has(s.Bot.ID)) && (scope == "" || s.needs(scope))
}

// emit an event if the app is subscribed to it. The caller holds the lock.
func (s *Server) emit(name string, c *Channel, event object) {
	if s.subscribed(name, c) {
		s.deliver(s.outer(c, event), str(event, "ts"))
	}
}

// outer is an event as it is delivered.
func (s *Server) outer(c *Channel, event object) object {
	context := s.Team
	shared := false
	if c != nil {
		context, shared = c.ID, c.extShared
	}
	payload := object{
		"token": verificationToken, "team_id": s.Team, "context_team_id": s.Team, "context_enterprise_id": nil, "api_app_id": AppID,
		"event": event, "type": "event_callback", "event_id": s.id("Ev"), "event_time": s.now().Unix(),
		"authorizations": []any{object{
			"enterprise_id": nil, "team_id": s.Team, "user_id": s.Bot.ID, "is_bot": true, "is_enterprise_install": false,
		}},
		"is_ext_shared_channel": shared, "event_context": "4-" + context,
	}
	return clone(payload)
}

// subscription that tells of messages in a channel.
func (c *Channel) subscription() string {
	return map[Kind]string{Public: "message.channels", Private: "message.groups", Direct: "message.im", GroupDM: "message.mpim"}[c.kind]
}

// posted is the event of a message.
func (s *Server) posted(m *message) object {
	event := s.json(m, true)
	for _, key := range []string{"reply_count", "reply_users_count", "reply_users", "latest_reply", "is_locked", "subscribed"} {
		delete(event, key)
	}
	maps.Copy(event, object{"channel": m.channel.ID, "event_ts": m.ts, "channel_type": m.channel.channelType()})
	if m.channel.extShared && m.user != "" {
		event["user_team"], event["source_team"] = m.team, m.team
	}
	return event
}

func (s *Server) tellPosted(m *message) {
	s.emit(m.channel.subscription(), m.channel, s.posted(m))
	s.tellMention(m)
}

// tellMention of the app, outside of direct channels. Slack does so again when such a message is edited.
func (s *Server) tellMention(m *message) {
	mentioned := strings.Contains(m.text, "<@"+s.Bot.ID+">") || strings.Contains(m.text, "<@"+s.Bot.ID+"|")
	if !mentioned || m.channel.kind == Direct || m.user == s.Bot.ID || m.subtype == "channel_join" || m.subtype == "group_join" {
		return
	}
	event := s.posted(m)
	delete(event, "channel_type")
	event["type"] = "app_mention"
	if m.editedAt != "" {
		event["event_ts"] = m.editedAt
	}
	s.emit("app_mention", m.channel, event)
}

func (s *Server) tellChanged(m *message, previous object) {
	ts := s.nextTS()
	s.emit(m.channel.subscription(), m.channel, object{
		"type": "message", "subtype": "message_changed", "hidden": true, "channel": m.channel.ID, "channel_type": m.channel.channelType(),
		"ts": ts, "event_ts": ts, "message": s.json(m, true), "previous_message": previous,
	})
}

func (s *Server) tellDeleted(m *message, previous object) {
	ts := s.nextTS()
	s.emit(m.channel.subscription(), m.channel, object{
		"type": "message", "subtype": "message_deleted", "hidden": true, "channel": m.channel.ID, "channel_type": m.channel.channelType(),
		"ts": ts, "event_ts": ts, "deleted_ts": m.ts, "previous_message": previous,
	})
}
