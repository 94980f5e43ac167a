package slacktest

import (
	"cmp"
	"maps"
	"slices"
)

// message in a channel.
type message struct {
	channel *Channel
	ts      string
	// thread is the ts of the thread's root, of the root itself, too, once it has replies; empty where there is no thread.
	thread    string
	broadcast bool

	user, team, botID, appID, username string
	subtype, inviter, clientID         string
	text                               string
	blocks, attachments                []any
	metadata                           object
	files                              []any
	editedBy, editedAt                 string
	// Of those who are shown it alone.
	ephemeral string
	// What it was before, oldest first.
	versions [][]any
	deleted  bool
}

// isReply is whether it stands in another's thread.
func (m *message) isReply() bool { return m.thread != "" && m.thread != m.ts }

// note puts a message into its channel, shows it to who is there, and tells the app.
func (s *Server) note(c *Channel, m *message) *message {
	m.channel, m.ts = c, s.nextTS()
	if m.team == "" && m.user != "" {
		m.team = s.Team
		if u := s.user(m.user); u != nil {
			m.team = u.team
		}
	}
	if m.isReply() {
		if root := s.message(c, m.thread); root != nil {
			root.thread = root.ts
		}
		if m.broadcast {
			m.subtype = "thread_broadcast"
		}
	}
	s.messages[c.ID+"/"+m.ts] = m
	c.log = append(c.log, m)
	s.show(m, true)
	s.tellPosted(m)
	return m
}

// message of a channel; nil where there is none that can be seen by all.
func (s *Server) message(c *Channel, ts string) *message {
	m := s.messages[c.ID+"/"+ts]
	if m == nil || m.deleted || m.ephemeral != "" {
		return nil
	}
	return m
}

// in is all that stands in a channel, in order, without what was deleted or is for one alone.
func (*Server) in(c *Channel) []*message {
	var found []*message
	for _, m := range c.log {
		if !m.deleted {
			found = append(found, m)
		}
	}
	return found
}

// replies of a thread, in order, without its root.
func (s *Server) replies(root *message) []*message {
	return slices.DeleteFunc(s.in(root.channel), func(m *message) bool { return m.thread != root.ts || m == root })
}

// json of the message as the Web API gives it.
func (s *Server) json(m *message, withMetadata bool) object {
	tell := object{"type": "message", "ts": m.ts, "text": m.text}
	for key, value := range map[string]string{
		"user": m.user, "team": m.team, "bot_id": m.botID, "app_id": m.appID, "username": m.username, "subtype": m.subtype,
		"inviter": m.inviter, "client_msg_id": m.clientID, "thread_ts": m.thread,
	} {
		if value != "" {
			tell[key] = value
		}
	}
	if m.botID != "" && m.subtype != "bot_message" {
		tell["bot_profile"] = s.botProfile(m)
	}
	if m.blocks != nil {
		tell["blocks"] = clone(m.blocks)
	}
	if m.attachments != nil {
		tell["attachments"] = clone(m.attachments)
	}
	if m.files != nil {
		tell["files"], tell["upload"] = clone(m.files), false
	}
	if m.editedAt != "" {
		tell["edited"] = object{"user": m.editedBy, "ts": m.editedAt}
	}
	if withMetadata && m.metadata != nil {
		tell["metadata"] = clone(m.metadata)
	}
	if m.subtype == "tombstone" {
		tell["hidden"] = true
	}
	s.addThread(m, tell)
	return tell
}

func (s *Server) addThread(m *message, tell object) {
	if m.isReply() {
		if root := s.message(m.channel, m.thread); root != nil && root.user != "" {
			tell["parent_user_id"] = root.user
		}
		if m.broadcast {
			tell["root"] = object{"ts": m.thread, "thread_ts": m.thread}
		}
		return
	}
	replies := s.replies(m)
	if len(replies) == 0 {
		return
	}
	users := map[string]bool{}
	for _, reply := range replies {
		users[cmp.Or(reply.user, reply.botID)] = true
	}
	names := slices.Sorted(maps.Keys(users))
	maps.Copy(tell, object{
		"reply_count": len(replies), "reply_users_count": len(names), "reply_users": names, "latest_reply": replies[len(replies)-1].ts,
		"is_locked": false, "subscribed": false,
	})
}

func (s *Server) botProfile(m *message) object {
	name := m.username
	if u := s.user(m.user); u != nil {
		name = u.name
	}
	return object{
		"id": m.botID, "app_id": m.appID, "name": name, "deleted": false, "updated": s.began.Unix(), "team_id": s.Team,
		"icons": object{"image_36": "https://avatars.example/36.png", "image_48": "https://avatars.example/48.png", "image_72": "https://avatars.example/72.png"},
	}
}

// edit a message that is there.
func (s *Server) edit(m *message, by string, change func()) {
	previous := s.json(m, true)
	m.versions = append(m.versions, m.blocks)
	change()
	m.editedBy, m.editedAt = by, s.nextTS()
	s.show(m, false)
	if m.ephemeral != "" {
		return
	}
	s.tellChanged(m, previous)
	s.tellMention(m)
}

// remove a message. A root with replies leaves a tombstone, and its thread stays.
func (s *Server) remove(m *message) {
	previous := s.json(m, true)
	if !m.isReply() && len(s.replies(m)) > 0 {
		m.user, m.botID, m.appID, m.subtype, m.text = "USLACKBOT", "", "", "tombstone", "This message was deleted."
		m.blocks, m.attachments, m.metadata, m.clientID = nil, nil, nil, ""
		s.tellChanged(m, previous)
		return
	}
	m.deleted = true
	s.tellDeleted(m, previous)
}
