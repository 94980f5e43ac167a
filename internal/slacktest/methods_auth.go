package slacktest

func authMethods() map[string]method {
	return map[string]method{
		"auth.test":             {json: true, run: (*call).authTest},
		"apps.connections.open": {json: true, run: (*call).openConnection},
		"team.info":             {args: map[string]argument{"team": optional, "domain": optional}, run: (*call).teamInfo},
		"bots.info":             {args: map[string]argument{"bot": optional, "team_id": optional}, run: (*call).botInfo},
	}
}

func (c *call) authTest() (object, *refusal) {
	return object{
		"url": "https://" + c.Domain + ".slack.com/", "team": c.Domain, "user": c.Bot.name, "team_id": c.Team, "user_id": c.Bot.ID,
		"bot_id": c.BotID, "is_enterprise_install": false,
	}, nil
}

func (c *call) openConnection() (object, *refusal) {
	ticket := c.secret()
	c.sockets.tickets[ticket] = true
	return object{"url": "ws" + c.base[len("http"):] + "/link/?ticket=" + ticket + "&app_id=" + AppID}, nil
}

func (c *call) teamInfo() (object, *refusal) {
	if team := str(c.args, "team"); team != "" && team != c.Team {
		return nil, refuse("team_not_found")
	}
	return object{"team": object{
		"id": c.Team, "name": c.Domain, "domain": c.Domain, "email_domain": "", "url": "https://" + c.Domain + ".slack.com/",
		"avatar_base_url": "https://avatars.example/", "is_verified": false, "icon": object{"image_default": true},
	}}, nil
}

func (c *call) botInfo() (object, *refusal) {
	id := str(c.args, "bot")
	if id == "" {
		id = c.BotID
	}
	for _, u := range c.users {
		if u.botID == id {
			return object{"bot": object{
				"id": id, "deleted": u.deleted, "name": u.name, "updated": u.updated, "app_id": u.appID, "user_id": u.ID,
				"icons": object{"image_36": "https://avatars.example/36.png"},
			}}, nil
		}
	}
	return nil, refuse("bot_not_found")
}
