package console

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/layout"
)

// render lays a reply out. It ends with a line's end. Everything in it is made visible first: nothing that a person
// typed, and no name of a table, may command the terminal.
func render(r chat.Reply, colour bool) string {
	r = r.Addressed("")
	var b strings.Builder
	b.WriteString(paint(layout.Visible(r.Headline), r.Severity, colour) + "\n")
	for _, line := range r.Lines {
		b.WriteString(layout.Visible(line) + "\n")
	}
	var fields [][]string
	for _, f := range r.Fields {
		fields = append(fields, []string{"  " + f.Name, f.Value})
	}
	b.WriteString(columns(fields))
	b.WriteString(columns(indented(r.Rows)))
	for _, s := range r.Snippets {
		// Not indented: what is copied must be what is meant.
		b.WriteString("\n" + layout.Visible(s.Caption) + "\n")
		for line := range strings.SplitSeq(s.Text, "\n") {
			b.WriteString(paintSnippet(layout.Visible(line), colour) + "\n")
		}
	}
	if len(r.Snippets) > 0 {
		b.WriteString("\n")
	}
	if r.Closing != "" {
		b.WriteString(layout.Visible(r.Closing) + "\n")
	}
	return b.String()
}

func indented(rows [][]string) [][]string {
	var out [][]string
	for _, row := range rows {
		if len(row) > 0 {
			out = append(out, append([]string{"  " + row[0]}, row[1:]...))
		}
	}
	return out
}

// columns sets rows in columns, two spaces apart, without spaces at the ends of lines.
func columns(rows [][]string) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], cells(layout.Visible(cell)))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			cell = layout.Visible(cell)
			line += cell + strings.Repeat(" ", widths[i]-cells(cell)+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// cells is how many columns of a terminal the text takes.
func cells(s string) int {
	n := 0
	for _, r := range s {
		n += cellsOf(r)
	}
	return n
}

func cellsOf(r rune) int {
	if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// fit cuts text to at most that many columns.
func fit(s string, most int) string {
	if cells(s) <= most {
		return s
	}
	n := 0
	for i, r := range s {
		if n += cellsOf(r); n > most-1 {
			return s[:i] + "…"
		}
	}
	return s
}

const (
	colourOff  = "\x1b[0m"
	colourDim  = "\x1b[36m"
	colourBold = "\x1b[1m"
)

var colours = map[chat.Severity]string{
	chat.Info: colourBold, chat.Good: "\x1b[1;32m", chat.Warning: "\x1b[33m", chat.Bad: "\x1b[1;31m",
}

func paint(s string, severity chat.Severity, colour bool) string {
	if !colour {
		return s
	}
	return colours[severity] + s + colourOff
}

func paintSnippet(s string, colour bool) string {
	if !colour || s == "" {
		return s
	}
	return colourDim + s + colourOff
}
