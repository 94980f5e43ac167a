package grammar

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLine is how many characters one message can have. The longest request that the API takes is shorter unless it names
// hundreds of tables.
const maxLine = 4000

// unreadable says why a text is not to be read at all, or nil. Nothing that anybody types has control characters, and a
// terminal obeys them.
func unreadable(text string) *LineError {
	if !utf8.ValidString(text) {
		return &LineError{Invalid: true}
	}
	if utf8.RuneCountInString(text) > maxLine {
		return &LineError{TooLong: maxLine}
	}
	for _, r := range text {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return &LineError{Control: fmt.Sprintf("%U", r)}
		}
	}
	return nil
}

// visible has of a text what a person sees: every kind of space is a space, every end of a line is \n, and what cannot be
// seen is dropped, as is what makes a text unreadable.
func visible(text string) string {
	var seen []rune
	var last rune
	runes := []rune(strings.ToValidUTF8(text, ""))
	for i, r := range runes {
		switch {
		case r == '\r' && i+1 < len(runes) && runes[i+1] == '\n':
			continue
		case isLineEnd(r):
			r = '\n'
		case unicode.IsSpace(r):
			r = ' '
		case unicode.IsControl(r), isInvisible(r) && !isJoiner(r) && !isOfEmoji(r, last):
			continue
		}
		seen, last = append(seen, r), r
	}
	var b strings.Builder
	for i, r := range seen {
		if !isJoiner(r) || joins(seen, i) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// flat has spaces for the ends of lines.
func flat(visible string) string { return strings.ReplaceAll(visible, "\n", " ") }

func isLineEnd(r rune) bool { return strings.ContainsRune("\n\r\v\f\u0085\u2028\u2029", r) }

// override turns round what is seen after it, so that it is seen, and is no part of any name: whoever reads shop did not
// type pohs. The other marks of direction, which phones and chats put around what is pasted, change no word.
const override = '\u202e'

// isInvisible: what Unicode has programs ignore where they do not know it, as it has no width.
func isInvisible(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r) && r != override
}

// isOfEmoji: some emoji are not whole without a variation selector, and some flags are written in tags. No name has
// emoji, but a reason can.
func isOfEmoji(r, last rune) bool {
	if isTag(r) {
		return last == '🏴' || isTag(last)
	}
	return unicode.Is(unicode.Variation_Selector, r) && last > unicode.MaxASCII && unicode.IsSymbol(last)
}

func isTag(r rune) bool { return r >= 0xe0020 && r <= 0xe007f }

func isJoiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

// joins: some scripts, and emoji, are not written without joiners. Everywhere else they are without a meaning, and break
// the names in which nobody sees them.
func joins(runes []rune, i int) bool {
	return i > 0 && i+1 < len(runes) && isJoinable(runes[i-1]) && isJoinable(runes[i+1])
}

func isJoinable(r rune) bool {
	return r > unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsSymbol(r))
}

// unwrap takes off what is around a whole line: code fences, inline code, bold and the like, quotes, and the ! or / of
// other chats. No command begins with any of them, and within the line they are left: --exclude *_log.
func unwrap(line string) string {
	for {
		line = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), prefixes))
		inner, ok := unfence(line)
		if !ok {
			inner, ok = unmark(line)
		}
		if !ok {
			inner, ok = unquote(line)
		}
		if !ok {
			return line
		}
		line = inner
	}
}

const fence = "```"

// languageLine is the first line of a code fence, where it names a language.
var languageLine = regexp.MustCompile(`^[A-Za-z0-9+#._-]*[ ]*\n`)

func unfence(line string) (inner string, ok bool) {
	if inner, ok = between(line, fence); !ok {
		return "", false
	}
	language := languageLine.FindString(inner)
	if _, is := Lookup(strings.TrimSpace(language)); is || strings.TrimSpace(inner[len(language):]) == "" {
		return inner, true // the command, of which the arguments may be on the next line
	}
	return inner[len(language):], true
}

// unmark takes off inline code, and bold, italic and strike-through. As in Markdown they touch what they mark.
func unmark(line string) (inner string, ok bool) {
	for _, mark := range []string{"``", "`"} {
		if inner, ok = between(line, mark); ok && !strings.Contains(inner, "`") {
			return inner, true
		}
	}
	for _, mark := range []string{"**", "__", "~~", "*", "_", "~"} {
		if inner, ok = between(line, mark); ok && strings.TrimSpace(inner) == inner {
			return inner, true
		}
	}
	return "", false
}

// unquote takes off quotes around a whole line, as copied from an instruction: "dump shop".
func unquote(line string) (inner string, ok bool) {
	open, opens := utf8.DecodeRuneInString(line)
	closing, closes := utf8.DecodeLastRuneInString(line)
	if plainQuote(open) == 0 || plainQuote(closing) != plainQuote(open) || len(line) <= opens+closes {
		return "", false
	}
	inner = line[opens : len(line)-closes]
	return inner, !strings.ContainsFunc(inner, func(r rune) bool { return plainQuote(r) == plainQuote(open) })
}

// between is what the line has between two marks, if it has anything.
func between(line, mark string) (inner string, ok bool) {
	inner, begins := strings.CutPrefix(line, mark)
	inner, ends := strings.CutSuffix(inner, mark)
	return inner, begins && ends && inner != ""
}
