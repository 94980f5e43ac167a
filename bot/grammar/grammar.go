// Package grammar is what people type: text becomes a Request, and a Request text. It has no words of its own: what is
// wrong with a line is a typed error, which bot/lang words.
package grammar

// Command is a row of the declarative table from which everything about a command comes: how it is parsed, completed and
// asked for in a form, its help, and docs/chat.md.
type Command struct {
	Name string
	// Arguments as in a usage line, without the options: "[<namespace>/]<source> [<database>]".
	Arguments string
	// Positional says what each positional argument names, for completion and forms. There can be no more of them.
	Positional []Argument
	// Required is how many of them there must be.
	Required int
	Options  []Option
	// Examples are lines to type. lang says what each means, in this order.
	Examples []string
}

// Argument says what a positional argument names.
type Argument string

const (
	ArgumentSource   Argument = "source"
	ArgumentDatabase Argument = "database"
	ArgumentDump     Argument = "dump"    // by the beginning of its name
	ArgumentRunning  Argument = "running" // a dump that has not ended
	ArgumentCommand  Argument = "command"
	ArgumentSpan     Argument = "span" // of time, which goes on to the end of the line
)

// OptionKind says what follows an option.
type OptionKind int

const (
	OptionSwitch OptionKind = iota
	OptionText
	OptionList
)

// Option of a command.
type Option struct {
	Name string // without the dashes
	Kind OptionKind
	// Value stands for its value in the usage line: a,b.
	Value string
}

// Request is a line that was understood: a command that exists, with arguments and options that it has, within the bounds
// of the API. Equal lines give requests that are deeply equal: what there is none of is nil.
type Request struct {
	Command string
	// Arguments are the positional ones as they were typed, at least Required and at most len(Positional) of them. Those
	// that are required are not empty.
	Arguments []string
	Switches  map[string]bool
	Texts     map[string]string
	// Lists have no entry twice.
	Lists map[string][]string
}

// At is a positional argument, or empty.
func (r Request) At(i int) string {
	if i < len(r.Arguments) {
		return r.Arguments[i]
	}
	return ""
}
