package sqltext

import (
	"bytes"
	"io"
	"regexp"
	"strings"
)

const (
	definitionHeading = "-- Table structure for table `"
	// maxHeading is more than the lines from the heading of a table to the first line of its definition have, which hold its
	// name three times.
	maxHeading = 4096
	// maxReference is more than the name of a function and of a database have.
	maxReference = 1024
)

var (
	// definition is what MariaDB's client writes before the columns of a table.
	definition = regexp.MustCompile("^" + definitionHeading + "((?:[^`\n]|``)+)`\n--\n\n" +
		"DROP TABLE IF EXISTS [^\n]+;\n(?:/\\*!40101 SET [^\n]+\\*/;\n)*CREATE TABLE `(?:[^`\n]|``)+` \\(\n")
	qualified = regexp.MustCompile("^(?:nextval|lastval|setval)\\((`(?:[^`]|``)+`)\\.`")
)

// Unqualified reads the text of MariaDB's client and takes the database's name out of the defaults of columns that refer
// to a sequence, where the server always writes it:
//
//	`id` int(11) DEFAULT nextval(`shop`.`tickets`),
//
// A restore under another name would draw its numbers from the source's sequence, or be stopped. Without the name the
// sequence is the one of the database that is being restored into.
//
// Rows cannot be mistaken for this: the client escapes line breaks in them, and a definition is only looked for behind
// the lines that the client writes before one. Within it, nothing in quotes is touched, and outside of them only the
// server writes. What may hold those lines is the body of a trigger or a routine. As every table has one definition
// of its own, whoever sees one that is found twice knows of it, and must not use the text.
type Unqualified struct {
	source io.Reader
	own    func(database string) bool
	found  func(table string, references int)

	err       error  // of the source
	held      []byte // read and not given out, because what it is depends on what follows
	lineBegan bool   // the text before held ends with a newline

	// Within a definition, depth is not 0.
	table           string
	references      int
	depth           int
	quote           byte // in quotes of this kind, or 0
	escaped, inside bool // behind a backslash in quotes; inside a word without quotes
}

// NewUnqualified reads from a client. Names of databases that are own are taken out; found is called at the end of each
// definition of a table, with the number of those that it had.
func NewUnqualified(source io.Reader, own func(database string) bool, found func(table string, references int)) *Unqualified {
	return &Unqualified{source: source, own: own, found: found, lineBegan: true}
}

// Read needs room for the beginning of a definition in p, and rewrites there.
func (u *Unqualified) Read(p []byte) (int, error) {
	if len(p) < 2*maxHeading {
		return 0, io.ErrShortBuffer
	}
	for {
		size := copy(p, u.held)
		u.held = u.held[:0]
		if u.err == nil {
			var more int
			more, u.err = u.source.Read(p[size:])
			size += more
		}
		e := edit{text: p[:size]}
		u.rewrite(&e)
		if e.from > 0 {
			u.lineBegan = p[e.from-1] == '\n'
		}
		u.held = append(u.held, p[e.from:size]...)
		if e.done > 0 {
			return e.done, nil
		}
		if u.err != nil {
			return 0, u.err
		}
	}
}

// edit shortens a text in place: what is before done stays, what is from from on was not looked at. The byte before from
// is always the one that was read.
type edit struct {
	text       []byte
	done, from int
}

func (e *edit) keep(to int) {
	if e.done != e.from {
		copy(e.text[e.done:], e.text[e.from:to])
	}
	e.done, e.from = e.done+to-e.from, to
}

func (e *edit) drop(to int) { e.from = to }

// rewrite as much of the text as can be judged.
func (u *Unqualified) rewrite(e *edit) {
	for e.from < len(e.text) {
		step := u.outside
		if u.depth > 0 {
			step = u.within
		}
		if !step(e) {
			return
		}
	}
}

// outside looks for the next definition. It returns false when what is left cannot be judged yet.
func (u *Unqualified) outside(e *edit) bool {
	rest := e.text[e.from:]
	i := bytes.Index(rest, []byte(definitionHeading))
	if i < 0 {
		end := len(e.text)
		if u.err == nil {
			end -= begun(rest, definitionHeading)
		}
		e.keep(end)
		return false
	}
	e.keep(e.from + i)
	lineBegan := u.lineBegan
	if e.from > 0 {
		lineBegan = e.text[e.from-1] == '\n'
	}
	rest = e.text[e.from:]
	match := definition.FindSubmatchIndex(rest[:min(len(rest), maxHeading)])
	switch {
	case lineBegan && match != nil:
		u.table, u.references, u.depth = UnquoteName(string(rest[match[2]-1:match[3]+1])), 0, 1
		e.keep(e.from + match[1])
	case lineBegan && len(rest) < maxHeading && u.err == nil:
		return false
	default:
		e.keep(e.from + len(definitionHeading))
	}
	return true
}

// within reads a definition up to the parenthesis that ends its columns.
func (u *Unqualified) within(e *edit) bool {
	for i := e.from; i < len(e.text); i++ {
		c := e.text[i]
		switch {
		case u.escaped:
			u.escaped = false
		case u.quote == '\'' && c == '\\':
			u.escaped = true
		case u.quote != 0:
			// A quote that is doubled ends the quotes and begins them again.
			if c == u.quote {
				u.quote = 0
			}
		case c == '\'' || c == '`':
			u.quote = c
		case c == '(':
			u.depth++
		case c == ')':
			if u.depth--; u.depth == 0 {
				e.keep(i + 1)
				u.inside = false
				u.found(u.table, u.references)
				return true
			}
		case !u.inside && strings.IndexByte("nls", c) >= 0:
			rest := e.text[i:]
			if len(rest) < maxReference && u.err == nil {
				e.keep(i)
				return false
			}
			match := qualified.FindSubmatchIndex(rest[:min(len(rest), maxReference)])
			if match != nil && u.own(UnquoteName(string(rest[match[2]:match[3]]))) {
				u.references++
				u.depth++
				e.keep(i + match[2])
				e.drop(i + match[3] + len("."))
				return true
			}
		}
		u.inside = u.quote == 0 && isWord(c)
	}
	e.keep(len(e.text))
	return false
}

func isWord(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' }

// begun is how many bytes at the end of the text are the beginning of a word.
func begun(text []byte, word string) int {
	for n := min(len(text), len(word)-1); n > 0; n-- {
		if string(text[len(text)-n:]) == word[:n] {
			return n
		}
	}
	return 0
}
