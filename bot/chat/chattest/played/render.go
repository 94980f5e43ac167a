package played

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/layout"
)

// mostPages of one reply. What is longer is cut visibly.
const mostPages = 20

var signs = map[chat.Severity]string{chat.Info: "", chat.Good: "✓ ", chat.Warning: "⚠ ", chat.Bad: "✗ "}

// render lays a reply out in the service's mark-up, on pages of at most that many characters each, one at least.
func render(r chat.Reply, longest int) []string {
	r = r.Addressed("@" + BotName + " ")
	// An escaped character takes five at most, and a line has a few for its style.
	l := lines{most: max((longest-20)/5, 10)}
	for _, piece := range l.pieces(r.Headline) {
		l.add(signs[r.Severity] + "*" + escape(piece) + "*")
	}
	for _, line := range r.Lines {
		l.prose(line)
	}
	for _, f := range r.Fields {
		for _, piece := range l.pieces(f.Name + ": " + f.Value) {
			l.add(escape(piece))
		}
	}
	l.block(columns(r.Rows))
	for _, s := range r.Snippets {
		if s.Caption != "" {
			l.prose(s.Caption)
		}
		l.block(strings.Split(s.Text, "\n"))
	}
	if r.Closing != "" {
		l.prose(r.Closing)
	}
	return layout.Pages(l.lines, longest, mostPages)
}

type lines struct {
	most  int
	lines []layout.Line
}

const fence = "```"

// code is where all of a row of lines of code stand.
var code = &layout.Block{Open: fence, Close: fence}

// block is code, unless backticks in it could end it.
func (l *lines) block(texts []string) {
	in, mark := code, escapeCode
	if slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, "`") }) {
		in, mark = nil, escape
	}
	for _, text := range texts {
		for _, piece := range l.pieces(text) {
			l.lines = append(l.lines, layout.Line{Text: mark(piece), Block: in})
		}
	}
}

func (l *lines) add(text string) { l.lines = append(l.lines, layout.Line{Text: text}) }

// pieces of a text, none of them too long, made visible. There is one at least.
func (l *lines) pieces(s string) []string { return layout.Pieces(layout.Visible(s), l.most) }

// prose is a line in which what stands between backticks is code.
func (l *lines) prose(s string) {
	for _, piece := range l.pieces(s) {
		spans := strings.Split(piece, "`")
		if len(spans)%2 == 0 {
			l.add(escape(piece))
			continue
		}
		var b strings.Builder
		for i, span := range spans {
			switch {
			case i%2 == 0:
				b.WriteString(escape(span))
			case span == "":
				b.WriteString("\\`\\`")
			default:
				b.WriteString("`" + escapeCode(span) + "`")
			}
		}
		l.add(b.String())
	}
}

// escape makes every character of a text nothing but text.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r < 0x80 && strings.ContainsRune(punctuation, r):
			b.WriteString("\\" + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

var escapeTags = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escapeCode does so within code, where nothing but tags counts. There are no backticks in it.
func escapeCode(s string) string { return escapeTags.Replace(s) }

// columns sets rows in columns, two spaces apart.
func columns(rows [][]string) []string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(layout.Visible(cell)))
		}
	}
	var out []string
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			cell = layout.Visible(cell)
			line += cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2)
		}
		out = append(out, strings.TrimRight(line, " "))
	}
	return out
}
