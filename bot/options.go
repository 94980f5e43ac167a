package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// errUsage is what a person can mend by typing it otherwise.
var errUsage = errors.New("usage")

// usageError is errUsage with a sentence.
type usageError struct{ sentence string }

func (e usageError) Error() string        { return e.sentence }
func (e usageError) Is(target error) bool { return target == errUsage }

func misused(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// optionKind says what follows an option.
type optionKind int

const (
	optionSwitch optionKind = iota
	optionText
	optionList
)

// option is one option of a command.
type option struct {
	name  string // without the dashes
	kind  optionKind
	value string // what stands for its value in the usage line
	help  string
}

// arguments of a command, sorted out.
type arguments struct {
	positional []string
	switches   map[string]bool
	texts      map[string]string
	lists      map[string][]string
}

func (a arguments) at(i int) string {
	if i < len(a.positional) {
		return a.positional[i]
	}
	return ""
}

// parseArguments sorts words into options and positional arguments. What follows -- is positional. A list may be given
// several times, and goes on in the next word after a comma: --tables a, b.
func parseArguments(words []string, options []option, most int) (arguments, error) {
	a := arguments{switches: map[string]bool{}, texts: map[string]string{}, lists: map[string][]string{}}
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		if word == "--" {
			a.positional = append(a.positional, words...)
			break
		}
		if !strings.HasPrefix(word, "-") {
			a.positional = append(a.positional, word)
			continue
		}
		opt, value, given, err := lookUpOption(word, options)
		if err != nil {
			return arguments{}, err
		}
		if words, err = a.take(opt, value, given, words); err != nil {
			return arguments{}, err
		}
	}
	if len(a.positional) > most {
		return arguments{}, misused("%s is one argument too many.%s", echo(a.positional[most]), spaceHint(most))
	}
	return a, nil
}

func spaceHint(most int) string {
	if most == 0 {
		return " This command takes none."
	}
	return " A name with a space in it needs quotes."
}

func lookUpOption(word string, options []option) (opt option, value string, given bool, err error) {
	typed, value, given := strings.Cut(word, "=")
	name := strings.TrimLeft(typed, "-")
	for _, o := range options {
		if strings.HasPrefix(word, "--") && strings.EqualFold(o.name, name) {
			return o, value, given, nil
		}
	}
	names := make([]string, 0, len(options))
	for _, o := range options {
		names = append(names, o.name)
	}
	var hint string
	switch near := nearest(name, names); {
	case near != "":
		hint = fmt.Sprintf(" Did you mean --%s?", near)
	case len(names) > 0:
		hint = " There are --" + strings.Join(names, ", --") + "."
	default:
		hint = " This command has none."
	}
	return option{}, "", false, misused("There is no option %s here.%s", echo(typed), hint)
}

// take stores one option and returns the words that it did not use.
func (a *arguments) take(opt option, value string, given bool, rest []string) ([]string, error) {
	if opt.kind == optionSwitch {
		if given {
			return nil, misused("--%s takes no value; leave out %s.", opt.name, echo("="+value))
		}
		a.switches[opt.name] = true
		return rest, nil
	}
	if !given {
		if len(rest) == 0 || strings.HasPrefix(rest[0], "--") {
			return nil, misused("--%s needs %s after it.", opt.name, opt.value)
		}
		value, rest = rest[0], rest[1:]
	}
	if opt.kind == optionText {
		if _, twice := a.texts[opt.name]; twice {
			return nil, misused("--%s is there twice.", opt.name)
		}
		a.texts[opt.name] = value
		return rest, nil
	}
	for strings.HasSuffix(strings.TrimSpace(value), ",") && len(rest) > 0 && !strings.HasPrefix(rest[0], "--") {
		value, rest = value+rest[0], rest[1:]
	}
	entries := splitList(value)
	if len(entries) == 0 {
		return nil, misused("--%s needs %s after it.", opt.name, opt.value)
	}
	for _, entry := range entries {
		// A set in the API: the same name twice would be refused there.
		if !slices.Contains(a.lists[opt.name], entry) {
			a.lists[opt.name] = append(a.lists[opt.name], entry)
		}
	}
	return rest, nil
}

func splitList(value string) []string {
	var entries []string
	for entry := range strings.SplitSeq(value, ",") {
		if entry = strings.TrimSpace(entry); entry != "" {
			entries = append(entries, entry)
		}
	}
	return entries
}
