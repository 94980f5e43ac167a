package slacktest

import (
	"encoding/base64"
	"slices"
	"strings"
)

func conversationMethods() map[string]method {
	lists := map[string]argument{"cursor": optional, "limit": number, "exclude_archived": boolean, "types": optional, "team_id": optional}
	ofUser := map[string]argument{"user": optional}
	for name, kind := range lists {
		ofUser[name] = kind
	}
	return map[string]method{
		"conversations.info": {run: (*call).conversationInfo, args: map[string]argument{
			"channel": required, "include_locale": boolean, "include_num_members": boolean,
		}},
		"conversations.list":  {args: lists, run: (*call).conversationsList},
		"users.conversations": {args: ofUser, run: (*call).userConversations},
		"conversations.members": {run: (*call).conversationMembers, args: map[string]argument{
			"channel": required, "cursor": optional, "limit": number,
		}},
		"conversations.open": {json: true, run: (*call).openConversation, args: map[string]argument{
			"channel": optional, "users": optional, "return_im": boolean, "prevent_creation": boolean,
		}},
	}
}

func (c *call) conversationInfo() (object, *refusal) {
	channel, refused := c.find("channel")
	if refused != nil {
		return nil, refused
	}
	tell := channel.json(true)
	if channel.has(c.Bot.ID) {
		tell["last_read"] = "0000000000.000000"
	}
	if c.flag("include_num_members") {
		tell["num_members"] = len(channel.members)
	}
	if c.flag("include_locale") {
		tell["locale"] = "en-US"
	}
	return object{"channel": tell}, nil
}

// wanted are the kinds that a list is asked for, each of which takes its scope.
func (c *call) wanted() ([]Kind, *refusal) {
	var wanted []Kind
	for name := range strings.SplitSeq(str(c.args, "types"), ",") {
		kind := Kind(strings.TrimSpace(name))
		if kind == "" {
			kind = Public
		}
		if !slices.Contains(kinds, kind) {
			return nil, refuse("invalid_types")
		}
		if refused := c.allowed(kind); refused != nil {
			return nil, refused
		}
		wanted = append(wanted, kind)
	}
	return wanted, nil
}

func (c *call) conversationsList() (object, *refusal) {
	return c.listed(true, func(channel *Channel) bool { return channel.kind == Public || channel.has(c.Bot.ID) })
}

func (c *call) userConversations() (object, *refusal) {
	member := c.Bot.ID
	if given := str(c.args, "user"); given != "" {
		member = given
	}
	if c.user(member) == nil {
		return nil, refuse("user_not_found")
	}
	return c.listed(false, func(channel *Channel) bool {
		return channel.has(member) && (channel.kind == Public || channel.has(c.Bot.ID))
	})
}

func (c *call) listed(full bool, visible func(*Channel) bool) (object, *refusal) {
	wanted, refused := c.wanted()
	if refused != nil {
		return nil, refused
	}
	var found []*Channel
	for _, channel := range c.channels {
		if !channel.gone && slices.Contains(wanted, channel.kind) && visible(channel) && (!channel.archived || !c.flag("exclude_archived")) {
			found = append(found, channel)
		}
	}
	page, next, refused := paged(c, found, "team", 999, func(channel *Channel) string { return channel.ID })
	if refused != nil {
		return nil, refused
	}
	var tell []any
	for _, channel := range page {
		one := channel.json(full)
		if user := c.user(str(one, "user")); user != nil {
			one["is_user_deleted"], one["priority"] = user.deleted, 0
		}
		if full && channel.kind != Direct {
			one["num_members"] = len(channel.members)
		}
		tell = append(tell, one)
	}
	return object{"channels": orEmpty(tell), "response_metadata": object{"next_cursor": next}}, nil
}

func (c *call) conversationMembers() (object, *refusal) {
	channel, refused := c.find("channel")
	if refused != nil {
		return nil, refused
	}
	page, next, refused := paged(c, channel.members, "user", 999, func(id string) string { return id })
	if refused != nil {
		return nil, refused
	}
	return object{"members": orEmpty(page), "response_metadata": object{"next_cursor": next}}, nil
}

func (c *call) openConversation() (object, *refusal) {
	if id := str(c.args, "channel"); id != "" {
		channel := c.channel(id)
		if channel == nil || !channel.has(c.Bot.ID) || channel.kind != Direct && channel.kind != GroupDM {
			return nil, refuse("channel_not_found")
		}
		if refused := c.allowed(channel.kind); refused != nil {
			return nil, refused
		}
		return c.opened(channel, true), nil
	}
	if str(c.args, "users") == "" {
		return nil, refuse("users_list_not_supplied")
	}
	var users []*User
	for id := range strings.SplitSeq(str(c.args, "users"), ",") {
		user := c.user(strings.TrimSpace(id))
		switch {
		case user == nil:
			return nil, refuse("user_not_found")
		case user == c.Bot || user.bot:
			return nil, refuse("cannot_dm_bot")
		case user.deleted:
			return nil, refuse("user_disabled")
		}
		users = append(users, user)
	}
	kind := Direct
	if len(users) > 1 {
		kind = GroupDM
	}
	if len(users) > 8 {
		return nil, refuse("too_many_users")
	}
	if refused := c.allowed(kind); refused != nil {
		return nil, refused
	}
	before := len(c.channels)
	var channel *Channel
	if kind == Direct {
		channel = c.direct(users[0])
	} else {
		channel = c.groupDirect(append(users, c.Bot))
	}
	return c.opened(channel, len(c.channels) == before), nil
}

func (c *call) opened(channel *Channel, already bool) object {
	tell := object{"id": channel.ID}
	if c.flag("return_im") {
		tell = channel.json(true)
	}
	answer := object{"channel": tell}
	if already {
		answer["no_op"], answer["already_open"] = true, true
	}
	return answer
}

// paged is one page of a list, from where the cursor is, and the cursor of the next one: empty on the last.
func paged[T any](c *call, all []T, prefix string, most int, id func(T) string) ([]T, string, *refusal) {
	limit, refused := c.limit(100, most)
	if refused != nil {
		return nil, "", refused
	}
	from := 0
	if cursor := str(c.args, "cursor"); cursor != "" {
		plain, ok := uncursor(cursor, prefix)
		from = slices.IndexFunc(all, func(item T) bool { return id(item) == plain })
		if !ok || from < 0 {
			return nil, "", refuse("invalid_cursor")
		}
	}
	to := min(from+limit, len(all))
	if to == len(all) {
		return all[from:to], "", nil
	}
	return all[from:to], cursor(prefix, id(all[to])), nil
}

func cursor(prefix, id string) string {
	return base64.StdEncoding.EncodeToString([]byte(prefix + ":" + id))
}

func uncursor(cursor, prefix string) (string, bool) {
	plain, err := base64.StdEncoding.DecodeString(cursor)
	if err != nil {
		return "", false
	}
	return strings.CutPrefix(string(plain), prefix+":")
}
