package preflight

import (
	"strings"

	"github.com/volcado-io/volcado/dumper/sqltext"
)

// reference from a view's text to a table, a view, a sequence or, if it is called, a function. The database is empty where the text
// leaves it out.
type reference struct {
	database, name string
	call           bool
}

// references reads a view's text as the servers write it: every name in backticks, a table after FROM or JOIN, a
// sequence after the function that uses it, a column of
// a table of another database than the view's with all three names. A column that is written `a`.`b` is no reference: a
// may be an alias, and be called like the database.
func references(text string) []reference {
	var found []reference
	word := "" // the last one before the name, parentheses aside
	for text != "" {
		switch c := text[0]; {
		case c == '\'':
			text, word = afterString(text), ""
		case c == '`':
			var names []string
			names, text = cutNames(text)
			table := word == "from" || strings.HasSuffix(word, "join") || usesSequence(word) || len(names) == 3
			call := !table && strings.HasPrefix(text, "(")
			if table || call {
				names = append([]string{""}, names[:min(len(names), 2)]...)
				found = append(found, reference{database: names[len(names)-2], name: names[len(names)-1], call: call})
			}
			word = ""
		case isLetter(c):
			end := strings.IndexFunc(text, func(r rune) bool { return r > 127 || !isLetter(byte(r)) })
			if end < 0 {
				end = len(text)
			}
			word, text = strings.ToLower(text[:end]), text[end:]
		default:
			if c != ' ' && c != '(' && c != '\n' {
				word = ""
			}
			text = text[1:]
		}
	}
	return found
}

// usesSequence: the servers write NEXT VALUE FOR and PREVIOUS VALUE FOR as functions too.
func usesSequence(word string) bool {
	return word == "nextval" || word == "lastval" || word == "setval"
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }

// afterString is what follows the string that text begins with. Its quotes are doubled or stand behind a backslash.
func afterString(text string) string {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '\'':
			return text[i+1:]
		}
	}
	return ""
}

// cutNames reads names in backticks with points in between.
func cutNames(text string) (names []string, rest string) {
	for strings.HasPrefix(text, "`") {
		end := 1
		for end < len(text) && (text[end] != '`' || strings.HasPrefix(text[end:], "``")) {
			if text[end] == '`' {
				end++
			}
			end++
		}
		end = min(end+1, len(text))
		names, text = append(names, sqltext.UnquoteName(text[:end])), text[end:]
		if !strings.HasPrefix(text, ".`") {
			break
		}
		text = text[1:]
	}
	return names, text
}
