package bolttest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/volcado-io/volcado/internal/slacktest"
)

// sample is something that the fake has answered, or has told the app.
type sample struct {
	// what it is, and of which of Slack's types.
	what, kind string
	value      map[string]any
}

// collector asks the fake, and keeps what it answers.
type collector struct {
	*world
	samples []sample
}

// ask a method, with pairs of argument and value, and keep its answer, which has to have that error, or none.
func (c *collector) ask(code, method string, pairs ...string) map[string]any {
	c.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.URL()+method, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	token := c.BotToken()
	if slacktest.RequiredScopes()[method].Token == slacktest.AppTokenKind {
		token = c.AppToken()
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		c.t.Fatal(err)
	}
	if got, _ := answer["error"].(string); got != code {
		c.t.Fatalf("%s is answered with %v", method, answer)
	}
	c.answered(method, answer)
	return answer
}

func (c *collector) answered(method string, answer map[string]any) {
	c.samples = append(c.samples, sample{what: method, kind: "Answer<" + typeOf(method) + ">", value: answer})
}

// told keeps what the app has reported the first time.
func (c *collector) told(what, kind string) report {
	c.t.Helper()
	told := c.app.tells(what, 1)
	c.samples = append(c.samples, sample{what: what, kind: kind, value: told.Payload})
	return told
}

// collect answers of every method, of a workspace in which there is something of everything, and what Bolt is told.
func collect(t *testing.T) []sample {
	c := &collector{world: newWorld(t)}
	c.conversation()
	c.messages()
	c.places()
	return c.samples
}

func (c *collector) conversation() {
	c.alice.Post(c.dumps, "", "@volcado dump *now*")
	c.told("mention", "AppMentionEvent")
	c.alice.Click(c.dumps, c.app.tells("said", 1).TS, "go")
	c.told("click", "BlockAction<ButtonAction>")
	c.alice.Post(c.Direct(c.alice), "", "hello")
	c.told("message", "GenericMessageEvent")
	c.alice.Slash(c.dumps, "/volcado", "x")
	c.told("command", "Own<SlashCommand>")
	view := c.app.tells("opened", 1)
	c.answered("views.open", view.Payload)
	c.ask("", "views.update", "view_id", view.Value, "view", `{"type": "modal", "callback_id": "form", "title": {"type": "plain_text", "text": "Dump"},
		"submit": {"type": "plain_text", "text": "Send"}, "close": {"type": "plain_text", "text": "Close"}, "blocks": [{"type": "input",
		"block_id": "database", "label": {"type": "plain_text", "text": "Database"}, "element": {"type": "plain_text_input", "action_id": "name"}}]}`)
	c.alice.SendForm(map[string]string{"name": "shop"})
	c.told("form", "ViewSubmitAction")
}

func (c *collector) messages() {
	root := c.alice.Post(c.dumps, "", "with `all` of _it_: https://example.com and :tada:")
	c.alice.Edit(c.dumps, root, "edited")
	c.alice.PostFile(c.dumps, "", "look", "dump.sql")
	c.alice.PostMe(c.dumps, "waves")
	c.alice.PostBroadcast(c.dumps, root, "shown to all")
	c.PostAs(c.dumps, slacktest.Machine{Name: "hook", Webhook: true, Thread: root}, "from a hook")
	c.PostAs(c.dumps, slacktest.Machine{Name: "steps", Workflow: true}, "from a workflow")
	gone := c.alice.Post(c.dumps, "", "deleted")
	c.alice.Post(c.dumps, gone, "its thread stays")
	c.alice.Delete(c.dumps, gone)
	c.dumps.Join(c.User("bob"))
	post := []string{"channel", c.dumps.ID, "text", "beside", "metadata", `{"event_type": "dump", "event_payload": {"key": "one"}}`, "blocks",
		`[{"type": "section", "text": {"type": "mrkdwn", "text": "*x*"}, "accessory": {"type": "button", "action_id": "a", "value": "v",
		"style": "primary", "text": {"type": "plain_text", "text": "Go"}}}, {"type": "divider"}, {"type": "context", "elements":
		[{"type": "mrkdwn", "text": "y"}]}, {"type": "header", "text": {"type": "plain_text", "text": "z"}}]`}
	ts, _ := c.ask("", "chat.postMessage", post...)["ts"].(string)
	c.ask("", "chat.postMessage", append(post, "thread_ts", root, "reply_broadcast", "true")...)
	c.ask("", "chat.postMessage", "channel", c.dumps.ID, "text", "by name", "username", "shop")
	c.ask("invalid_blocks", "chat.postMessage", "channel", c.dumps.ID, "blocks", `[{"type": "divider", "text": "no"}]`)
	c.ask("", "chat.postEphemeral", "channel", c.dumps.ID, "user", c.alice.ID, "text", "to you alone")
	for _, root := range []string{root, gone, ts} {
		c.ask("", "conversations.replies", "channel", c.dumps.ID, "ts", root, "limit", "2", "include_all_metadata", "true")
	}
	c.ask("", "conversations.history", "channel", c.dumps.ID, "include_all_metadata", "true")
	c.ask("", "conversations.history", "channel", c.dumps.ID, "limit", "1")
	c.ask("", "chat.update", "channel", c.dumps.ID, "ts", ts, "text", "changed")
	c.ask("", "chat.delete", "channel", c.dumps.ID, "ts", ts)
}

func (c *collector) places() {
	stranger, leaver := c.User("eve", slacktest.AsStranger()), c.User("carol")
	shared := c.Channel("shared", slacktest.Private, c.alice, stranger, c.Bot)
	shared.Share(true)
	pending := c.Channel("pending", slacktest.Public, c.alice, c.Bot)
	pending.SharePending(true)
	group := c.Group("dba", c.alice)
	c.Group("old", leaver).Disable(true)
	leaver.Deactivate()
	for _, channel := range []*slacktest.Channel{c.dumps, shared, pending, c.Direct(c.alice), c.GroupDirect(c.alice, leaver, c.Bot)} {
		c.ask("", "conversations.info", "channel", channel.ID, "include_num_members", "true", "include_locale", "true")
	}
	for _, user := range []*slacktest.User{c.alice, stranger, leaver, c.Bot} {
		c.ask("", "users.info", "user", user.ID, "include_locale", "true")
	}
	kinds := []string{"types", "public_channel,private_channel,im,mpim"}
	c.ask("", "conversations.list", kinds...)
	c.ask("", "conversations.list", append(kinds, "limit", "1")...)
	c.ask("", "users.conversations", kinds...)
	c.ask("", "conversations.members", "channel", c.dumps.ID, "limit", "1")
	c.ask("", "conversations.open", "users", c.alice.ID)
	c.ask("", "conversations.open", "users", c.alice.ID, "return_im", "true")
	c.ask("", "usergroups.list", "include_users", "true", "include_count", "true", "include_disabled", "true")
	c.ask("", "usergroups.users.list", "usergroup", group.ID)
	c.ask("", "auth.test")
	c.ask("", "apps.connections.open")
	c.ask("", "team.info")
	c.ask("", "bots.info", "bot", c.BotID)
	c.SetScopes("chat:write")
	c.ask("missing_scope", "team.info")
}
