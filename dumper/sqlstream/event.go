// Package sqlstream reads the SQL text of mariadb-dump and mysqldump once, as events. Each event is a piece of the text: a
// comment line, a statement, or a part of the rows of a table. Stages keep, change or watch the events.
//
// The text is cut where the mysql and mariadb clients cut it when they load it: at the delimiter, outside quotes and
// comments. What this package takes for one statement is therefore what a client runs as one statement, and no stage has to
// find out which line is the client's and which is somebody's data.
package sqlstream

// Kind of an event.
type Kind int

const (
	// Comment is a line outside statements that begins with "--", or an empty line.
	Comment Kind = iota
	// Sandbox is MariaDB's command that takes shell commands away from the client that loads the text. It is the first line.
	Sandbox
	// Delimiter is the command that changes what ends a statement.
	Delimiter
	// Setting is a SET statement.
	Setting
	// Database is an ALTER DATABASE statement.
	Database
	// Table is a CREATE TABLE statement.
	Table
	// Sequence is a CREATE SEQUENCE statement.
	Sequence
	// Placeholder is the CREATE VIEW statement that stands in for a view until the tables exist.
	Placeholder
	// View is the CREATE VIEW statement of a view's own definition.
	View
	// Trigger is a CREATE TRIGGER statement.
	Trigger
	// Procedure is a CREATE PROCEDURE statement.
	Procedure
	// Function is a CREATE FUNCTION statement, of a stored function.
	Function
	// Package is a CREATE PACKAGE or CREATE PACKAGE BODY statement.
	Package
	// ScheduledEvent is a CREATE EVENT statement.
	ScheduledEvent
	// Rows is an INSERT statement, or a part of one.
	Rows
	// Other is any other statement, such as LOCK TABLES or DROP TABLE.
	Other
	// Unfinished is what remains when the text ends within a statement or a line.
	Unfinished
)

// Event is a piece of the text.
type Event struct {
	Kind Kind
	// Raw is the piece, with its delimiter and the end of its line. All Raw, one after the other, are the text. A stage can
	// replace it; an empty one leaves the piece out. It is valid until the next event.
	Raw []byte
	// Name of the table, sequence or view, for Table, Sequence, Placeholder, View and Rows. Empty if it cannot be read.
	Name string
	// First and Last piece of an INSERT statement. Both are true for every other event.
	First, Last bool
	// Mode in which the text of a statement is read.
	Mode Mode
	// Commands reports whether the piece holds a command for the client, such as \! followed by a shell command. The text of
	// a server that is what it claims to be holds none.
	Commands bool
}

// Mode is the part of sql_mode that changes where quotes end.
type Mode struct {
	// ANSIQuotes: double quotes are around names.
	ANSIQuotes bool
	// NoBackslashEscapes: a backslash in a string stands for itself.
	NoBackslashEscapes bool
}
