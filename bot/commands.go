package bot

import (
	"context"
	"fmt"
	"strings"

	"github.com/volcado-io/volcado/bot/chat"
)

// command is a row of the table from which everything about a command comes: what it takes, its help, and docs/chat.md,
// which a test holds to it.
type command struct {
	name      string
	arguments string // as in a usage line, without the options
	most      int    // how many positional arguments there may be
	options   []option
	summary   string
	details   []string
	examples  []example
	run       func(context.Context, *conversation, arguments) (answer, error)
}

type example struct{ line, meaning string }

func (c command) usage() string {
	parts := []string{c.name}
	if c.arguments != "" {
		parts = append(parts, c.arguments)
	}
	for _, o := range c.options {
		if o.kind == optionSwitch {
			parts = append(parts, "[--"+o.name+"]")
		} else {
			parts = append(parts, "[--"+o.name+" "+o.value+"]")
		}
	}
	return strings.Join(parts, " ")
}

var dumpOptions = []option{
	{"tables", optionList, "a,b", "only these tables"},
	{"exclude", optionList, "a,b", "all tables but these; * stands for any characters"},
	{"schema-only", optionSwitch, "", "definitions, and no rows"},
	{"reason", optionText, `".."`, "why it is wanted, for whoever looks at it later"},
}

func commands() []command {
	return []command{
		{
			name: "dump", arguments: "[namespace/]source [database]", most: 2, options: dumpOptions,
			summary: "Make a copy of a database, and say where it is.",
			details: []string{
				"Without a database, it is the source's default. Without a namespace, it is the one source of that name that you may use.",
				"What the source's owner leaves out of every copy is left out of yours, too.",
			},
			examples: []example{
				{"dump shop", "the default database of the source shop"},
				{"dump shop shop_eu", "another database of it"},
				{"dump crm/people --schema-only", "the source people in the namespace crm, without rows"},
				{`dump shop --tables orders,customers --reason "reproduce SHOP-123"`, "two tables, and why"},
				{"dump shop --exclude *_log,sessions", "all but some tables"},
			},
			run: runDump,
		},
		{
			name: "dumpdb", arguments: "database", most: 1, options: dumpOptions,
			summary: "Make a copy of a database by its name alone.",
			details: []string{"It is taken from the one source that has it and that you may use. If there are several, they are listed and nothing starts."},
			examples: []example{
				{"dumpdb shop", "the database shop, from wherever you may have it"},
				{"!dumpdb shop", "the same, as it was always typed"},
			},
			run: runDumpDB,
		},
		{
			name: "status", arguments: "[dump]", most: 1,
			summary:  "Say how a dump is doing, or how it ended.",
			details:  []string{"A dump is named by the beginning of its name, as much as makes it the only one. Without a name, it is your latest."},
			examples: []example{{"status", "your latest dump"}, {"status shop-7f3k", "the one whose name begins so"}},
			run:      runStatus,
		},
		{
			name: "list", summary: "List the latest dumps, yours and those of others that you may see.",
			examples: []example{{"list", "the latest twenty"}}, run: runList,
		},
		{
			name: "sources", summary: "List what you may have here.",
			examples: []example{{"sources", "every source that you may use in this channel, and its databases"}}, run: runSources,
		},
		{
			name: "cancel", arguments: "dump", most: 1,
			summary:  "Stop a dump of yours, or of others where you have Manage.",
			examples: []example{{"cancel shop-7f3k", "the one whose name begins so"}}, run: runCancel,
		},
		{
			name: "whoami", summary: "Say who you are here, ready to paste into an allow-list.",
			examples: []example{{"whoami", "your ids, as YAML"}}, run: runWhoami,
		},
		{
			name: "why", arguments: "[namespace/]source [database]", most: 2,
			summary:  "Say why you may have a source's database, or why not.",
			examples: []example{{"why shop", "the default database of shop"}, {"why shop crm", "another one"}}, run: runWhy,
		},
		{
			name: "hello", summary: "Say hello.",
			examples: []example{{"hello", "see that the bot is there"}}, run: runHello,
		},
		{
			name: "help", arguments: "[command]", most: 1,
			summary:  "List the commands, or explain one.",
			examples: []example{{"help", "all commands"}, {"help dump", "one of them"}}, run: runHelp,
		},
	}
}

func runHello(_ context.Context, c *conversation, _ arguments) (answer, error) {
	name := c.message.DisplayName
	if name == "" {
		name = c.by.User
	}
	return answer{Reply: chat.Reply{
		Headline: fmt.Sprintf("Hello %s. I make copies of databases.", name),
		Closing:  "Type sources to see which you may have, and help to see what else can be asked.",
	}}, nil
}

func runHelp(_ context.Context, c *conversation, a arguments) (answer, error) {
	if a.at(0) == "" {
		return answer{Reply: c.overview()}, nil
	}
	cmd, ok := c.lookUp(a.at(0))
	if !ok {
		return c.unknownCommand(a.at(0)), nil
	}
	return answer{Reply: cmd.help()}, nil
}

func (b *Bot) overview() chat.Reply {
	rows := [][]string{{"COMMAND", "WHAT IT DOES"}}
	for _, cmd := range b.commands {
		rows = append(rows, []string{strings.TrimSpace(cmd.name + " " + cmd.arguments), cmd.summary})
	}
	return chat.Reply{
		Headline: "This is what can be asked:", Rows: rows,
		Closing: "help dump explains one command, with its options and examples.",
	}
}

func (c command) help() chat.Reply {
	r := chat.Reply{Headline: c.usage(), Lines: append([]string{c.summary}, c.details...)}
	for _, o := range c.options {
		r.Fields = append(r.Fields, chat.Field{Name: strings.TrimSpace("--" + o.name + " " + o.value), Value: o.help})
	}
	r.Rows = [][]string{{"EXAMPLE", "WHAT IT MEANS"}}
	for _, e := range c.examples {
		r.Rows = append(r.Rows, []string{e.line, e.meaning})
	}
	return r
}
