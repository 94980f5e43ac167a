package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// argument is what a method's argument must be.
type argument int

const (
	optional argument = iota
	required
	boolean
	number
	// Lists and objects come as JSON text in a form, and as they are in a JSON body.
	listed
	structured
	requiredStructured
)

// check the arguments, and give them by their types. An argument that the method has not is refused, though Slack ignores most.
func check(known map[string]argument, request request) (object, *refusal) {
	var problems []string
	checked := object{}
	for _, name := range slices.Sorted(maps.Keys(request.args)) {
		kind, there := known[name]
		if name == "team_id" {
			// Slack's own client sends it with every call that it makes for an event.
			kind, there = optional, true
		}
		if !there {
			problems = append(problems, fmt.Sprintf("unknown argument: %s", name))
			continue
		}
		value, ok := convert(kind, request.args[name])
		if code := malformed[name]; !ok && code != "" {
			return nil, refuse(code)
		}
		if !ok {
			problems = append(problems, fmt.Sprintf("invalid argument: %s", name))
			continue
		}
		if value != nil {
			checked[name] = value
		}
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if known[name] == required && str(checked, name) == "" || known[name] == requiredStructured && checked[name] == nil {
			problems = append(problems, fmt.Sprintf("missing required field: %s", name))
		}
	}
	if problems != nil {
		return nil, because("invalid_arguments", problems...)
	}
	return checked, nil
}

// malformed is the error of an argument that cannot be read, where it has one of its own.
var malformed = map[string]string{"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}

func convert(kind argument, value any) (any, bool) {
	text, isText := value.(string)
	switch kind {
	case boolean:
		if isText {
			truth, err := strconv.ParseBool(text)
			return truth, err == nil
		}
		_, ok := value.(bool)
		return value, ok
	case number:
		if isText {
			n, err := strconv.Atoi(text)
			return n, err == nil
		}
		n, ok := value.(float64)
		return int(n), ok && n == float64(int(n))
	case listed, structured, requiredStructured:
		if isText && text == "" {
			return nil, true
		}
		if isText {
			var decoded any
			if json.Unmarshal([]byte(text), &decoded) != nil {
				return nil, false
			}
			value = decoded
		}
		if kind == listed {
			_, ok := value.([]any)
			return value, ok
		}
		_, ok := value.(object)
		return value, ok
	default:
		return value, isText
	}
}

// flag is a boolean argument.
func (c *call) flag(name string) bool {
	truth, _ := c.args[name].(bool)
	return truth
}

// limit of a page, with its default and the most that is allowed.
func (c *call) limit(normal, most int) (int, *refusal) {
	limit := normal
	if given, ok := c.args["limit"].(int); ok && given != 0 {
		limit = given
	}
	if limit < 1 || limit > most {
		return 0, refuse("invalid_limit")
	}
	if c.settings.page > 0 {
		limit = min(limit, c.settings.page)
	}
	return limit, nil
}

// Arguments are the names of what each method can be called with, beside the token and the team_id that any of them takes.
func Arguments() map[string][]string {
	names := map[string][]string{}
	for name, m := range methods() {
		names[name] = slices.Sorted(maps.Keys(m.args))
	}
	return names
}
