package sqlstream

import "bytes"

// cutter finds the end of a statement as the clients do: the first delimiter outside quotes and comments. It follows
// add_line in client/mysql.cc of both flavours.
type cutter struct {
	mode  Mode
	quote byte // within quotes of this kind, or 0
	// comment is '*' within /* */, '-' within a comment that ends with its line, or 0. Versioned comments are code.
	comment  byte
	commands bool
}

// lookahead is how many bytes decide what a byte means, besides the delimiter's.
const lookahead = 4

// special are the bytes that can change the state.
var special = func() (table [256]bool) {
	for _, c := range []byte("'\"`\\/*-#\n") {
		table[c] = true
	}
	return table
}()

// end looks for the end of the statement from an offset on. It returns the offset after the delimiter, or -1 and the offset
// at which to go on when there is more text. final says that there is no more.
func (c *cutter) end(text []byte, from int, delimiter string, final bool) (end, next int) {
	limit := len(text)
	if !final {
		limit -= lookahead + len(delimiter)
	}
	i := from
	for i < limit {
		b := text[i]
		if c.quote == 0 && c.comment == 0 && b == delimiter[0] && bytes.HasPrefix(text[i:], []byte(delimiter)) {
			return i + len(delimiter), i
		}
		if special[b] {
			i += c.step(text[i:])
		} else {
			i++
		}
	}
	return -1, i
}

// step changes the state by a special byte and what follows it. It returns how many bytes that took.
func (c *cutter) step(text []byte) int {
	b := text[0]
	switch {
	case c.comment == '*':
		if bytes.HasPrefix(text, []byte("*/")) {
			c.comment = 0
			return 2
		}
	case c.comment == '-':
		if b == '\n' {
			c.comment = 0
		}
	case c.quote != 0:
		switch {
		case b == '\\' && c.mode.escapes(c.quote):
			return min(2, len(text))
		case b == c.quote:
			// A doubled quote ends the quotes and begins them again.
			c.quote = 0
		}
	case b == '\'' || b == '"' || b == '`':
		c.quote = b
	case b == '\\':
		// \N stands for NULL; everything else is a command.
		c.commands = c.commands || len(text) < 2 || text[1] != 'N'
		return min(2, len(text))
	default:
		return c.begin(text)
	}
	return 1
}

// begin a comment, if the text begins with one.
func (c *cutter) begin(text []byte) int {
	switch {
	case text[0] == '#':
		c.comment = '-'
	case bytes.HasPrefix(text, []byte("--")) && (len(text) == 2 || isSpace(text[2])):
		c.comment = '-'
	case bytes.HasPrefix(text, []byte("/*")) && !isVersioned(text):
		c.comment = '*'
		return 2
	}
	return 1
}

// isVersioned reports whether a comment holds code or a hint: /*!, /*M! or /*+.
func isVersioned(text []byte) bool {
	return bytes.HasPrefix(text, []byte("/*!")) || bytes.HasPrefix(text, []byte("/*M!")) || bytes.HasPrefix(text, []byte("/*+"))
}

// escapes reports whether a backslash within these quotes takes the meaning of the next byte.
func (m Mode) escapes(quote byte) bool {
	return !m.NoBackslashEscapes && (quote == '\'' || quote == '"' && !m.ANSIQuotes)
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
