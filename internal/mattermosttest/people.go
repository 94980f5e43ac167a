package mattermosttest

import (
	"context"
	"fmt"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

// Password of every user.
const Password = "A-password-for-tests-1"

// Person is a user or a bot of the server.
type Person struct {
	ID string
	// Name is the username. It is unique: what the test asked for, with an ending.
	Name string
	// Token of the session of a user, or the access token of a bot.
	Token string
	// Client acts as the person. It waits where the server's rate limit refuses.
	Client *model.Client4

	// Of an access token; empty for a session.
	tokenID string
}

// unique makes a name that no other test has, of letters that teams, channels and users can have.
func unique(name string) string { return name + "-" + model.NewId()[:8] }

// signUp makes a user, and logs in.
func signUp(maker, client *model.Client4, name string) (*model.User, error) {
	user := &model.User{Username: name, Email: name + "@example.test", Password: Password}
	user, _, err := maker.CreateUser(context.Background(), user)
	if err != nil {
		return nil, fmt.Errorf("make the user %s: %w", name, err)
	}
	if _, _, err := client.Login(context.Background(), user.Username, Password); err != nil {
		return nil, fmt.Errorf("log in as %s: %w", name, err)
	}
	return user, nil
}

// User makes a user who is in no team.
func (s *Server) User(t testing.TB, name string) *Person {
	t.Helper()
	client := s.client()
	user, err := signUp(s.Admin.Client, client, unique(name))
	if err != nil {
		t.Fatal(err)
	}
	return &Person{ID: user.Id, Name: user.Username, Token: client.AuthToken, Client: client}
}

// Bot makes a bot account of Admin's, with an access token, in no team.
func (s *Server) Bot(t testing.TB, name string) *Person {
	t.Helper()
	bot, _, err := s.Admin.Client.CreateBot(t.Context(), &model.Bot{Username: unique(name), DisplayName: name})
	if err != nil {
		t.Fatalf("make the bot %s: %v", name, err)
	}
	person := &Person{ID: bot.UserId, Name: bot.Username}
	s.GiveToken(t, person)
	return person
}

// GiveToken makes an access token, which the person has from then on.
func (s *Server) GiveToken(t testing.TB, person *Person) {
	t.Helper()
	token, _, err := s.Admin.Client.CreateUserAccessToken(t.Context(), person.ID, "for a test", 0)
	if err != nil {
		t.Fatalf("make an access token for %s: %v", person.Name, err)
	}
	person.Token, person.tokenID, person.Client = token.Token, token.Id, s.client()
	person.Client.SetToken(token.Token)
}

// RevokeToken makes the person's token worthless: an access token, or all sessions. A websocket that was opened with it stays open,
// and hears nothing any more.
func (s *Server) RevokeToken(t testing.TB, person *Person) {
	t.Helper()
	var err error
	if person.tokenID != "" {
		_, err = s.Admin.Client.RevokeUserAccessToken(t.Context(), person.tokenID)
	} else {
		_, err = s.Admin.Client.RevokeAllSessions(t.Context(), person.ID)
	}
	if err != nil {
		t.Fatalf("revoke the token of %s: %v", person.Name, err)
	}
}

// Rename a user; only the beginning of the name is the test's to choose.
func (s *Server) Rename(t testing.TB, person *Person, name string) {
	t.Helper()
	name = unique(name)
	if _, _, err := s.Admin.Client.PatchUser(t.Context(), person.ID, &model.UserPatch{Username: &name}); err != nil {
		t.Fatalf("rename %s to %s: %v", person.Name, name, err)
	}
	person.Name = name
}

// Deactivate a user, as an administrator does with who leaves.
func (s *Server) Deactivate(t testing.TB, person *Person) {
	t.Helper()
	if _, err := s.Admin.Client.UpdateUserActive(t.Context(), person.ID, false); err != nil {
		t.Fatalf("deactivate %s: %v", person.Name, err)
	}
}

// SetRoles of a person in the whole server, as in "system_user system_admin".
func (s *Server) SetRoles(t testing.TB, person *Person, roles string) {
	t.Helper()
	if _, err := s.Admin.Client.UpdateUserRoles(t.Context(), person.ID, roles); err != nil {
		t.Fatalf("give %s the roles %s: %v", person.Name, roles, err)
	}
}

// MakeGuest of a user, in the teams and channels where they are. A server without a licence has no guests, so it is done in the
// database; what the API tells of the user is what it tells of a guest.
func (s *Server) MakeGuest(t testing.TB, person *Person) {
	t.Helper()
	s.SQL(t, fmt.Sprintf("UPDATE users SET roles = 'system_guest' WHERE id = '%[1]s'; UPDATE sessions SET roles = 'system_guest' WHERE userid = '%[1]s';"+
		"UPDATE teammembers SET schemeguest = true, schemeuser = false WHERE userid = '%[1]s';"+
		"UPDATE channelmembers SET schemeguest = true, schemeuser = false WHERE userid = '%[1]s'", person.ID))
	s.forget(t)
}

// MakeRemote makes a user one of another server, with which channels are shared. That needs a licence, too.
func (s *Server) MakeRemote(t testing.TB, person *Person) {
	t.Helper()
	s.SQL(t, fmt.Sprintf("UPDATE users SET remoteid = '%s' WHERE id = '%s'", model.NewId(), person.ID))
	s.forget(t)
}

// forget what the server remembers of its database.
func (s *Server) forget(t testing.TB) {
	t.Helper()
	if _, err := s.Admin.Client.InvalidateCaches(t.Context()); err != nil {
		t.Fatalf("invalidate the server's caches: %v", err)
	}
}
