package slacktest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// tokens of the app.
type tokens struct {
	bot, app string
	// Errors by which they are refused; empty while they are good.
	botRevoked, appRevoked string
	// Earlier ones, by the error that they are refused with.
	old map[string]string
}

func (t *tokens) renew() {
	if t.old == nil {
		t.old = map[string]string{}
	}
	for _, token := range []string{t.bot, t.app} {
		if token != "" {
			t.old[token] = "token_revoked"
		}
	}
	n := time.Now().UnixNano()
	t.bot, t.app = fmt.Sprintf("xoxb-1000000001-1000000002-%d", n), fmt.Sprintf("xapp-1-%s-1000000003-%d", AppID, n)
	t.botRevoked, t.appRevoked = "", ""
}

// BotToken that is good at first, xoxb-….
func (s *Server) BotToken() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens.bot
}

// AppToken of the app level, xapp-…, with which connections are opened.
func (s *Server) AppToken() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens.app
}

// RevokeBotToken makes the bot token worthless (token_revoked). The app is told by tokens_revoked, and of nothing more.
func (s *Server) RevokeBotToken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emit("tokens_revoked", nil, object{"type": "tokens_revoked", "tokens": object{"oauth": []any{}, "bot": []any{s.Bot.ID}}, "event_ts": s.nextTS()})
	s.tokens.botRevoked = "token_revoked"
}

// RevokeAppToken makes the app-level token worthless (token_revoked), and ends the connections that it has opened.
func (s *Server) RevokeAppToken() {
	s.mu.Lock()
	s.tokens.appRevoked = "token_revoked"
	s.mu.Unlock()
	s.Disconnect("link_disabled")
}

// Uninstall the app: it is told by app_uninstalled and tokens_revoked, and its tokens are refused (account_inactive).
func (s *Server) Uninstall() {
	s.mu.Lock()
	s.emit("app_uninstalled", nil, object{"type": "app_uninstalled", "event_ts": s.nextTS()})
	s.mu.Unlock()
	s.RevokeBotToken()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens.botRevoked = "account_inactive"
}

// RenewTokens gives the app new tokens. The earlier ones stay worthless.
func (s *Server) RenewTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens.renew()
}

// SetScopes replaces the scopes of the bot token.
func (s *Server) SetScopes(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings.scopes = slices.Clone(scopes)
}

// Scopes of the bot token.
func (s *Server) Scopes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.settings.scopes)
}

func (s *Server) hasScope(scope string) bool { return slices.Contains(s.settings.scopes, scope) }

// needs is whether the bot token has a scope that something takes, and notes that it was taken.
func (s *Server) needs(scope string) bool {
	held := s.hasScope(scope)
	if held {
		s.used[scope] = true
	}
	return held
}

// ScopesUsed are those scopes of the bot token without which a call that was made would have been refused, or an event that was
// delivered would not have been; sorted.
func (s *Server) ScopesUsed() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.used))
}

// SetCommands replaces the slash commands that the app has, such as /volcado.
func (s *Server) SetCommands(names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings.commands = map[string]bool{}
	for _, name := range names {
		s.settings.commands[name] = true
	}
}

// TokenKind is what a method wants to be called with.
type TokenKind string

// The kinds of tokens.
const (
	BotTokenKind TokenKind = "bot"
	AppTokenKind TokenKind = "app"
	// NoToken is of a call without one, or with one that nobody knows.
	NoToken TokenKind = ""
)

// refusal of a token; empty where it is good.
func (s *Server) judge(token string, want TokenKind) (TokenKind, string) {
	kind := NoToken
	switch {
	case token == "":
		return kind, "not_authed"
	case strings.HasPrefix(token, "xoxb-"):
		kind = BotTokenKind
	case strings.HasPrefix(token, "xapp-"):
		kind = AppTokenKind
	}
	if refused, known := s.tokens.old[token]; known {
		return kind, refused
	}
	switch token {
	case s.tokens.bot:
		if s.tokens.botRevoked != "" {
			return kind, s.tokens.botRevoked
		}
	case s.tokens.app:
		if s.tokens.appRevoked != "" {
			return kind, s.tokens.appRevoked
		}
	default:
		return kind, "invalid_auth"
	}
	if kind != want && want != anyToken {
		return kind, "not_allowed_token_type"
	}
	return kind, ""
}

const anyToken TokenKind = "any"
