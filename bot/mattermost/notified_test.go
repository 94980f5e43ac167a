package mattermost

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/mattermosttest"
)

// spellings of a mention of N, plain and with all that could hide it from whoever escapes it, but not from the server.
var spellings = strings.Fields(`@N (@N) @N. @N: @N- @N's x.@N x:@N -@N _@N __@N__ *@N* /@N "@N" 'x'@N @@N x@N é@N 1@N ,@N |@N| [@N](x) <@N> <!@N> @N#tag
	x#@N ~@N :@N: @N:smile: \@N \\@N &#64;N &commat;N @N@N 漢@N @N漢 http://x/@N a@N.example ` + "`@N` ``@N`` ```@N``` `x`@N @N`x` `@N")

// hall is a channel on the real server with alice, bob and the bot in it, all of whom are online: @here is for nobody else.
type hall struct {
	*mattermosttest.Server
	*testing.T
	alice, bob, bot *mattermosttest.Person
	channel, town   *model.Channel
}

func newHall(t *testing.T) hall {
	t.Helper()
	s := mattermosttest.Get(t)
	h := hall{Server: s, T: t, alice: s.User(t, "alice"), bob: s.User(t, "bob"), bot: s.Bot(t, "volcado")}
	team := s.Team(t, "shop")
	h.channel = s.Channel(t, team, model.ChannelTypePrivate, "dumps", h.alice, h.bob, h.bot)
	h.town = s.Channel(t, team, model.ChannelTypeOpen, "town", h.alice, h.bot)
	for _, person := range []*mattermosttest.Person{h.alice, h.bob} {
		if _, _, err := person.Client.UpdateUserStatus(t.Context(), person.ID, &model.Status{UserId: person.ID, Status: model.StatusOnline}); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// say as the bot.
func (h hall) say(text string) *model.Post {
	h.Helper()
	return h.Post(h.T, h.bot, h.channel.Id, text)
}

// notified is of how many posts of the channel a person was notified.
func (h hall) notified(person *mattermosttest.Person) int64 {
	h.Helper()
	member, _, err := h.Admin.Client.GetChannelMember(h.Context(), h.channel.Id, person.ID, "")
	if err != nil {
		h.Fatal(err)
	}
	return member.MentionCount
}

// becomes waits until a person was notified that many times.
func (h hall) becomes(person *mattermosttest.Person, want int64) {
	h.Helper()
	for until := time.Now().Add(10 * time.Second); h.notified(person) != want; chat.Wait(h.Context(), 20*time.Millisecond) {
		if time.Now().After(until) {
			h.Fatalf("%s was notified %d times, want %d", person.Name, h.notified(person), want)
		}
	}
}

// What is in a reply notifies nobody on the real server, and is no hashtag and no channel there. What is mentioned is notified once.
func TestTheServerNotifiesNobodyElse(t *testing.T) {
	h := newHall(t)
	for i, name := range []string{h.alice.Name, "all", "channel", "here"} {
		h.say("@" + name)
		h.becomes(h.alice, int64(i+1)) // else what follows would prove nothing
	}
	alice, bob := h.notified(h.alice), h.notified(h.bob)

	for name, part := range parts {
		for _, whom := range []string{h.alice.Name, strings.ToUpper(h.alice.Name), "all", "channel", "here"} {
			var all []string
			for _, spelling := range spellings {
				spelling = strings.ReplaceAll(spelling, "N", whom)
				for _, text := range []string{spelling, "\t" + spelling + "\n", "- " + spelling + " #tag ~" + h.town.Name} {
					all = append(all, render(part.reply(text), "!", "", longestOfTests)...)
				}
			}
			for some := range slices.Chunk(all, 20) { // fewer posts are quicker
				post := h.say(strings.Join(some, "\n\n"))
				if name == "snippet" { // in code nothing can be escaped, and nobody but the server's search looks there
					continue
				}
				if channels := post.GetProp("channel_mentions"); post.Hashtags != "" || channels != nil {
					t.Errorf("%s: hashtags %q and channels %v of %q", name, post.Hashtags, channels, post.Message)
				}
			}
		}
	}
	for _, post := range render(chat.Reply{Headline: "It is over, @" + h.alice.Name + "."}, "!", "@"+h.bob.Name+" ", longestOfTests) {
		h.say(post)
	}
	h.becomes(h.bob, bob+1)
	h.becomes(h.alice, alice)
}
