package slacktest

import (
	"maps"
	"slices"
	"strings"
)

// User of the workspace, or of another one with which a channel is shared; a person, or a bot.
type User struct {
	// ID of the user, U….
	ID string

	s    *Server
	name string
	team string
	// What users.info tells.
	locale, tz                      string
	restricted, ultraRestricted     bool
	deleted, bot, appUser, workflow bool
	stranger, admin                 bool
	botID, appID                    string
	seen                            []Seen
	notified                        []Notification
	modals                          []*view
	troubles                        []string
	updated                         int64
}

// UserOption is something that a user is.
type UserOption func(*User)

// WithLocale sets the user's language, such as de-DE; it is en-US else. users.info tells it where include_locale is set.
func WithLocale(locale string) UserOption { return func(u *User) { u.locale = locale } }

// WithTimezone sets the user's time zone, such as Europe/Berlin; it is UTC else.
func WithTimezone(tz string) UserOption { return func(u *User) { u.tz = tz } }

// AsGuest makes a multi-channel guest (is_restricted).
func AsGuest() UserOption { return func(u *User) { u.restricted = true } }

// AsSingleChannelGuest makes a single-channel guest, who is restricted, too (is_ultra_restricted).
func AsSingleChannelGuest() UserOption {
	return func(u *User) { u.restricted, u.ultraRestricted = true, true }
}

// AsDeleted makes a user who was deactivated.
func AsDeleted() UserOption { return func(u *User) { u.deleted = true } }

// AsBot makes a bot user of another app.
func AsBot() UserOption { return func(u *User) { u.bot = true } }

// AsWorkflow makes the bot user of a workflow (is_workflow_bot).
func AsWorkflow() UserOption { return func(u *User) { u.bot, u.workflow = true, true } }

// AsAppUser makes a person who is an authorised user of the calling app (is_app_user).
func AsAppUser() UserOption { return func(u *User) { u.appUser = true } }

// AsAdmin makes an administrator of the workspace.
func AsAdmin() UserOption { return func(u *User) { u.admin = true } }

// OfTeam makes a user of another workspace, T…, in an organisation with which channels are shared (is_stranger).
func OfTeam(team string) UserOption { return func(u *User) { u.team, u.stranger = team, true } }

// elsewhere is another organisation's workspace.
const elsewhere = "T0ELSEWHR1"

// AsStranger makes a user of another workspace (is_stranger).
func AsStranger() UserOption { return OfTeam(elsewhere) }

// User makes a user, who is in no channel. The name is what is typed after an @.
func (s *Server) User(name string, options ...UserOption) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &User{ID: s.id("U"), s: s, name: name, team: s.Team, locale: "en-US", tz: "UTC", updated: s.now().Unix()}
	for _, option := range options {
		option(u)
	}
	if u.bot && len(s.users) == 0 {
		u.botID, u.appID = s.BotID, AppID
	} else if u.bot {
		u.botID, u.appID = s.id("B"), s.id("A")
	}
	s.users = append(s.users, u)
	return u
}

// Name of the user, as it is typed after an @.
func (u *User) Name() string {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return u.name
}

// TeamID is the user's workspace, T….
func (u *User) TeamID() string { return u.team }

// Rename the user.
func (u *User) Rename(name string) { u.change(func() { u.name = name }) }

// Deactivate the user, as an administrator does with who leaves.
func (u *User) Deactivate() { u.change(func() { u.deleted = true }) }

// Become changes what the user is.
func (u *User) Become(options ...UserOption) {
	u.change(func() {
		for _, option := range options {
			option(u)
		}
	})
}

func (u *User) change(what func()) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	what()
	u.updated = u.s.now().Unix()
	u.s.emit("user_change", nil, object{"type": "user_change", "user": u.json(false), "cache_ts": u.updated, "event_ts": u.s.nextTS()})
}

// user by id; nil where there is none. The caller holds the lock.
func (s *Server) user(id string) *User {
	if i := slices.IndexFunc(s.users, func(u *User) bool { return u.ID == id }); i >= 0 {
		return s.users[i]
	}
	return nil
}

func (s *Server) userByName(name string) *User {
	if i := slices.IndexFunc(s.users, func(u *User) bool { return strings.EqualFold(u.name, name) }); i >= 0 {
		return s.users[i]
	}
	return nil
}

// nameOf a user by id, as others read it.
func (s *Server) nameOf(id string) string {
	if u := s.user(id); u != nil {
		return u.name
	}
	return "unknown"
}

func (u *User) json(withLocale bool) object {
	profile := object{
		"title": "", "phone": "", "skype": "", "real_name": u.name, "real_name_normalized": u.name, "display_name": u.name,
		"display_name_normalized": u.name, "status_text": "", "status_emoji": "", "status_expiration": 0, "avatar_hash": "g0",
		"status_text_canonical": "", "team": u.team, "first_name": u.name, "last_name": "",
	}
	for _, size := range []string{"24", "32", "48", "72", "192", "512"} {
		profile["image_"+size] = "https://avatars.example/" + size + ".png"
	}
	tell := object{
		"id": u.ID, "team_id": u.team, "name": u.name, "deleted": u.deleted, "profile": profile, "is_bot": u.bot,
		"is_app_user": u.appUser, "updated": u.updated,
	}
	if u.bot {
		profile["bot_id"], profile["api_app_id"], profile["always_active"] = u.botID, u.appID, true
		tell["is_workflow_bot"] = u.workflow
	}
	if u.stranger {
		tell["is_stranger"] = true
	}
	if !u.deleted {
		more := object{
			"color": "9f69e7", "real_name": u.name, "tz": u.tz, "tz_label": u.tz, "tz_offset": offsetOf(u.tz), "is_admin": u.admin,
			"is_owner": false, "is_primary_owner": false, "is_restricted": u.restricted, "is_ultra_restricted": u.ultraRestricted,
			"is_email_confirmed": true, "who_can_share_contact_card": "EVERYONE",
		}
		maps.Copy(tell, more)
	}
	if withLocale {
		tell["locale"] = u.locale
	}
	return tell
}
