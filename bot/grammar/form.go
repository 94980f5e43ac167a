package grammar

import (
	"strings"
	"unicode/utf8"
)

// The values of a switch in a form.
const (
	Yes = "yes"
	No  = "no"
)

// FromForm makes a request of the values of a form, or says for each field what is wrong with it. The fields are the
// command's positional arguments, by what they name, and its options, by their names. A switch is Yes or No. A list goes
// by commas or lines. A field that is empty was left out.
//
// A field of a form is not a line: nothing in it is quoted, and nothing in it is an option. A command that does not exist
// is a problem of the field "".
func FromForm(command string, values map[string]string) (Request, map[string]Problem) {
	c, ok := Lookup(command)
	if !ok {
		return Request{}, map[string]Problem{"": {Kind: UnknownOption, Typed: command, Near: Near(command)}}
	}
	f := form{command: c, values: map[string]string{}, request: Request{Command: c.Name}, problems: map[string]Problem{}}
	for field, value := range values {
		f.read(field, value)
	}
	f.arguments()
	for _, o := range c.Options {
		if value := f.values[o.Name]; value != "" {
			f.option(o, value)
		}
	}
	for _, found := range check(c, f.request) {
		f.add(found.field, found.Problem)
	}
	if len(f.problems) > 0 {
		return Request{}, f.problems
	}
	return f.request, nil
}

// form has of the fields that were sent what can be read, and the request as far as it is known.
type form struct {
	command  Command
	values   map[string]string
	request  Request
	problems map[string]Problem
}

// add keeps the first problem of a field: the others may be its consequence.
func (f *form) add(field string, p Problem) {
	if _, already := f.problems[field]; !already {
		f.problems[field] = p
	}
}

func (f *form) read(field, value string) {
	option := ""
	if o, is := f.command.option(field); is && o.Name == field {
		option = field
	} else if !f.command.takes(Argument(field)) {
		f.add(field, Problem{Kind: UnknownOption, Typed: field, Near: f.command.nearOption(field), Known: f.command.optionNames()})
		return
	}
	if wrong := unreadable(value); wrong != nil {
		p := Problem{Kind: Unreadable, Option: option, Typed: wrong.Control}
		if wrong.TooLong > 0 {
			p = Problem{Kind: TooLong, Option: option, Most: wrong.TooLong, Count: utf8.RuneCountInString(value)}
		}
		f.add(field, p)
		return
	}
	f.values[field] = strings.TrimSpace(visible(value))
}

// arguments: one that is left out before one that is there stands as an empty one.
func (f *form) arguments() {
	for i, a := range f.command.Positional {
		value := flat(f.values[string(a)])
		if value == "" {
			continue
		}
		for len(f.request.Arguments) < i {
			f.request.Arguments = append(f.request.Arguments, "")
		}
		f.request.Arguments = append(f.request.Arguments, value)
	}
}

func (f *form) option(o Option, value string) {
	switch o.Kind {
	case OptionText:
		f.request.setText(o.Name, flat(value))
	case OptionList:
		f.request.addToList(o.Name, splitList(strings.ReplaceAll(value, "\n", ",")))
	case OptionSwitch:
		switch strings.ToLower(value) {
		case Yes:
			f.request.setSwitch(o.Name)
		case No:
		default:
			f.add(o.Name, Problem{Kind: OptionNeeds, Option: o.Name, Typed: value, Known: []string{Yes, No}})
		}
	}
}
