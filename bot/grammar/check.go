package grammar

import "unicode/utf8"

// finding is a problem, with the name of the argument or option where it is.
type finding struct {
	field string
	Problem
}

// check says what is wrong with a request, the first to be said first, so that whoever gets one need not ask again.
func check(c Command, r Request) []finding {
	var found []finding
	add := func(field string, p *Problem) {
		if p != nil {
			found = append(found, finding{field, *p})
		}
	}
	for _, a := range c.Positional[:c.Required] {
		add(string(a), missing(c, r, a))
	}
	tables, exclude := r.Lists["tables"], r.Lists["exclude"]
	if len(tables) > 0 && len(exclude) > 0 {
		add("exclude", &Problem{Kind: OptionsConflict, Option: "exclude", Known: []string{"tables", "exclude"}})
	}
	add("tables", tooMany("tables", tables, maxTables))
	add("exclude", tooMany("exclude", exclude, maxExclusions))
	if count := utf8.RuneCountInString(r.Texts["reason"]); count > maxReason {
		add("reason", &Problem{Kind: TooLong, Option: "reason", Most: maxReason, Count: count})
	}
	for _, t := range tables {
		add("tables", checkTable(t))
	}
	for _, p := range exclude {
		add("exclude", checkPattern(p))
	}
	for i, a := range c.Positional {
		// why explains a name that nobody can have, rather than scold for asking.
		if a == ArgumentDatabase && i < len(r.Arguments) && c.Name != "why" {
			add(string(a), CheckDatabase(r.Arguments[i]))
		}
		if a == ArgumentSpan && r.At(i) != "" {
			add(string(a), checkSpan(r.At(i)))
		}
	}
	return found
}

func first(found []finding) *Problem {
	if len(found) == 0 {
		return nil
	}
	return &found[0].Problem
}

// missing: an argument that must be there and is not, or is empty.
func missing(c Command, r Request, a Argument) *Problem {
	for i, positional := range c.Positional {
		if positional == a && r.At(i) != "" {
			return nil
		}
	}
	switch a {
	case ArgumentSource:
		return &Problem{Kind: MissingSource}
	case ArgumentDatabase:
		return &Problem{Kind: MissingDatabase}
	case ArgumentSpan:
		return &Problem{Kind: MissingSpan}
	default:
		return &Problem{Kind: MissingDump}
	}
}

func tooMany(option string, entries []string, most int) *Problem {
	if len(entries) <= most {
		return nil
	}
	return &Problem{Kind: TooManyEntries, Option: option, Most: most, Count: len(entries)}
}
