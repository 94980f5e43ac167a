// Package mattermost is the driver for Mattermost servers. It needs nothing but the server's address and a bot's token: it
// listens on a websocket, speaks over the REST API, and has no HTTP endpoint of its own, because what would call one could
// not be trusted.
package mattermost

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/inbox"
	"github.com/volcado-io/volcado/internal/turns"
)

// Platform as allow-lists name it.
const Platform = "mattermost"

const (
	// editEvery spares the people who look at a post, and the server, which sends every edit to all of them.
	editEvery = 3 * time.Second
	// editsPerMinute is a tenth of what a server with Mattermost's default rate limit (10 requests a second) takes.
	editsPerMinute = 60
	// maxPrefix in bytes.
	maxPrefix = 8
)

// Config is a section of the settings.
type Config struct {
	// URL of the server, such as https://chat.example.com. It can have a path.
	URL string `json:"url"`
	// Workspace as allow-lists name the server. The default is the host of the URL.
	Workspace string `json:"workspace"`
	// TokenFile holds the token of a bot account.
	TokenFile string `json:"tokenFile"`
	// CAFile holds certificate authorities (PEM) beside those of the system. Optional.
	CAFile string `json:"caFile"`
	// Prefix of commands in channels, beside the bot's mention. The default is "!"; with "" there is none.
	Prefix *string `json:"prefix"`
}

// Service is one Mattermost server.
type Service struct {
	*client
	id     chat.ServiceID
	prefix string
	log    *slog.Logger
	inbox  *inbox.Inbox
	groups *groups
	finder *finder
	// threads are posted to one after the other: of two posts that begin one at the same time, Mattermost loses one.
	threads turns.Turns
	// process is an id of this one's own, random, that its posts carry.
	process string
	// settle is how long after Listen began a post of another process says nothing.
	settle time.Duration
	// unreadEvery is how often channels are tried again that could not be read.
	unreadEvery time.Duration
	// longest post that the server takes, in characters.
	longest atomic.Int64
	// undelivered counts the messages that were taken and not handed over yet.
	undelivered atomic.Int64

	mu      sync.Mutex
	health  chat.Health
	self    identity
	directs map[string]string // channels by person
	// otherPosted is when something else last posted with the bot's account, or zero.
	otherPosted time.Time
}

// identity of the bot.
type identity struct{ id, name string }

var (
	_ chat.Service  = (*Service)(nil)
	_ chat.Examiner = (*Service)(nil)
	_ chat.Grouper  = (*Service)(nil)
)

// New makes a service. It asks the server nothing, and reads no file.
func New(c Config) (chat.Service, error) {
	base, err := parseURL(c.URL)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	if c.TokenFile == "" {
		return nil, errors.New("tokenFile: is missing; name the file that holds the bot's token, such as /etc/volcado/tokens/mattermost")
	}
	for _, file := range []struct{ key, path string }{{"tokenFile", c.TokenFile}, {"caFile", c.CAFile}} {
		if file.path != "" && !filepath.IsAbs(file.path) {
			return nil, fmt.Errorf("%s: %q does not begin with a slash; name the file by its whole path in the bot's container", file.key, file.path)
		}
	}
	prefix := "!"
	if c.Prefix != nil {
		prefix = *c.Prefix
	}
	if err := checkPrefix(prefix); err != nil {
		return nil, fmt.Errorf("prefix: %w", err)
	}
	workspace := c.Workspace
	if workspace == "" {
		workspace = base.Hostname()
	}
	s := &Service{
		client:  newClient(base, chat.TokenFile{Path: c.TokenFile}, c.CAFile),
		id:      chat.ServiceID{Platform: Platform, Workspace: workspace},
		prefix:  prefix,
		process: model.NewId(),
		settle:  settle, unreadEvery: unreadEvery,
		inbox:   inbox.New(),
		health:  chat.Health{Why: "not started"},
		directs: map[string]string{},
	}
	s.longest.Store(longestPost)
	s.log = slog.With("service", s.id.String())
	s.groups, s.finder = newGroups(s.client, s.log), newFinder(s.client)
	return s, nil
}

// parseURL of a server. Its host is in lower case, because it names the workspace.
func parseURL(written string) (*url.URL, error) {
	const how = "write the server's address, such as https://chat.example.com"
	if written == "" {
		return nil, errors.New("is missing; " + how)
	}
	base, err := url.Parse(written)
	switch {
	case err != nil || base.Hostname() == "" || base.Opaque != "":
		return nil, errors.New("is not an address; " + how)
	case base.Scheme != "https" && base.Scheme != "http":
		return nil, fmt.Errorf("begins with %q; it must be https, or http where the network is trusted", base.Scheme)
	case base.User != nil:
		return nil, errors.New("holds a user or a password; remove it, and put the bot's token into a file")
	case base.RawQuery != "" || base.Fragment != "" || base.ForceQuery:
		return nil, errors.New("has something after ? or #; " + how)
	}
	base.Host = strings.ToLower(base.Host)
	base.Path, base.RawPath = strings.TrimRight(base.Path, "/"), ""
	return base, nil
}

// checkPrefix: with letters or digits in it, ordinary words would be commands; Mattermost keeps what begins with a slash to
// itself.
func checkPrefix(prefix string) error {
	for _, r := range prefix {
		if r <= ' ' || r > '~' || r == '/' || r == '@' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return fmt.Errorf("%q cannot be one; use punctuation, such as !, or \"\" for none", prefix)
		}
	}
	if len(prefix) > maxPrefix {
		return fmt.Errorf("%q is longer than %d characters", prefix, maxPrefix)
	}
	return nil
}

// ID of the server.
func (s *Service) ID() chat.ServiceID { return s.id }

// Health of the connection.
func (s *Service) Health() chat.Health {
	s.mu.Lock()
	defer s.mu.Unlock()
	health := s.health
	health.Behind = health.Behind || s.undelivered.Load() > 0
	if !s.otherPosted.IsZero() {
		health.Shared = shared(s.self.name, time.Since(s.otherPosted))
	}
	return health
}

func (s *Service) setHealth(change func(*chat.Health)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.health)
}

// whoami learns who the token is for.
func (s *Service) whoami(ctx context.Context) (identity, error) {
	me, err := s.me(ctx)
	if err != nil {
		return identity{}, err
	}
	self := identity{id: me.Id, name: strings.ToLower(me.Username)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.self.id != self.id {
		// Those were another account's.
		s.otherPosted = time.Time{}
		clear(s.directs)
		s.finder.forget()
	}
	s.self = self
	return self, nil
}

// known is who the token is for, asked for once.
func (s *Service) known(ctx context.Context) (identity, error) {
	s.mu.Lock()
	self := s.self
	s.mu.Unlock()
	if self.id != "" {
		return self, nil
	}
	return s.whoami(ctx)
}
