package main

import (
	"os"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

func TestSettingUpMakesWhatIsMissingAndNothingTwice(t *testing.T) {
	c := acme(t)
	channel, token := c.channel, c.bot.AuthToken
	for sentence, again := range map[string]func(){
		"nothing is missing": func() {},
		"the bot was removed from the channel": func() {
			alice, err := c.logIn(t.Context(), memberName)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := alice.RemoveUserFromChannel(t.Context(), channel, c.bot.ID); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			again()
			c.setUp()
			if c.channel != channel {
				t.Error("there is another channel")
			}
			if c.bot.AuthToken != token {
				t.Error("the bot has another token, although the server accepts the one that it had")
			}
			if _, _, err := c.bot.GetChannelMember(t.Context(), channel, c.bot.ID, ""); err != nil {
				t.Errorf("the bot is not in the channel: %v", err)
			}
		})
	}
}

func TestAliceAndTheBotAreInThePrivateChannelAndMalloryIsNot(t *testing.T) {
	c := acme(t)
	found, _, err := c.bot.GetChannel(t.Context(), c.channel)
	if err != nil {
		t.Fatal(err)
	}
	if found.Type != model.ChannelTypePrivate {
		t.Errorf("the channel is of type %q", found.Type)
	}
	members, _, err := c.bot.GetChannelMembers(t.Context(), c.channel, 0, 100, "")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, member := range members {
		user, _, err := c.bot.GetUser(t.Context(), member.UserId, "")
		if err != nil {
			t.Fatal(err)
		}
		names[user.Username] = true
	}
	if len(names) != 2 || !names[memberName] || !names[botName] {
		t.Errorf("in the channel are %v", names)
	}
	me, _, err := c.bot.GetMe(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if !me.IsBot || me.Roles != model.SystemUserRoleId {
		t.Errorf("the bot has the roles %q; a bot account: %v", me.Roles, me.IsBot)
	}
}

func TestATokenThatTheServerDoesNotAcceptIsReplacedAndRevoked(t *testing.T) {
	c := acme(t)
	before := c.bot
	for sentence, text := range map[string]string{"none": "", "another server's": model.NewId()} {
		t.Run(sentence, func(t *testing.T) {
			if err := os.WriteFile(c.tokenFile, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			c.setUp()
			state, err := os.Stat(c.tokenFile)
			if err != nil {
				t.Fatal(err)
			}
			if state.Mode().Perm() != 0o600 {
				t.Errorf("others can read the file of the token: %s", state.Mode())
			}
			if _, _, err := before.GetMe(t.Context(), ""); err == nil {
				t.Error("the token of before, which nobody has any more, still works")
			}
		})
	}
}
