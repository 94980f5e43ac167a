package mattermost

import (
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/mattermosttest"
)

// What the real server does with what is rendered: whom it notifies, and what it finds in it.
func TestTheServerNotifiesNobodyElse(t *testing.T) {
	s := mattermosttest.Get(t)
	alice, bob, bot := s.User(t, "alice"), s.User(t, "bob"), s.Bot(t, "volcado")
	team := s.Team(t, "shop")
	channel := s.Channel(t, team, model.ChannelTypePrivate, "dumps", alice, bob, bot)
	public := s.Channel(t, team, model.ChannelTypeOpen, "town", alice, bot)
	for _, person := range []*mattermosttest.Person{alice, bob} { // or @here is for nobody
		if _, _, err := person.Client.UpdateUserStatus(t.Context(), person.ID, &model.Status{UserId: person.ID, Status: model.StatusOnline}); err != nil {
			t.Fatal(err)
		}
	}
	notified := func(person *mattermosttest.Person) int64 {
		t.Helper()
		member, _, err := s.Admin.Client.GetChannelMember(t.Context(), channel.Id, person.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		return member.MentionCount
	}
	// The server tells people before it answers, but does not promise it.
	become := func(person *mattermosttest.Person, want int64) {
		t.Helper()
		for until := time.Now().Add(10 * time.Second); time.Now().Before(until); {
			if notified(person) == want {
				return
			}
			chat.Wait(t.Context(), 20*time.Millisecond)
		}
		t.Fatalf("%s was notified %d times, want %d", person.Name, notified(person), want)
	}

	for _, name := range []string{"@" + alice.Name, "@all", "@channel", "@here"} {
		before := notified(alice)
		s.Post(t, bot, channel.Id, name)
		become(alice, before+1) // else what follows would prove nothing
	}
	before, beforeBob := notified(alice), notified(bob)
	var texts []string
	for _, name := range []string{alice.Name, strings.ToUpper(alice.Name), "all", "channel", "here"} {
		for _, around := range []string{
			"@N", "x @N y", "(@N)", "@N.", "@N:", "@N-", "x.@N", "x:@N", "-@N", "_@N", "__@N__", "*@N*", "/@N", "\"@N\"", "'x'@N", "@@N", "x@N", "é@N", "1@N", ",@N",
			"|@N|", "[@N](x)", "<@N>", "<!@N>", "`@N`", "``@N``", "```@N```", "`x`@N", "@N`x`", `\@N`, `\\@N`, "&#64;N", "&commat;N", "@N@N", "@N @N", "@N's", "@N#tag",
			"漢@N", "@N漢", "\u200b@N", "@\u200bN", "\n@N", "@N\n", "\t@N", "#@N", "~@N", ":@N:", "@N:smile:", "> @N", "- @N", "1. @N", "# @N", "http://x/@N", "a@N.example",
		} {
			texts = append(texts, strings.ReplaceAll(around, "N", name))
		}
	}
	// One post of many texts, for each part of a reply.
	for name, part := range parts {
		var all []string
		for _, text := range texts {
			all = append(all, render(part.reply(text+" #tag ~"+public.Name), "", longestOfTests)...)
		}
		for start := 0; start < len(all); start += 20 {
			post := s.Post(t, bot, channel.Id, strings.Join(all[start:min(start+20, len(all))], "\n\n"))
			if name == "snippet" { // the server finds these in code, too, where nothing can be escaped
				continue
			}
			if post.Hashtags != "" {
				t.Errorf("%s: hashtags %q of %q", name, post.Hashtags, post.Message)
			}
			if found := post.GetProp("channel_mentions"); found != nil {
				t.Errorf("%s: channels %v of %q", name, found, post.Message)
			}
		}
	}

	for _, post := range render(chat.Reply{Headline: "It is over, @" + alice.Name + "."}, "@"+bob.Name+" ", longestOfTests) {
		s.Post(t, bot, channel.Id, post)
	}
	become(bob, beforeBob+1)
	become(alice, before)
}
