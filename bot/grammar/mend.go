package grammar

import (
	"fmt"
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

// isInvisible: what Unicode has programs ignore where they do not know it, as it has no width. A letter is kept, even one
// that only fills a space: a name can have it.
func isInvisible(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) &&
		!unicode.IsLetter(r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) && r != override
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
