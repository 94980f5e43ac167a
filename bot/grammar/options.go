package grammar

import (
	"slices"
	"strings"
)

// sortOut sorts words into options and positional arguments. Options can stand anywhere; what follows -- is positional. A
// list can be given several times, and goes on in the next word where there is a comma before or after the space.
func sortOut(c Command, words []word) (Request, *Problem) {
	s := sorter{command: c, request: Request{Command: c.Name}, rest: words}
	for len(s.rest) > 0 {
		w := s.take()
		switch {
		case w.literal || !strings.HasPrefix(w.text, "-"):
			if problem := s.torn(w); problem != nil {
				return Request{}, problem
			}
			s.argument(w)
		case w.text == "--":
			if problem := s.apart(); problem != nil {
				return Request{}, problem
			}
			for len(s.rest) > 0 {
				s.argument(s.take())
			}
		default:
			if problem := s.option(w.text); problem != nil {
				return Request{}, problem
			}
		}
	}
	if most, count := len(c.Positional), len(s.request.Arguments); count > most {
		p := &Problem{Kind: TooManyWords, Typed: s.request.Arguments[most], Most: most, Count: count}
		if most > 0 && c.Positional[most-1] == ArgumentDatabase {
			p.Value = Quote(s.request.Arguments[most-1] + " " + p.Typed)
		}
		return Request{}, p
	}
	return s.request, nil
}

// sorter has the words that are left, and the request as far as it is known.
type sorter struct {
	command Command
	request Request
	rest    []word
	// valued is the option whose value ended with the word before, and value that value.
	valued *Option
	value  string
}

func (s *sorter) take() word {
	w := s.rest[0]
	s.rest = s.rest[1:]
	return w
}

// torn says that a word looks like the rest of the option's value before it: a table after a space in the place of a comma,
// or a reason without quotes. Taken for the database, it would be refused as one that nobody is given access to. Where the
// command still lacks an argument the word is that argument, and in quotes it is always one.
func (s *sorter) torn(w word) *Problem {
	if s.valued == nil || w.literal || len(s.request.Arguments) < s.command.Required {
		return nil
	}
	p := &Problem{Kind: TornText, Typed: w.text, Option: s.valued.Name, Value: quote(s.value+" "+w.text, isPlain)}
	if s.valued.Kind == OptionList {
		p.Kind, p.Value = TornList, quote(s.value+","+w.text, isPlain)
	}
	return p
}

// apart says that a dash stands apart from the option's name after it. An argument of such a name takes quotes.
func (s *sorter) apart() *Problem {
	if len(s.rest) == 0 || s.rest[0].literal {
		return nil
	}
	name, _, _ := strings.Cut(s.rest[0].text, "=")
	if o, ok := s.command.option(plainHyphens(name)); ok {
		return &Problem{Kind: UnknownOption, Typed: "-- " + name, Near: o.Name, Known: s.command.optionNames()}
	}
	return nil
}

// argument stores the next positional argument.
func (s *sorter) argument(w word) {
	s.valued = nil
	i := len(s.request.Arguments)
	if i > 0 && i == len(s.command.Positional) && s.command.Positional[i-1] == ArgumentSpan {
		s.request.Arguments[i-1] += " " + w.text // 2 days
		return
	}
	if i < len(s.command.Positional) && !w.literal {
		w.text = unmarkName(w.text, s.command.Positional[i].pattern())
	}
	s.request.Arguments = append(s.request.Arguments, w.text)
}

// option stores one option, with as many of the words after it as are its value.
func (s *sorter) option(typed string) *Problem {
	s.valued = nil
	name, value, given := strings.Cut(typed, "=")
	o, ok := s.command.option(plainHyphens(strings.TrimLeft(name, "-")))
	if !ok || !strings.HasPrefix(name, "--") {
		near := s.command.nearOption(plainHyphens(strings.TrimLeft(name, "-")))
		return &Problem{Kind: UnknownOption, Typed: name, Near: near, Known: s.command.optionNames()}
	}
	if o.Kind == OptionSwitch {
		if given {
			return &Problem{Kind: OptionTakesNone, Typed: typed, Option: o.Name}
		}
		s.request.setSwitch(o.Name)
		return nil
	}
	if !given {
		if !s.valueFollows() {
			return &Problem{Kind: OptionNeeds, Option: o.Name, Value: o.Value}
		}
		value = s.take().text
	}
	if o.Kind == OptionText {
		if _, twice := s.request.Texts[o.Name]; twice {
			return &Problem{Kind: OptionTwice, Option: o.Name}
		}
		s.request.setText(o.Name, value)
		s.valued, s.value = &o, value
		return nil
	}
	for s.listGoesOn(value) {
		value += s.take().text
	}
	entries := splitList(value)
	if len(entries) == 0 {
		return &Problem{Kind: OptionNeeds, Option: o.Name, Value: o.Value}
	}
	s.request.addToList(o.Name, entries)
	s.valued, s.value = &o, strings.Join(entries, ",")
	return nil
}

// valueFollows: a value that begins with -- takes quotes, so that a forgotten value does not swallow the next option.
func (s *sorter) valueFollows() bool {
	return len(s.rest) > 0 && (s.rest[0].literal || !strings.HasPrefix(s.rest[0].text, "--"))
}

func (s *sorter) listGoesOn(value string) bool {
	if !s.valueFollows() {
		return false
	}
	next := s.rest[0]
	return strings.HasSuffix(strings.TrimSpace(value), ",") || !next.literal && strings.HasPrefix(next.text, ",")
}

// splitList splits a list of tables' names or patterns. Stars around either are never marks: where patterns are not taken,
// it is better to say so.
func splitList(value string) []string {
	var entries []string
	for entry := range strings.SplitSeq(value, ",") {
		if entry = unmarkName(strings.TrimSpace(entry), namePattern); entry != "" {
			entries = append(entries, entry)
		}
	}
	return entries
}

// plainHyphens: an editor may have put its own into the name of an option.
func plainHyphens(name string) string {
	return strings.Map(func(r rune) rune {
		if isHyphen(r) || isLongDash(r) {
			return '-'
		}
		return r
	}, name)
}

func (r *Request) setSwitch(name string) {
	if r.Switches == nil {
		r.Switches = map[string]bool{}
	}
	r.Switches[name] = true
}

func (r *Request) setText(name, value string) {
	if r.Texts == nil {
		r.Texts = map[string]string{}
	}
	r.Texts[name] = value
}

// addToList leaves out what is there already: the lists are sets in the API, which refuses the same name twice.
func (r *Request) addToList(name string, entries []string) {
	if r.Lists == nil {
		r.Lists = map[string][]string{}
	}
	for _, entry := range entries {
		if !slices.Contains(r.Lists[name], entry) {
			r.Lists[name] = append(r.Lists[name], entry)
		}
	}
}
