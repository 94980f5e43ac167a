package sqlstream

import (
	"bytes"
	"strconv"
	"strings"
)

// Feature is something that not every server loads.
type Feature struct {
	Name string
	// Count of what has it, and Names of the first hundred: tables, views, routines, triggers, or values of sql_mode.
	Count int
	Names []string
}

const maxFeatureNames = 100

// Features finds what not every server loads in the definitions that a client wrote, which are what will be loaded. Of the
// bodies of routines it reads the collations and few words: a server looks the rest up when the routine runs.
type Features struct {
	// MariaDB: the text is of mariadb-dump.
	MariaDB bool

	found map[string]*Feature
	order []string
	// last is what each was found in last.
	last map[string]string
	// of is what is being read.
	of string
	// generated are tables with generated columns whose rows were not seen yet.
	generated string
}

// Found in all that was read.
func (f *Features) Found() []Feature {
	all := []Feature{}
	for _, name := range f.order {
		all = append(all, *f.found[name])
	}
	return all
}

func (f *Features) add(name string) {
	known, ok := f.found[name]
	if !ok {
		if f.found == nil {
			f.found, f.last = map[string]*Feature{}, map[string]string{}
		}
		known = &Feature{Name: name}
		f.found[name], f.order = known, append(f.order, name)
	}
	if ok && f.last[name] == f.of {
		return
	}
	f.last[name] = f.of
	known.Count++
	if len(known.Names) < maxFeatureNames && len(f.of) <= maxName {
		known.Names = append(known.Names, f.of)
	}
}

// Handle is a Stage. It changes nothing.
func (f *Features) Handle(e *Event) error {
	switch e.Kind {
	case Table:
		f.of, f.generated = e.Name, ""
		f.table(e)
	case View:
		f.of = e.Name
		f.view(e)
	case Sequence:
		f.of = e.Name
		f.add("Sequences")
	case Package, Procedure, Function, Trigger, ScheduledEvent:
		f.body(e)
	case Database, Setting:
		f.setting(e)
	case Rows:
		f.rows(e)
	}
	return nil
}

// rows of a table with generated columns: mariadb-dump writes their values, and only MariaDB takes them. mysqldump names the
// columns and leaves those out.
func (f *Features) rows(e *Event) {
	if !e.First || f.generated == "" || f.generated != e.Name {
		return
	}
	f.generated = ""
	l := lexer{text: e.Raw, mode: e.Mode}
	for t := l.next(); t.kind != end; t = l.next() {
		if t.kind == quotedName && f.MariaDB {
			f.of = e.Name
			f.add("GeneratedRows")
			return
		}
	}
}

// setting finds modes and collations that one of the servers does not know.
func (f *Features) setting(e *Event) {
	if value, set := sqlMode(e.Raw, e.Mode); set {
		for _, mode := range strings.Split(strings.ToUpper(value.string()), ",") {
			if f.of = mode; mode != "" && !commonModes[mode] && mode != noAutoCreateUser {
				f.add(f.either("MariaDBModes", "MySQLModes"))
			}
		}
		return
	}
	f.of = "the database's default"
	words(e, func(before, t token) {
		if before.is("COLLATE") {
			f.collation(t)
		}
		if before.is("COLLATION_CONNECTION") && nearest[strings.ToLower(t.name())] == "" {
			f.of = "the connection of views, triggers or routines"
			f.collation(t)
		}
	})
}

// either is the one that the server that was copied has.
func (f *Features) either(mariadb, mysql string) string {
	if f.MariaDB {
		return mariadb
	}
	return mysql
}

// collation or character set, by its name.
func (f *Features) collation(t token) {
	if t.kind != word && t.kind != quotedName && t.kind != quotedString {
		return
	}
	name := strings.ToLower(strings.Trim(t.name(), "'"))
	for _, known := range collations {
		if strings.Contains(name, known.part) {
			f.add(known.feature)
			return
		}
	}
}

// words calls back with each token of a statement, and the one before it. An equals sign is passed over.
func words(e *Event, see func(before, t token)) {
	l, before := lexer{text: e.Raw, mode: e.Mode}, token{}
	for t := l.next(); t.kind != end; t = l.next() {
		if t.isSymbol('=') {
			continue
		}
		see(before, t)
		before = t
	}
}

// view finds functions and queries of one server. Names are quoted there, so a word is none.
func (f *Features) view(e *Event) {
	words(e, func(before, t token) {
		f.expression(before, t)
		switch {
		case before.is("VALUES") && t.isSymbol('('):
			f.add("MariaDBQueries")
		case before.is("VALUES") && t.is("ROW"), t.is("LATERAL"), t.is("RETURNING"), before.is("AS") && t.is("JSON"):
			f.add("MySQLQueries")
		}
	})
}

// expression finds what can be anywhere in one.
func (f *Features) expression(before, t token) {
	switch {
	case before.is("COLLATE"), before.is("CHARSET"), before.is("SET"):
		f.collation(t)
	case before.kind == word && t.isSymbol('('):
		name := strings.ToLower(string(before.text))
		if f.MariaDB && mariadbFunctions[name] {
			f.add("MariaDBFunctions")
		}
		if !f.MariaDB && mysqlFunctions[name] {
			f.add("MySQLFunctions")
		}
	}
}

// body of a routine, a trigger or an event.
func (f *Features) body(e *Event) {
	f.of = ""
	var earlier token
	aggregate := false
	words(e, func(before, t token) {
		aggregate = aggregate || f.of == "" && t.is("AGGREGATE")
		if f.of == "" && (t.kind == quotedName || e.Kind == Trigger && before.is("TRIGGER")) && !before.isSymbol('@') && !before.is("DEFINER") {
			f.of = t.name()
			switch {
			case e.Kind == Package:
				f.add("Packages")
			case aggregate:
				f.add("AggregateFunctions")
			}
		}
		if before.is("COLLATE") || before.is("CHARSET") {
			f.collation(t)
		}
		if f.MariaDB && (before.is("END") && t.is("FOR") || before.is("TYPE") && t.is("OF") || earlier.is("DECLARE") && t.is("ROW")) {
			f.add("MariaDBRoutines")
		}
		earlier = before
	})
}

// digitsAfter the point of DECIMAL(65,38).
func digitsAfter(l lexer) int {
	for _, want := range []byte("(0,") {
		if t := l.next(); want != '0' && !t.isSymbol(want) {
			return 0
		}
	}
	n, _ := strconv.Atoi(string(l.next().text)) // 0 for what is no number
	return n
}

// hasMySQLComment reports whether a comment for MySQL 8 and newer is in the text between two tokens. MariaDB passes over it.
func hasMySQLComment(between []byte) bool { return bytes.Contains(between, []byte("/*!8")) }
