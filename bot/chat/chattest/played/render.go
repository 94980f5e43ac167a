package played

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/volcado-io/volcado/bot/chat"
)

// mostPages of one reply. What is longer is cut visibly.
const mostPages = 20

var signs = map[chat.Severity]string{chat.Info: "", chat.Good: "✓ ", chat.Warning: "⚠ ", chat.Bad: "✗ "}

// part is a line, in mark-up, or in a block of code, where all of a row of them stand.
type part struct {
	text string
	code bool
}

// render lays a reply out in the service's mark-up, on pages of at most that many characters each, one at least.
func render(r chat.Reply, longest int) []string {
	// An escaped character takes five at most, and a line has a few for its style.
	l := layout{most: max((longest-20)/5, 10)}
	for _, piece := range l.pieces(r.Headline) {
		l.add(signs[r.Severity]+"*"+escape(piece)+"*", false)
	}
	for _, line := range r.Lines {
		l.prose(line)
	}
	for _, f := range r.Fields {
		for _, piece := range l.pieces(f.Name + ": " + f.Value) {
			l.add(escape(piece), false)
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
	return pages(l.parts, longest)
}

type layout struct {
	most  int
	parts []part
}

// block is code, unless backticks in it could end it.
func (l *layout) block(lines []string) {
	code := !slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, "`") })
	for _, line := range lines {
		for _, piece := range l.pieces(line) {
			if code {
				l.add(escapeCode(piece), true)
			} else {
				l.add(escape(piece), false)
			}
		}
	}
}

func (l *layout) add(text string, code bool) {
	l.parts = append(l.parts, part{text, code})
}

// pieces of a text, none of them too long, made visible. There is one at least.
func (l *layout) pieces(s string) []string {
	runes := []rune(visible(s))
	var out []string
	for len(runes) > l.most {
		out = append(out, string(runes[:l.most]))
		runes = runes[l.most:]
	}
	return append(out, string(runes))
}

// prose is a line in which what stands between backticks is code.
func (l *layout) prose(s string) {
	for _, piece := range l.pieces(s) {
		spans := strings.Split(piece, "`")
		if len(spans)%2 == 0 {
			l.add(escape(piece), false)
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
		l.add(b.String(), false)
	}
}

const fence = "```"

// pages packs lines. A block of code that does not fit is ended on one page and begun anew on the next.
func pages(parts []part, longest int) []string {
	var out []string
	var b strings.Builder
	size, inCode := 0, false
	write := func(s string) {
		b.WriteString(s)
		size += utf8.RuneCountInString(s)
	}
	end := func() {
		if inCode {
			write("\n" + fence)
		}
		inCode = false
	}
	for _, p := range parts {
		if size > 0 && size+utf8.RuneCountInString(p.text)+3*len(fence) > longest {
			end()
			out = append(out, b.String())
			b.Reset()
			size = 0
			if len(out) == mostPages {
				out[mostPages-1] = "…"
				return out
			}
		}
		if inCode && !p.code {
			end()
		}
		if size > 0 {
			write("\n")
		}
		if p.code && !inCode {
			write(fence + "\n")
			inCode = true
		}
		write(p.text)
	}
	end()
	return append(out, b.String())
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
			widths[i] = max(widths[i], utf8.RuneCountInString(visible(cell)))
		}
	}
	var out []string
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			cell = visible(cell)
			line += cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2)
		}
		out = append(out, strings.TrimRight(line, " "))
	}
	return out
}

// visible writes what cannot be seen, or would be obeyed by whatever shows it, as an escape.
func visible(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u{%x}`, r)
		}
	}
	return b.String()
}
