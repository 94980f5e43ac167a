package slacktest

import (
	"encoding/json"
	"time"
)

// object is a JSON object.
type object = map[string]any

// text of an object's field; empty where it is something else.
func str(o object, key string) string {
	text, _ := o[key].(string)
	return text
}

// obj is an object's field; nil where it is something else.
func obj(o object, key string) object {
	inner, _ := o[key].(object)
	return inner
}

// list of an object's field; nil where it is something else.
func list(o object, key string) []any {
	inner, _ := o[key].([]any)
	return inner
}

// objects of a list; what is none is left out.
func objects(items []any) []object {
	var found []object
	for _, item := range items {
		if o, ok := item.(object); ok {
			found = append(found, o)
		}
	}
	return found
}

func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // of what the fake itself has made
	}
	return data
}

// clone what JSON can hold, so that a later change is not seen by who was told earlier.
func clone[T any](v T) T {
	var copied T
	if err := json.Unmarshal(encode(v), &copied); err != nil {
		panic(err)
	}
	return copied
}

func offsetOf(tz string) int {
	location, err := time.LoadLocation(tz)
	if err != nil {
		return 0
	}
	_, offset := time.Now().In(location).Zone()
	return offset
}
