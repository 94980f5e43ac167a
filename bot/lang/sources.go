package lang

import (
	"slices"
	"strconv"
	"strings"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/access"
)

// sources lays out what somebody can have, and what not.
func (c *catalogue) sources(v view.View) (chat.Reply, bool) {
	switch v := v.(type) {
	case view.Sources:
		r := c.base(chat.Info, v)
		r.Rows = c.table(v.Sources)
		r.Closing = c.say("Sources.next", easiest(v.Sources))
		return r, true
	case view.NoSources:
		return c.notHere(v, v.IDs), true
	case view.NoSource:
		return c.notHere(v, v.IDs), true
	case view.WhichSource:
		r := c.base(chat.Warning, v)
		r.Rows = c.table(v.Sources)
		return r, true
	case view.NoDefault:
		return c.base(chat.Warning, v), true
	case view.NotAllowed:
		return c.notAllowed(v), true
	case view.Never:
		return c.base(chat.Bad, v), true
	case view.NoDatabase:
		r := c.notHere(v, v.IDs)
		r.Rows = c.table(v.Sources)
		return r, true
	case view.WhichDatabase:
		r := c.base(chat.Warning, v)
		for _, line := range v.Lines {
			r.Lines = append(r.Lines, string(command(line)))
		}
		return r, true
	case view.Allowed:
		return c.allowed(v), true
	}
	return chat.Reply{}, false
}

// refused says no, with what to ask the owner for.
func (c *catalogue) refused(v view.View, ids view.IDs) chat.Reply {
	r := c.base(chat.Bad, v)
	r.Snippets = []chat.Snippet{c.snippet(ids)}
	return r
}

// notHere is refused where nothing is known of the source. That another channel would do must not be said of one alone, so it
// is said of all.
func (c *catalogue) notHere(v view.View, ids view.IDs) chat.Reply {
	r := c.refused(v, ids)
	r.Lines = append(r.Lines, c.lines(ids, "access.place")...)
	return r
}

// notAllowed says what would help. That is a subject only where none is there that matches.
func (c *catalogue) notAllowed(v view.NotAllowed) chat.Reply {
	if v.SourceForbids {
		return c.base(chat.Bad, v) // no allow-list would help
	}
	r := c.refused(v, v.IDs)
	r.Lines = append(r.Lines, c.misses(v.Misses)...)
	if v.Database == "" && len(v.Have) > 0 {
		r.Snippets = nil
		r.Closing = c.say("NotAllowed.default", v)
	}
	if i := slices.IndexFunc(v.Misses, byDatabaseAlone); i >= 0 {
		r.Snippets = nil
		r.Closing = c.say("NotAllowed.database", struct{ Database, List string }{v.Database, v.Misses[i].List})
	}
	return r
}

// byDatabaseAlone: the list names this person, in this place, for other databases.
func byDatabaseAlone(m view.Miss) bool {
	for _, mismatch := range m.Mismatches {
		if mismatch.Part != access.PartDatabase {
			return false
		}
	}
	return len(m.Mismatches) > 0
}

func (c *catalogue) allowed(v view.Allowed) chat.Reply {
	r := c.base(chat.Good, v)
	r.Lines = append(r.Lines, c.lines(v, "Allowed.manage", "Allowed.have")...)
	return r
}

// easiest is the source whose command is the shortest to type: one with a default, or with any database at all.
func easiest(sources []view.Source) view.Source {
	var best view.Source
	for _, s := range sources {
		if s.Default != "" {
			return s
		}
		if len(best.Databases) == 0 {
			best = s
		}
	}
	return best
}

func (c *catalogue) table(sources []view.Source) [][]string {
	if len(sources) == 0 {
		return nil
	}
	rows := [][]string{c.header("source", "engine", "databases", "default")}
	for _, s := range sources {
		databases, byDefault := c.list(s.Databases), s.Default
		if databases == "" {
			databases = c.say("none", nil)
		}
		if byDefault == "" {
			byDefault = c.say("none", nil)
		}
		rows = append(rows, row(s.Name, s.Engine, databases, byDefault))
	}
	return rows
}

// snippet has what a data owner needs in order to let this person in: one subject of an allow-list. Groups are not in it,
// because whoever pastes it would let everybody in them in.
func (c *catalogue) snippet(ids view.IDs) chat.Snippet {
	return chat.Snippet{Caption: c.say("access.user", nil), Text: subject(ids, "users", []string{ids.User})}
}

// subject of an allow-list, as YAML. Everything is quoted: an id that looks like a number or a yes would be read as such.
func subject(ids view.IDs, key string, who []string) string {
	var b strings.Builder
	b.WriteString("- platform: " + strconv.QuoteToASCII(ids.Platform) + "\n")
	if ids.Workspace != "" {
		b.WriteString("  workspace: " + strconv.QuoteToASCII(ids.Workspace) + "\n")
	}
	quoted := make([]string, 0, len(who))
	for _, id := range who {
		quoted = append(quoted, strconv.QuoteToASCII(id))
	}
	b.WriteString("  " + key + ": [" + strings.Join(quoted, ", ") + "]\n")
	b.WriteString("  channels: [" + strconv.QuoteToASCII(ids.Channel) + "]")
	return b.String()
}
