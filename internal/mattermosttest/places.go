package mattermosttest

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

// Team makes a team, which anybody can be added to. Its name gets an ending.
func (s *Server) Team(t testing.TB, name string) *model.Team {
	t.Helper()
	team, _, err := s.Admin.Client.CreateTeam(t.Context(), &model.Team{Name: unique(name), DisplayName: name, Type: model.TeamOpen})
	if err != nil {
		t.Fatalf("make the team %s: %v", name, err)
	}
	// Who makes one is in it, and sees more than administrators do elsewhere.
	if _, err := s.Admin.Client.RemoveTeamMember(t.Context(), team.Id, s.Admin.ID); err != nil {
		t.Fatalf("take the administrator out of the team %s: %v", name, err)
	}
	return team
}

// Join adds people to a team. Who is in it already stays.
func (s *Server) Join(t testing.TB, team *model.Team, people ...*Person) {
	t.Helper()
	for _, person := range people {
		if _, _, err := s.Admin.Client.AddTeamMember(t.Context(), team.Id, person.ID); err != nil {
			t.Fatalf("add %s to the team %s: %v", person.Name, team.Name, err)
		}
	}
}

// Channel of a team, public (model.ChannelTypeOpen) or private. Its maker makes it and adds the others, who join the team, too;
// nobody else is in it. Its name gets an ending.
func (s *Server) Channel(t testing.TB, team *model.Team, kind model.ChannelType, name string, maker *Person, others ...*Person) *model.Channel {
	t.Helper()
	s.Join(t, team, append([]*Person{maker}, others...)...)
	channel, _, err := maker.Client.CreateChannel(t.Context(), &model.Channel{TeamId: team.Id, Type: kind, Name: unique(name), DisplayName: name})
	if err != nil {
		t.Fatalf("make the channel %s: %v", name, err)
	}
	for _, other := range others {
		if _, _, err := maker.Client.AddChannelMember(t.Context(), channel.Id, other.ID); err != nil {
			t.Fatalf("add %s to the channel %s: %v", other.Name, channel.Name, err)
		}
	}
	return channel
}

// AddToChannel adds a person, who must be in the team.
func (s *Server) AddToChannel(t testing.TB, channelID string, person *Person) {
	t.Helper()
	if _, _, err := s.Admin.Client.AddChannelMember(t.Context(), channelID, person.ID); err != nil {
		t.Fatalf("add %s to a channel: %v", person.Name, err)
	}
}

// RemoveFromChannel removes a person.
func (s *Server) RemoveFromChannel(t testing.TB, channelID string, person *Person) {
	t.Helper()
	if _, err := s.Admin.Client.RemoveUserFromChannel(t.Context(), channelID, person.ID); err != nil {
		t.Fatalf("remove %s from a channel: %v", person.Name, err)
	}
}

// SetPrivacy makes a channel public (model.ChannelTypeOpen) or private.
func (s *Server) SetPrivacy(t testing.TB, channelID string, kind model.ChannelType) {
	t.Helper()
	if _, _, err := s.Admin.Client.UpdateChannelPrivacy(t.Context(), channelID, kind); err != nil {
		t.Fatalf("change a channel's privacy: %v", err)
	}
}

// Direct channel between two.
func (s *Server) Direct(t testing.TB, one, other *Person) *model.Channel {
	t.Helper()
	channel, _, err := one.Client.CreateDirectChannel(t.Context(), one.ID, other.ID)
	if err != nil {
		t.Fatalf("make a direct channel of %s and %s: %v", one.Name, other.Name, err)
	}
	return channel
}

// Group channel of three to eight.
func (s *Server) Group(t testing.TB, maker *Person, others ...*Person) *model.Channel {
	t.Helper()
	ids := []string{maker.ID}
	for _, other := range others {
		ids = append(ids, other.ID)
	}
	channel, _, err := maker.Client.CreateGroupChannel(t.Context(), ids)
	if err != nil {
		t.Fatalf("make a group channel: %v", err)
	}
	return channel
}
