package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// shown is a location as a terminal can show it. Anyone who can write there has chosen the name.
func shown(location string) string {
	if strings.ContainsFunc(location, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(location)
	}
	return location
}

// printable writes JSON whose strings a terminal cannot obey: what encoding/json leaves as it is and nobody sees, such as
// changes of the writing's direction and the second set of control characters, is escaped. It takes whole values, as an encoder
// writes them.
type printable struct{ io.Writer }

func (w printable) Write(p []byte) (int, error) {
	escaped := bufio.NewWriter(w.Writer)
	for rest := p; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		// An error stays with the writer, and is Flush's.
		switch {
		case r == '\n' || unicode.IsPrint(r):
			_, _ = escaped.Write(rest[:n])
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			_, _ = fmt.Fprintf(escaped, `\u%04x\u%04x`, high, low)
		default:
			_, _ = fmt.Fprintf(escaped, `\u%04x`, r)
		}
		rest = rest[n:]
	}
	if err := escaped.Flush(); err != nil {
		return 0, err
	}
	return len(p), nil
}
