package grammar

import "strings"

// Complete says what the last word of a line can become, after those before it: words that begin as it does, in the order
// of the table, or which argument is to be completed by whoever knows the cluster. There is never both.
func Complete(before []string, last string) (words []string, argument Argument) {
	if len(before) == 0 {
		return commandsThatBegin(last), ""
	}
	c, ok := Lookup(before[0])
	if !ok {
		return nil, ""
	}
	given, at := walk(c, before[1:])
	switch {
	case at == inValue:
		return nil, "" // only the database knows its tables, and only its people the reason
	case at == inOptions && strings.HasPrefix(last, "-"):
		return c.optionsThatBegin(last, before[1:]), ""
	case given >= len(c.Positional):
		return nil, ""
	case c.Positional[given] == ArgumentCommand:
		return commandsThatBegin(last), ""
	}
	return nil, c.Positional[given]
}

// place of the next word.
type place int

const (
	inOptions   place = iota // anywhere, so that it can be an option
	inValue                  // after an option that needs a value
	afterDashes              // after --
)

// walk counts the positional arguments that are there already, and says where the next word stands.
func walk(c Command, words []string) (given int, at place) {
	for _, w := range words {
		o, is := c.option(strings.TrimPrefix(w, "--"))
		switch {
		case at == inValue:
			at = inOptions
		case at == afterDashes, !strings.HasPrefix(w, "-"):
			given++
		case w == "--":
			at = afterDashes
		case is && o.Kind != OptionSwitch:
			at = inValue
		}
	}
	return given, at
}

// commandsThatBegin keeps the ! or / that was typed.
func commandsThatBegin(typed string) []string {
	name := strings.TrimLeft(typed, prefixes)
	prefix := typed[:len(typed)-len(name)]
	var found []string
	for _, c := range Commands() {
		if strings.HasPrefix(c.Name, strings.ToLower(name)) {
			found = append(found, prefix+c.Name)
		}
	}
	return found
}

// optionsThatBegin leaves out what is there already, unless it can be there again.
func (c Command) optionsThatBegin(typed string, already []string) []string {
	var found []string
	for _, o := range c.Options {
		option := "--" + o.Name
		if strings.HasPrefix(option, strings.ToLower(typed)) && (o.Kind == OptionList || !containsFold(already, option)) {
			found = append(found, option)
		}
	}
	return found
}

func containsFold(words []string, word string) bool {
	for _, w := range words {
		name, _, _ := strings.Cut(w, "=")
		if strings.EqualFold(name, word) {
			return true
		}
	}
	return false
}
