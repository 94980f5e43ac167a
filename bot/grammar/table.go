package grammar

import (
	"slices"
	"strings"
)

// The options of every command that makes a dump.
func dumpOptions() []Option {
	return []Option{
		{Name: "tables", Kind: OptionList, Value: "a,b"},
		{Name: "exclude", Kind: OptionList, Value: "a,b"},
		{Name: "schema-only", Kind: OptionSwitch},
		{Name: "reason", Kind: OptionText, Value: `"<text>"`},
	}
}

// Commands is the table, in the order in which help lists it. The caller may change what it gets.
func Commands() []Command {
	return []Command{
		{
			Name: "dump", Arguments: "[<namespace>/]<source> [<database>]",
			Positional: []Argument{ArgumentSource, ArgumentDatabase}, Required: 1, Options: dumpOptions(),
			Examples: []string{
				"dump shop", "dump shop shop_eu", "dump crm/people --schema-only",
				`dump shop --tables orders,customers --reason "reproduce SHOP-123"`, "dump shop --exclude *_log,sessions",
			},
		},
		{
			Name: "dumpdb", Arguments: "<database>", Positional: []Argument{ArgumentDatabase}, Required: 1, Options: dumpOptions(),
			Examples: []string{"dumpdb shop", "!dumpdb shop"},
		},
		{
			Name: "status", Arguments: "[<dump>]", Positional: []Argument{ArgumentDump},
			Examples: []string{"status", "status shop-7f3k"},
		},
		{Name: "list", Examples: []string{"list"}},
		{Name: "sources", Examples: []string{"sources"}},
		{
			Name: "cancel", Arguments: "<dump>", Positional: []Argument{ArgumentRunning}, Required: 1,
			Examples: []string{"cancel shop-7f3k"},
		},
		{
			Name: "follow", Arguments: "<dump>", Positional: []Argument{ArgumentRunning}, Required: 1,
			Examples: []string{"follow shop-7f3k"},
		},
		{
			Name: "again", Arguments: "<dump>", Positional: []Argument{ArgumentDump}, Required: 1,
			Examples: []string{"again shop-7f3k"},
		},
		{
			Name: "keep", Arguments: "<dump> <duration>", Positional: []Argument{ArgumentDump, ArgumentSpan}, Required: 2,
			Examples: []string{"keep shop-7f3k 48h", "keep shop-7f3k 7 days"},
		},
		{
			Name: "how", Arguments: "[<dump>]", Positional: []Argument{ArgumentDump},
			Examples: []string{"how", "how shop-7f3k"},
		},
		{Name: "whoami", Examples: []string{"whoami"}},
		{
			Name: "why", Arguments: "[<namespace>/]<source> [<database>]",
			Positional: []Argument{ArgumentSource, ArgumentDatabase}, Required: 1,
			Examples: []string{"why shop", "why shop crm"},
		},
		{Name: "hello", Examples: []string{"hello"}},
		{
			Name: "help", Arguments: "[<command>]", Positional: []Argument{ArgumentCommand},
			Examples: []string{"help", "help dump"},
		},
	}
}

// Lookup finds a command. A ! or / before it is what other chats have taught people, and phones write it with a capital.
func Lookup(word string) (Command, bool) {
	word = strings.TrimLeft(word, prefixes)
	for _, c := range Commands() {
		if strings.EqualFold(c.Name, word) {
			return c, true
		}
	}
	return Command{}, false
}

// prefixes that other chats have before a command.
const prefixes = "!/"

// Short is the command with its arguments: "dump [<namespace>/]<source> [<database>]".
func (c Command) Short() string { return strings.TrimSpace(c.Name + " " + c.Arguments) }

// Usage is Short with the options.
func (c Command) Usage() string {
	usage := c.Short()
	for _, o := range c.Options {
		usage += " [" + strings.TrimSpace("--"+o.Name+" "+o.Value) + "]"
	}
	return usage
}

func (c Command) optionNames() []string {
	var names []string
	for _, o := range c.Options {
		names = append(names, o.Name)
	}
	return names
}

func (c Command) takes(a Argument) bool { return slices.Contains(c.Positional, a) }

func (c Command) option(name string) (Option, bool) {
	i := slices.IndexFunc(c.Options, func(o Option) bool { return strings.EqualFold(o.Name, name) })
	if i < 0 {
		return Option{}, false
	}
	return c.Options[i], true
}
