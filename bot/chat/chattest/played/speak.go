package played

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// Said is what somebody writes.
type Said struct {
	User, Channel string
	// Thread to write in, which is the id of the message that it begins with; or empty.
	Thread string
	// Text as it is typed. @volcado becomes the bot's mention.
	Text string
	// Kind and Key, for machines; and for people who forge.
	Kind MessageKind
	Key  string
	// At is when, where it is not now.
	At time.Time
}

// Say has a person write in a channel, and gives the message's id.
func (s *Server) Say(user, channel, text string) string {
	return s.Write(Said{User: user, Channel: channel, Text: text})
}

// Ask has a person write to the bot in a channel: with its mention first, unless it is between the two.
func (s *Server) Ask(user, channel, text string) string {
	return s.Write(Said{User: user, Channel: channel, Text: s.addressed(channel, text)})
}

// AskIn is Ask in a thread.
func (s *Server) AskIn(user, channel, thread, text string) string {
	return s.Write(Said{User: user, Channel: channel, Thread: thread, Text: s.addressed(channel, text)})
}

func (s *Server) addressed(channel, text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[channel]; c != nil && c.Kind == chat.KindDirect {
		return text
	}
	return "@" + BotName + " " + text
}

var escapeTyped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "@"+BotName, "<@"+BotID+">")

// Write has anybody write anything, and gives the message's id.
func (s *Server) Write(w Said) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.write(Post{
		Channel: w.Channel, Thread: w.Thread, User: w.User, Kind: w.Kind, Text: escapeTyped.Replace(w.Text), Shown: w.Text, Key: w.Key, At: w.At,
	})
	early, late := s.reconnects()
	if early {
		s.cut()
	}
	if c := s.channels[w.Channel]; c != nil && !c.gone && !c.WithoutBot {
		s.dispatch(wireEvent{ID: p.ID, Kind: eventMessage, Message: s.wire(p)}, true)
	}
	if late {
		s.cut()
	}
	return p.ID
}

// Redeliver has the service deliver a message once more, now, whether or not it was acknowledged.
func (s *Server) Redeliver(message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.byID[message]
	if p == nil {
		return
	}
	d := s.pending[message]
	if d == nil {
		d = &delivery{event: wireEvent{ID: p.ID, Kind: eventMessage, Message: s.wire(p), Attempt: 1}}
	}
	s.deliver(d)
}

// Command has a person use the service's own way of giving the bot a command, in which a form can be opened. It leaves no
// message, and is not delivered again. It says whether the bot was there.
func (s *Server) Command(user, channel, text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.occasion(user, channel, "")
	m.Text = escapeTyped.Replace(text)
	return s.dispatch(wireEvent{ID: m.ID, Kind: eventCommand, Message: m}, false)
}

// Click has a person click the button of a post that carries the line. It says whether there is one and the bot was there.
func (s *Server) Click(user, post, line string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.byID[post]
	if p == nil || p.Deleted || !slices.ContainsFunc(p.Actions, func(a Action) bool { return a.Line == line }) {
		return false
	}
	m := s.occasion(user, p.Channel, p.Thread)
	if m.Thread == "" {
		m.Thread = p.ID
	}
	return s.dispatch(wireEvent{ID: m.ID, Kind: eventClick, Message: m, Post: post, Line: line}, false)
}

// Send has a person send a form that is open for them. It says whether it is, and the bot was there.
func (s *Server) Send(user, form string, values map[string]string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.forms, func(f *Form) bool { return f.ID == form && s.formUsers[f.ID] == user })
	if i < 0 {
		return false
	}
	f := s.forms[i]
	m := s.occasion(user, f.Channel, f.Thread)
	return s.dispatch(wireEvent{ID: m.ID, Kind: eventForm, Message: m, Post: form, Command: f.Command, Values: maps.Clone(values)}, false)
}

// occasion is who did something, where and when, without a message.
func (s *Server) occasion(user, channel, thread string) wireMessage {
	s.sequence++
	return s.wire(&Post{
		ID: fmt.Sprintf("%s-%06d", s.options.Epoch, s.sequence), Channel: channel, Thread: thread, User: user, At: s.options.Now(),
	})
}

// Forms that are open for a person, the newest last.
func (s *Server) Forms(user string) []Form {
	s.mu.Lock()
	defer s.mu.Unlock()
	var open []Form
	for _, f := range s.forms {
		if s.formUsers[f.ID] == user {
			open = append(open, *f)
		}
	}
	return open
}
