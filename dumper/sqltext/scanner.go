// Package sqltext reads along in the text that the clients write, to see how far they are and whether they came to the
// end.
package sqltext

import (
	"bytes"
	"strings"
)

// Trailer is the last line of a whole dump, when it is written without a date.
const Trailer = "-- Dump completed"

// maxLine is enough for every comment line that is read: a name has at most 64 characters.
const maxLine = 512

// Kind of a line that speaks of a table.
type Kind int

const (
	// TableDefinition begins the definition of a table.
	TableDefinition Kind = iota
	// TableRows is the first statement that holds rows of a table. The heading "Dumping data" alone does not count:
	// MariaDB's client writes it for tables whose rows it leaves out.
	TableRows
	// SequenceDefinition begins the definition of a sequence.
	SequenceDefinition
	// ViewPlaceholder stands in for a view until the tables are there.
	ViewPlaceholder
	// ViewDefinition begins the definition of a view.
	ViewDefinition
)

// beginnings of the lines. The two clients word the placeholder of a view differently.
var beginnings = map[string]Kind{
	"-- Table structure for table `":          TableDefinition,
	"-- Sequence structure for `":             SequenceDefinition,
	"-- Temporary table structure for view `": ViewPlaceholder,
	"-- Temporary view structure for view `":  ViewPlaceholder,
	"-- Final view structure for view `":      ViewDefinition,
}

// rowsHeading stands before the rows of a table, which end with rowsEnd, or with keysEnd where
// they are not locked. Between the two, no line is somebody's text: only
// afterwards may a trigger's body hold a line that looks like rows.
const (
	rowsHeading = "-- Dumping data for table `"
	rowsBegin   = "INSERT "
	rowsEnd     = "UNLOCK TABLES;"
	keysEnd     = " ENABLE KEYS */;"
)

// Scanner is an io.Writer that sees the text of one run of a client. Its memory does not grow.
type Scanner struct {
	// OnTable, if set, is called at each line that speaks of a table.
	OnTable func(kind Kind, name string)

	line    []byte // the beginning of the line that is being read
	rowsOf  string // the table whose rows may follow
	last    []byte // the last line that was not empty
	ended   bool   // the text ends with a newline
	sandbox bool
	lines   int64
	header  header
}

// Write never fails.
func (s *Scanner) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			s.extend(p)
			s.ended = false
			break
		}
		s.extend(p[:i])
		s.finish()
		p = p[i+1:]
	}
	return n, nil
}

// extend keeps the beginning of lines that may mean something, and one byte of all others.
func (s *Scanner) extend(p []byte) {
	if len(p) == 0 || len(s.line) >= maxLine {
		return
	}
	if len(s.line) == 0 {
		s.line = append(s.line, p[0])
		p = p[1:]
	}
	if interesting(s.line[0]) || s.lines == 0 {
		s.line = append(s.line, p[:min(len(p), maxLine-len(s.line))]...)
	}
}

func (s *Scanner) finish() {
	s.ended = true
	if s.lines == 0 {
		s.sandbox = bytes.HasPrefix(s.line, []byte(`/*M!999999\- `))
	}
	s.lines++
	s.header.read(s.line)
	if len(s.line) == 0 {
		return
	}
	if interesting(s.line[0]) && s.OnTable != nil {
		s.understand(string(s.line))
	}
	s.last = append(s.last[:0], s.line...)
	s.line = s.line[:0]
}

func interesting(first byte) bool {
	return first == rowsHeading[0] || first == rowsBegin[0] || first == rowsEnd[0] ||
		first == firstStatement[0]
}

func (s *Scanner) understand(line string) {
	switch {
	case strings.HasPrefix(line, rowsHeading):
		s.rowsOf = unquote(strings.TrimPrefix(line, rowsHeading))
		return
	case s.rowsOf != "" && strings.HasPrefix(line, rowsBegin):
		s.OnTable(TableRows, s.rowsOf)
		s.rowsOf = ""
		return
	case line == rowsEnd, s.rowsOf != "" && strings.HasSuffix(line, keysEnd):
		s.rowsOf = ""
		return
	}
	for beginning, kind := range beginnings {
		if name, ok := strings.CutPrefix(line, beginning); ok {
			s.rowsOf = ""
			s.OnTable(kind, unquote(name))
			return
		}
	}
}

func unquote(name string) string {
	return strings.ReplaceAll(strings.TrimSuffix(name, "`"), "``", "`")
}

// Completed reports whether the text ended with the completion trailer as its last line.
func (s *Scanner) Completed() bool {
	return s.ended && len(s.line) == 0 && string(s.last) == Trailer
}

// SandboxLine reports whether the first line is MariaDB's sandbox command.
func (s *Scanner) SandboxLine() bool { return s.sandbox }
