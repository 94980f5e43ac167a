package mattermost

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat/layout"
)

// Three readers must not obey a text. The server parses Markdown, resolves backslashes and entities, and looks for mentions in
// what comes out, but not in code; it looks for hashtags and channels in what was not parsed. The web client obeys Markdown,
// where a backslash helps against what is Markdown's and nothing else, and then looks for mentions, channels, hashtags,
// e-mail addresses and emoticons in the text that is left; only entities stay as they are until the browser shows them. The
// mobile apps parse all of this at once, as CommonMark.
//
// So entities stop everything but the server's mentions, and code stops those. Nothing invisible is needed. A character is
// escaped only where it could do something: names stay legible where Markdown is shown raw, and the server's search finds them.

// longestEscape of one character, in characters: &#126; for a tilde.
const longestEscape = 6

// visible is layout.Visible, with one more character: the web client takes it for a line's end.
func visible(s string) string {
	return strings.ReplaceAll(layout.Visible(s), "\u2424", `\u{2424}`)
}

// prose is escape for a line in which what stands between backticks is to be typed. That becomes code, if it can be shown
// in code as it is.
func prose(s string) string {
	spans := strings.Split(s, "`")
	last := len(spans) - 1
	var b strings.Builder
	for i, span := range spans {
		switch {
		case i%2 == 0:
			b.WriteString(escapePart(span, i == 0, i == last))
		case fitsCode(span):
			b.WriteString("`" + span + "`")
		default:
			b.WriteString("&#96;" + escapePart(span, false, false) + "&#96;")
		}
	}
	// A backtick without another, or code behind code, which would be other code together.
	if last%2 != 0 || strings.Contains(b.String(), "``") {
		return escape(s)
	}
	return b.String()
}

// fitsCode: code loses spaces at its ends, and the server finds hashtags in it.
func fitsCode(s string) bool {
	tags, _ := model.ParseHashtags(s)
	return s != "" && strings.TrimSpace(s) == s && tags == ""
}

// escape makes text of a line, which must be visible: it is shown as it is, and does nothing.
func escape(s string) string { return escapePart(s, true, true) }

// escapePart of a line, with which the line begins or ends.
func escapePart(s string, begins, ends bool) string {
	marker := -1
	if begins {
		marker = blockMarker(s)
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		r, size := utf8.DecodeRuneInString(s[i:])
		if n := mentionLength(s[i:], before); n > 0 {
			b.WriteString("`" + s[i:i+n] + "`")
			i += n
			continue
		}
		rest := s[i+size:]
		switch {
		case r == ' ' && (begins && i == 0 || ends && rest == ""):
			b.WriteString(entity(r))
		case i == marker && r == '=': // no client knows a backslash before it
			b.WriteString(entity(r))
		case i == marker:
			b.WriteString(`\` + string(r))
		default:
			b.WriteString(escapeRune(s[:i], r, rest))
		}
		i += size
	}
	return b.String()
}

var (
	// block begins a line that is a list's item or a quote, or makes the line before it a heading.
	block      = regexp.MustCompile(`^(?:\d+[.)](?: |$)|[-+]+(?:[^-+A-Za-z0-9]|$)|[>=])`)
	wwwBefore  = regexp.MustCompile(`(?i)www\d{0,3}$`)
	pathBehind = regexp.MustCompile(`^\pL{2,4}/`)
)

// blockMarker is where in a line the character stands that makes it more than text, or -1.
func blockMarker(s string) int {
	found := block.FindString(s)
	if found == "" {
		return -1
	}
	return strings.IndexAny(found, ".)-+>=")
}

// mentionLength is how many bytes at the beginning of s the server could take for a mention, or 0.
func mentionLength(s string, before rune) int {
	if s[0] != '@' || isAlphanumeric(before) {
		return 0
	}
	end := strings.IndexFunc(s, func(r rune) bool { return !inMention(r) })
	if end < 0 {
		end = len(s)
	}
	if n := len(strings.TrimRight(s[:end], ".:-")); n > 1 {
		return n
	}
	return 0
}

func isAlphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// inMention is what the server does not end words at when it looks for mentions.
func inMention(r rune) bool { return isAlphanumeric(r) || strings.ContainsRune(":.-_@", r) }

func entity(r rune) string { return fmt.Sprintf("&#%d;", r) }

// escapeRune that stands between the rest of its text.
func escapeRune(before string, r rune, behind string) string {
	previous, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(behind)
	danger := false
	switch r {
	case '*', '[', ']', '|':
		return `\` + string(r)
	case '\\', '`', '<', '#', '~', '$', '&':
		danger = true
	case '_':
		if !isWord(previous) || !isWord(next) { // within a word it marks nothing
			return `\_`
		}
	case '.':
		if wwwBefore.MatchString(before[max(len(before)-len("www123"), 0):]) || pathBehind.MatchString(behind) {
			return `\.`
		}
	case '@':
		danger = inMention(next)
	case ':':
		danger = behind != "" && next != ' '
	case ';': // ;-)
		danger = next == ')' || next == '-'
	case '-': // x-D
		danger = strings.ContainsRune("xX", previous) && strings.ContainsRune("dD", next)
	}
	if danger {
		return entity(r)
	}
	return string(r)
}

// isWord as regular expressions have it.
func isWord(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}
