// Package slack is the driver for Slack workspaces. It listens on a socket that it opens itself (Socket Mode), so it needs no
// address that Slack could reach, and what arrives there is vouched for by Slack: buttons and forms hold.
package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/inbox"
)

// Platform as allow-lists name it.
const Platform = "slack"

const (
	defaultAPI     = "https://slack.com/api/"
	defaultCommand = "/volcado"
)

// Config is a section of the settings.
type Config struct {
	// Workspace is the team's id, such as T0123ABCD. Allow-lists name it.
	Workspace string `json:"workspace"`
	// BotTokenFile holds the bot's token (xoxb-), AppTokenFile the app's (xapp-), which opens the socket.
	BotTokenFile string `json:"botTokenFile"`
	AppTokenFile string `json:"appTokenFile"`
	// Command is the slash command of the app's manifest. The default is /volcado.
	Command string `json:"command"`
	// AllowGuests lets guests of the workspace be named in allow-lists. Without it they are not heard.
	AllowGuests bool `json:"allowGuests"`
	// APIURL is where the Web API is. The default is https://slack.com/api/; GovSlack has another.
	APIURL string `json:"apiURL"`
	// CAFile holds certificate authorities (PEM) beside those of the system. Optional.
	CAFile string `json:"caFile"`
}

// Service is one Slack workspace.
type Service struct {
	*client
	id      chat.ServiceID
	command string
	guests  bool
	log     *slog.Logger
	inbox   *inbox.Inbox
	people  *people
	groups  *groups
	places  *places
	found   *remembered[scan]
	pace    *pace
	acks    acks
	// tokenEvery is how often the bot's token is tried.
	tokenEvery time.Duration
	// recountAfter is when another connection is made because there were too many.
	recountAfter time.Duration
	// undelivered counts the messages that were taken and not handed over yet.
	undelivered atomic.Int64

	mu     sync.Mutex
	health chat.Health
	self   identity
}

// identity of the bot.
type identity struct{ user, bot string }

var (
	_ chat.Service  = (*Service)(nil)
	_ chat.Examiner = (*Service)(nil)
)

var (
	teamID      = regexp.MustCompile(`^T[A-Z0-9]{2,32}$`)
	commandName = regexp.MustCompile(`^/[a-z0-9_-]{1,31}$`)
)

// New makes a service. It asks Slack nothing, and reads no file.
func New(c Config) (chat.Service, error) {
	if !teamID.MatchString(c.Workspace) {
		return nil, fmt.Errorf("workspace: %q is not the id of a workspace; it begins with a T and stands in the address of Slack's web client (https://app.slack.com/client/T…)", c.Workspace)
	}
	for _, file := range []struct{ key, path, what, example string }{
		{"botTokenFile", c.BotTokenFile, "the bot's token (xoxb-)", "slack-bot"},
		{"appTokenFile", c.AppTokenFile, "the app's token (xapp-)", "slack-app"},
		{"caFile", c.CAFile, "", ""},
	} {
		switch {
		case file.path == "" && file.what != "":
			return nil, fmt.Errorf("%s: names no file; it holds %s, such as /etc/volcado/tokens/%s", file.key, file.what, file.example)
		case isToken(file.path):
			return nil, fmt.Errorf("%s: holds a token; put the token into a file, and name the file here, such as %s", file.key, "/etc/volcado/tokens/"+file.example)
		case file.path != "" && !filepath.IsAbs(file.path):
			return nil, fmt.Errorf("%s: %q does not begin with a slash; name the file by its whole path in the bot's container", file.key, file.path)
		}
	}
	command := c.Command
	if command == "" {
		command = defaultCommand
	}
	if !commandName.MatchString(command) {
		return nil, fmt.Errorf("command: %q cannot be one; write a slash and lower-case letters, such as %s", command, defaultCommand)
	}
	api, err := parseAPI(c.APIURL)
	if err != nil {
		return nil, fmt.Errorf("apiURL: %w", err)
	}
	s := &Service{
		client:  newClient(api, chat.TokenFile{Path: c.BotTokenFile}, chat.TokenFile{Path: c.AppTokenFile}, c.CAFile),
		id:      chat.ServiceID{Platform: Platform, Workspace: c.Workspace},
		command: command, guests: c.AllowGuests,
		inbox: inbox.New(), pace: newPace(), tokenEvery: tokenEvery, recountAfter: recountAfter,
		health: chat.Health{Why: "not started"},
	}
	s.log = slog.With("service", s.id.String())
	s.people, s.groups, s.places = newPeople(s.client), newGroups(s.client), newPlaces(s.client)
	s.found = newRemembered[scan](foundFor, mostFound)
	return s, nil
}

// isToken: what Slack gives begins with one of these.
func isToken(text string) bool {
	return slices.ContainsFunc([]string{"xox", "xapp-"}, func(begin string) bool { return strings.HasPrefix(text, begin) })
}

func parseAPI(written string) (string, error) {
	if written == "" {
		return defaultAPI, nil
	}
	base, err := url.Parse(written)
	switch {
	case err != nil || base.Hostname() == "" || base.Scheme != "https" && base.Scheme != "http":
		return "", errors.New("is not an address; leave it out, or write one such as " + defaultAPI)
	case base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return "", errors.New("holds more than an address; write one such as " + defaultAPI)
	}
	return strings.TrimRight(written, "/") + "/", nil
}

// ID of the workspace.
func (s *Service) ID() chat.ServiceID { return s.id }

// Health of the connection.
func (s *Service) Health() chat.Health {
	s.mu.Lock()
	defer s.mu.Unlock()
	health := s.health
	health.Behind = health.Behind || s.undelivered.Load() > 0
	return health
}

func (s *Service) setHealth(change func(*chat.Health)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.health)
}

// whoami learns who the token is for, which has to be a bot of this workspace.
func (s *Service) whoami(ctx context.Context) (identity, error) {
	me, err := s.me(ctx)
	if err != nil {
		return identity{}, err
	}
	if me.TeamID != s.id.Workspace {
		return identity{}, &chat.Error{Kind: chat.Unauthorised, Err: fmt.Errorf(
			"the bot's token is for the workspace %.40q, and the settings are for %s; put the right token into the file, or the right id into workspace", me.TeamID, s.id.Workspace)}
	}
	self := identity{user: me.UserID, bot: me.BotID}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.self = self
	return self, nil
}

// known is who the token is for, asked for once.
func (s *Service) known(ctx context.Context) (identity, error) {
	if self := s.mine(); self.user != "" {
		return self, nil
	}
	return s.whoami(ctx)
}

func (s *Service) mine() identity {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.self
}

// editsPerMinute leaves room for the few edits that the notifier makes at once: chat.update takes 50 calls in any minute for the whole
// workspace.
const editsPerMinute = 45

// Limits of Slack.
func (s *Service) Limits() chat.Limits {
	return chat.Limits{
		EditEvery: 5 * time.Second, EditsPerMinute: editsPerMinute, Longest: longestMessage, Finds: true, Ephemeral: true, Actions: true, Forms: true,
	}
}
