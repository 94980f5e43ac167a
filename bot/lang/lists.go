package lang

import (
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
)

// listOfDumps is a table of them. Where all are of one source, the headline names it and the table need not.
func (c *catalogue) listOfDumps(v view.Dumps) chat.Reply {
	source := oneSource(v.Rows)
	r := chat.Reply{
		Headline: c.say("Dumps.headline", source),
		Rows:     c.rows(v.Rows, source == ""),
		Closing:  c.say("Dumps.closing", v),
	}
	return r
}

func (c *catalogue) whichDump(v view.WhichDump) chat.Reply {
	r := c.base(chat.Warning, v)
	r.Rows = c.rows(v.Rows, oneSource(v.Rows) == "")
	return r
}

// oneSource is that of all rows, or empty where there are several.
func oneSource(rows []view.Row) string {
	source := ""
	for i, row := range rows {
		if i > 0 && row.Source != source {
			return ""
		}
		source = row.Source
	}
	return source
}

func (c *catalogue) rows(dumps []view.Row, sources bool) [][]string {
	names := []string{"dump", "database", "status", "size", "age", "by"}
	if sources {
		names = append(names[:2:2], append([]string{"source"}, names[2:]...)...)
	}
	rows := [][]string{c.header(names...)}
	for _, d := range dumps {
		size := ""
		if d.Bytes > 0 && !d.Life.Gone() {
			size = c.bytes(d.Bytes)
		}
		cells := []string{d.Name, d.Database}
		if sources {
			cells = append(cells, d.Source)
		}
		rows = append(rows, row(append(cells, c.state(d), size, c.age(d.Age), c.say("by", d.By))...))
	}
	return rows
}

// state of a dump in one word: how its copy is, where that is not there any more, and else the phase.
func (c *catalogue) state(d view.Row) string {
	if d.Life.Gone() {
		return c.phase("Copy" + string(d.Life))
	}
	return c.phase(d.Phase)
}

// phase is the API's word in the reader's language. One that is not known stays as it is.
func (c *catalogue) phase(word string) string {
	if key := "phase." + word; c.has(key) {
		return c.say(key, nil)
	}
	return word
}
