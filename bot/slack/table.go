package slack

import (
	"strings"
	"unicode/utf8"

	"github.com/volcado-io/volcado/bot/chat/layout"
	"github.com/volcado-io/volcado/internal/text"
)

const (
	// mostColumns of a table. Those behind it are left out visibly.
	mostColumns = 12
	// longestCell, in characters.
	longestCell = 100
)

// table in columns, as code: Slack has no mark-up for tables that every client shows. The first row is the header.
func (l *lay) table(rows [][]string) {
	columns := 0
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	if columns == 0 {
		return
	}
	columns = min(columns, mostColumns)
	widths := make([]int, columns)
	cells := make([][]string, len(rows))
	for i, row := range rows {
		cells[i] = make([]string, columns)
		for j := range columns {
			if j < len(row) {
				cells[i][j] = text.Cut(layout.Visible(row[j]), longestCell)
			}
			if j == columns-1 && len(row) > columns {
				cells[i][j] = "…"
			}
			widths[j] = max(widths[j], utf8.RuneCountInString(cells[i][j]))
		}
	}
	lines := make([]string, len(rows))
	for i, row := range cells {
		var b strings.Builder
		for j, cell := range row {
			b.WriteString(cell + strings.Repeat(" ", widths[j]-utf8.RuneCountInString(cell)+2))
		}
		lines[i] = strings.TrimRight(b.String(), " ")
	}
	if len(lines) == 1 {
		l.code(lines, nil)
		return
	}
	l.code(lines[1:], lines[:1])
}
