package lang

import (
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
)

// offers lays out what is said of a dump beside how it is: lists, what can be done with it, and what was not.
func (c *catalogue) offers(v view.View) (chat.Reply, bool) {
	switch v := v.(type) {
	case view.Dumps:
		return c.listOfDumps(v), true
	case view.NoDumps:
		return c.base(chat.Info, v), true
	case view.NoDump:
		return c.base(chat.Bad, v), true
	case view.WhichDump:
		return c.whichDump(v), true
	case view.Equal:
		return c.equal(v), true
	case view.Following, view.Cancelling:
		return c.base(chat.Info, v), true
	case view.CannotFollow, view.EndedAlready:
		return c.base(chat.Warning, v), true
	case view.NameTaken:
		return c.base(chat.Bad, v), true
	case view.CannotCancel:
		return c.cannotCancel(v), true
	case view.MayHaveStarted:
		return c.base(chat.Warning, v), true
	}
	return chat.Reply{}, false
}

// equal offers what a click can take: to be told of a dump that goes on, or to load one that has ended, or to insist.
func (c *catalogue) equal(v view.Equal) chat.Reply {
	r := c.base(chat.Info, v)
	switch {
	case v.Stage == "":
		r.Actions = append(r.Actions, c.action("how", "how "+v.Dump.Name))
	case !v.Following && !v.Untold:
		r.Actions = append(r.Actions, c.action("follow", "follow "+v.Dump.Name))
	}
	r.Actions = append(r.Actions, c.action("again", "again "+v.Dump.Name))
	return r
}

func (c *catalogue) cannotCancel(v view.CannotCancel) chat.Reply {
	r := c.base(chat.Bad, v)
	r.Lines = append(r.Lines, c.misses(v.Misses)...)
	r.Snippets = []chat.Snippet{{
		Caption: c.say("CannotCancel.caption", v),
		Text:    subject(v.IDs, "users", []string{v.IDs.User}) + "\n" + `  may: ["Manage"]`,
	}}
	return r
}
