package slack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/volcado-io/volcado/bot/chat"
)

// Each of these alone says that people of whom this workspace knows nothing read a channel, or will.
func TestWhateverIsSharedWithOthersIsTakenForShared(t *testing.T) {
	flags := map[string]func(*slack.Channel){
		"nothing is said of it":            func(c *slack.Channel) { c.IsChannel = false },
		"with another organisation":        func(c *slack.Channel) { c.IsExtShared = true },
		"an invitation is under way":       func(c *slack.Channel) { c.IsPendingExtShared = true },
		"within the organisation":          func(c *slack.Channel) { c.IsOrgShared = true },
		"with the whole organisation":      func(c *slack.Channel) { c.IsGlobalShared = true },
		"with somebody":                    func(c *slack.Channel) { c.IsShared = true },
		"with a workspace that is to come": func(c *slack.Channel) { c.PendingShared = []string{"T0OTHER"} },
		"with a workspace that is there":   func(c *slack.Channel) { c.ConnectedTeamIDs = []string{"T0OTHER"} },
	}
	for name, set := range flags {
		c := &slack.Channel{IsChannel: true}
		set(c)
		if kind := kindOf(c); kind != chat.KindShared {
			t.Errorf("%s: it is %s", name, kind)
		}
	}
	groups := &slack.Channel{}
	groups.IsMpIM = true
	if kind := kindOf(groups); kind != chat.KindPrivate {
		t.Errorf("a group direct message is %s", kind)
	}
}

// Each of these alone says that somebody is no person of this workspace.
func TestWhoeverIsNoPersonOfTheWorkspaceIsNotHeard(t *testing.T) {
	w := newWorld(t)
	s := w.service(t)
	person := map[string]any{"id": w.alice.ID, "team_id": w.Team, "name": "alice"}
	for name, says := range map[string]struct {
		user   map[string]any
		wanted bool
	}{
		"a person":                             {nil, true},
		"a bot":                                {map[string]any{"is_bot": true}, false},
		"an app's user":                        {map[string]any{"is_app_user": true}, false},
		"deactivated":                          {map[string]any{"deleted": true}, false},
		"a stranger":                           {map[string]any{"is_stranger": true}, false},
		"invited, and not there yet":           {map[string]any{"is_invited_user": true}, false},
		"a guest":                              {map[string]any{"is_restricted": true}, false},
		"a guest of one channel":               {map[string]any{"is_restricted": true, "is_ultra_restricted": true}, false},
		"of another workspace":                 {map[string]any{"team_id": "T0OTHER"}, false},
		"of another organisation":              {map[string]any{"team_id": "T0OTHER", "enterprise_user": map[string]any{"id": "W1", "enterprise_id": "E0OTHER", "teams": []string{"T0OTHER"}}}, false},
		"of the organisation, and of this one": {map[string]any{"team_id": "T0HOME", "enterprise_user": map[string]any{"id": "W1", "enterprise_id": "E0OURS", "teams": []string{"T0HOME", w.Team}}}, true},
	} {
		user := map[string]any{}
		for _, from := range []map[string]any{person, says.user} {
			for key, value := range from {
				user[key] = value
			}
		}
		body, err := json.Marshal(map[string]any{"ok": true, "user": user})
		if err != nil {
			t.Fatal(err)
		}
		w.Answer(http.StatusOK, body, "users.info")
		s.people.known.forget()
		if _, wanted, err := s.author(t.Context(), w.alice.ID); err != nil || wanted != says.wanted {
			t.Errorf("%s: wanted %t, %v", name, wanted, err)
		}
	}
}

func TestAWorkspaceWhosePlanHasNoUserGroupsIsServed(t *testing.T) {
	w := newWorld(t)
	s := w.service(t)
	for _, code := range []string{"paid_teams_only", "plan_upgrade_required"} {
		w.Refuse(code, "usergroups.list")
		s.groups.known.forget()
		if groups, err := s.groups.of(t.Context(), w.alice.ID); err != nil || len(groups) > 0 {
			t.Errorf("%s: %v, %v", code, groups, err)
		}
	}
	s.groups.known.forget()
	w.Refuse("fatal_error", "usergroups.list")
	if _, err := s.groups.of(t.Context(), w.alice.ID); err == nil {
		t.Error("groups that cannot be read are taken for none")
	}
}

func TestAUserGroupThatIsDisabledHasNoMembers(t *testing.T) {
	w := newWorld(t)
	w.Group("qa", w.alice).Disable(true)
	if groups, err := w.service(t).groups.of(t.Context(), w.alice.ID); err != nil || len(groups) > 0 {
		t.Errorf("%v, %v", groups, err)
	}
}

