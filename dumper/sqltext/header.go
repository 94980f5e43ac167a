package sqltext

import (
	"bytes"
	"unicode"
)

// The header's last comment is a text of the server's, which the clients write as it is (CVE-2024-21096). Then comes an
// empty line, and the first statement, which no client writes twice.
const (
	versionLine    = "-- Server version\t"
	firstStatement = "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;"
)

// header is how far the header has been read.
type header struct {
	place   headerPlace
	foreign bool
}

type headerPlace int

const (
	beforeVersion headerPlace = iota
	afterVersion
	beforeStatement
	afterStatement
)

// read a line. A version that brings lines of its own puts them before the first statement, or, if it brings that too,
// has it written twice.
func (h *header) read(line []byte) {
	switch h.place {
	case beforeVersion:
		if version, ok := bytes.CutPrefix(line, []byte(versionLine)); ok {
			h.place = afterVersion
			h.foreign = bytes.ContainsFunc(version, unicode.IsControl)
		}
	case afterVersion:
		h.place = beforeStatement
		h.foreign = h.foreign || len(line) > 0
	case beforeStatement:
		h.place = afterStatement
		h.foreign = h.foreign || string(line) != firstStatement
	case afterStatement:
		h.foreign = h.foreign || string(line) == firstStatement
	}
}

// ForeignHeader reports whether the server's version brought more into the header of this run than a version.
func (s *Scanner) ForeignHeader() bool { return s.header.foreign }
