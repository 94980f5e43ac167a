package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	kjson "sigs.k8s.io/json"

	"github.com/volcado-io/volcado/internal/text"
)

// decode fills target from JSON, with the exact keys of its tags and no others. at is the path that is put before a key.
func decode(at string, data []byte, target any) Problems {
	strict, err := kjson.UnmarshalStrict(data, target)
	if err != nil {
		return Problems{wrongKind(at, err)}
	}
	var problems Problems
	for _, err := range strict {
		problems = append(problems, unknownKey(at, err, reflect.TypeOf(target).Elem()))
	}
	return problems
}

// wrongKind never quotes the value: it may be a token in the wrong place.
func wrongKind(at string, err error) error {
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return fmt.Errorf("%s %w", at, err)
	}
	value, _, _ := strings.Cut(wrong.Value, " ") // "number 5" has the value
	key, is := join(at, wrong.Field), found[value]
	if key == "" {
		return fmt.Errorf("must be a mapping, not %s; docs/bot.md has an example", is)
	}
	wanted := kinds[wrong.Type.Kind()]
	switch {
	case wanted == "":
		wanted = "something else; docs/bot.md says what"
	case wrong.Type.Kind() == reflect.String && (value == "number" || value == "bool"):
		wanted = "text (put it in quotes)"
	}
	return fmt.Errorf("%s: must be %s, not %s", key, wanted, is)
}

// found is what JSON's kinds are called.
var found = map[string]string{
	"string": "text", "number": "a number", "bool": "true or false", "array": "a list", "object": "a mapping",
}

// kinds are what Go's are called.
var kinds = map[reflect.Kind]string{
	reflect.String: "text", reflect.Bool: "true or false", reflect.Slice: "a list (each item after a dash)",
	reflect.Struct: "a mapping", reflect.Map: "a mapping",
	reflect.Int: "a whole number", reflect.Int32: "a whole number", reflect.Int64: "a whole number", reflect.Float64: "a number",
}

func unknownKey(at string, err error, target reflect.Type) error {
	field, ok := errors.AsType[kjson.FieldError](err)
	if !ok {
		return fmt.Errorf("%s %w", at, err)
	}
	path := field.FieldPath()
	if strings.Contains(path, ".") || target.Kind() != reflect.Struct {
		return fmt.Errorf("%s: there is no such key", join(at, path))
	}
	return fmt.Errorf("%s: there is no such key; the keys here are %s", join(at, path), strings.Join(keys(target), ", "))
}

// keys that a struct is written with.
func keys(target reflect.Type) []string {
	var names []string
	for field := range target.Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" && name != "-" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// longestProblem of a file that is no YAML, in characters.
const longestProblem = 1000

// inYAML puts the parser's words on one line, without its headline.
func inYAML(err error) error {
	words := text.OneLine(strings.TrimPrefix(err.Error(), "yaml: unmarshal errors:"), longestProblem)
	return errors.New("is not valid YAML: " + strings.TrimPrefix(words, "yaml: "))
}

func join(at, key string) string {
	if at == "" || key == "" {
		return at + key
	}
	return at + "." + key
}
