package sqlstream

import "strings"

// definition reads the CREATE TABLE statement of a table. Its columns and keys are on the first level of parentheses, one
// after each comma, and its options behind them.
type definition struct {
	*Features
	l      lexer
	before token
	depth  int
	// first token of the item on the first level: a column's name, or a word such as KEY.
	first token
	// kind is the column's type, in lower case.
	kind    string
	options bool
	engine  string
	hash    bool
}

func (f *Features) table(e *Event) {
	d := &definition{Features: f, l: lexer{text: e.Raw, mode: e.Mode}}
	behind := 0
	for t := d.l.next(); t.kind != end; t = d.l.next() {
		if hasMySQLComment(e.Raw[behind:t.at]) {
			d.add("MySQLComments")
		}
		if behind = t.after(); t.isSymbol('=') {
			continue
		}
		d.level(t)
		d.expression(d.before, t)
		switch {
		case d.options:
			d.option(t)
		case d.depth >= 1:
			d.item(t)
		}
		d.before = t
	}
	if d.hash && d.engine != "memory" {
		d.add("HashIndexes")
	}
}

// level follows the parentheses, and notes where an item begins.
func (d *definition) level(t token) {
	switch {
	case t.isSymbol('('):
		d.depth++
	case t.isSymbol(')'):
		d.depth--
		d.options = d.options || d.depth == 0
	case d.depth == 1 && (d.before.isSymbol(',') || d.before.isSymbol('(') && d.first.kind == end):
		d.first, d.kind = t, ""
	case d.depth == 1 && d.kind == "" && d.first.kind == quotedName && d.before.at == d.first.at:
		d.kind = strings.ToLower(string(t.text))
		d.column()
	}
}

// column finds types of one server.
func (d *definition) column() {
	if feature, rare := rareTypes[d.kind]; rare {
		d.add(feature)
	} else if !commonTypes[d.kind] {
		d.add("OtherTypes")
	}
	if d.kind == "decimal" && digitsAfter(d.l) > 30 {
		d.add("WideDecimals")
	}
}

// item is a token of a column or a key.
func (d *definition) item(t token) {
	column := d.first.kind == quotedName
	switch {
	case column && d.depth == 1 && d.before.is("DEFAULT"):
		d.byDefault(t)
	case column && d.before.is("GENERATED") && t.is("ALWAYS"):
		d.generated = d.of
	case d.depth == 1 && (d.first.is("PERIOD") && t.is("FOR")):
		d.add("Periods")
	case d.first.is("VECTOR") && t.is("KEY"):
		d.add("VectorIndexes")
	case d.before.is("SYSTEM") && t.is("VERSIONING"):
		d.add("SystemVersioning")
	case d.depth == 1 && !column && t.is("IGNORED"):
		d.add("IgnoredIndexes")
	case !column && d.before.is("USING") && t.is("HASH"):
		d.hash = true
	case d.isKey() && d.depth >= 2 && t.isSymbol('(') && (d.before.isSymbol('(') || d.before.isSymbol(',')):
		d.add("FunctionalIndexes")
	}
}

func (d *definition) isKey() bool {
	return d.first.is("KEY") || d.first.is("UNIQUE") || d.first.is("PRIMARY") || d.first.is("FULLTEXT") || d.first.is("SPATIAL")
}

// byDefault reads the first token of a column's default.
func (d *definition) byDefault(t token) {
	function := t.kind == word && d.l.peek().isSymbol('(') && !t.is("current_timestamp") && !t.is("now")
	switch {
	case function:
		d.add("FunctionDefaults")
	case noDefault[d.kind] && !t.isSymbol('(') && !t.is("NULL"):
		d.add("TextDefaults")
	}
}

// option is a token behind the columns.
func (d *definition) option(t token) {
	switch {
	case d.depth == 0 && d.before.is("ENGINE"):
		d.engine = strings.ToLower(string(t.text))
		switch {
		case d.engine == "aria":
			d.add("Aria")
		case !commonEngines[d.engine]:
			d.add("Engines")
		}
	case d.depth == 0 && d.engine != "" && t.kind == quotedName && d.l.peek().isSymbol('='), t.is("PAGE_CHECKSUM"), t.is("TRANSACTIONAL"):
		d.add("TableOptions")
	case d.before.is("SYSTEM") && t.is("VERSIONING"):
		d.add("SystemVersioning")
	case d.depth == 1 && t.is("DEFAULT"):
		d.add("DefaultPartitions")
	}
}
