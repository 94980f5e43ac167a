package slacktest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// inspection of blocks: what is wrong with them, and what was seen up to now.
type inspection struct {
	problems []string
	// In a view other blocks are allowed than in a message.
	inView   bool
	blockIDs map[string]bool
	// Characters of all texts, of markdown blocks and of tables' cells.
	text, markdown, cells int
}

func (i *inspection) wrong(path, format string, args ...any) {
	i.problems = append(i.problems, fmt.Sprintf(format, args...)+" [json-pointer:"+path+"]")
}

// rule of a value.
type rule func(i *inspection, path string, value any)

// shape of an object: its fields with their rules. A name that ends with an exclamation mark must be there.
type shape map[string]rule

// check an object; ignored fields are those that were checked already.
func (s shape) check(i *inspection, path string, value object, ignored ...string) {
	for _, name := range slices.Sorted(maps.Keys(value)) {
		rule, known := s[name]
		if !known {
			rule, known = s[name+"!"]
		}
		switch {
		case slices.Contains(ignored, name):
		case !known:
			i.wrong(path, "invalid additional property: %s", name)
		case rule != nil && value[name] != nil:
			rule(i, path+"/"+name, value[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s)) {
		bare, must := strings.CutSuffix(name, "!")
		if must && value[bare] == nil {
			i.wrong(path, "missing required field: %s", bare)
		}
	}
}

// is of an object with that shape.
func (s shape) is() rule {
	return func(i *inspection, path string, value any) {
		inner, ok := value.(object)
		if !ok {
			i.wrong(path, "must be an object")
			return
		}
		s.check(i, path, inner)
	}
}

// of those types, each with its shape.
func of(kinds func(*inspection) map[string]shape) rule {
	return func(i *inspection, path string, value any) {
		inner, ok := value.(object)
		if !ok {
			i.wrong(path, "must be an object")
			return
		}
		shape, known := kinds(i)[str(inner, "type")]
		if !known {
			i.wrong(path+"/type", "unsupported type: %s", str(inner, "type"))
			return
		}
		shape.check(i, path, inner, "type")
	}
}

// letters is a text of a length in characters.
func letters(least, most int) rule {
	return func(i *inspection, path string, value any) {
		text, ok := value.(string)
		if !ok {
			i.wrong(path, "must be a string")
			return
		}
		n := utf8.RuneCountInString(text)
		if n < least {
			i.wrong(path, "must be more than %d characters", least-1)
		}
		if n > most {
			i.wrong(path, "must be less than %d characters", most+1)
		}
	}
}

// oneOf some words.
func oneOf(words ...string) rule {
	return func(i *inspection, path string, value any) {
		if text, _ := value.(string); !slices.Contains(words, text) {
			i.wrong(path, "must be a valid enum value")
		}
	}
}

func isBool(i *inspection, path string, value any) {
	if _, ok := value.(bool); !ok {
		i.wrong(path, "must be a boolean")
	}
}

func isNumber(least, most float64) rule {
	return func(i *inspection, path string, value any) {
		n, ok := value.(float64)
		if !ok || n < least || n > most {
			i.wrong(path, "must be a number from %v to %v", least, most)
		}
	}
}

// items of a list, of which there are so many.
func items(least, most int, each rule) rule {
	return func(i *inspection, path string, value any) {
		all, ok := value.([]any)
		if !ok {
			i.wrong(path, "must be an array")
			return
		}
		if len(all) < least {
			i.wrong(path, "no fewer than %d items allowed", least)
		}
		if len(all) > most {
			i.wrong(path, "no more than %d items allowed", most)
		}
		for n, item := range all {
			each(i, fmt.Sprintf("%s/%d", path, n), item)
		}
	}
}

// plain is a plain_text object of at most so many characters.
func plain(most int) rule { return textOf(most, "plain_text") }

// anyText is a plain_text or mrkdwn object.
func anyText(most int) rule { return textOf(most, "plain_text", "mrkdwn") }

func textOf(most int, kinds ...string) rule {
	return func(i *inspection, path string, value any) {
		inner, ok := value.(object)
		if !ok {
			i.wrong(path, "must be an object")
			return
		}
		if !slices.Contains(kinds, str(inner, "type")) {
			i.wrong(path+"/type", "must be one of %s", strings.Join(kinds, ", "))
			return
		}
		fields := shape{"type!": nil, "text!": letters(1, most), "emoji": isBool}
		if str(inner, "type") == "mrkdwn" {
			fields = shape{"type!": nil, "text!": letters(1, most), "verbatim": isBool}
		}
		fields.check(i, path, inner)
		i.text += utf8.RuneCountInString(str(inner, "text"))
	}
}
