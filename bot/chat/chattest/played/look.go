package played

import (
	"slices"
	"strings"
	"time"
)

// What a test sees of the service. All of it is copied.

// Posts of a channel, in the order of writing, deleted ones too. An empty channel is all of them.
func (s *Server) Posts(channel string) []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	if channel == "" {
		return copied(s.messages)
	}
	return copied(s.byChannel[channel])
}

// BotPosts are those of the bot alone.
func (s *Server) BotPosts(channel string) []Post {
	return slices.DeleteFunc(s.Posts(channel), func(p Post) bool { return p.User != BotID })
}

// Post of that id.
func (s *Server) Post(id string) (Post, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.byID[id]
	if p == nil {
		return Post{}, false
	}
	return copied([]*Post{p})[0], true
}

// PostsByKey are the bot's posts that carry the key.
func (s *Server) PostsByKey(key string) []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(copied(s.byKey[key]), func(p Post) bool { return p.User != BotID })
}

func copied(posts []*Post) []Post {
	out := make([]Post, 0, len(posts))
	for _, p := range posts {
		c := *p
		c.Actions, c.Edits, c.Notified = slices.Clone(p.Actions), slices.Clone(p.Edits), slices.Clone(p.Notified)
		c.Effects = slices.Clone(p.Effects)
		out = append(out, c)
	}
	return out
}

// Notified are the bot's posts that a user was notified of: by name, or with everyone.
func (s *Server) Notified(user string) []Post {
	return slices.DeleteFunc(s.BotPosts(""), func(p Post) bool {
		return !slices.Contains(p.Notified, user) && !slices.Contains(p.Notified, everyone)
	})
}

// Seen is everything of the bot's that a user could ever read, as it was shown, one text a line: in channels that they
// are a member of, in direct messages, and what was whispered to them.
func (s *Server) Seen(user string) string { return s.seen(user, func(shown) bool { return true }) }

// SeenIn is what of it stood in one thread.
func (s *Server) SeenIn(user, thread string) string {
	return s.seen(user, func(t shown) bool { return t.thread == thread })
}

func (s *Server) seen(user string, want func(shown) bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, t := range s.screen {
		c := s.channels[t.channel]
		if t.user == BotID && c != nil && slices.Contains(c.Members, user) && want(t) {
			b.WriteString(t.text + "\n")
		}
	}
	for _, w := range s.whispers {
		if w.user == user && want(shown{}) {
			b.WriteString(w.text + "\n")
		}
	}
	return b.String()
}

// Acknowledged says when the bot acknowledged an event first.
func (s *Server) Acknowledged(id string) (time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.acks[id]
	return at, ok
}

// Waiting is how many messages were delivered and not acknowledged.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.pending)
}

// Connections is how many drivers are connected.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.connections)
}

// Calls of that kind that came in, refused ones too.
func (s *Server) Calls(op Op) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[op]
}
