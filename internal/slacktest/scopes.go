package slacktest

import "slices"

// Requirement is what a method of the Web API wants.
type Requirement struct {
	// Token is the kind that it is called with.
	Token TokenKind
	// Scopes that every call takes.
	Scopes []string
	// ByKind is the scope that a call takes beside them, by the kind of the channel that it is about.
	ByKind map[Kind]string
}

func byKind(verb string) map[Kind]string {
	scopes := map[Kind]string{}
	for _, kind := range kinds {
		scopes[kind] = scopeOf(kind, verb)
	}
	return scopes
}

var kinds = []Kind{Public, Private, GroupDM, Direct}

// RequiredScopes of every method that the server has. Some arguments take more: username and the icons of a message want
// chat:write.customize, and a post to a public channel where the bot is not wants chat:write.public.
func RequiredScopes() map[string]Requirement {
	needs := func(scopes ...string) Requirement { return Requirement{Token: BotTokenKind, Scopes: scopes} }
	read, history := Requirement{Token: BotTokenKind, ByKind: byKind("read")}, Requirement{Token: BotTokenKind, ByKind: byKind("history")}
	return map[string]Requirement{
		"auth.test":             {Token: BotTokenKind},
		"apps.connections.open": {Token: AppTokenKind, Scopes: []string{"connections:write"}},
		"chat.postMessage":      needs("chat:write"),
		"chat.update":           needs("chat:write"),
		"chat.postEphemeral":    needs("chat:write"),
		"chat.delete":           needs("chat:write"),
		"conversations.info":    read,
		"conversations.history": history,
		"conversations.replies": history,
		"conversations.list":    read,
		"users.conversations":   read,
		"conversations.members": read,
		"conversations.open": {Token: BotTokenKind, ByKind: map[Kind]string{
			Direct: "im:write", GroupDM: "mpim:write",
		}},
		"users.info":            needs("users:read"),
		"usergroups.list":       needs("usergroups:read"),
		"usergroups.users.list": needs("usergroups:read"),
		"views.open":            needs(),
		"views.update":          needs(),
		"bots.info":             needs("users:read"),
		"team.info":             needs("team:read"),
	}
}

// AllScopes of a bot token that any method or event takes, sorted.
func AllScopes() []string {
	all := map[string]bool{
		"chat:write.customize": true, "chat:write.public": false, "commands": true, "metadata.message:read": true,
	}
	for _, requirement := range RequiredScopes() {
		for _, scope := range requirement.Scopes {
			all[scope] = requirement.Token == BotTokenKind
		}
		for _, scope := range requirement.ByKind {
			all[scope] = true
		}
	}
	for _, scope := range EventScopes() {
		all[scope] = true
	}
	var names []string
	for name, held := range all {
		if held {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
