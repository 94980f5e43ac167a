package sqlstream

import (
	"errors"
	"strings"
)

// Nameless takes the database's name out of the statements in which the clients write it, so that the text can be loaded
// into a database of any name:
//
//	ALTER DATABASE `shop` CHARACTER SET latin1 COLLATE latin1_swedish_ci ;
//
// stands around a trigger, a routine or an event that was made under another default character set. Loaded under another
// name it would stop there, and on the source's own server it would change the source. Without the name it means the
// database that the text is loaded into.
//
//	`id` int(11) DEFAULT nextval(`shop`.`tickets`),
//
// is a column that draws from a sequence, whose database MariaDB always names. With the name, the copy would draw its
// numbers from the source's sequence, or not be loaded.
//
//	TRIGGER shop.audit AFTER INSERT ON shop.orders FOR EACH ROW
//
// is a trigger as somebody wrote it: MariaDB keeps its text. Its body is not touched.
type Nameless struct {
	// Database is the name to take out.
	Database string
	// Same compares names as the server does.
	Same func(a, b string) bool
	// References counts, for each table's definition, the references to sequences that lost the name.
	References map[string]int
	// Definitions counts, for each such table, its definitions.
	Definitions map[string]int
}

// Bounds of what is kept of a text: no server has as many tables, nor names of that length.
const (
	maxDefinitions = 400_000
	maxName        = 512
)

// ErrTooMany is the error for a text with more definitions, or longer names, than a server has.
var ErrTooMany = errors.New("more than 400000 tables, or a name of more than 512 bytes")

// Handle is a Stage.
func (n *Nameless) Handle(e *Event) error {
	switch e.Kind {
	case Database:
		e.Raw = n.alterDatabase(e).from(e.Raw)
	case Table:
		found := n.sequences(e)
		if len(found) > 0 {
			n.References[e.Name] += len(found)
			e.Raw = found.from(e.Raw)
		}
		n.Definitions[e.Name]++
		if len(e.Name) > maxName || len(n.Definitions) > maxDefinitions {
			return ErrTooMany
		}
	case Trigger:
		e.Raw = n.trigger(e).from(e.Raw)
	}
	return nil
}

// escaper: the clients write the name of the database as for a string before they quote it, in some of these places.
var escaper = strings.NewReplacer(`\`, `\\`, `'`, `\'`, `"`, `\"`)

func (n *Nameless) alterDatabase(e *Event) (found cuts) {
	l := lexer{text: e.Raw, mode: e.Mode}
	l.next()
	l.next()
	name := l.next()
	if name.kind != quotedName {
		return nil
	}
	switch name.name() {
	case n.Database, escaper.Replace(n.Database):
		found.add(name.at, min(name.after()+len(" "), len(e.Raw)))
	}
	return found
}

// sequences finds the database's name in the calls of functions that draw from a sequence.
func (n *Nameless) sequences(e *Event) (found cuts) {
	l := lexer{text: e.Raw, mode: e.Mode}
	for t := l.next(); t.kind != end; t = l.next() {
		if !t.is("nextval") && !t.is("lastval") && !t.is("setval") {
			continue
		}
		if !l.next().isSymbol('(') {
			continue
		}
		database := l.next()
		if database.kind != quotedName {
			continue
		}
		if point := l.next(); point.isSymbol('.') && n.Same(database.name(), n.Database) {
			found.add(database.at, point.after())
		}
	}
	return found
}

// trigger finds the database's name before the trigger's own name, and before that of its table.
func (n *Nameless) trigger(e *Event) (found cuts) {
	l := lexer{text: e.Raw, mode: e.Mode}
	named := func(t token) {
		if point := l.peek(); point.isSymbol('.') && n.Same(t.name(), n.Database) {
			found.add(t.at, point.after())
		}
	}
	for t := l.next(); t.kind != end; t = l.next() {
		switch {
		case t.is("TRIGGER"):
			t = l.next()
			for t.is("IF") || t.is("NOT") || t.is("EXISTS") {
				t = l.next()
			}
			named(t)
		case t.is("ON"):
			named(l.next())
			return found
		}
	}
	return found
}
