package slacktest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

func TestEveryMethodSaysWhatItNeeds(t *testing.T) {
	if diff := cmp.Diff(slices.Sorted(maps.Keys(RequiredScopes())), slices.Sorted(maps.Keys(methods()))); diff != "" {
		t.Errorf("methods with requirements (-) and those that there are (+)\n%s", diff)
	}
	for _, scope := range AllScopes() {
		if scope == "connections:write" {
			t.Error("the bot token has a scope of the app token")
		}
	}
}

func TestBodiesOfEveryKindAreAccepted(t *testing.T) {
	s, _, _, c := world(t)
	for name, test := range map[string]struct {
		method, content, body string
		token                 bool
		want                  string
	}{
		"a form":                            {"chat.postMessage", "application/x-www-form-urlencoded", "text=hello&channel=" + c.ID, true, ""},
		"a form with the token":             {"chat.postMessage", "application/x-www-form-urlencoded", "text=hello&channel=" + c.ID + "&token=" + s.BotToken(), false, ""},
		"JSON":                              {"chat.postMessage", "application/json; charset=utf-8", `{"text":"hello","channel":"` + c.ID + `","blocks":[{"type":"divider"}]}`, true, ""},
		"JSON with the token":               {"chat.postMessage", "application/json", `{"text":"hello","channel":"` + c.ID + `","token":"` + s.BotToken() + `"}`, false, "not_authed"},
		"JSON that is none":                 {"chat.postMessage", "application/json", `{`, true, "invalid_json"},
		"JSON for a method that reads":      {"conversations.info", "application/json", `{"channel":"` + c.ID + `"}`, true, "invalid_post_type"},
		"JSON with a text that is a number": {"chat.postMessage", "application/json", `{"text":7,"channel":"` + c.ID + `"}`, true, "invalid_arguments"},
		"something else":                    {"chat.postMessage", "image/png", "x", true, "invalid_post_type"},
		"several parts":                     {"chat.postMessage", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"channel\"\r\n\r\n" + c.ID + "\r\n--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nhello\r\n--x--\r\n", true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+test.method, strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", test.content)
			if test.token {
				r.Header.Set("Authorization", "Bearer "+s.BotToken())
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			calls := s.Calls()
			if got := calls[len(calls)-1].Error; got != test.want || answer.StatusCode != http.StatusOK {
				t.Errorf("got %q with %s, want %q", got, answer.Status, test.want)
			}
		})
	}
}

func TestAnEditKeepsWhatItDoesNotName(t *testing.T) {
	p := newPlace(t)
	ts := p.text("chat.postMessage", "ts", "channel", p.open.ID, "text", "one", "blocks", `[{"type":"divider"}]`, "metadata", `{"event_type":"k","event_payload":{}}`)
	steps := []struct {
		name             string
		args             []string
		blocks, metadata bool
	}{
		{"a text alone", []string{"text", "two"}, false, true},
		{"blocks once more", []string{"blocks", `[{"type":"divider"}]`}, true, true},
		{"a text and no blocks", []string{"text", "two", "blocks", "[]"}, false, true},
		{"a text and blocks", []string{"text", "two", "blocks", `[{"type":"divider"}]`}, true, true},
		{"metadata taken away", []string{"metadata", "{}"}, true, false},
		{"metadata put there again", []string{"metadata", `{"event_type":"k","event_payload":{}}`}, true, true},
	}
	for _, step := range steps {
		p.text("chat.update", "ts", append([]string{"channel", p.open.ID, "ts", ts}, step.args...)...)
		for _, m := range p.open.Messages() {
			if m["ts"] == ts && (len(list(m, "blocks")) > 0 != step.blocks || m["metadata"] != nil != step.metadata) {
				t.Errorf("%s: blocks %v, metadata %v", step.name, m["blocks"], m["metadata"])
			}
		}
	}
}

