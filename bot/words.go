package bot

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLine is how many characters one message may have. The longest request that the API takes is shorter unless it
// names hundreds of tables.
const maxLine = 4000

var (
	errLine        = errors.New("the line cannot be read")
	errUnfinished  = fmt.Errorf("%w: a quote is not closed; close it, or put \\ before it if it is meant as it stands", errLine)
	errInvalidText = fmt.Errorf("%w: it is not valid UTF-8", errLine)
)

// words splits a line into words as a shell does, without anything of a shell that acts: quotes and backslashes keep
// characters together, and $, ;, |, > and the like are ordinary.
//
// It mends what keyboards and chats put in: typographic quotes are quotes, a word that begins with a long dash begins
// with --, any kind of space separates, and characters without width are dropped. A single quote after a letter or a
// digit is an apostrophe. Control characters are refused.
func words(line string) ([]string, error) {
	if !utf8.ValidString(line) {
		return nil, errInvalidText
	}
	if utf8.RuneCountInString(line) > maxLine {
		// How many there are is not known: a terminal, or a chat, may have cut the line already.
		return nil, fmt.Errorf("%w: it has more than %d characters, which is the most that is read", errLine, maxLine)
	}
	s := splitter{}
	for _, r := range line {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return nil, fmt.Errorf("%w: it holds the control character %U", errLine, r)
		}
		if unicode.IsControl(r) {
			r = ' ' // a tab or a line's end, perhaps within quotes
		}
		if !isWidthless(r) {
			s.next(r)
		}
	}
	return s.end()
}

func isWidthless(r rune) bool {
	return r == '\u200b' || r == '\u2060' || r == '\ufeff' || r == '\u00ad'
}

// splitter takes one character at a time.
type splitter struct {
	words   []string
	word    strings.Builder
	begun   bool // a word was begun, though it may be empty: ""
	last    rune // the character before, within the word and outside quotes; 0 at its beginning
	quote   rune // the quote that is open: ' or ", or 0
	escaped bool // the character before was a backslash
}

func (s *splitter) next(r rune) {
	switch {
	case s.escaped:
		s.escape(r)
	case s.quote != 0:
		s.quoted(r)
	case unicode.IsSpace(r):
		s.finish()
	default:
		s.bare(r)
	}
}

func (s *splitter) bare(r rune) {
	plain := plainQuote(r)
	switch {
	case r == '\\':
		s.begun, s.escaped = true, true
		return
	case plain == '"', plain == '\'' && !isLetterOrDigit(s.last):
		s.begun, s.quote = true, plain
		return
	case plain == '\'':
		s.word.WriteRune(r)
	case isLongDash(r) && !s.begun:
		s.word.WriteString("--")
	default:
		s.word.WriteRune(r)
	}
	s.begun, s.last = true, r
}

func (s *splitter) quoted(r rune) {
	switch {
	case plainQuote(r) == s.quote:
		s.quote, s.last = 0, '"'
	case r == '\\' && s.quote == '"':
		s.escaped = true
	default:
		s.word.WriteRune(r)
	}
}

// escape: outside quotes a backslash takes whatever follows as it is; within double quotes only another backslash or a
// double quote, so that a path of Windows stays what it was.
func (s *splitter) escape(r rune) {
	s.escaped = false
	if s.quote == '"' && r != '\\' && plainQuote(r) != '"' {
		s.word.WriteRune('\\')
	}
	s.word.WriteRune(r)
	s.last = r
}

func (s *splitter) finish() {
	if s.begun {
		s.words = append(s.words, s.word.String())
	}
	s.word.Reset()
	s.begun, s.last = false, 0
}

func (s *splitter) end() ([]string, error) {
	if s.quote != 0 {
		return nil, errUnfinished
	}
	if s.escaped {
		s.word.WriteRune('\\')
	}
	s.finish()
	return s.words, nil
}

func plainQuote(r rune) rune {
	switch r {
	case '"', '“', '”', '„', '‟', '＂':
		return '"'
	case '\'', '‘', '’', '‚', '‛', '＇':
		return '\''
	}
	return 0
}

func isLongDash(r rune) bool { return r == '–' || r == '—' || r == '―' || r == '−' }

func isLetterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// quoteWord writes a word so that words reads it back as it is.
func quoteWord(word string) string {
	plain := word != "" && !isLongDash([]rune(word)[0])
	for _, r := range word {
		plain = plain && r != '\\' && plainQuote(r) == 0 && !unicode.IsSpace(r)
	}
	if plain {
		return word
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range word {
		if r == '\\' || plainQuote(r) == '"' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}
