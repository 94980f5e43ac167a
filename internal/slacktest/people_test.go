package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

func TestPeopleSeeWhatTheMarkUpMakes(t *testing.T) {
	for text, want := range map[string]struct {
		shown   string
		effects []string
	}{
		"plain &lt;b&gt; &amp;amp; text":             {"plain <b> &amp; text", nil},
		"*bold* _italic_ ~struck~":                   {"bold italic struck", []string{"bold", "italic", "strike"}},
		"not*bold*here snake_case_name 2*3*4":        {"not*bold*here snake_case_name 2*3*4", nil},
		"`code *x*` and ```fence\nline```":           {"code *x* and fence\nline", []string{"preformatted", "code"}},
		"<https://example.com/|a label> and <!here>": {"a label and @here", []string{"link", "mention of here"}},
		"https://example.com/x www.example.com":      {"https://example.com/x www.example.com", []string{"link", "link"}},
		"&gt; a quote":                               {"a quote", []string{"quote"}},
		":tada: at 10:30:45":                         {"\U0001F642 at 10:30:45", []string{"emoji"}},
		"@channel, #dumps and <!channel>":            {"@channel, #dumps and @channel", []string{"mention of channel"}},
		"<script> & <not closed":                     {"<script> & <not closed", nil},
		"*\u200bbold\u200b* `unclosed and _x":        {"\u200bbold\u200b `unclosed and _x", []string{"bold"}},
		"\u200b*\u200bx* :not an emoji: ::::":        {"\u200b\u200bx :not an emoji: ::::", []string{"bold"}},
		`\*a backslash escapes nothing\*`:            {`\a backslash escapes nothing\`, []string{"bold"}},
	} {
		t.Run(text, func(t *testing.T) {
			s, alice, _, c := world(t)
			answer := ask(t, s, s.BotToken(), "chat.postMessage", map[string]string{"channel": c.ID, "text": text})
			if answer["ok"] != true {
				t.Fatal(answer)
			}
			if shown := strings.TrimSuffix(alice.Shown(), "\n"); shown != want.shown {
				t.Errorf("shown is %q, want %q", shown, want.shown)
			}
			got := alice.Effects()
			slices.Sort(got)
			slices.Sort(want.effects)
			if diff := cmp.Diff(want.effects, got); diff != "" {
				t.Errorf("effects (-want +got)\n%s", diff)
			}
		})
	}
}

const everyBlock = `[{"type":"header","text":{"type":"plain_text","text":"a &lt; b :tada:"}},
{"type":"section","text":{"type":"mrkdwn","text":"*loud*"},"fields":[{"type":"plain_text","text":"*quiet*"}]},
{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"*as it is* &amp;"},{"type":"text","text":"x","style":{"code":true}}]},
{"type":"rich_text_preformatted","elements":[{"type":"text","text":"pre"}]}]},
{"type":"table","rows":[[{"type":"raw_text","text":"A"},{"type":"raw_text","text":"B"}]]},
{"type":"context","elements":[{"type":"mrkdwn","text":"#dumps @everyone"},{"type":"mrkdwn","text":"@everyone","verbatim":true}]},
{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Stop"},"action_id":"stop","value":"cancel one","style":"danger"}]}]`

func TestBlocksAreShownAndTheirFallbackIsNot(t *testing.T) {
	s, alice, _, c := world(t)
	answer := ask(t, s, s.BotToken(), "chat.postMessage", map[string]string{"channel": c.ID, "text": "*fallback* <!here>", "blocks": everyBlock})
	if answer["ok"] != true {
		t.Fatal(answer)
	}
	want := "a < b \U0001F642\nloud\n*quiet*\n*as it is* &amp;x\npre\nA\tB\n#dumps @everyone\n@everyone\nStop\n"
	if diff := cmp.Diff(want, alice.Shown()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	wantEffects := []string{"heading", "emoji", "bold", "code", "preformatted", "table", "channel", "mention of everyone", "button", "notification mention of here"}
	if diff := cmp.Diff(wantEffects, alice.Effects()); diff != "" {
		t.Errorf("effects (-want +got)\n%s", diff)
	}
}

func TestMentionsNotifyThoseWhoAreMentioned(t *testing.T) {
	for name, test := range map[string]struct {
		text       func(s *Server, bob *User, g *Group) string
		alice, bob int
	}{
		"a user":                {func(_ *Server, bob *User, _ *Group) string { return "<@" + bob.ID + ">" }, 0, 1},
		"all who are here":      {func(*Server, *User, *Group) string { return "<!here>" }, 1, 1},
		"a group":               {func(_ *Server, _ *User, g *Group) string { return "<!subteam^" + g.ID + ">" }, 1, 0},
		"nobody, escaped":       {func(_ *Server, bob *User, _ *Group) string { return "&lt;@" + bob.ID + "&gt; &lt;!here&gt;" }, 0, 0},
		"nobody, by their name": {func(*Server, *User, *Group) string { return "@bob" }, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, alice, bob, c := world(t)
			text := test.text(s, bob, s.Group("dba", alice))
			ts, _ := ask(t, s, s.BotToken(), "chat.postMessage", map[string]string{"channel": c.ID, "text": text})["ts"].(string)
			ask(t, s, s.BotToken(), "chat.update", map[string]string{"channel": c.ID, "ts": ts, "text": text + " once more"})
			if alice.Mentioned() != test.alice || bob.Mentioned() != test.bob {
				t.Errorf("alice was notified %d times, bob %d times", alice.Mentioned(), bob.Mentioned())
			}
		})
	}
}

func TestAButtonIsClicked(t *testing.T) {
	s, alice, bob, c := world(t)
	a := connect(t, s, nil)
	eve := s.User("eve")
	root := alice.Post(c, "", "good morning")
	ts, _ := ask(t, s, s.BotToken(), "chat.postMessage", map[string]string{"channel": c.ID, "text": "x", "blocks": everyBlock, "thread_ts": root})["ts"].(string)
	if eve.Click(c, ts, "stop") || alice.Click(c, ts, "go") {
		t.Error("what is not there, or not seen, was clicked")
	}
	if !bob.Click(c, ts, "cancel one") {
		t.Fatal("the button was not found by its value")
	}
	callback, _ := a.arrives(t, socketmode.EventTypeInteractive).Data.(slack.InteractionCallback)
	action := callback.ActionCallback.BlockActions[0]
	if callback.Type != slack.InteractionTypeBlockActions || callback.User.ID != bob.ID || callback.User.TeamID != s.Team || callback.Channel.ID != c.ID ||
		callback.Message.Timestamp != ts || callback.Container.ThreadTs != root || callback.Container.MessageTs != ts || callback.ResponseURL == "" || callback.TriggerID == "" ||
		action.ActionID != "stop" || action.Value != "cancel one" || action.Type != "button" || action.BlockID == "" || action.ActionTs == "" {
		t.Errorf("got %+v", callback)
	}
	ask(t, s, s.BotToken(), "chat.update", map[string]string{"channel": c.ID, "ts": ts, "text": "over", "blocks": "[]"})
	if bob.Click(c, ts, "stop") {
		t.Error("a button that has gone was clicked")
	}
	if !bob.ClickEarlier(c, ts, "stop") {
		t.Error("who was not shown the edit yet could not click")
	}
	a.arrive(t, socketmode.EventTypeInteractive, 2)
}

const form = `{"type":"modal","callback_id":"dump","private_metadata":"C1","title":{"type":"plain_text","text":"Dump"},"submit":{"type":"plain_text","text":"Go"},
"notify_on_close":true,"blocks":[
{"type":"input","block_id":"database","label":{"type":"plain_text","text":"Database"},"element":{"type":"plain_text_input","action_id":"name"}},
{"type":"input","block_id":"schema","optional":true,"label":{"type":"plain_text","text":"Schema"},"element":{"type":"static_select","action_id":"only","options":[
{"text":{"type":"plain_text","text":"Yes"},"value":"yes"}]}}]}`

// opens has a form opened in front of alice.
func opens(t *testing.T, s *Server, alice *User, c *Channel, a *app) {
	t.Helper()
	before := len(a.all(socketmode.EventTypeSlashCommand))
	alice.Slash(c, "/volcado", "")
	command, _ := a.arrive(t, socketmode.EventTypeSlashCommand, before+1)[before].Data.(slack.SlashCommand)
	if answer := ask(t, s, s.BotToken(), "views.open", map[string]string{"trigger_id": command.TriggerID, "view": form}); answer["ok"] != true {
		t.Fatal(answer)
	}
	if _, open := alice.Form(); !open {
		t.Fatal("no form is open")
	}
}

func TestAFormIsSentAndItsAcknowledgementObeyed(t *testing.T) {
	for name, test := range map[string]struct {
		answer map[string]any
		holds  func(f Form, open bool) bool
	}{
		"closed":         {nil, func(_ Form, open bool) bool { return !open }},
		"cleared":        {map[string]any{"response_action": "clear"}, func(_ Form, open bool) bool { return !open }},
		"told of errors": {map[string]any{"response_action": "errors", "errors": map[string]any{"database": "none of that name"}}, func(f Form, open bool) bool { return open && f.Invalid["database"] == "none of that name" }},
		"replaced": {map[string]any{"response_action": "update", "view": json.RawMessage(modal)}, func(f Form, open bool) bool {
			return open && len(list(f.View, "blocks")) == 0
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s, alice, _, c := world(t)
			a := connect(t, s, func(e socketmode.Event) (any, bool) {
				if e.Type == socketmode.EventTypeInteractive && test.answer != nil {
					return test.answer, true
				}
				return nil, true
			})
			opens(t, s, alice, c, a)
			if alice.SendForm(nil) || alice.SendForm(map[string]string{"name": "shop", "only": "no"}) {
				t.Error("what Slack's client holds back was sent")
			}
			if !alice.SendForm(map[string]string{"database": "shop", "only": "yes"}) {
				t.Fatal("the form was not sent")
			}
			callback, _ := a.arrives(t, socketmode.EventTypeInteractive).Data.(slack.InteractionCallback)
			values := callback.View.State.Values
			if callback.Type != slack.InteractionTypeViewSubmission || values["database"]["name"].Value != "shop" || values["schema"]["only"].SelectedOption.Value != "yes" ||
				callback.View.PrivateMetadata != "C1" || callback.View.CallbackID != "dump" {
				t.Errorf("got %+v", callback.View)
			}
			eventually(t, "the answer is obeyed", func() bool { return s.Unacknowledged() == 0 && test.holds(alice.Form()) })
			if troubles := alice.Troubles(); troubles != nil {
				t.Errorf("troubles: %q", troubles)
			}
		})
	}
}

func TestAFormThatIsClosedOrNotAcknowledged(t *testing.T) {
	s, alice, _, c := world(t)
	a := connect(t, s, func(e socketmode.Event) (any, bool) { return nil, e.Type != socketmode.EventTypeInteractive })
	opens(t, s, alice, c, a)
	alice.SendForm(map[string]string{"name": "shop"})
	a.arrives(t, socketmode.EventTypeInteractive)
	s.Advance(3 * time.Second)
	if _, open := alice.Form(); !open || len(alice.Troubles()) != 1 {
		t.Errorf("open: %v, troubles %q", open, alice.Troubles())
	}
	alice.CloseForm()
	callback, _ := a.arrive(t, socketmode.EventTypeInteractive, 2)[1].Data.(slack.InteractionCallback)
	if _, open := alice.Form(); open || callback.Type != slack.InteractionTypeViewClosed {
		t.Errorf("open: %v, told of %s", open, callback.Type)
	}
}

func TestMessagesThatTheAppHearsOf(t *testing.T) {
	s, alice, _, c := world(t)
	s.SetEvents("message.channels", "message.groups", "message.im", "app_mention")
	hidden := s.Channel("hidden", Private, alice, s.Bot)
	for name, test := range map[string]struct {
		act     func() string
		subtype string
		kind    string
		holds   func(*slackevents.MessageEvent) bool
	}{
		"typed in a public channel":  {func() string { return alice.Post(c, "", "hello") }, "", "channel", func(e *slackevents.MessageEvent) bool { return e.ClientMsgID != "" && e.User == alice.ID }},
		"typed in a private channel": {func() string { return alice.Post(hidden, "", "hello") }, "", "group", func(e *slackevents.MessageEvent) bool { return e.Channel == hidden.ID }},
		"typed to the bot":           {func() string { return alice.Post(s.Direct(alice), "", "hello") }, "", "im", func(e *slackevents.MessageEvent) bool { return e.Channel[0] == 'D' }},
		"by a webhook":               {func() string { return s.PostAs(c, Machine{Name: "hook", Webhook: true}, "hello") }, "bot_message", "channel", func(e *slackevents.MessageEvent) bool { return e.BotID != "" && e.User == "" && e.Username == "hook" }},
		"by a bot":                   {func() string { return s.PostAs(c, Machine{Name: "other"}, "hello") }, "", "channel", func(e *slackevents.MessageEvent) bool { return e.BotID != "" && e.User != "" }},
		"a reply shown to all":       {func() string { return alice.PostBroadcast(c, alice.Post(c, "", "root"), "hello") }, "thread_broadcast", "channel", func(e *slackevents.MessageEvent) bool { return e.ThreadTimeStamp != "" }},
		"a file":                     {func() string { return alice.PostFile(c, "", "hello", "x.txt") }, "file_share", "channel", func(e *slackevents.MessageEvent) bool { return e.Message != nil }},
		"of oneself":                 {func() string { return alice.PostMe(c, "hello") }, "me_message", "channel", func(*slackevents.MessageEvent) bool { return true }},
	} {
		t.Run(name, func(t *testing.T) {
			a := connect(t, s, nil)
			ts := test.act()
			var found *slackevents.MessageEvent
			eventually(t, "it arrives", func() bool {
				for _, e := range a.all(socketmode.EventTypeEventsAPI) {
					if m := inner[*slackevents.MessageEvent](t, e); m.TimeStamp == ts {
						found = m
					}
				}
				return found != nil
			})
			if found.SubType != test.subtype || found.ChannelType != test.kind || !test.holds(found) {
				t.Errorf("got %+v", found)
			}
			a.stop()
			eventually(t, "it is disconnected", func() bool { return s.Connections() == 0 })
		})
	}
}

func TestAnEditAndADeletionAreTold(t *testing.T) {
	s, alice, _, c := world(t)
	s.SetEvents("message.channels", "app_mention")
	a := connect(t, s, nil)
	ts := alice.Post(c, "", "@volcado hello")
	alice.Edit(c, ts, "@volcado goodbye")
	alice.Delete(c, ts)
	events := a.arrive(t, socketmode.EventTypeEventsAPI, 5)
	changed, again, deleted := inner[*slackevents.MessageEvent](t, events[2]), inner[*slackevents.AppMentionEvent](t, events[3]), inner[*slackevents.MessageEvent](t, events[4])
	if changed.SubType != "message_changed" || changed.Message.Timestamp != ts || !strings.HasSuffix(changed.Message.Text, "goodbye") || !strings.HasSuffix(changed.PreviousMessage.Text, "hello") {
		t.Errorf("the edit came as %+v", changed)
	}
	if again.Edited == nil || again.TimeStamp != ts || again.EventTimeStamp == ts {
		t.Errorf("the mention in it came as %+v", again)
	}
	if deleted.SubType != "message_deleted" || deleted.DeletedTimeStamp != ts {
		t.Errorf("the deletion came as %+v", deleted)
	}
}

func TestWhatTheAppIsToldBesideMessages(t *testing.T) {
	s, alice, bob, c := world(t)
	a := connect(t, s, nil)
	hidden := s.Channel("hidden", Private, alice, s.Bot)
	carol := s.User("carol")
	g := s.Group("dba", alice)
	c.Join(carol)
	c.Leave(carol)
	c.Rename("renamed")
	c.Archive()
	c.Kick(s.Bot)
	hidden.Kick(s.Bot)
	g.SetMembers(bob)
	bob.Deactivate()
	s.Uninstall()
	var got []string
	want := []string{
		"member_joined_channel", "member_left_channel", "channel_rename", "channel_archive", "member_left_channel", "channel_left",
		"member_left_channel", "group_left", "subteam_members_changed", "subteam_updated", "user_change", "app_uninstalled", "tokens_revoked",
	}
	for _, e := range a.arrive(t, socketmode.EventTypeEventsAPI, len(want)) {
		outer, _ := e.Data.(slackevents.EventsAPIEvent)
		got = append(got, outer.InnerEvent.Type)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWhatAUserIs(t *testing.T) {
	s, _, _, c := world(t)
	for name, test := range map[string]struct {
		option UserOption
		holds  func(*slack.User) bool
	}{
		"a guest":                {AsGuest(), func(u *slack.User) bool { return u.IsRestricted && !u.IsUltraRestricted }},
		"a single-channel guest": {AsSingleChannelGuest(), func(u *slack.User) bool { return u.IsRestricted && u.IsUltraRestricted }},
		"deactivated":            {AsDeleted(), func(u *slack.User) bool { return u.Deleted }},
		"a bot":                  {AsBot(), func(u *slack.User) bool { return u.IsBot && u.Profile.BotID != "" }},
		"a stranger":             {AsStranger(), func(u *slack.User) bool { return u.IsStranger && u.TeamID != s.Team }},
		"in Berlin":              {WithTimezone("Europe/Berlin"), func(u *slack.User) bool { return u.TZ == "Europe/Berlin" && u.TZOffset > 0 }},
		"of another language":    {WithLocale("de-DE"), func(u *slack.User) bool { return u.Locale == "de-DE" }},
	} {
		t.Run(name, func(t *testing.T) {
			user := s.User(fmt.Sprintf("user%d", len(name)), test.option)
			c.Join(user)
			got, err := client(s).GetUserInfo(user.ID)
			if err != nil || !test.holds(got) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}
