package chat

import (
	"regexp"
	"slices"
	"strings"
)

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
// It is read in this order: Headline, Lines, Fields, Rows, Snippets, Closing, Actions. In Lines and Closing, text between
// backticks is to be typed as it stands; a driver may set it apart, and otherwise shows the backticks. Text between double
// ones is a command for the bot: a driver makes it the former with Addressed.
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
	// Actions are buttons, for services that have them. Whatever they do can be typed as well.
	Actions []Action

	// Progress is there while more will be said by editing this reply.
	Progress *Progress
}

// Short is all that a reply must say, for a service that rejects the whole of it.
func (r Reply) Short() Reply { return Reply{Severity: r.Severity, Headline: r.Headline} }

// code is text between backticks.
var code = regexp.MustCompile("(`+)([^`]+)(`+)")

// Addressed is the reply with address before every command, so that what is copied from it is heard where it was read.
// Address is what commands can begin with in every place of the service, such as "!"; empty where all that is typed is for
// the bot.
func (r Reply) Addressed(address string) Reply {
	addressed := func(line string) string {
		return code.ReplaceAllStringFunc(line, func(span string) string {
			if isCommand(span) {
				return "`" + address + strings.Trim(span, "`") + "`"
			}
			return span
		})
	}
	lines := r.Lines
	r.Lines = nil
	for _, line := range lines {
		r.Lines = append(r.Lines, addressed(line))
	}
	r.Closing = addressed(r.Closing)
	return r
}

// HasCommands reports whether the reply has something to say to the bot.
func (r Reply) HasCommands() bool {
	return slices.ContainsFunc(append(slices.Clone(r.Lines), r.Closing), func(line string) bool {
		return slices.ContainsFunc(code.FindAllString(line, -1), isCommand)
	})
}

// isCommand: code in two backticks on either side is to be said to the bot.
func isCommand(span string) bool {
	parts := code.FindStringSubmatch(span)
	return parts[1] == "``" && parts[3] == "``"
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

// Action is a button. Whoever clicks it is the author of a message that holds Line, and is judged as if it were typed.
type Action struct {
	Label string
	// Line of the grammar, such as "cancel shop-7f3k2qv5m0c4x9ra".
	Line string
	// Danger: it should be confirmed.
	Danger bool
}

// Form asks for the arguments of a command.
type Form struct {
	// Command is the name of the command that the form's values are for.
	Command string
	Title   string
	Submit  string
	Fields  []FormField
}

// FormField is one value of a form.
type FormField struct {
	// Name is the key in Message.Form and Answer.Invalid.
	Name  string
	Label string
	// Hint says what may be entered.
	Hint string
	// Value that is there already.
	Value    string
	Required bool
	// Choices, where only these will do; a switch has "yes" and "no".
	Choices []string
}
