package grammar

import "fmt"

// LineError means: the line is not words. Exactly one of its fields is set.
type LineError struct {
	// Empty: there is nothing in it.
	Empty bool
	// Unclosed: a quote is not closed.
	Unclosed bool
	// Invalid: not valid UTF-8.
	Invalid bool
	// TooLong is the most characters that a line can have.
	TooLong int
	// Control is a control character in it, such as U+0007.
	Control string
}

func (e *LineError) Error() string { return fmt.Sprintf("the line cannot be read: %+v", *e) }

// UnknownCommandError means: there is no such command. Near is the nearest that exists, or empty.
type UnknownCommandError struct{ Typed, Near string }

func (e *UnknownCommandError) Error() string { return fmt.Sprintf("no command %q", e.Typed) }

// UsageError means: the command is known, and what follows it is wrong.
type UsageError struct {
	Command Command
	Problem Problem
}

func (e *UsageError) Error() string { return fmt.Sprintf("%s: %+v", e.Command.Name, e.Problem) }

// Problem with an argument or option. Which fields are set depends on Kind.
type Problem struct {
	Kind ProblemKind
	// Typed is the word that is wrong.
	Typed string
	// Option that it is about, without dashes, or empty where it is about an argument; Value is what stands for its value
	// in a usage line.
	Option, Value string
	// Near is the nearest name that exists, or empty.
	Near string
	// Known are all names there are: the command's options, the options that conflict, or the values that a switch of a form
	// can have.
	Known []string
	// Most and Count: how many there can be, and are.
	Most, Count int
	// Name is what is wrong with the name, where Kind is BadDatabase, BadTable or BadPattern.
	Name NameProblem
}

// ProblemKind says what is wrong with arguments.
type ProblemKind string

const (
	MissingSource   ProblemKind = "MissingSource"
	MissingDatabase ProblemKind = "MissingDatabase"
	MissingDump     ProblemKind = "MissingDump"
	MissingSpan     ProblemKind = "MissingSpan"
	TooManyWords    ProblemKind = "TooManyWords" // more than Most; Value is the last two as one name, where there can be such
	TornList        ProblemKind = "TornList"     // a space in the place of a comma: Value is the list as it was probably meant
	TornText        ProblemKind = "TornText"     // a text without quotes: Value has them
	UnknownOption   ProblemKind = "UnknownOption"
	OptionNeeds     ProblemKind = "OptionNeeds"     // a value
	OptionTakesNone ProblemKind = "OptionTakesNone" // a switch with =value
	OptionTwice     ProblemKind = "OptionTwice"
	OptionsConflict ProblemKind = "OptionsConflict" // --tables with --exclude
	TooManyEntries  ProblemKind = "TooManyEntries"  // of a list
	TooLong         ProblemKind = "TooLong"         // a text of more than Most characters
	BadDatabase     ProblemKind = "BadDatabase"     // name of a database
	BadTable        ProblemKind = "BadTable"        // name of a table
	BadPattern      ProblemKind = "BadPattern"      // pattern of tables
	BadSpan         ProblemKind = "BadSpan"         // no span of time, or none that is longer than nothing
	SystemDatabase  ProblemKind = "SystemDatabase"  // never copied
	Unreadable      ProblemKind = "Unreadable"      // a form's field that holds the control character Typed, or is not valid UTF-8 where Typed is empty
)

// NameProblem says what is wrong with a name.
type NameProblem string

const (
	NameEmpty      NameProblem = "Empty"
	NameTooLong    NameProblem = "TooLong" // more than Problem.Most characters
	NameDash       NameProblem = "Dash"    // at its beginning
	NameSpace      NameProblem = "Space"   // at its beginning or end
	NameDot        NameProblem = "Dot"
	NameStar       NameProblem = "Star" // in a name that is no pattern
	NameCharacters NameProblem = "Characters"
)
