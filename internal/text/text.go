// Package text makes text short and harmless: what is said about names and sentences that came from elsewhere, once for
// manager, dumper and bot. But for Names it knows no language: whoever calls it has the words.
package text

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const ellipsis = "…"

// Cut is the beginning of s: at most so many characters, of which the last is an ellipsis where something was cut off. A
// byte that is no text counts as one.
func Cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	if most < 1 {
		return ""
	}
	n, end := 0, 0 // end: where the ellipsis would stand
	for i := range s {
		n++
		if n == most {
			end = i
		}
		if n > most {
			return s[:end] + ellipsis
		}
	}
	return s
}

// CutBytes is Cut for a bound in bytes. It never ends within a character.
func CutBytes(s string, most int) string {
	if len(s) <= most {
		return s
	}
	end := most - len(ellipsis)
	if end < 0 {
		return ""
	}
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + ellipsis
}

// OneLine makes one line of what came from elsewhere, at most so many characters long: line breaks, control characters,
// changes of the writing's direction, characters without width and bytes that are no text become spaces, and runs of
// spaces one. It does not read further than it must.
func OneLine(s string, most int) string {
	var b strings.Builder
	n, gap := 0, false
	for i, r := range s {
		if n > most {
			break
		}
		if !unicode.IsPrint(r) || r == ' ' || (r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError))) {
			gap = n > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			n, gap = n+1, false
		}
		b.WriteRune(r)
		n++
	}
	return Cut(b.String(), most)
}

// Enumerate is the first of the names, at most so many, and how many there are besides: a sentence says "a, b and 3 more"
// in its own language.
func Enumerate[T any](names []T, most int) (shown []T, more int) {
	n := min(len(names), max(most, 0))
	shown = names[:n:n] // so that what is appended to it overwrites nothing
	return shown, len(names) - len(shown)
}

// Names are at most so many of the names, as an English sentence holds them, quoted: "a", "b" and 3 more. Nothing in a
// name is obeyed: quotes, control characters and changes of the writing's direction are escaped.
func Names[T ~string](names []T, most int) string {
	shown, more := Enumerate(names, most)
	var b strings.Builder
	for i, name := range shown {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(string(name)))
	}
	switch {
	case more == 0:
	case b.Len() == 0:
		fmt.Fprintf(&b, "%d", more)
	default:
		fmt.Fprintf(&b, " and %d more", more)
	}
	return b.String()
}