func TestDirectChannelsAreOpened(t *testing.T) {
	p := newPlace(t)
	one := str(obj(p.call("conversations.open", "users", p.alice.ID), "channel"), "id")
	again := p.call("conversations.open", "users", p.alice.ID, "return_im", "true")
	if channel := obj(again, "channel"); channel["id"] != one || channel["user"] != p.alice.ID || again["already_open"] != true || one[0] != 'D' {
		t.Errorf("first %q, then %v", one, again)
	}
	if got := p.text("chat.postMessage", "channel", "channel", p.alice.ID, "text", "between us"); got != one {
		t.Errorf("what was posted to the user went to %s", got)
	}
	if p.alice.ShownIn(p.Direct(p.alice), "") != "between us\n" || p.bob.Shown() != "" {
		t.Errorf("alice was shown %q, bob %q", p.alice.Shown(), p.bob.Shown())
	}
	several := p.call("conversations.open", "users", p.alice.ID+","+p.bob.ID)
	if id := str(obj(several, "channel"), "id"); id == "" || id == one {
		t.Errorf("with several: %v", several)
	}
}

func TestGroupsAreListed(t *testing.T) {
	p := newPlace(t)
	p.Group("gone", p.bob).Disable(true)
	groups, err := client(p.Server).GetUserGroups()
	if err != nil || len(groups) != 1 || groups[0].Handle != "dba" || groups[0].Users != nil {
		t.Errorf("got %+v, %v", groups, err)
	}
	groups, err = client(p.Server).GetUserGroups(slack.GetUserGroupsOptionIncludeUsers(true), slack.GetUserGroupsOptionIncludeDisabled(true))
	if err != nil || len(groups) != 2 || !slices.Equal(groups[0].Users, []string{p.alice.ID}) {
		t.Errorf("with all: %+v, %v", groups, err)
	}
	members, err := client(p.Server).GetUserGroupMembers(p.group.ID)
	if err != nil || !slices.Equal(members, []string{p.alice.ID}) {
		t.Errorf("members %v, %v", members, err)
	}
}

func TestWhoTheAppIs(t *testing.T) {
	p := newPlace(t)
	me := p.call("auth.test")
	if me["user_id"] != p.Bot.ID || me["bot_id"] != p.BotID || me["team_id"] != p.Team || !strings.Contains(str(me, "scopes"), "chat:write") {
		t.Errorf("auth.test: %v", me)
	}
	if other := ask(t, p.Server, p.AppToken(), "auth.test", nil); other["ok"] != true || other["scopes"] != "connections:write" {
		t.Errorf("by the app's token: %v", other)
	}
	if bot := obj(p.call("bots.info", "bot", p.BotID), "bot"); bot["user_id"] != p.Bot.ID || bot["app_id"] != AppID {
		t.Errorf("bots.info: %v", bot)
	}
	if team := obj(p.call("team.info"), "team"); team["id"] != p.Team {
		t.Errorf("team.info: %v", team)
	}
}

func TestTheAppIsToldOnlyOfWhatItMayHear(t *testing.T) {
	for name, test := range map[string]struct {
		change func(s *Server, c *Channel)
		heard  int
	}{
		"as it is at first":        {func(*Server, *Channel) {}, 1},
		"of messages, too":         {func(s *Server, _ *Channel) { s.SetEvents("app_mention", "message.channels") }, 2},
		"of nothing":               {func(s *Server, _ *Channel) { s.SetEvents() }, 0},
		"without the scope":        {func(s *Server, _ *Channel) { s.SetScopes("chat:write") }, 0},
		"where the bot is not":     {func(s *Server, c *Channel) { s.SetEvents("app_mention"); c.Leave(s.Bot) }, 0},
		"of a kind of channel":     {func(s *Server, c *Channel) { s.SetEvents("message.groups"); c.SetKind(Private) }, 1},
		"by a token that is there": {func(s *Server, _ *Channel) { s.SetEvents("app_mention"); s.RevokeBotToken() }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, alice, _, c := world(t)
			test.change(s, c)
			alice.Post(c, "", "@volcado hello")
			if n := s.Undelivered(); n != test.heard || s.Unacknowledged() != 0 {
				t.Errorf("it hears of %d, want %d", n, test.heard)
			}
		})
	}
}

