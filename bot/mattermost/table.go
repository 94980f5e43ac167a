package mattermost

import (
	"strings"
	"unicode/utf8"

	"github.com/volcado-io/volcado/bot/chat/layout"
	"github.com/volcado-io/volcado/internal/text"
)

// mostColumns of a table. Those behind it are left out visibly.
const mostColumns = 20

// table of rows, of which the first is the header; where the table goes on in another post, it stands there again.
func (p *post) table(rows [][]string) {
	columns := 0
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	if columns == 0 {
		return
	}
	columns = min(columns, mostColumns)
	header := p.row(rows[0], columns) + "\n|" + strings.Repeat("---|", columns)
	block := &layout.Block{Open: header}
	p.gap()
	for _, row := range rows[1:] {
		p.lines = append(p.lines, layout.Line{Text: p.row(row, columns), Block: block})
	}
	if len(rows) == 1 { // a header alone is no table
		p.lines = append(p.lines, layout.Line{Text: p.row(nil, columns), Block: block})
	}
}

// row of exactly that many cells. It takes half a post at most, for the header stands above it.
func (p *post) row(cells []string, columns int) string {
	longest := (p.longest/2 - 10*columns) / columns
	var b strings.Builder
	b.WriteString("|")
	for i := range columns {
		cell := ""
		if i < len(cells) {
			cell = visible(cells[i])
		}
		if i == columns-1 && len(cells) > columns {
			cell = "…"
		}
		b.WriteString(" " + p.cell(cell, longest) + " |")
	}
	return b.String()
}

// cell of a table. A space stands for nothing, because clients lose the ends of rows that end with empty cells.
func (p *post) cell(s string, longest int) string {
	if s == "" {
		return entity(' ')
	}
	escaped := escape(s)
	if utf8.RuneCountInString(escaped) > longest {
		escaped = escape(text.Cut(s, max(longest/longestEscape, 1)))
	}
	return escaped
}
