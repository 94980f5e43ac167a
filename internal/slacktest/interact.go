package slacktest

import (
	"fmt"
	"slices"
	"strings"
)

// Click the button of a message that has that action_id, or else that value, as the message is now. It is false where there is none,
// or the person does not see the message.
func (u *User) Click(c *Channel, ts, button string) bool {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	m := u.sees(c, ts)
	return m != nil && u.press(m, m.blocks, button)
}

// ClickEarlier clicks a button that an earlier version of the message had, as somebody does who has not been shown the edit yet.
func (u *User) ClickEarlier(c *Channel, ts, button string) bool {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	m := u.sees(c, ts)
	return m != nil && slices.ContainsFunc(m.versions, func(blocks []any) bool { return u.press(m, blocks, button) })
}

// sees is a message that the person can see.
func (u *User) sees(c *Channel, ts string) *message {
	m := u.s.messages[c.ID+"/"+ts]
	if m == nil || m.deleted || m.ephemeral != "" && m.ephemeral != u.ID || m.ephemeral == "" && !c.has(u.ID) {
		return nil
	}
	return m
}

// press a button of those blocks.
func (u *User) press(m *message, blocks []any, button string) bool {
	for _, field := range []string{"action_id", "value"} {
		for _, block := range objects(blocks) {
			elements := list(block, "elements")
			if accessory := obj(block, "accessory"); accessory != nil {
				elements = append(elements, accessory)
			}
			for _, element := range objects(elements) {
				if str(element, "type") == "button" && str(element, field) == button {
					u.pressed(m, block, element)
					return true
				}
			}
		}
	}
	return false
}

func (u *User) pressed(m *message, block, element object) {
	s, c := u.s, m.channel
	action := object{
		"action_id": element["action_id"], "block_id": block["block_id"], "text": element["text"], "type": "button", "action_ts": formatTS(s.now().UnixMicro()),
	}
	for _, key := range []string{"value", "style", "url"} {
		if element[key] != nil {
			action[key] = element[key]
		}
	}
	container := object{"type": "message", "message_ts": m.ts, "channel_id": c.ID, "is_ephemeral": m.ephemeral != ""}
	payload := object{
		"type": "block_actions", "user": u.short(), "api_app_id": AppID, "token": verificationToken, "container": container,
		"trigger_id": s.trigger(u, nil), "team": s.shortTeam(), "enterprise": nil, "is_enterprise_install": false,
		"channel": object{"id": c.ID, "name": c.shortName()}, "state": object{"values": object{}},
		"response_url": s.link("actions", u, c, m), "actions": []any{action},
	}
	if m.thread != "" {
		container["thread_ts"] = m.thread
	}
	if m.ephemeral == "" {
		payload["message"] = s.json(m, true)
	}
	s.ask("interactive", payload, false, nil, func(reason string) { u.trouble("click " + reason) })
}

func (u *User) short() object {
	return object{"id": u.ID, "username": u.name, "name": u.name, "team_id": u.team}
}

func (s *Server) shortTeam() object { return object{"id": s.Team, "domain": s.Domain} }

// shortName of a channel, as interactions tell it.
func (c *Channel) shortName() string {
	switch c.kind {
	case Direct:
		return "directmessage"
	case Private:
		return "privategroup"
	}
	return c.name
}

// Slash gives a command, such as /volcado, with what follows it. It works wherever the person is, whether the bot is there or not.
// An answer, or the error when none came in time, is shown to the person alone.
func (u *User) Slash(c *Channel, command, text string) {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.settings.commands[command] || !s.needs("commands") {
		s.slackbot(c, u, command+" is not a valid command.")
		return
	}
	payload := object{
		"token": verificationToken, "team_id": s.Team, "team_domain": s.Domain, "channel_id": c.ID, "channel_name": c.shortName(),
		"user_id": u.ID, "user_name": u.name, "command": command, "text": escapeTyped(text), "api_app_id": AppID,
		"is_enterprise_install": "false", "response_url": s.link("commands", u, c, nil), "trigger_id": s.trigger(u, nil),
	}
	if u.team != s.Team {
		payload["team_id"] = u.team
	}
	s.ask("slash_commands", payload, true, func(answer object) {
		if len(answer) == 0 {
			return
		}
		if code := s.checkResponse(answer); code != "" {
			u.trouble(command + " answered with " + code)
			return
		}
		s.say(c, u, answer)
	}, func(reason string) {
		u.trouble(command + " " + reason)
		s.slackbot(c, u, fmt.Sprintf("%s failed with the error %q", command, reason))
	})
}

// slackbot tells somebody something.
func (s *Server) slackbot(c *Channel, u *User, text string) {
	s.whisper(c, u, &message{user: "USLACKBOT", text: text})
}

func (u *User) trouble(what string) { u.troubles = append(u.troubles, what) }

// Troubles are what the person has done and got no answer to, in order, such as "/volcado dispatch_failed": there was no connection;
// or "click operation_timeout": nobody acknowledged it in three seconds.
func (u *User) Troubles() []string {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return slices.Clone(u.troubles)
}

// escapeTyped is text of a slash command, in which Slack escapes three characters and, without its option to do more, leaves names.
func escapeTyped(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
