package sqlstream

import (
	"bytes"
	"unicode"
)

// Trailer is the last line of a whole text, when it is written without a date.
const Trailer = "-- Dump completed"

// The header's last comment is a text of the server's, which the clients write as it is (CVE-2024-21096). Then comes an
// empty line, and the first statement, which no client writes twice.
const (
	versionLine    = "-- Server version\t"
	firstStatement = "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;"
)

// Watch sees what the text of one run of a client holds. Its Handle is a Stage.
type Watch struct {
	// Sandbox: the text has MariaDB's sandbox command.
	Sandbox bool
	// ForeignHeader: the server's version brought more into the header than a version.
	ForeignHeader bool
	// Commands: a statement holds a command for the client that loads it.
	Commands bool
	// Count of definitions, by kind.
	Count map[Kind]int

	place headerPlace
	last  string // the last line that was not empty, if it can be the trailer
}

type headerPlace int

const (
	beforeVersion headerPlace = iota
	afterVersion
	beforeStatement
	afterStatement
)

// NewWatch of one run.
func NewWatch() *Watch { return &Watch{Count: map[Kind]int{}} }

// Handle is a Stage.
func (w *Watch) Handle(e *Event) error {
	line := bytes.TrimSuffix(e.Raw, []byte("\n"))
	w.header(e.Kind, line)
	w.Sandbox = w.Sandbox || e.Kind == Sandbox
	w.Commands = w.Commands || e.Commands
	if e.Kind == Rows {
		w.last = ""
		return nil
	}
	w.Count[e.Kind]++
	if len(line) > 0 {
		w.last = ""
		if e.Kind == Comment && len(line) <= len(Trailer) {
			w.last = string(line)
		}
	}
	return nil
}

// Completed reports whether the text ended with the trailer as its last line.
func (w *Watch) Completed() bool { return w.last == Trailer }

// header reads a line. A version that brings lines of its own puts them before the first statement, or, if it brings that
// too, has it written twice.
func (w *Watch) header(kind Kind, line []byte) {
	first := kind == Setting && string(line) == firstStatement
	switch w.place {
	case beforeVersion:
		if version, ok := bytes.CutPrefix(line, []byte(versionLine)); ok && kind == Comment {
			w.place = afterVersion
			w.ForeignHeader = w.ForeignHeader || bytes.ContainsFunc(version, unicode.IsControl)
		}
	case afterVersion:
		w.place = beforeStatement
		w.ForeignHeader = w.ForeignHeader || len(line) > 0
	case beforeStatement:
		w.place = afterStatement
		w.ForeignHeader = w.ForeignHeader || !first
	case afterStatement:
		w.ForeignHeader = w.ForeignHeader || first
	}
}
