package lang

import (
	"strings"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/grammar"
)

// Form asks for the arguments and options of a command: its positional arguments by what they name, then its options by
// their names, as grammar.FromForm reads them. values are there already; choices are what a field can have where only
// these will do. A value that is not among its choices is dropped: a service could not show it.
func (l *Lang) Form(locale string, command grammar.Command, values map[string]string, choices map[string][]string) chat.Form {
	return l.in(locale).form(command, values, choices)
}

func (c *catalogue) form(command grammar.Command, values map[string]string, choices map[string][]string) chat.Form {
	f := chat.Form{
		Command: command.Name,
		Title:   c.ofCommand(command, "title"),
		Submit:  c.say("Form.submit", nil),
	}
	for i, a := range command.Positional {
		name := string(a)
		f.Fields = append(f.Fields, chat.FormField{
			Name: name, Label: c.say("argument."+name, nil), Hint: c.hint(name, i < command.Required),
			Value: values[name], Required: i < command.Required, Choices: choices[name],
		})
	}
	for _, o := range command.Options {
		field := chat.FormField{
			Name: o.Name, Label: c.say("option."+o.Name+".label", nil), Hint: c.say("option."+o.Name, nil),
			Value: values[o.Name], Choices: choices[o.Name],
		}
		if o.Kind == grammar.OptionSwitch {
			field.Choices = []string{grammar.No, grammar.Yes}
		}
		f.Fields = append(f.Fields, field)
	}
	for i := range f.Fields {
		f.Fields[i].Value = within(f.Fields[i].Value, f.Fields[i].Choices)
	}
	return f
}

// hint says what can be entered for an argument, or what it means to leave it empty.
func (c *catalogue) hint(argument string, required bool) string {
	if key := "argument." + argument + ".optional"; !required && c.has(key) {
		return c.say(key, nil)
	}
	return c.sayIf("argument."+argument+".hint", nil)
}

func within(value string, choices []string) string {
	if len(choices) == 0 {
		return value
	}
	for _, choice := range choices {
		if strings.EqualFold(choice, value) {
			return choice
		}
	}
	return ""
}

// Problem with a field of a form, in one sentence and the nearest name where there is one.
func (l *Lang) Problem(locale string, p grammar.Problem) string {
	c := l.in(locale)
	return strings.Join(append([]string{c.problem(p)}, c.lines(p, "Usage.near")...), " ")
}
