package chat

// Severity of a reply, for colours and signs.
type Severity int

const (
	// Info is an answer.
	Info Severity = iota
	// Good is something that succeeded.
	Good
	// Warning needs attention and may still come right.
	Warning
	// Bad is something that failed or was refused.
	Bad
)

// Reply is what the bot says, in no service's mark-up. A driver renders it, and escapes all of it: every string may hold
// what a person typed, or what a database is called.
//
// It is read in this order: Headline, Lines, Fields, Rows, Snippets, Closing.
type Reply struct {
	Severity Severity
	// Headline is one line and never empty.
	Headline string
	// Lines are paragraphs below it.
	Lines []string
	// Fields are names with values.
	Fields []Field
	// Rows are a table; the first is its header.
	Rows [][]string
	// Snippets are to be copied as they are.
	Snippets []Snippet
	// Closing is a last line: what to do next.
	Closing string

	// Private replies are for the author alone.
	Private bool
	// Progress is there while more will be said by editing this reply.
	Progress *Progress
}

// Field is a name with a value.
type Field struct{ Name, Value string }

// Snippet is text to be copied as it is, perhaps of several lines.
type Snippet struct{ Caption, Text string }

// Progress of something that goes on.
type Progress struct {
	// Stage changes whenever something happened that a person wants to see.
	Stage string
}
