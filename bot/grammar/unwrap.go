package grammar

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

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
		if inner, ok = between(line, mark); ok && strings.TrimSpace(inner) == inner && !closesEarly(inner, mark) && !opensLate(inner, mark) {
			return inner, true
		}
	}
	return "", false
}

// closesEarly: the mark is closed after the first of several words, and what is at the end is another's: *dump* *shop*
func closesEarly(inner, mark string) bool {
	word, _, several := strings.Cut(inner, " ")
	return several && strings.HasSuffix(word, mark)
}

// opensLate: what is at the end closes the last of several words or names, at which the mark is opened anew, and not the line:
// *dump shop --exclude *log*
func opensLate(inner, mark string) bool {
	last := inner[strings.LastIndexAny(inner, " \n,")+1:]
	name, opens := strings.CutPrefix(last, mark)
	return opens && last != inner && (name == "" || !strings.HasSuffix(name, mark))
}

// unmarkName takes marks off a single word: code, bold, italic and strike-through. They are taken off as long as no name
// can be what stands there, and only if that leaves one. So the stars of a pattern stay, and underlines do where a name can
// have them.
func unmarkName(word string, name *regexp.Regexp) string {
	for inner, ok := word, true; ok; inner, ok = unmark(inner) {
		if name.MatchString(inner) {
			return inner
		}
	}
	return word
}

// couldBeMarked: typed as it is, the word might be taken for another one with marks around it.
func couldBeMarked(word string) bool {
	for _, name := range []*regexp.Regexp{objectName, databaseName} {
		if unmarkName(word, name) != word {
			return true
		}
	}
	return false
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
