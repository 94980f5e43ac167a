package slacktest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// ask the Web API with a form, and give its answer.
func ask(t *testing.T, s *Server, token, method string, args map[string]string) map[string]any {
	t.Helper()
	form := url.Values{}
	for key, value := range args {
		form.Set(key, value)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+method, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return map[string]any{"error": "lost"}
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var decoded map[string]any
	if err := json.Unmarshal(data, &decoded); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	if wait := answer.Header.Get("Retry-After"); wait != "" {
		decoded["retry-after"] = wait
	}
	decoded["scopes"] = answer.Header.Get("X-Oauth-Scopes")
	return decoded
}

// place is a world with more in it, by which refusals are tried.
type place struct {
	*Server
	t                            *testing.T
	alice, bob, stranger         *User
	open, elsewhere, hidden, old *Channel
	group                        *Group
	ts, aliceTS, goneTS          string
}

func newPlace(t *testing.T) *place {
	s := New(t)
	p := &place{Server: s, t: t, alice: s.User("alice"), bob: s.User("bob"), stranger: s.User("eve", AsStranger())}
	p.open = s.Channel("dumps", Public, p.alice, s.Bot)
	p.elsewhere = s.Channel("elsewhere", Public, p.alice)
	p.hidden = s.Channel("hidden", Private, p.alice)
	p.old = s.Channel("old", Public, p.alice, s.Bot)
	p.old.Archive()
	p.group = s.Group("dba", p.alice)
	p.ts = p.text("chat.postMessage", "ts", "channel", p.open.ID, "text", "hello")
	p.aliceTS = p.alice.Post(p.open, "", "good morning")
	p.goneTS = p.alice.Post(p.open, "", "nobody answered")
	p.alice.Delete(p.open, p.goneTS)
	return p
}

func (p *place) call(method string, pairs ...string) map[string]any {
	p.t.Helper()
	args := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		args[pairs[i]] = pairs[i+1]
	}
	token := p.BotToken()
	if method == "apps.connections.open" {
		token = p.AppToken()
	}
	return ask(p.t, p.Server, token, method, args)
}

func (p *place) text(method, field string, pairs ...string) string {
	p.t.Helper()
	answer := p.call(method, pairs...)
	text, ok := answer[field].(string)
	if !ok {
		p.t.Fatalf("%s: %v", method, answer)
	}
	return text
}

// trigger of a command that alice has just given.
func (p *place) aTrigger() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.trigger(p.alice, nil)
}

const modal = `{"type":"modal","title":{"type":"plain_text","text":"Dump"},"blocks":[]}`

