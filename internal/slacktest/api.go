package slacktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// method of the Web API.
type method struct {
	// Arguments that it has, beside the token, by their type.
	args map[string]argument
	// json is whether a JSON body is accepted beside a form.
	json bool
	run  func(*call) (object, *refusal)
}

// call of a method, with the lock held.
type call struct {
	*Server
	name string
	args object
	base string
}

// refusal is an answer that is not ok.
type refusal struct {
	code string
	// more that the answer has.
	more object
}

func refuse(code string) *refusal { return &refusal{code: code} }

// because is a refusal with the messages that say what is wrong.
func because(code string, messages ...string) *refusal {
	var tagged []any
	for _, message := range messages {
		tagged = append(tagged, "[ERROR] "+message)
	}
	more := object{"response_metadata": object{"messages": tagged}}
	if code == "invalid_blocks" {
		more["errors"] = messages
	}
	return &refusal{code: code, more: more}
}

var methods = sync.OnceValue(func() map[string]method {
	all := map[string]method{}
	for _, family := range []map[string]method{
		authMethods(), chatMethods(), conversationMethods(), historyMethods(), userMethods(), viewMethods(),
	} {
		maps.Copy(all, family)
	}
	return all
})

var requirements = sync.OnceValue(RequiredScopes)

// serveAPI answers one call.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	request, problem := parse(r)
	s.slow(name)
	if s.disturb(w, name, request, before) {
		return
	}
	status, header, answer := s.answer(r, name, request, problem)
	if s.disturb(w, name, request, afterwards) {
		return
	}
	maps.Copy(w.Header(), header)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(encode(answer))
}

// answer does the call and writes it down.
func (s *Server) answer(r *http.Request, name string, request request, problem *refusal) (int, http.Header, object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	header := http.Header{"X-Slack-Req-Id": {s.uuid()}}
	switch request.token {
	case s.tokens.bot:
		header.Set("X-Oauth-Scopes", strings.Join(s.settings.scopes, ","))
	case s.tokens.app:
		header.Set("X-Oauth-Scopes", "connections:write")
	}
	note := Call{Method: name, Args: request.args, Token: kindOf(request.token), At: s.now()}
	note.Known, note.Early = s.rates.early(name, str(request.args, "channel"), note.At)
	if wait := s.throttled(name, request.args); wait > 0 {
		header.Set("Retry-After", fmt.Sprint(wait))
		note.Error = "ratelimited"
		s.calls = append(s.calls, note)
		return http.StatusTooManyRequests, header, object{"ok": false, "error": "ratelimited"}
	}
	answer, refused := s.do(r, name, request, problem)
	if refused != nil {
		answer = object{"ok": false, "error": refused.code}
		maps.Copy(answer, refused.more)
		note.Error = refused.code
	} else {
		answer["ok"] = true
	}
	s.calls = append(s.calls, note)
	return http.StatusOK, header, answer
}

func (s *Server) do(r *http.Request, name string, request request, problem *refusal) (object, *refusal) {
	m, known := methods()[name]
	if !known {
		return nil, refuse("unknown_method")
	}
	if problem != nil {
		return nil, problem
	}
	if request.json && !m.json {
		return nil, refuse("invalid_post_type")
	}
	requirement := requirements()[name]
	want := requirement.Token
	if name == "auth.test" {
		want = anyToken
	}
	if want == AppTokenKind && !request.byHeader {
		return nil, refuse("not_authed")
	}
	if _, code := s.judge(request.token, want); code != "" {
		return nil, refuse(code)
	}
	for _, scope := range requirement.Scopes {
		if want == BotTokenKind && !s.needs(scope) {
			return nil, s.missing(scope)
		}
	}
	args, refused := check(m.args, request)
	if refused != nil {
		return nil, refused
	}
	if code := s.refusedByFault(name); code != "" {
		return nil, refuse(code)
	}
	return m.run(&call{Server: s, name: name, args: args, base: "http://" + r.Host})
}

func (s *Server) missing(needed ...string) *refusal {
	return &refusal{code: "missing_scope", more: object{
		"needed": strings.Join(needed, ","), "provided": strings.Join(s.settings.scopes, ","),
	}}
}

// allowed by a scope for that kind of channel, or refused.
func (c *call) allowed(kind Kind) *refusal {
	scope := requirements()[c.name].ByKind[kind]
	if scope != "" && !c.needs(scope) {
		return c.missing(scope)
	}
	return nil
}

// find a channel by the argument of that name, as the bot may see it.
func (c *call) find(argument string) (*Channel, *refusal) {
	scopes := requirements()[c.name].ByKind
	held := func(scope string) bool { return c.hasScope(scope) }
	if names := slices.Sorted(maps.Values(scopes)); len(names) > 0 && !slices.ContainsFunc(names, held) {
		return nil, c.missing(names...)
	}
	channel := c.channel(str(c.args, argument))
	if channel == nil || channel.private() && !channel.has(c.Bot.ID) {
		return nil, refuse("channel_not_found")
	}
	return channel, c.allowed(channel.kind)
}

// request as it was sent.
type request struct {
	token string
	// byHeader is whether the token came in a header, and not among the arguments.
	byHeader bool
	args     object
	json     bool
}

// parse a form or a JSON body.
func parse(r *http.Request) (request, *refusal) {
	made := request{args: object{}}
	made.token = strings.TrimSpace(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer"))
	made.byHeader = made.token != ""
	r.Body = http.MaxBytesReader(nil, r.Body, 4<<20)
	content, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch strings.TrimSpace(content) {
	case "application/json":
		made.json = true
		var body object
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil && !errors.Is(err, io.EOF) {
			return made, refuse("invalid_json")
		}
		if body != nil {
			made.args = body
		}
		return made, nil
	case "multipart/form-data":
		if err := r.ParseMultipartForm(4 << 20); err != nil {
			return made, refuse("invalid_form_data")
		}
	case "application/x-www-form-urlencoded", "":
		if err := r.ParseForm(); err != nil {
			return made, refuse("invalid_form_data")
		}
	default:
		return made, refuse("invalid_post_type")
	}
	for key, values := range r.Form {
		if key == "token" {
			if made.token == "" {
				made.token = values[0]
			}
			continue
		}
		made.args[key] = values[len(values)-1]
	}
	return made, nil
}

func kindOf(token string) TokenKind {
	switch {
	case strings.HasPrefix(token, "xoxb-"):
		return BotTokenKind
	case strings.HasPrefix(token, "xapp-"):
		return AppTokenKind
	}
	return NoToken
}
