package sqlstream

import "bytes"

// StripDefiners leaves out the DEFINER of views, triggers, routines, packages and events. It is a Stage. Whoever loads the
// text owns them then, and needs no privilege to make things in another's name. A routine's own text is not touched.
//
// The clients write the clause in versioned comments of their own around triggers, events and views, and in the statement
// itself for routines and packages; where sql_mode has ANSI_QUOTES, the names are in double quotes; a definer can be a role,
// which has no host.
func StripDefiners(e *Event) error {
	switch e.Kind {
	case View, Trigger, Procedure, Function, Package, ScheduledEvent:
		e.Raw = definer(e).from(e.Raw)
	}
	return nil
}

// definer finds the clause, which can only stand between CREATE and the word that names the object.
func definer(e *Event) (found cuts) {
	l := lexer{text: e.Raw, mode: e.Mode}
	l.next()
	for range maxPreamble {
		t := l.next()
		if t.kind == end {
			return nil
		}
		if _, object := created[string(bytes.ToUpper(t.text))]; object && t.kind == word {
			return nil
		}
		if !t.is("DEFINER") {
			continue
		}
		if !l.next().isSymbol('=') {
			return nil
		}
		from, to := t.at, l.account()
		found.add(widened(e.Raw, from, to))
		return found
	}
	return nil
}

// account moves behind the account that follows: name, name@host, or CURRENT_USER(). It returns the offset of what comes
// after it.
func (l *lexer) account() int {
	last := l.next()
	after := last.after()
	if t := l.peek(); t.isSymbol('@') || t.isSymbol('(') {
		l.next()
		after = l.next().after()
	}
	return after
}

// widened takes the versioned comment around a clause too, if nothing else is in it, and the spaces behind what is taken.
func widened(text []byte, from, to int) (int, int) {
	before := bytes.TrimRight(text[:from], " ")
	if mark := bytes.LastIndex(before, []byte("/*")); mark >= 0 && isVersioned(before[mark:]) && mark+versionMark(before[mark:]) == len(before) {
		if rest := bytes.TrimLeft(text[to:], " "); bytes.HasPrefix(rest, []byte("*/")) {
			from, to = mark, len(text)-len(rest)+len("*/")
		}
	}
	for to < len(text) && text[to] == ' ' {
		to++
	}
	return from, to
}