// Each of these alone says that a message was not written by a person of this workspace, or is none.
func TestWhatNoPersonHasWrittenIsNotHandedOn(t *testing.T) {
	w := newWorld(t)
	arrived := w.listen(t, w.service(t), nil)
	for key, value := range map[string]any{
		"bot_id": "B1", "app_id": "A1", "workflow_id": "Wf1", "user_team": "T0OTHER", "source_team": "T0OTHER", "hidden": true, "subtype": "bot_message",
		"ts": "1", "thread_ts": "x", "user": "x", "channel": "x",
	} {
		event := map[string]any{"type": "app_mention", "user": w.alice.ID, "channel": w.channel.ID, "text": "<@" + w.Bot.ID + "> " + key, "ts": "1700000000.000100"}
		event[key] = value
		w.SendEvent(event)
	}
	w.SendEvent(map[string]any{"type": "app_mention", "user": w.Bot.ID, "channel": w.channel.ID, "text": "<@" + w.Bot.ID + "> itself", "ts": "1700000000.000200"})
	w.alice.Post(w.channel, "", "@volcado hello")
	if m := next(t, arrived); m.Text != "hello" {
		t.Errorf("%+v", m)
	}
	w.eventually(t, "all is acknowledged", func() bool { return w.Unacknowledged() == 0 })
}

// A click counts only as the bot has made its button, on a message, in this workspace; a command only from this workspace.
func TestClicksAndCommandsThatAreNotWholeAreNotHandedOn(t *testing.T) {
	w := newWorld(t)
	arrived := w.listen(t, w.service(t), nil)
	click := func(change func(payload, container, action map[string]any)) {
		container := map[string]any{"type": "message", "channel_id": w.channel.ID, "message_ts": "1700000000.000100"}
		action := map[string]any{"action_id": actionOf("cancel x"), "value": "cancel x", "type": "button"}
		payload := map[string]any{
			"type": "block_actions", "team": map[string]any{"id": w.Team}, "user": map[string]any{"id": w.alice.ID},
			"channel": map[string]any{"id": w.channel.ID}, "container": container, "actions": []any{action},
		}
		change(payload, container, action)
		w.SendEnvelope("interactive", payload)
	}
	command := func(key string, value any) {
		payload := map[string]any{
			"team_id": w.Team, "channel_id": w.channel.ID, "user_id": w.alice.ID, "command": "/volcado", "text": "cancel y", "trigger_id": "1.2.3",
		}
		payload[key] = value
		w.SendEnvelope("slash_commands", payload)
	}
	click(func(payload, _, _ map[string]any) { payload["team"] = map[string]any{"id": "T0OTHER"} })
	click(func(payload, _, _ map[string]any) { payload["actions"] = []any{} })
	click(func(_, container, _ map[string]any) { container["message_ts"] = "x" })
	click(func(_, container, _ map[string]any) { container["thread_ts"] = "x" })
	click(func(_, _, action map[string]any) { action["value"] = "cancel everything" })
	command("team_id", "T0OTHER")
	command("trigger_id", "")
	click(func(_, _, _ map[string]any) {})
	if m := next(t, arrived); m.Text != "cancel x" {
		t.Errorf("%+v", m)
	}
	command("text", "whole")
	if m := next(t, arrived); m.Text != "whole" {
		t.Errorf("%+v", m)
	}
	w.eventually(t, "all is acknowledged", func() bool { return w.Unacknowledged() == 0 })
}

// An answer goes to no address but Slack's own: it says who has access to what.
func TestAnswersGoToSlacksAddressesAlone(t *testing.T) {
	s := &Service{client: &client{base: "https://slack.com/api/"}}
	for address, is := range map[string]bool{
		"https://slack.com/commands/1": true, "https://hooks.slack.com/commands/1": true,
		"http://hooks.slack.com/1": false, "https://hooks.slack.com.evil.example/1": false, "https://hooks.slack.com@evil.example/1": false,
		"https://user:word@hooks.slack.com/1": false, "https://xhooks.slack.com/1": false, "": false, ":": false,
	} {
		if s.isSlacks(address) != is {
			t.Errorf("%q: %t", address, !is)
		}
	}
}

// The bot is in the group here, and not allowed to read what it is. Whoever clicks or commands there is told to go elsewhere.
func TestACommandInAGroupDirectMessageIsAnswered(t *testing.T) {
	w := newWorld(t)
	arrived := w.listen(t, w.service(t), whisper("write elsewhere"))
	w.alice.Slash(w.GroupDirect(w.alice, w.bob, w.Bot), "/volcado", "dump shop")
	if m := next(t, arrived); !m.Absent || m.Kind != "" {
		t.Errorf("%+v", m)
	}
	w.eventually(t, "alice is answered", func() bool { return strings.Contains(w.alice.Shown(), "write elsewhere") })
}

// An answer that lacks is_member says nothing, and one that cannot be had is asked for again.
func TestThatTheBotIsAbsentIsKnownForCertain(t *testing.T) {
	w := newWorld(t)
	s := w.service(t)
	body := fmt.Sprintf(`{"ok":true,"channel":{"id":%q,"is_channel":true}}`, w.channel.ID)
	w.Answer(http.StatusOK, []byte(body), "conversations.info")
	if is, err := s.places.standing(t.Context(), w.channel.ID); err != nil || is.absent {
		t.Errorf("%+v, %v", is, err)
	}
	w.Answer(http.StatusOK, []byte(body), "conversations.info")
	w.Refuse("internal_error", "conversations.history")
	if _, err := s.places.standing(t.Context(), w.channel.ID); err == nil {
		t.Error("that the channel cannot be read is no error")
	}
}
