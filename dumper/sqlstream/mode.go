package sqlstream

import "strings"

// modeAfter is the mode that holds after a SET statement. The clients set sql_mode before the definition of a trigger, a
// routine or an event, and give it its value back after it.
func modeAfter(before Mode, statement []byte) Mode {
	value, set := sqlMode(statement, before)
	if !set {
		return before
	}
	modes := strings.Split(strings.ToUpper(value.string()), ",")
	var after Mode
	for _, mode := range modes {
		switch strings.TrimSpace(mode) {
		case "ANSI_QUOTES":
			after.ANSIQuotes = true
		case "NO_BACKSLASH_ESCAPES":
			after.NoBackslashEscapes = true
		}
	}
	return after
}

// sqlMode finds the value that a SET statement gives sql_mode: a string, or, where the statement gives it back, another
// token.
func sqlMode(statement []byte, mode Mode) (value token, set bool) {
	l := lexer{text: statement, mode: mode}
	variable := false
	for t := l.next(); t.kind != end; t = l.next() {
		// @sql_mode is a variable of somebody's, and @@sql_mode a value that is read.
		if t.is("SQL_MODE") && !variable {
			if l.next().isSymbol('=') {
				return l.next(), true
			}
			return token{}, false
		}
		variable = t.isSymbol('@')
	}
	return token{}, false
}

// string is what stands between the quotes of a string, or "".
func (t token) string() string {
	if t.kind != quotedString || len(t.text) < 2 {
		return ""
	}
	return string(t.text[1 : len(t.text)-1])
}
