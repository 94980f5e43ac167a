package slacktest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
)

// texts of messages.
func texts(messages []slack.Message) []string {
	var all []string
	for _, m := range messages {
		all = append(all, m.Text)
	}
	return all
}

// written are five messages of alice's, of which the second has two replies, the second one shown to all.
func written(t *testing.T) (s *Server, c *Channel, ts []string) {
	s, alice, bob, c := world(t)
	for i := range 5 {
		ts = append(ts, alice.Post(c, "", fmt.Sprintf("message %d", i)))
	}
	ts = append(ts, bob.Post(c, ts[1], "reply 0"), bob.PostBroadcast(c, ts[1], "reply 1"))
	return s, c, ts
}

func TestHistoryIsReadFromTheNewestBack(t *testing.T) {
	s, c, ts := written(t)
	all := []string{"reply 1", "message 4", "message 3", "message 2", "message 1", "message 0"}
	for name, test := range map[string]struct {
		args slack.GetConversationHistoryParameters
		want []string
	}{
		"all of it":                            {slack.GetConversationHistoryParameters{}, all},
		"after a message":                      {slack.GetConversationHistoryParameters{Oldest: ts[2]}, all[:3]},
		"after a message, it included":         {slack.GetConversationHistoryParameters{Oldest: ts[2], Inclusive: true}, all[:4]},
		"before a message":                     {slack.GetConversationHistoryParameters{Latest: ts[2]}, all[4:]},
		"between two":                          {slack.GetConversationHistoryParameters{Oldest: ts[1], Latest: ts[4]}, all[2:4]},
		"after a second, without its fraction": {slack.GetConversationHistoryParameters{Oldest: "1"}, all},
	} {
		t.Run(name, func(t *testing.T) {
			test.args.ChannelID = c.ID
			for _, page := range []int{100, 2} {
				s.SetPage(page)
				var got []string
				for args := test.args; ; {
					answer, err := client(s).GetConversationHistory(&args)
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, texts(answer.Messages)...)
					args.Cursor = answer.ResponseMetaData.NextCursor
					if answer.HasMore != (args.Cursor != "") {
						t.Errorf("has_more is %v, the cursor %q", answer.HasMore, args.Cursor)
					}
					if args.Cursor == "" {
						break
					}
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("by pages of %d (-want +got)\n%s", page, diff)
				}
			}
		})
	}
}

func TestAThreadIsReadFromItsRoot(t *testing.T) {
	s, c, ts := written(t)
	for name, test := range map[string]struct {
		ts, oldest string
		want       []string
	}{
		"of its root":              {ts[1], "", []string{"message 1", "reply 0", "reply 1"}},
		"after a reply":            {ts[1], ts[5], []string{"message 1", "reply 1"}},
		"of a reply, itself alone": {ts[5], "", []string{"reply 0"}},
		"of a message without any": {ts[0], "", []string{"message 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, page := range []int{100, 1} {
				s.SetPage(page)
				var got []string
				args := slack.GetConversationRepliesParameters{ChannelID: c.ID, Timestamp: test.ts, Oldest: test.oldest}
				for {
					messages, more, next, err := client(s).GetConversationReplies(&args)
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, texts(messages)...)
					if args.Cursor = next; !more {
						break
					}
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("by pages of %d (-want +got)\n%s", page, diff)
				}
			}
		})
	}
	answer, err := client(s).GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: c.ID, Oldest: ts[1], Latest: ts[1], Inclusive: true})
	if err != nil {
		t.Fatal(err)
	}
	if root := answer.Messages[0]; root.ReplyCount != 2 || root.LatestReply != ts[6] || root.ThreadTimestamp != ts[1] {
		t.Errorf("the root tells of %+v", root)
	}
}

