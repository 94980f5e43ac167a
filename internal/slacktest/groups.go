package slacktest

import "slices"

// Group of users that can be mentioned together.
type Group struct {
	// ID of the group, S….
	ID string

	s                *Server
	handle           string
	members          []string
	created, updated int64
	disabled         int64
}

// Group makes a user group. The handle is what is typed after an @.
func (s *Server) Group(handle string, members ...*User) *Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &Group{ID: s.id("S"), s: s, handle: handle, created: s.now().Unix(), updated: s.now().Unix()}
	for _, member := range members {
		g.members = append(g.members, member.ID)
	}
	s.groups = append(s.groups, g)
	return g
}

// SetMembers replaces the group's members.
func (g *Group) SetMembers(members ...*User) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	var now, added, removed []string
	for _, member := range members {
		now = append(now, member.ID)
		if !slices.Contains(g.members, member.ID) {
			added = append(added, member.ID)
		}
	}
	for _, member := range g.members {
		if !slices.Contains(now, member) {
			removed = append(removed, member)
		}
	}
	before := g.updated
	g.members, g.updated = now, g.s.now().Unix()
	g.s.emit("subteam_members_changed", nil, object{
		"type": "subteam_members_changed", "subteam_id": g.ID, "team_id": g.s.Team, "date_previous_update": before,
		"date_update": g.updated, "added_users": orEmpty(added), "added_users_count": len(added), "removed_users": orEmpty(removed),
		"removed_users_count": len(removed), "event_ts": g.s.nextTS(),
	})
	g.tellUpdated()
}

// Disable the group, or enable it again.
func (g *Group) Disable(disabled bool) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.disabled, g.updated = 0, g.s.now().Unix()
	if disabled {
		g.disabled = g.updated
	}
	g.tellUpdated()
}

func (g *Group) tellUpdated() {
	tell := g.json()
	tell["users"], tell["user_count"] = orEmpty(g.members), len(g.members)
	g.s.emit("subteam_updated", nil, object{"type": "subteam_updated", "subteam": tell, "event_ts": g.s.nextTS()})
}

func (s *Server) group(id string) *Group {
	if i := slices.IndexFunc(s.groups, func(g *Group) bool { return g.ID == id }); i >= 0 {
		return s.groups[i]
	}
	return nil
}

func (s *Server) groupByHandle(handle string) *Group {
	if i := slices.IndexFunc(s.groups, func(g *Group) bool { return g.handle == handle && g.disabled == 0 }); i >= 0 {
		return s.groups[i]
	}
	return nil
}

func (g *Group) json() object {
	return object{
		"id": g.ID, "team_id": g.s.Team, "is_usergroup": true, "is_subteam": true, "name": g.handle, "description": "", "handle": g.handle,
		"is_external": false, "date_create": g.created, "date_update": g.updated, "date_delete": g.disabled,
		"auto_provision": false, "enterprise_subteam_id": "", "created_by": g.s.Bot.ID, "updated_by": g.s.Bot.ID,
		"prefs": object{"channels": []any{}, "groups": []any{}}, "channel_count": 0,
	}
}

// orEmpty is a list that is never null.
func orEmpty[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
