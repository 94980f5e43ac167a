// Package layout is what drivers share that lay replies out as text, whatever their service's mark-up is.
package layout

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible writes what cannot be seen, or would be obeyed, as an escape: control characters, changes of the writing's
// direction, characters without width, and bytes that are no text. What it gives is one line.
func Visible(s string) string {
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

// Pieces of a text, none of them longer than that many characters. There is one at least.
func Pieces(s string, longest int) []string {
	runes := []rune(s)
	var out []string
	for len(runes) > longest {
		out = append(out, string(runes[:longest]))
		runes = runes[longest:]
	}
	return append(out, string(runes))
}
