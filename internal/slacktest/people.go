package slacktest

// Post what a person types: @name of a user or group, @here, @channel, @everyone, #channel and addresses become what Slack's client
// makes of them, and the rest is escaped. thread is the ts of a thread's root, or empty. It gives the message's ts.
func (u *User) Post(c *Channel, thread, text string) string {
	return u.post(c, thread, func(s *Server, m *message) { m.text, m.blocks = s.typed(text) })
}

// PostRaw posts a text exactly as the app will be told of it, marks and all.
func (u *User) PostRaw(c *Channel, thread, text string) string {
	return u.post(c, thread, func(_ *Server, m *message) { m.text = text })
}

// PostBroadcast replies in a thread and has the reply shown in the channel, too (thread_broadcast).
func (u *User) PostBroadcast(c *Channel, thread, text string) string {
	return u.post(c, thread, func(s *Server, m *message) {
		m.text, m.blocks = s.typed(text)
		m.broadcast = true
	})
}

// PostFile shares a file with a comment (file_share).
func (u *User) PostFile(c *Channel, thread, text, name string) string {
	return u.post(c, thread, func(s *Server, m *message) {
		m.text, m.blocks = s.typed(text)
		m.subtype = "file_share"
		m.files = []any{object{
			"id": s.id("F"), "created": s.now().Unix(), "name": name, "title": name, "mimetype": "text/plain", "filetype": "text",
			"user": u.ID, "user_team": u.team, "size": 1, "mode": "hosted", "is_external": false, "is_public": !c.private(),
			"url_private": s.base() + "/files/" + name,
		}}
	})
}

// PostMe is what /me writes (me_message).
func (u *User) PostMe(c *Channel, text string) string {
	return u.post(c, "", func(s *Server, m *message) {
		m.text, _ = s.typed(text)
		m.subtype = "me_message"
	})
}

func (u *User) post(c *Channel, thread string, what func(*Server, *message)) string {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !c.has(u.ID):
		s.wrong("%s is not in the channel %s", u.name, c.name)
		return ""
	case c.archived || c.gone:
		s.wrong("nobody can write in the channel %s any more", c.name)
		return ""
	case thread != "" && s.message(c, thread) == nil:
		s.wrong("there is no message at %s in the channel %s", thread, c.name)
		return ""
	}
	m := &message{user: u.ID, thread: thread}
	if u.bot {
		m.botID, m.appID = u.botID, u.appID
	} else {
		m.clientID = s.uuid()
	}
	what(s, m)
	return s.note(c, m).ts
}

// Edit a message of the person's.
func (u *User) Edit(c *Channel, ts, text string) {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.message(c, ts)
	if m == nil || m.user != u.ID {
		s.wrong("%s has no message at %s in the channel %s", u.name, ts, c.name)
		return
	}
	s.edit(m, u.ID, func() { m.text, m.blocks = s.typed(text) })
}

// Delete a message of the person's, or, as an administrator does, of anybody's.
func (u *User) Delete(c *Channel, ts string) {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.message(c, ts)
	if m == nil {
		s.wrong("there is no message at %s in the channel %s", ts, c.name)
		return
	}
	s.remove(m)
}

// Machine is how something that is no person writes.
type Machine struct {
	// Name that it writes under.
	Name string
	// Username and no user: a webhook of the old kind, or a classic bot (bot_message). Else it has a bot user.
	Webhook bool
	// Workflow is whether it is a step of a workflow.
	Workflow bool
	// User in whose name it writes; empty: its own.
	User *User
	// Metadata that it puts on its message: event_type and event_payload.
	Metadata map[string]any
	// Raw is whether the text is posted as it is, and not as if it was typed.
	Raw bool
	// Thread is the ts of the thread's root, or empty.
	Thread string
}

// PostAs has something write that is no person. It need not be in the channel. It gives the message's ts.
func (s *Server) PostAs(c *Channel, machine Machine, text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &message{text: text, thread: machine.Thread, botID: s.id("B"), appID: s.id("A"), username: machine.Name}
	if !machine.Raw {
		m.text, m.blocks = s.typed(text)
	}
	if machine.Metadata != nil {
		m.metadata = clone(machine.Metadata)
	}
	switch {
	case machine.Webhook:
		m.subtype = "bot_message"
	case machine.User != nil:
		m.user, m.username = machine.User.ID, ""
		if machine.User.botID != "" {
			m.botID, m.appID = machine.User.botID, machine.User.appID
		}
	default:
		bot := &User{ID: s.id("U"), s: s, name: machine.Name, team: s.Team, tz: "UTC", bot: true, workflow: machine.Workflow, botID: m.botID, appID: m.appID}
		s.users = append(s.users, bot)
		m.user, m.username = bot.ID, ""
	}
	return s.note(c, m).ts
}
