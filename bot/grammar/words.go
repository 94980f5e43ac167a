package grammar

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// word of a line.
type word struct {
	text string
	// literal: it began with a quote, a backslash or a link. It is never an option, whatever it begins with.
	literal bool
}

// split splits mended text into words as a shell does, without anything of a shell that acts: quotes and backslashes keep
// characters together, and $, ;, |, > and the like are ordinary. ok is false where a quote is not closed.
//
// It mends what keyboards and chats put in: typographic quotes are quotes, a word that begins with one or several long
// dashes begins with --, and links and entities are what was typed. A single quote after a letter or a digit is an
// apostrophe.
func split(line string) (words []word, ok bool) {
	s := splitter{}
	for line != "" {
		if label, size := link(line); size > 0 && !s.escaped {
			s.chunk(label)
			line = line[size:]
			continue
		}
		// An entity is the character that was typed, so a backslash before it takes that character.
		r, size := entity(line)
		if size == 0 {
			r, size = utf8.DecodeRuneInString(line)
		}
		s.next(r)
		line = line[size:]
	}
	return s.end()
}

// splitter takes one character at a time.
type splitter struct {
	words   []word
	text    strings.Builder
	begun   bool // a word was begun, though it may be empty: ""
	literal bool // the word began with a quote, a backslash or a link
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
		s.escaped = true
	case plain == '"', plain == '\'' && !isLetterOrDigit(s.last):
		s.beginLiteral()
		s.quote = plain
	case isLongDash(r) && s.onlyHyphens():
		s.write("--"[min(s.text.Len(), len("--")):], r)
	case isHyphen(r) && s.onlyHyphens():
		s.write("-", r)
	default:
		s.write(string(r), r)
	}
}

// onlyHyphens: so far the word is empty, or the beginning of an option.
func (s *splitter) onlyHyphens() bool { return !s.literal && strings.Trim(s.text.String(), "-") == "" }

func (s *splitter) quoted(r rune) {
	switch {
	case plainQuote(r) == s.quote:
		s.quote, s.last = 0, '"'
	case r == '\\' && s.quote == '"':
		s.escaped = true
	case r == '\n':
		s.text.WriteByte(' ')
	default:
		s.text.WriteRune(r)
	}
}

// escape: outside quotes a backslash takes whatever follows as it is, but at the end of a line it goes on in the next one,
// as in a shell. Within double quotes it takes only what would mean something there, so that a path of Windows stays what
// it was.
func (s *splitter) escape(r rune) {
	s.escaped = false
	switch {
	case s.quote != 0 && !isSpecialInQuotes(r):
		s.text.WriteByte('\\')
		s.quoted(r)
	case s.quote != 0:
		s.text.WriteRune(r)
	case r == '\n':
		s.finish()
	default:
		s.beginLiteral()
		s.write(string(r), r)
	}
}

func isSpecialInQuotes(r rune) bool { return r == '\\' || r == '<' || r == '[' || plainQuote(r) == '"' }

// chunk is the text of a link: one piece of a word, in which nothing is special.
func (s *splitter) chunk(label string) {
	s.beginLiteral()
	last, _ := utf8.DecodeLastRuneInString(label)
	s.write(label, last)
}

func (s *splitter) write(text string, last rune) {
	s.text.WriteString(text)
	s.begun, s.last = true, last
}

func (s *splitter) beginLiteral() {
	s.literal = s.literal || !s.begun
	s.begun = true
}

func (s *splitter) finish() {
	if s.begun {
		s.words = append(s.words, word{s.text.String(), s.literal})
	}
	s.text.Reset()
	s.begun, s.literal, s.last = false, false, 0
}

func (s *splitter) end() (words []word, ok bool) {
	if s.quote != 0 {
		return nil, false
	}
	if s.escaped {
		s.write(`\`, '\\')
	}
	s.finish()
	return s.words, true
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

// isLongDash: what a keyboard makes of --.
func isLongDash(r rune) bool { return strings.ContainsRune("‒–—―−﹘", r) }

// isHyphen: what an editor makes of -.
func isHyphen(r rune) bool { return strings.ContainsRune("-‐‑﹣－", r) }

func isLetterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
