package sqlstream

import "bytes"

// created are the objects of CREATE statements, by the word that names them.
var created = map[string]Kind{
	"TABLE": Table, "SEQUENCE": Sequence, "VIEW": View, "TRIGGER": Trigger, "PROCEDURE": Procedure, "FUNCTION": Function,
	"PACKAGE": Package, "EVENT": ScheduledEvent,
}

// maxPreamble is how many tokens can stand between CREATE and the word that names the object: OR REPLACE, ALGORITHM = x,
// DEFINER = a @ b, SQL SECURITY x, AGGREGATE.
const maxPreamble = 20

// understand fills in the kind of a statement and the name of what it defines.
func (e *Event) understand() {
	l := lexer{text: e.Raw, mode: e.Mode}
	switch first := l.next(); {
	case first.is("SET"):
		e.Kind = Setting
	case first.is("ALTER"):
		if l.next().is("DATABASE") {
			e.Kind = Database
		}
	case first.is("CREATE"):
		e.create(&l)
	}
}

func (e *Event) create(l *lexer) {
	algorithm := false
	for range maxPreamble {
		t := l.next()
		if t.kind != word {
			continue
		}
		algorithm = algorithm || t.is("ALGORITHM")
		kind, ok := created[string(bytes.ToUpper(t.text))]
		if !ok {
			continue
		}
		e.Kind = kind
		// Both servers name the algorithm of a view, and both clients write the placeholder without one.
		if kind == View && !algorithm {
			e.Kind = Placeholder
		}
		switch e.Kind {
		case Table, Sequence, View, Placeholder:
			e.Name = nameAfter(l)
		}
		return
	}
}

// nameAfter reads the name of a table or view. IF NOT EXISTS can stand before it.
func nameAfter(l *lexer) string {
	t := l.next()
	for t.is("IF") || t.is("NOT") || t.is("EXISTS") {
		t = l.next()
	}
	if t.kind == quotedName || t.kind == word {
		return t.name()
	}
	return ""
}