func TestSharedChannelsSaySo(t *testing.T) {
	for name, test := range map[string]struct {
		change func(c *Channel)
		holds  func(*slack.Channel) bool
	}{
		"pending":                 {func(c *Channel) { c.SharePending(true) }, func(c *slack.Channel) bool { return c.IsPendingExtShared && !c.IsExtShared }},
		"with another":            {func(c *Channel) { c.SharePending(true); c.Share(true) }, func(c *slack.Channel) bool { return c.IsExtShared && c.IsShared && !c.IsPendingExtShared }},
		"within the organisation": {func(c *Channel) { c.ShareWithinOrg(true) }, func(c *slack.Channel) bool { return c.IsOrgShared && !c.IsExtShared }},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, _, c := world(t)
			test.change(c)
			got, err := client(s).GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: c.ID})
			if err != nil || !test.holds(got) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	s, _, _, c := world(t)
	eve := s.User("eve", AsStranger())
	c.Join(eve)
	c.Share(true)
	a := connect(t, s, nil)
	eve.Post(c, "", "@volcado hello")
	request := ""
	// What could not be delivered before there was a connection can come first.
	eventually(t, "the message arrives", func() bool {
		for _, e := range a.all(socketmode.EventTypeEventsAPI) {
			if strings.Contains(string(e.Request.Payload), "hello") {
				request = string(e.Request.Payload)
			}
		}
		return request != ""
	})
	for _, part := range []string{`"is_ext_shared_channel":true`, `"user_team":"T0ELSEWHR1"`, `"source_team":"T0ELSEWHR1"`, `"team_id":"` + s.Team + `"`} {
		if !strings.Contains(request, part) {
			t.Errorf("there is no %s in %s", part, request)
		}
	}
}

func TestAnEleventhConnectionIsSentAway(t *testing.T) {
	s, _, _, _ := world(t)
	for i := range 11 {
		url, _ := ask(t, s, s.AppToken(), "apps.connections.open", nil)["url"].(string)
		socket, answer, err := websocket.DefaultDialer.DialContext(t.Context(), url, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		defer socket.Close()
		var frame map[string]any
		if err := socket.ReadJSON(&frame); err != nil {
			t.Fatal(err)
		}
		if want := map[bool]string{false: "hello", true: "disconnect"}[i == 10]; frame["type"] != want {
			t.Errorf("connection %d: %v", i, frame)
		}
	}
}

func TestAViewIsReplacedByWhoKnowsItsHash(t *testing.T) {
	p := newPlace(t)
	opened := obj(p.call("views.open", "view", modal, "trigger_id", p.aTrigger()), "view")
	id, hash := str(opened, "id"), str(opened, "hash")
	other := strings.Replace(modal, "Dump", "Other", 1)
	if got := p.call("views.update", "view", other, "view_id", id, "hash", "x"); got["error"] != "hash_conflict" {
		t.Errorf("by another hash: %v", got)
	}
	if got := p.call("views.update", "view", other, "view_id", id, "hash", hash); got["ok"] != true {
		t.Errorf("by its hash: %v", got)
	}
	if f, _ := p.alice.Form(); str(obj(f.View, "title"), "text") != "Other" {
		t.Errorf("what is open is %v", f.View)
	}
}

func TestAWhisperInAThreadIsShownOnceThereAreReplies(t *testing.T) {
	p := newPlace(t)
	whisper := func() string {
		t.Helper()
		p.text("chat.postEphemeral", "message_ts", "channel", p.open.ID, "user", p.alice.ID, "thread_ts", p.aliceTS, "text", "between us")
		return p.alice.ShownIn(p.open, p.aliceTS)
	}
	if shown := whisper(); strings.Contains(shown, "between us") {
		t.Errorf("before there are any it is shown: %q", shown)
	}
	p.alice.Post(p.open, p.aliceTS, "a reply")
	if shown := whisper(); !strings.Contains(shown, "between us") {
		t.Errorf("afterwards it is not: %q", shown)
	}
}

func TestAReplyToWhatHasGoneCanLoseItsThread(t *testing.T) {
	p := newPlace(t)
	p.SetUnthreading(true)
	message := obj(p.call("chat.postMessage", "channel", p.open.ID, "thread_ts", p.goneTS, "text", "an orphan"), "message")
	if message["ts"] == nil || message["thread_ts"] != nil {
		t.Errorf("got %v", message)
	}
}

func TestTheScopesThatWereUsedAreKnown(t *testing.T) {
	p := newPlace(t)
	p.call("conversations.info", "channel", p.open.ID)
	p.call("conversations.info", "channel", p.hidden.ID)
	p.alice.Slash(p.open, "/volcado", "")
	if diff := cmp.Diff([]string{"channels:read", "chat:write", "commands"}, p.ScopesUsed()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
