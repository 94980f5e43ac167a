package played

import (
	"fmt"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/volcado-io/volcado/bot/chat"
)

// MessageKind says what made a message. The empty one is a person, or the bot.
type MessageKind string

const (
	// System messages are the service's own, such as that somebody joined. They carry that person's id.
	System MessageKind = "system"
	// Bot messages are made by a program that acts for a user, and carry that user's id.
	Bot MessageKind = "bot"
	// Webhook messages carry the id of whoever made the webhook.
	Webhook MessageKind = "webhook"
)

// Post is anything that was written in a channel, by whomever.
type Post struct {
	ID, Channel, Thread string
	User                string
	Kind                MessageKind
	At                  time.Time
	// Text as it was sent, in mark-up, and Shown as people see it, at the moment.
	Text, Shown string
	// Key that came with it.
	Key string
	// Actions are the buttons below it.
	Actions []Action
	// Edits are earlier texts as people saw them, the oldest first.
	Edits []Edit
	// Notified are the ids of those who were notified of it, everyone for all.
	Notified []string
	// Effects are what the service made of the text beside text.
	Effects []string
	Deleted bool
}

// Edit is a text that was replaced, and when.
type Edit struct {
	Shown string
	At    time.Time
}

// Action is a button.
type Action = wireAction

// shown is one text that somebody could read.
type shown struct{ post, channel, thread, user, text string }

// write adds a message. Mentions in what a person writes notify as well, but nobody asks for that.
func (s *Server) write(p Post) *Post {
	s.sequence++
	p.ID = fmt.Sprintf("%s-%06d", s.options.Epoch, s.sequence)
	if p.At.IsZero() {
		p.At = s.options.Now()
	}
	s.messages = append(s.messages, &p)
	s.byID[p.ID] = &p
	s.byChannel[p.Channel] = append(s.byChannel[p.Channel], &p)
	if p.Key != "" {
		s.byKey[p.Key] = append(s.byKey[p.Key], &p)
	}
	return &p
}

// publish reads a post's mark-up, and shows it. Only what is new notifies.
func (s *Server) publish(p *Post, isNew bool) {
	r := readMarkup(p.Text, s.names())
	p.Shown, p.Effects = r.shown, r.effects
	if isNew {
		p.Notified = r.mentions
	}
	s.screen = append(s.screen, shown{post: p.ID, channel: p.Channel, thread: p.Thread, user: p.User, text: p.Shown})
}

func (s *Server) post(_ *http.Request, asked request) (*response, *problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, refused := s.botsChannel(asked.Channel); refused != nil {
		return nil, refused
	}
	if utf8.RuneCountInString(asked.Text) > s.options.Limits.Longest {
		return nil, &problem{Status: http.StatusBadRequest, Code: codeTooLong}
	}
	if asked.Thread != "" {
		root := s.byID[asked.Thread]
		if root == nil || root.Deleted || root.Channel != asked.Channel || root.Thread != "" {
			return nil, notFound(codeNoThread)
		}
	}
	p := s.write(Post{
		Channel: asked.Channel, Thread: asked.Thread, User: BotID, Text: asked.Text, Key: asked.Key, Actions: asked.Actions,
	})
	s.publish(p, true)
	return &response{Post: p.ID, Thread: p.Thread}, nil
}

func (s *Server) edit(_ *http.Request, asked request) (*response, *problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, refused := s.botsChannel(asked.Channel); refused != nil {
		return nil, refused
	}
	p, now := s.byID[asked.Post], s.options.Now()
	switch {
	case p == nil || p.Deleted || p.Channel != asked.Channel:
		return nil, notFound(codeNoPost)
	case p.User != BotID || p.Kind != "":
		return nil, forbidden(codeNotYours)
	case s.options.EditWindow > 0 && now.Sub(p.At) > s.options.EditWindow:
		return nil, forbidden(codeEditTooLate)
	case utf8.RuneCountInString(asked.Text) > s.options.Limits.Longest:
		return nil, &problem{Status: http.StatusBadRequest, Code: codeTooLong}
	}
	if most := s.options.Limits.EditsPerMinute; most > 0 {
		s.edits = slices.DeleteFunc(s.edits, func(at time.Time) bool { return now.Sub(at) >= time.Minute })
		if len(s.edits) >= most {
			return nil, throttled(time.Minute - now.Sub(s.edits[0]))
		}
		s.edits = append(s.edits, now)
	}
	p.Edits = append(p.Edits, Edit{Shown: p.Shown, At: now})
	p.Text, p.Actions = asked.Text, asked.Actions
	s.publish(p, false)
	return &response{Post: p.ID, Thread: p.Thread}, nil
}

// history gives what stands in the channel, or in one thread of it, or in all channels that the bot is in, the oldest
// first, a page at a time.
func (s *Server) history(_ *http.Request, asked request) (*response, *problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.messages
	if asked.Channel != "" {
		if _, refused := s.botsChannel(asked.Channel); refused != nil {
			return nil, refused
		}
		all = s.byChannel[asked.Channel]
	}
	if asked.After != "" {
		// Ids rise in the order of writing.
		i, found := slices.BinarySearchFunc(all, asked.After, func(p *Post, id string) int { return compare(p.ID, id) })
		if found {
			i++
		}
		all = all[i:]
	}
	given := &response{}
	for _, p := range all {
		if p.Deleted || p.At.Before(asked.Since) || asked.Thread != "" && p.Thread != asked.Thread && p.ID != asked.Thread {
			continue
		}
		if _, refused := s.botsChannel(p.Channel); refused != nil {
			continue
		}
		if len(given.Messages) == s.options.Page {
			given.Next = given.Messages[len(given.Messages)-1].ID
			break
		}
		given.Messages = append(given.Messages, s.wire(p))
	}
	return given, nil
}

func compare(a, b string) int {
	// Of one epoch, and longer ids are later ones.
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (s *Server) wire(p *Post) wireMessage {
	kind := chat.Kind("")
	if c := s.channels[p.Channel]; c != nil {
		kind = c.Kind
	}
	return wireMessage{
		ID: p.ID, Channel: p.Channel, ChannelKind: string(kind), Thread: p.Thread, User: p.User, Text: p.Text, At: p.At, Key: p.Key, Kind: p.Kind,
	}
}

// Delete removes a post. What was shown was shown.
func (s *Server) Delete(post string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.byID[post]; p != nil {
		p.Deleted = true
	}
}
