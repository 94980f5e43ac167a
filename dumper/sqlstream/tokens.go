package sqlstream

import (
	"bytes"
	"strings"
)

// tokenKind of a token.
type tokenKind int

const (
	end tokenKind = iota
	word
	// quoted by backticks, or by double quotes where they are around names.
	quotedName
	quotedString
	symbol
)

// token of a statement.
type token struct {
	kind tokenKind
	text []byte
	// at is the offset of its first byte.
	at int
}

// is compares a word without regard to case.
func (t token) is(keyword string) bool {
	return t.kind == word && len(t.text) == len(keyword) && bytes.EqualFold(t.text, []byte(keyword))
}

func (t token) isSymbol(c byte) bool { return t.kind == symbol && t.text[0] == c }

// name is what the token names: what is in quotes, or the word itself.
func (t token) name() string {
	if t.kind != quotedName || len(t.text) < 2 {
		return string(t.text)
	}
	quote := string(t.text[:1])
	return strings.ReplaceAll(string(t.text[1:len(t.text)-1]), quote+quote, quote)
}

// after is the offset of the byte that follows the token.
func (t token) after() int { return t.at + len(t.text) }

// lexer reads a statement as tokens. The marks of a versioned comment are read like spaces: what is in it is code.
type lexer struct {
	text []byte
	pos  int
	mode Mode
}

func (l *lexer) next() token {
	l.skip()
	if l.pos >= len(l.text) {
		return token{kind: end, at: l.pos}
	}
	from, kind := l.pos, symbol
	switch c := l.text[from]; {
	case c == '`' || c == '"' && l.mode.ANSIQuotes:
		kind = quotedName
		l.quoted()
	case c == '\'' || c == '"':
		kind = quotedString
		l.quoted()
	case isWordByte(c):
		kind = word
		for l.pos < len(l.text) && isWordByte(l.text[l.pos]) {
			l.pos++
		}
	default:
		l.pos++
	}
	return token{kind: kind, text: l.text[from:l.pos], at: from}
}

// peek is the next token, which is read again.
func (l *lexer) peek() token {
	before := *l
	return before.next()
}

// quoted moves past what is in quotes. A doubled quote does not end them.
func (l *lexer) quoted() {
	quote := l.text[l.pos]
	for l.pos++; l.pos < len(l.text); l.pos++ {
		switch c := l.text[l.pos]; {
		case c == '\\' && l.mode.escapes(quote):
			l.pos++
		case c == quote:
			if l.pos+1 < len(l.text) && l.text[l.pos+1] == quote {
				l.pos++
				continue
			}
			l.pos++
			return
		}
	}
	l.pos = min(l.pos, len(l.text))
}

// skip spaces, comments and the marks of versioned comments.
func (l *lexer) skip() {
	for l.pos < len(l.text) {
		rest := l.text[l.pos:]
		switch {
		case isSpace(rest[0]):
			l.pos++
		case bytes.HasPrefix(rest, []byte("*/")):
			l.pos += 2
		case isVersioned(rest):
			l.pos += versionMark(rest)
		case bytes.HasPrefix(rest, []byte("/*")):
			l.past(rest[2:], "*/")
		case rest[0] == '#', bytes.HasPrefix(rest, []byte("--")) && (len(rest) == 2 || isSpace(rest[2])):
			l.past(rest, "\n")
		default:
			return
		}
	}
}

// past moves behind the first occurrence of a mark in the rest of the text, or to the end.
func (l *lexer) past(rest []byte, mark string) {
	if i := bytes.Index(rest, []byte(mark)); i >= 0 {
		l.pos = len(l.text) - len(rest) + i + len(mark)
	} else {
		l.pos = len(l.text)
	}
}

// versionMark is the length of the mark that a versioned comment begins with, as in /*!50017 or /*M!100203.
func versionMark(text []byte) int {
	n := bytes.IndexAny(text, "!+") + 1
	for digits := 0; n < len(text) && digits < 6 && text[n] >= '0' && text[n] <= '9'; digits++ {
		n++
	}
	return n
}

// isWordByte reports whether a byte can be in a word without quotes. Bytes above 127 are letters of some alphabet.
func isWordByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c >= 0x80
}