func TestCallsAreRefusedAsSlackRefusesThem(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		do   func(p *place) map[string]any
		want string
	}{
		"a method that there is not": {func(p *place) map[string]any { return p.call("chat.shout") }, "unknown_method"},
		"an argument that the method has not": {func(p *place) map[string]any {
			return p.call("chat.postMessage", "channel", p.open.ID, "text", "x", "txet", "y")
		}, "invalid_arguments"},
		"an argument that is missing": {func(p *place) map[string]any { return p.call("conversations.info") }, "invalid_arguments"},
		"an argument of another type": {func(p *place) map[string]any { return p.call("conversations.list", "limit", "many") }, "invalid_arguments"},
		"no token":                    {func(p *place) map[string]any { return ask(p.t, p.Server, "", "auth.test", nil) }, "not_authed"},
		"a token that nobody knows":   {func(p *place) map[string]any { return ask(p.t, p.Server, "xoxb-1", "auth.test", nil) }, "invalid_auth"},
		"the app's token for the bot": {func(p *place) map[string]any {
			return ask(p.t, p.Server, p.AppToken(), "users.info", map[string]string{"user": p.alice.ID})
		}, "not_allowed_token_type"},
		"the bot's token for a connection": {func(p *place) map[string]any { return ask(p.t, p.Server, p.BotToken(), "apps.connections.open", nil) }, "not_allowed_token_type"},
		"a bot token that was revoked":     {func(p *place) map[string]any { p.RevokeBotToken(); return p.call("auth.test") }, "token_revoked"},
		"an app token that was revoked":    {func(p *place) map[string]any { p.RevokeAppToken(); return p.call("apps.connections.open") }, "token_revoked"},
		"an app that was uninstalled":      {func(p *place) map[string]any { p.Uninstall(); return p.call("auth.test") }, "account_inactive"},
		"an earlier token": {func(p *place) map[string]any {
			old := p.BotToken()
			p.RenewTokens()
			return ask(p.t, p.Server, old, "auth.test", nil)
		}, "token_revoked"},
		"a scope that is missing": {func(p *place) map[string]any {
			p.SetScopes("commands")
			return p.call("chat.postMessage", "channel", p.open.ID, "text", "x")
		}, "missing_scope"},
		"a scope of a kind of channel": {func(p *place) map[string]any {
			p.SetScopes("groups:read")
			return p.call("conversations.info", "channel", p.open.ID)
		}, "missing_scope"},
		"a list of a kind without its scope": {func(p *place) map[string]any {
			p.SetScopes("channels:read")
			return p.call("conversations.list", "types", "public_channel,im")
		}, "missing_scope"},
		"a name without its scope": {func(p *place) map[string]any {
			p.SetScopes("chat:write")
			return p.call("chat.postMessage", "channel", p.open.ID, "text", "x", "username", "y")
		}, "missing_scope"},
		"a post to no channel": {func(p *place) map[string]any { return p.call("chat.postMessage", "channel", "nowhere", "text", "x") }, "channel_not_found"},
		"a post where the bot is not": {func(p *place) map[string]any {
			return p.call("chat.postMessage", "channel", p.elsewhere.ID, "text", "x")
		}, "not_in_channel"},
		"a post to a hidden channel":    {func(p *place) map[string]any { return p.call("chat.postMessage", "channel", p.hidden.ID, "text", "x") }, "channel_not_found"},
		"a post to an archived channel": {func(p *place) map[string]any { return p.call("chat.postMessage", "channel", p.old.ID, "text", "x") }, "is_archived"},
		"a post to a deleted channel": {func(p *place) map[string]any {
			p.open.Delete()
			return p.call("chat.postMessage", "channel", p.open.ID, "text", "x")
		}, "channel_not_found"},
		"a post of nothing": {func(p *place) map[string]any { return p.call("chat.postMessage", "channel", p.open.ID) }, "no_text"},
		"a post of too much": {func(p *place) map[string]any {
			return p.call("chat.postMessage", "channel", p.open.ID, "text", strings.Repeat("x", 40001))
		}, "msg_too_long"},
		"an edit of too much": {func(p *place) map[string]any {
			return p.call("chat.update", "channel", p.open.ID, "ts", p.ts, "text", strings.Repeat("x", 4001))
		}, "msg_too_long"},
		"blocks that are no JSON": {func(p *place) map[string]any { return p.call("chat.postMessage", "channel", p.open.ID, "blocks", "[") }, "invalid_blocks_format"},
		"the app's token as an argument": {func(p *place) map[string]any {
			return ask(p.t, p.Server, "", "apps.connections.open", map[string]string{"token": p.AppToken()})
		}, "not_authed"},
		"a post in no thread": {func(p *place) map[string]any {
			return p.call("chat.postMessage", "channel", p.open.ID, "text", "x", "thread_ts", "1.000000")
		}, "thread_not_found"},
		"a post in a deleted thread": {func(p *place) map[string]any {
			return p.call("chat.postMessage", "channel", p.open.ID, "text", "x", "thread_ts", p.goneTS)
		}, "thread_not_found"},
		"metadata that is none": {func(p *place) map[string]any {
			return p.call("chat.postMessage", "channel", p.open.ID, "text", "x", "metadata", `{"event_type":"x"}`)
		}, "invalid_metadata_format"},
		"metadata that is too large": {func(p *place) map[string]any {
			return p.call("chat.postMessage", "channel", p.open.ID, "text", "x", "metadata", `{"event_type":"x","event_payload":{"y":"`+strings.Repeat("z", 16<<10)+`"}}`)
		}, "metadata_too_large"},
		"text beside markdown": {func(p *place) map[string]any {
			return p.call("chat.postMessage", "channel", p.open.ID, "text", "x", "markdown_text", "y")
		}, "markdown_text_conflict"},
		"a whisper to who is not there": {func(p *place) map[string]any {
			return p.call("chat.postEphemeral", "channel", p.open.ID, "text", "x", "user", p.bob.ID)
		}, "user_not_in_channel"},
		"an edit of another's message": {func(p *place) map[string]any {
			return p.call("chat.update", "channel", p.open.ID, "ts", p.aliceTS, "text", "x")
		}, "cant_update_message"},
		"an edit of no message": {func(p *place) map[string]any {
			return p.call("chat.update", "channel", p.open.ID, "ts", "1.000000", "text", "x")
		}, "message_not_found"},
		"an edit past its window": {func(p *place) map[string]any {
			p.SetEditWindow(time.Minute)
			p.Advance(2 * time.Minute)
			return p.call("chat.update", "channel", p.open.ID, "ts", p.ts, "text", "x")
		}, "edit_window_closed"},
		"an edit that the test refuses": {func(p *place) map[string]any {
			p.RefuseEdit()
			return p.call("chat.update", "channel", p.open.ID, "ts", p.ts, "text", "x")
		}, "edit_window_closed"},
		"an edit in an archived channel": {func(p *place) map[string]any {
			p.open.Archive()
			return p.call("chat.update", "channel", p.open.ID, "ts", p.ts, "text", "x")
		}, "is_inactive"},
		"an edit after the bot was removed": {func(p *place) map[string]any {
			p.open.Kick(p.Bot)
			return p.call("chat.update", "channel", p.open.ID, "ts", p.ts, "text", "x")
		}, "not_in_channel"},
		"a deletion of another's message": {func(p *place) map[string]any { return p.call("chat.delete", "channel", p.open.ID, "ts", p.aliceTS) }, "cant_delete_message"},
		"a look at a hidden channel":      {func(p *place) map[string]any { return p.call("conversations.info", "channel", p.hidden.ID) }, "channel_not_found"},
		"a history where the bot is not":  {func(p *place) map[string]any { return p.call("conversations.history", "channel", p.elsewhere.ID) }, "not_in_channel"},
		"a history by a wrong cursor": {func(p *place) map[string]any {
			return p.call("conversations.history", "channel", p.open.ID, "cursor", "x")
		}, "invalid_cursor"},
		"a history by a wrong time": {func(p *place) map[string]any {
			return p.call("conversations.history", "channel", p.open.ID, "oldest", "yesterday")
		}, "invalid_ts_oldest"},
		"a history of too many": {func(p *place) map[string]any {
			return p.call("conversations.history", "channel", p.open.ID, "limit", "1001")
		}, "invalid_limit"},
		"a thread that is none": {func(p *place) map[string]any {
			return p.call("conversations.replies", "channel", p.open.ID, "ts", p.goneTS)
		}, "thread_not_found"},
		"a thread in a channel, read strictly": {func(p *place) map[string]any {
			p.SetStrictReading(true, true)
			return p.call("conversations.replies", "channel", p.open.ID, "ts", p.ts)
		}, "not_allowed_token_type"},
		"a user that there is not":            {func(p *place) map[string]any { return p.call("users.info", "user", "U1") }, "user_not_found"},
		"a stranger whom the bot never meets": {func(p *place) map[string]any { return p.call("users.info", "user", p.stranger.ID) }, "user_not_visible"},
		"a direct channel with a bot":         {func(p *place) map[string]any { return p.call("conversations.open", "users", p.Bot.ID) }, "cannot_dm_bot"},
		"a direct channel with who has left": {func(p *place) map[string]any {
			p.bob.Deactivate()
			return p.call("conversations.open", "users", p.bob.ID)
		}, "user_disabled"},
		"a direct channel with nobody": {func(p *place) map[string]any { return p.call("conversations.open") }, "users_list_not_supplied"},
		"a group that there is not":    {func(p *place) map[string]any { return p.call("usergroups.users.list", "usergroup", "S1") }, "no_such_subteam"},
		"a group that was disabled": {func(p *place) map[string]any {
			p.group.Disable(true)
			return p.call("usergroups.users.list", "usergroup", p.group.ID)
		}, "no_such_subteam"},
		"a form without a trigger": {func(p *place) map[string]any { return p.call("views.open", "view", modal) }, "invalid_arguments"},
		"a form by no trigger":     {func(p *place) map[string]any { return p.call("views.open", "view", modal, "trigger_id", "x") }, "invalid_trigger_id"},
		"a form that is too late": {func(p *place) map[string]any {
			id := p.aTrigger()
			p.Advance(3*time.Second + time.Millisecond)
			return p.call("views.open", "view", modal, "trigger_id", id)
		}, "expired_trigger_id"},
		"a form by a trigger that was used": {func(p *place) map[string]any {
			id := p.aTrigger()
			p.call("views.open", "view", modal, "trigger_id", id)
			return p.call("views.open", "view", modal, "trigger_id", id)
		}, "exchanged_trigger_id"},
		"a form that Slack would not show": {func(p *place) map[string]any {
			return p.call("views.open", "view", strings.Replace(modal, "Dump", strings.Repeat("x", 25), 1), "trigger_id", p.aTrigger())
		}, "invalid_arguments"},
		"another form that there is not": {func(p *place) map[string]any { return p.call("views.update", "view", modal, "view_id", "V1") }, "not_found"},
		"a call that the test throttles": {func(p *place) map[string]any {
			p.Throttle(1500*time.Millisecond, "auth.test")
			return p.call("auth.test")
		}, "ratelimited"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			answer := test.do(p)
			if answer["error"] != test.want || answer["ok"] != false {
				t.Errorf("got %v, want %s", answer, test.want)
			}
			switch test.want {
			case "missing_scope":
				if answer["needed"] == "" || answer["provided"] == "" {
					t.Errorf("it does not say what is needed and provided: %v", answer)
				}
			case "ratelimited":
				if answer["retry-after"] != "2" {
					t.Errorf("Retry-After is %v", answer["retry-after"])
				}
			case "invalid_arguments":
				if len(list(obj(answer, "response_metadata"), "messages")) == 0 {
					t.Errorf("it does not say what is invalid: %v", answer)
				}
			}
			calls := p.Calls()
			if last := calls[len(calls)-1]; last.Error != test.want {
				t.Errorf("the call was written down as %+v", last)
			}
		})
	}
}
