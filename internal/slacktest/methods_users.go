package slacktest

func userMethods() map[string]method {
	return map[string]method{
		"users.info": {args: map[string]argument{"user": required, "include_locale": boolean}, run: (*call).userInfo},
		"usergroups.list": {run: (*call).groupsList, args: map[string]argument{
			"include_count": boolean, "include_disabled": boolean, "include_users": boolean, "team_id": optional,
		}},
		"usergroups.users.list": {run: (*call).groupUsers, args: map[string]argument{
			"usergroup": required, "include_disabled": boolean, "team_id": optional,
		}},
	}
}

// userInfo tells of another workspace's users only where a channel is shared with the bot.
func (c *call) userInfo() (object, *refusal) {
	user := c.user(str(c.args, "user"))
	if user == nil {
		return nil, refuse("user_not_found")
	}
	if user.team != c.Team && !c.meets(user) {
		return nil, refuse("user_not_visible")
	}
	return object{"user": user.json(c.flag("include_locale"))}, nil
}

func (c *call) meets(user *User) bool {
	for _, channel := range c.channels {
		if channel.has(user.ID) && channel.has(c.Bot.ID) {
			return true
		}
	}
	return false
}

func (c *call) groupsList() (object, *refusal) {
	tell := []any{}
	for _, group := range c.groups {
		if group.disabled != 0 && !c.flag("include_disabled") {
			continue
		}
		one := group.json()
		if c.flag("include_count") {
			one["user_count"] = len(group.members)
		}
		if c.flag("include_users") {
			one["users"] = orEmpty(group.members)
		}
		tell = append(tell, one)
	}
	return object{"usergroups": tell}, nil
}

func (c *call) groupUsers() (object, *refusal) {
	group := c.group(str(c.args, "usergroup"))
	if group == nil || group.disabled != 0 && !c.flag("include_disabled") {
		return nil, refuse("no_such_subteam")
	}
	return object{"users": orEmpty(group.members)}, nil
}
