package grammar

import "strings"

// Parse understands a line, or says why not: a *LineError, an *UnknownCommandError or a *UsageError. A line break in it
// is a space. Names stand in the request as they were typed; whoever looks them up decides about their case.
func Parse(line string) (Request, error) {
	if wrong := unreadable(line); wrong != nil {
		return Request{}, wrong
	}
	words, closed := split(unwrap(visible(line)))
	if !closed {
		return Request{}, &LineError{Unclosed: true}
	}
	if len(words) == 0 || len(words) == 1 && words[0].text == "" {
		return Request{}, &LineError{Empty: true}
	}
	typed := words[0].text
	command, ok := Lookup(typed)
	if !ok && !words[0].literal {
		command, ok = Lookup(unmarkName(typed, objectName))
	}
	if !ok && len(words) == 1 {
		// help? is a question, and hello! a greeting. In a longer line the last word is an argument, and stays as it is.
		command, ok = Lookup(strings.TrimRight(typed, "?!."))
	}
	if !ok && len(words) == 1 {
		command, ok = harmless(typed)
	}
	if !ok {
		return Request{}, &UnknownCommandError{Typed: typed, Near: Near(typed)}
	}
	request, problem := sortOut(command, words[1:])
	if problem == nil {
		problem = first(check(command, request))
	}
	if problem != nil {
		return Request{}, &UsageError{Command: command, Problem: *problem}
	}
	return request, nil
}
