package mattermosttest

import (
	"net/http"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

func TestWhatAServerTellsOfPeople(t *testing.T) {
	t.Parallel()
	s := Get(t)
	team := s.Team(t, "shop")
	maker := s.User(t, "maker")
	channel := s.Channel(t, team, model.ChannelTypePrivate, "dumps", maker)
	for name, test := range map[string]struct {
		become func(*testing.T, *Person)
		is     func(*model.User) bool
	}{
		"a user":           {become: func(*testing.T, *Person) {}, is: func(u *model.User) bool { return u.Roles == model.SystemUserRoleId && u.DeleteAt == 0 }},
		"a deactivated":    {become: func(t *testing.T, p *Person) { s.Deactivate(t, p) }, is: func(u *model.User) bool { return u.DeleteAt > 0 }},
		"a guest":          {become: func(t *testing.T, p *Person) { s.MakeGuest(t, p) }, is: (*model.User).IsGuest},
		"a remote user":    {become: func(t *testing.T, p *Person) { s.MakeRemote(t, p) }, is: (*model.User).IsRemote},
		"a renamed user":   {become: func(t *testing.T, p *Person) { s.Rename(t, p, "ally") }, is: func(u *model.User) bool { return u.Username[:5] == "ally-" }},
		"an administrator": {become: func(t *testing.T, p *Person) { s.SetRoles(t, p, model.SystemUserRoleId+" "+model.SystemAdminRoleId) }, is: (*model.User).IsSystemAdmin},
	} {
		t.Run(name, func(t *testing.T) {
			person := s.User(t, "alice")
			s.Join(t, team, person)
			s.AddToChannel(t, channel.Id, person)
			test.become(t, person)
			user, _, err := maker.Client.GetUser(t.Context(), person.ID, "")
			if err != nil {
				t.Fatal(err)
			}
			if !test.is(user) {
				t.Errorf("the server says roles %q, remote %v, deleted at %d, named %s", user.Roles, user.IsRemote(), user.DeleteAt, user.Username)
			}
		})
	}
	t.Run("a bot", func(t *testing.T) {
		user, _, err := maker.Client.GetUser(t.Context(), s.Bot(t, "volcado").ID, "")
		if err != nil {
			t.Fatal(err)
		}
		if !user.IsBot {
			t.Error("the server does not say that it is one")
		}
	})
}

func TestWhoIsRemovedFromAPrivateChannelComesBackWhenItIsPublic(t *testing.T) {
	t.Parallel()
	s := Get(t)
	alice, bob := s.User(t, "alice"), s.User(t, "bob")
	channel := s.Channel(t, s.Team(t, "shop"), model.ChannelTypePrivate, "dumps", alice, bob)
	s.RemoveFromChannel(t, channel.Id, bob)
	if _, _, err := bob.Client.GetPostsForChannel(t.Context(), channel.Id, 0, 10, "", false, false); refused(err) != http.StatusForbidden {
		t.Errorf("got %v", err)
	}
	s.SetPrivacy(t, channel.Id, model.ChannelTypeOpen)
	if _, _, err := bob.Client.AddChannelMember(t.Context(), channel.Id, bob.ID); err != nil {
		t.Errorf("the channel is public, and a member of the team cannot join it: %v", err)
	}
}

func TestARevokedTokenIsWorthless(t *testing.T) {
	t.Parallel()
	s := Get(t)
	for name, person := range map[string]*Person{"of a bot": s.Bot(t, "volcado"), "of a user's session": s.User(t, "alice")} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := person.Client.GetMe(t.Context(), ""); err != nil {
				t.Fatalf("before: %v", err)
			}
			s.RevokeToken(t, person)
			if _, _, err := person.Client.GetMe(t.Context(), ""); refused(err) != http.StatusUnauthorized {
				t.Errorf("after: %v", err)
			}
			s.GiveToken(t, person)
			if _, _, err := person.Client.GetMe(t.Context(), ""); err != nil {
				t.Errorf("with another token: %v", err)
			}
		})
	}
}

func TestAWebhooksPostCarriesItsOwnersID(t *testing.T) {
	t.Parallel()
	s := Get(t)
	alice := s.User(t, "alice")
	channel := s.Channel(t, s.Team(t, "shop"), model.ChannelTypePrivate, "dumps", alice)
	s.PostByWebhook(t, s.Webhook(t, alice, channel.Id), "dump everything")
	for _, post := range s.Posts(t, channel.Id) {
		if post.Message == "dump everything" {
			if post.UserId != alice.ID || post.GetProp(model.PostPropsFromWebhook) != "true" {
				t.Errorf("it is of %s, with %v", post.UserId, post.GetProps())
			}
			return
		}
	}
	t.Error("it is not in the channel")
}
