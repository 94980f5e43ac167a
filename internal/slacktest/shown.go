package slacktest

import (
	"slices"
	"strings"
)

// shown collects what people see of a message: text without mark-up, what the mark-up did, and who is notified.
type shown struct {
	s       *Server
	text    strings.Builder
	effects []string
	// Users and groups, and the words here, channel and everyone, that are mentioned.
	mentioned []string
}

func (w *shown) write(text string) { w.text.WriteString(text) }

// line ends the line that is being written.
func (w *shown) line() {
	if text := w.text.String(); text != "" && !strings.HasSuffix(text, "\n") {
		w.write("\n")
	}
}

func (w *shown) effect(name string) { w.effects = append(w.effects, name) }

func (w *shown) user(id string) {
	w.effect("mention of " + id)
	w.mentioned = append(w.mentioned, id)
	w.write("@" + w.s.nameOf(id))
}

func (w *shown) group(id string) {
	w.effect("mention of " + id)
	w.mentioned = append(w.mentioned, id)
	name := "unknown group"
	if g := w.s.group(id); g != nil {
		name = g.handle
	}
	w.write("@" + name)
}

func (w *shown) broadcast(name string) {
	w.effect("mention of " + name)
	w.mentioned = append(w.mentioned, name)
	w.write("@" + name)
}

func (w *shown) channel(id string) {
	w.effect("channel")
	name := "private channel"
	if c := w.s.channel(id); c != nil {
		name = c.name
	}
	w.write("#" + name)
}

func (w *shown) link(url, label string) {
	w.effect("link")
	if label == "" {
		label = url
	}
	w.write(label)
}

// render a message. With blocks, its text is what a notification says: it is not shown, and of its effects only mentions count, with
// that word before them.
func (s *Server) render(m *message) *shown {
	w := &shown{s: s}
	if len(m.blocks) > 0 {
		for _, block := range objects(m.blocks) {
			w.block(block)
			w.line()
		}
		fallback := &shown{s: s}
		fallback.mrkdwn(m.text, nothingPlain)
		// What a person typed is in text and blocks alike, and a mention in both is one.
		if m.botID != "" {
			for _, name := range fallback.mentioned {
				w.effect("notification mention of " + name)
			}
			w.mentioned = append(w.mentioned, fallback.mentioned...)
		}
	} else {
		w.mrkdwn(m.text, addresses)
		w.line()
	}
	for _, attachment := range objects(m.attachments) {
		for _, block := range objects(list(attachment, "blocks")) {
			w.block(block)
			w.line()
		}
		for _, key := range []string{"pretext", "title", "text"} {
			w.mrkdwn(str(attachment, key), addresses)
			w.line()
		}
	}
	return w
}

// show a message to those who can see it; as a new one, it notifies those whom it mentions.
func (s *Server) show(m *message, isNew bool) {
	w := s.render(m)
	seen := Seen{
		Channel: m.channel.ID, TS: m.ts, Thread: m.thread, Text: strings.TrimSuffix(w.text.String(), "\n"), By: m.user, Bot: m.botID,
		Only: m.ephemeral != "", Edited: !isNew, Effects: w.effects, At: s.now(),
	}
	for _, u := range s.users {
		if m.ephemeral != "" && u.ID != m.ephemeral || m.ephemeral == "" && !m.channel.has(u.ID) {
			continue
		}
		u.seen = append(u.seen, seen)
		if kind := s.notifies(w, m, u); isNew && kind != "" && u.ID != m.user {
			u.notified = append(u.notified, Notification{Channel: m.channel.ID, TS: m.ts, By: m.user, Bot: m.botID, Kind: kind})
		}
	}
}

// notifies says why a user is notified; empty where not.
func (s *Server) notifies(w *shown, m *message, u *User) string {
	if slices.Contains(w.mentioned, u.ID) {
		return "user"
	}
	for _, name := range w.mentioned {
		if g := s.group(name); g != nil && g.disabled == 0 && slices.Contains(g.members, u.ID) {
			return "group"
		}
		if name == "here" || name == "channel" || name == "everyone" {
			return name
		}
	}
	if m.channel.kind == Direct || m.channel.kind == GroupDM {
		return "direct"
	}
	return ""
}
