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
	case view.Following, view.Cancelling, view.Kept, view.KeptForever:
		return c.base(chat.Info, v), true
	case view.CopyGone:
		r := c.base(chat.Warning, v)
		r.Actions = []chat.Action{c.action("again", "again "+v.Dump)}
		return r, true
	case view.CannotFollow, view.EndedAlready, view.KeepsNoLonger:
		return c.base(chat.Warning, v), true
	case view.NameTaken:
		return c.base(chat.Bad, v), true
	case view.CannotCancel:
		return c.needsManage(v, v.Misses, v.IDs, "CannotCancel.caption"), true
	case view.CannotKeep:
		return c.needsManage(v, v.Misses, v.IDs, "CannotKeep.caption"), true
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

// needsManage refuses what is only for whoever asked, and for those with permission Manage.
func (c *catalogue) needsManage(v view.View, misses []view.Miss, ids view.IDs, caption string) chat.Reply {
	r := c.base(chat.Bad, v)
	r.Lines = append(r.Lines, c.misses(misses)...)
	r.Snippets = []chat.Snippet{{
		Caption: c.say(caption, v),
		Text:    subject(ids, "users", []string{ids.User}) + "\n" + `  may: ["Manage"]`,
	}}
	return r
}
