package mattermost

import (
	"strings"
	"unicode/utf8"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/layout"
)

const (
	// mostPosts of one reply. What is longer is cut visibly.
	mostPosts = 5
	// longestName of a field, in characters.
	longestName = 100
	// longestFence of a block of code, in backticks.
	longestFence = 20
	// room that a post keeps for what stands around a line: fences, the marks of bold, a sign, what says that it was cut.
	room = 2*longestFence + 20
)

var signs = map[chat.Severity]string{chat.Info: "", chat.Good: "✓ ", chat.Warning: "⚠ ", chat.Bad: "✗ "}

// render lays a reply out in Mattermost's Markdown, in posts of at most longest characters, one at least; longest is 1,000 at
// least. address is what commands begin with. mention is "@name " of whoever is to be notified, or empty. Nobody else is:
// everything in the reply is escaped.
func render(r chat.Reply, address, mention string, longest int) []string {
	r = r.Addressed(address)
	p := post{longest: longest - utf8.RuneCountInString(mention) - room}
	p.headline(r)
	for _, line := range r.Lines {
		p.text(line, prose)
	}
	for _, f := range r.Fields {
		p.field(f)
	}
	p.table(r.Rows)
	for _, s := range r.Snippets {
		p.snippet(s)
	}
	if r.Closing != "" {
		if len(r.Rows)+len(r.Snippets) > 0 {
			p.gap()
		}
		p.text(r.Closing, prose)
	}
	p.lines[0].Text = mention + p.lines[0].Text
	return layout.Pages(p.lines, longest, mostPosts)
}

// post gathers the lines of a reply.
type post struct {
	// longest that a line can be, in characters, without what room is for.
	longest int
	lines   []layout.Line
}

// gap keeps apart what comes before and behind it. Without one, Markdown takes a table for more of the paragraph before.
func (p *post) gap() { p.lines = append(p.lines, layout.Line{}) }

// text adds a text after it was marked up: as one line if that fits, else in pieces.
func (p *post) text(s string, mark func(string) string) { p.block(s, mark, nil) }

func (p *post) block(s string, mark func(string) string, in *layout.Block) {
	s = visible(s)
	pieces := []string{s}
	if !p.fits(s) || !p.fits(mark(s)) {
		pieces = layout.Pieces(s, p.longest/longestEscape)
	}
	for _, piece := range pieces {
		p.lines = append(p.lines, layout.Line{Text: mark(piece), Block: in})
	}
}

func (p *post) fits(marked string) bool { return utf8.RuneCountInString(marked) <= p.longest }

// headline is bold where something stands below it. A sentence alone needs no title.
func (p *post) headline(r chat.Reply) {
	mark := escape
	if len(r.Lines)+len(r.Fields)+len(r.Rows)+len(r.Snippets) > 0 || r.Closing != "" {
		mark = bold
	}
	p.text(r.Headline, func(s string) string { return signs[r.Severity] + mark(s) })
}

func bold(s string) string {
	if s == "" {
		return ""
	}
	return "**" + escape(s) + "**"
}

// field is a line, or where that is too long, a name above the pieces of its value.
func (p *post) field(f chat.Field) {
	mark := bold
	if utf8.RuneCountInString(f.Name) > longestName {
		mark = escape
	}
	if line := mark(visible(f.Name)) + ": " + escape(visible(f.Value)); p.fits(line) {
		p.lines = append(p.lines, layout.Line{Text: line})
		return
	}
	p.text(f.Name, func(s string) string { return mark(s) + ":" })
	p.text(f.Value, escape)
}

// snippet is code, unless a row of backticks in it is so long that no fence can be longer.
func (p *post) snippet(s chat.Snippet) {
	p.gap()
	if s.Caption != "" {
		p.text(s.Caption, escape)
	}
	fence := "```"
	for strings.Contains(s.Text, fence) && len(fence) <= longestFence {
		fence += "`"
	}
	mark, block := asItIs, &layout.Block{Open: fence, Close: fence}
	if len(fence) > longestFence {
		mark, block = escape, nil
	}
	for line := range strings.SplitSeq(s.Text, "\n") {
		p.block(line, mark, block)
	}
}

func asItIs(s string) string { return s }