func TestMetadataIsReadBackWhenItIsAskedFor(t *testing.T) {
	s, _, _, c := world(t)
	post := func(more ...slack.MsgOption) string {
		t.Helper()
		_, ts, err := client(s).PostMessage(c.ID, append(more, slack.MsgOptionText("hello", false))...)
		if err != nil {
			t.Fatal(err)
		}
		return ts
	}
	key := slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "key", EventPayload: map[string]any{"key": "uid/0/end"}})
	ts := post(key)
	if _, _, _, err := client(s).UpdateMessage(c.ID, ts, slack.MsgOptionText("edited", false)); err != nil {
		t.Fatal(err)
	}
	read := func(with bool) string {
		t.Helper()
		answer, err := client(s).GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: c.ID, IncludeAllMetadata: with})
		if err != nil {
			t.Fatal(err)
		}
		return answer.Messages[0].Metadata.EventType
	}
	if got := read(true); got != "key" {
		t.Errorf("asked for, it is %q", got)
	}
	if got := read(false); got != "" {
		t.Errorf("not asked for, it is %q", got)
	}
	s.SetStrictReading(true, false)
	if got := read(true); got != "key" {
		t.Errorf("with its scope, it is %q", got)
	}
	s.SetScopes("channels:history")
	if got := read(true); got != "" {
		t.Errorf("without its scope, it is %q", got)
	}
}

func TestADeletedRootWithRepliesLeavesATombstone(t *testing.T) {
	s, c, ts := written(t)
	s.user(c.members[0]).Delete(c, ts[1])
	answer := ask(t, s, s.BotToken(), "conversations.replies", map[string]string{"channel": c.ID, "ts": ts[1]})
	root := objects(list(answer, "messages"))[0]
	if root["subtype"] != "tombstone" || len(list(answer, "messages")) != 3 {
		t.Errorf("got %v", answer)
	}
	if answer := ask(t, s, s.BotToken(), "chat.postMessage", map[string]string{"channel": c.ID, "thread_ts": ts[1], "text": "x"}); answer["ok"] != true {
		t.Errorf("its thread has gone: %v", answer)
	}
}

func TestChannelsAndMembersAreListedByPages(t *testing.T) {
	s, alice, _, c := world(t)
	for i := range 4 {
		s.Channel(fmt.Sprintf("more-%d", i), Public, alice)
		c.Join(s.User(fmt.Sprintf("user-%d", i)))
	}
	s.Channel("hidden", Private, alice)
	s.Channel("ours", Private, alice, s.Bot)
	s.Direct(alice)
	s.SetPage(2)
	var names, mine []string
	args := slack.GetConversationsParameters{Types: []string{"public_channel", "private_channel", "im"}}
	for {
		page, next, err := client(s).GetConversations(&args)
		if err != nil || len(page) > 2 {
			t.Fatal(len(page), err)
		}
		for _, channel := range page {
			names = append(names, channel.Name)
		}
		if args.Cursor = next; next == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{"dumps", "more-0", "more-1", "more-2", "more-3", "ours", ""}, names); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	s.SetPage(0)
	page, _, err := client(s).GetConversationsForUser(&slack.GetConversationsForUserParameters{Types: []string{"public_channel", "private_channel"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, channel := range page {
		mine = append(mine, channel.Name)
	}
	if diff := cmp.Diff([]string{"dumps", "ours"}, mine); diff != "" {
		t.Errorf("the bot's (-want +got)\n%s", diff)
	}
	members, next, err := client(s).GetUsersInConversation(&slack.GetUsersInConversationParameters{ChannelID: c.ID, Limit: 5})
	if err != nil || len(members) != 5 || next == "" {
		t.Errorf("members %v, next %q, %v", members, next, err)
	}
}

func TestAResponseURLIsGoodForFiveUsesInThirtyMinutes(t *testing.T) {
	s, alice, bob, c := world(t)
	url := func() string {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.link("commands", alice, c, nil)
	}
	say := func(url, text string) error {
		return slack.PostWebhook(url, &slack.WebhookMessage{Text: text})
	}
	first := url()
	for i := range 6 {
		err := say(first, fmt.Sprintf("answer %d", i))
		if (err == nil) != (i < 5) {
			t.Errorf("use %d: %v", i, err)
		}
	}
	if shown := alice.Shown(); !strings.Contains(shown, "answer 4") || strings.Contains(shown, "answer 5") || bob.Shown() != "" {
		t.Errorf("shown is %q, to the other one %q", shown, bob.Shown())
	}
	second := url()
	s.Advance(30*time.Minute + time.Second)
	if say(second, "late") == nil {
		t.Error("it was taken after half an hour")
	}
}
