package sqlstream

import (
	"bytes"
	"errors"
	"io"
)

const (
	// blockBytes are read at once: as many as the pipe from the client holds.
	blockBytes = 1 << 20
	// maxStatement is the longest statement other than an INSERT, and maxLine the longest comment line. The servers bound a
	// table's definition to far less; a routine can be as long as max_allowed_packet, and none is.
	maxStatement = 16 << 20
	maxLine      = 64 << 10
)

// ErrTooLong is the error for a statement other than an INSERT, or a comment line, that is longer than this package reads.
var ErrTooLong = errors.New("a statement is longer than 16 MiB, or a comment line longer than 64 KiB")

// Reader reads a text as events. Its memory is bounded.
type Reader struct {
	source io.Reader
	err    error // of the source

	buffer []byte
	// done is the offset of the first byte that was not given out, and filled that of the first that was not read.
	done, filled int

	delimiter string
	mode      Mode
	// Within a statement: looked is the offset up to which its end was looked for.
	cut    cutter
	looked int
	// inRows: the beginning of an INSERT statement was given out, and its end was not.
	inRows bool
}

// NewReader reads the text of one run of a client, or several texts one after the other.
func NewReader(source io.Reader) *Reader {
	return &Reader{source: source, buffer: make([]byte, blockBytes), delimiter: ";"}
}

// Next reads an event. It returns io.EOF after the last, ErrTooLong, or the source's error.
func (r *Reader) Next(e *Event) error {
	for {
		*e = Event{First: true, Last: true, Mode: r.mode}
		if r.understood(e) {
			r.done += len(e.Raw)
			r.looked = r.done
			return nil
		}
		if r.err != nil {
			return r.last(e)
		}
		if err := r.fill(); err != nil {
			return err
		}
	}
}

// last gives out what remains when the source has ended.
func (r *Reader) last(e *Event) error {
	if !errors.Is(r.err, io.EOF) {
		return r.err
	}
	if r.done == r.filled {
		return io.EOF
	}
	e.Kind, e.Raw = Unfinished, r.buffer[r.done:r.filled]
	r.done = r.filled
	return nil
}

// fill reads more behind what was not given out, which it moves to the beginning of the buffer.
func (r *Reader) fill() error {
	if r.done > 0 {
		copy(r.buffer, r.buffer[r.done:r.filled])
		r.filled, r.looked, r.done = r.filled-r.done, r.looked-r.done, 0
	}
	if r.filled == len(r.buffer) {
		if len(r.buffer) >= maxStatement {
			return ErrTooLong
		}
		larger := make([]byte, 2*len(r.buffer))
		copy(larger, r.buffer[:r.filled])
		r.buffer = larger
	}
	for range 100 {
		n, err := r.source.Read(r.buffer[r.filled:])
		r.filled += n
		r.err = err
		if n > 0 || err != nil {
			return nil
		}
	}
	return io.ErrNoProgress
}

// understood fills in the next event from what was read, if that is enough.
func (r *Reader) understood(e *Event) bool {
	text := r.buffer[r.done:r.filled]
	if len(text) == 0 {
		return false
	}
	if r.inRows {
		return r.nextRows(e, text)
	}
	// Whether the text is a line of its own or a statement shows in its first bytes.
	if len(text) < len(sandboxCommand) && text[0] != '\n' && r.err == nil {
		return false
	}
	if text[0] == '\n' || bytes.HasPrefix(text, []byte("--")) || isSandbox(text) || isDelimiter(text) {
		return r.line(e, text)
	}
	return r.statement(e, text)
}

const (
	delimiterCommand = "DELIMITER "
	// sandboxCommand is what the line begins with that MariaDB's client writes first. Some releases leave the M out.
	sandboxCommand = `/*M!999999\-`
	insert         = "INSERT "
)

func isDelimiter(text []byte) bool {
	return len(text) >= len(delimiterCommand) && bytes.EqualFold(text[:len(delimiterCommand)], []byte(delimiterCommand))
}

func isSandbox(text []byte) bool {
	return bytes.HasPrefix(text, []byte(sandboxCommand)) || bytes.HasPrefix(text, []byte(`/*!999999\-`))
}

// line is a comment, an empty line, or a command.
func (r *Reader) line(e *Event, text []byte) bool {
	i := bytes.IndexByte(text, '\n')
	if i < 0 {
		if len(text) > maxLine {
			r.err = ErrTooLong
		}
		return false
	}
	e.Raw = text[:i+1]
	switch {
	case isSandbox(text):
		e.Kind = Sandbox
	case isDelimiter(text):
		e.Kind = Delimiter
		if d := string(bytes.TrimSpace(text[len(delimiterCommand):i])); d != "" {
			r.delimiter = d
		}
	}
	return true
}

// statement up to its delimiter. Of an INSERT it takes what is there of it.
func (r *Reader) statement(e *Event, text []byte) bool {
	if isRows, enough := r.beginsRows(e, text); !enough {
		return false
	} else if isRows {
		return r.nextRows(e, text)
	}
	if r.looked <= r.done {
		r.looked, r.cut = r.done, cutter{mode: r.mode}
	}
	final := r.err != nil
	stop, next := r.cut.end(text, r.looked-r.done, r.delimiter, final)
	if stop < 0 {
		r.looked = r.done + next
		return false
	}
	// The end of the line belongs to the statement.
	if stop == len(text) && !final {
		r.looked = r.done + next
		return false
	}
	if stop < len(text) && text[stop] == '\n' {
		stop++
	}
	e.Kind, e.Raw, e.Commands = Other, text[:stop], r.cut.commands
	e.understand()
	if e.Kind == Setting {
		r.mode = modeAfter(r.mode, e.Raw)
	}
	return true
}

// beginsRows reports whether an INSERT statement begins here, and whether enough was read to tell: its head, up to VALUES,
// holds names, and a name can hold anything.
func (r *Reader) beginsRows(e *Event, text []byte) (isRows, enough bool) {
	if r.delimiter != ";" || !bytes.HasPrefix(text, []byte(insert)) {
		return false, true
	}
	l := lexer{text: text}
	for {
		t := l.next()
		// A token that reaches the end of what was read can go on behind it.
		if t.kind == end || t.after() == len(text) {
			return false, r.err != nil
		}
		if t.kind == quotedName && e.Name == "" {
			e.Name = t.name()
		}
		if t.is("VALUES") {
			r.looked = r.done + t.after()
			return true, true
		}
		if t.isSymbol(';') || t.is("SELECT") || t.is("SET") {
			e.Name = ""
			return false, true
		}
	}
}

// endOfRows ends an INSERT statement, and the only line of its that ends like this: in values the clients write a line
// break as \n, and binary values as hexadecimal digits.
var endOfRows = []byte(";\n")

// nextRows takes as much of an INSERT statement as was read. It returns false when that is too little.
func (r *Reader) nextRows(e *Event, text []byte) bool {
	from := max(0, r.looked-r.done)
	e.Kind, e.First, e.Raw = Rows, !r.inRows, text
	if i := bytes.Index(text[from:], endOfRows); i >= 0 {
		e.Raw, r.inRows = text[:from+i+len(endOfRows)], false
		return true
	}
	// What the last byte ends shows in the next.
	if text[len(text)-1] == ';' {
		e.Raw = text[:len(text)-1]
	}
	if len(e.Raw) == 0 {
		return false
	}
	r.inRows, e.Last = true, false
	return true
}
