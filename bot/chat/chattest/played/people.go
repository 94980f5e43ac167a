package played

import (
	"net/http"
	"slices"

	"github.com/volcado-io/volcado/bot/chat"
)

// User is somebody in the workspace.
type User struct {
	ID string `json:"id"`
	// Name is what others mention them by; the id where it is empty.
	Name        string   `json:"name"`
	DisplayName string   `json:"displayName,omitempty"`
	Locale      string   `json:"locale,omitempty"`
	Groups      []string `json:"groups,omitempty"`
	// Bot is a machine, Guest may see some channels only, Deactivated has left, Remote is of another organisation.
	Bot         bool `json:"bot,omitempty"`
	Guest       bool `json:"guest,omitempty"`
	Deactivated bool `json:"deactivated,omitempty"`
	Remote      bool `json:"remote,omitempty"`
}

// Channel of the workspace.
type Channel struct {
	ID   string
	Kind chat.Kind
	// Members are ids of users. The bot is one unless WithoutBot is set.
	Members    []string
	WithoutBot bool

	gone bool
}

// SetUser adds a user, or changes one.
func (s *Server) SetUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.Name == "" {
		u.Name = u.ID
	}
	u.Groups = slices.Clone(u.Groups)
	s.users[u.ID] = &u
}

// SetChannel adds a channel, or changes one: makes it public, shares it, throws somebody out, brings it back.
func (s *Server) SetChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Members = slices.Clone(c.Members)
	s.channels[c.ID] = &c
}

// SetKind changes who can read a channel.
func (s *Server) SetKind(channel string, kind chat.Kind) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[channel]; c != nil {
		c.Kind = kind
	}
}

// RemoveChannel deletes a channel. What was shown there was shown.
func (s *Server) RemoveChannel(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[channel]; c != nil {
		c.gone = true
	}
}

// RemoveBot throws the bot out of a channel.
func (s *Server) RemoveBot(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[channel]; c != nil {
		c.WithoutBot = true
	}
}

// Direct is the channel between a user and the bot.
func (s *Server) Direct(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.openDirect(user)
}

func (s *Server) openDirect(user string) string {
	id := "D" + user
	if s.channels[id] == nil {
		s.channels[id] = &Channel{ID: id, Kind: chat.KindDirect, Members: []string{user}}
	}
	return id
}

// names are the ids of all users, by name and by id.
func (s *Server) names() map[string]string {
	names := make(map[string]string, 2*len(s.users))
	for id, u := range s.users {
		names[id], names[u.Name] = id, id
	}
	return names
}

// botsChannel is one that the bot can use.
func (s *Server) botsChannel(id string) (*Channel, *problem) {
	switch c := s.channels[id]; {
	case c == nil || c.gone:
		return nil, notFound(codeNoChannel)
	case c.WithoutBot:
		return nil, forbidden(codeNotInChannel)
	default:
		return c, nil
	}
}

func (s *Server) direct(_ *http.Request, asked request) (*response, *problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.users[asked.User]; u == nil || u.Deactivated || u.Bot {
		return nil, notFound(codeNoUser)
	}
	c := s.channels[s.openDirect(asked.User)]
	return &response{Channel: &wireChannel{ID: c.ID, Kind: string(c.Kind)}}, nil
}

func (s *Server) channel(_ *http.Request, asked request) (*response, *problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, refused := s.botsChannel(asked.Channel)
	if refused != nil {
		return nil, refused
	}
	return &response{Channel: &wireChannel{ID: c.ID, Kind: string(c.Kind)}}, nil
}

func (s *Server) user(_ *http.Request, asked request) (*response, *problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[asked.User]
	if u == nil {
		return nil, notFound(codeNoUser)
	}
	known := *u
	return &response{User: &known}, nil
}
