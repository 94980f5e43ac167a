package lang

import (
	"fmt"
	"strings"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/view"
)

// talk lays out everything that is not about one dump or source.
func (c *catalogue) talk(v view.View) (chat.Reply, bool) {
	switch v := v.(type) {
	case view.Hello, view.InDirect, view.Prompt:
		return c.base(chat.Info, v), true
	case view.Overview:
		return c.overview(v), true
	case view.Help:
		return c.help(v), true
	case view.Unreadable:
		r := c.base(chat.Warning, v)
		r.Headline = c.unreadable(v)
		return r, true
	case view.UnknownCommand, view.Edited, view.Outsiders, view.NotMember, view.Leaving, view.Detached, view.Stopped, view.NotInDirect, view.AskedInChannel:
		return c.base(chat.Warning, v), true
	case view.Usage:
		return c.usage(v), true
	case view.Whoami:
		return c.whoami(v), true
	case view.TooOld:
		r := c.base(chat.Warning, v)
		if v.Line != "" {
			r.Snippets = []chat.Snippet{{Caption: c.say("TooOld.caption", v), Text: v.Line}}
		}
		return r, true
	case view.Trouble:
		return c.trouble(v), true
	}
	return chat.Reply{}, false
}

func (c *catalogue) overview(v view.Overview) chat.Reply {
	r := c.base(chat.Info, v)
	r.Rows = [][]string{c.header("command", "does")}
	for _, command := range v.Commands {
		r.Rows = append(r.Rows, []string{command.Short(), c.ofCommand(command, "summary")})
	}
	return r
}

func (c *catalogue) help(v view.Help) chat.Reply {
	r := chat.Reply{
		Headline: v.Command.Usage(),
		Lines:    present(c.ofCommand(v.Command, "summary"), c.ofCommand(v.Command, "details")),
	}
	for _, o := range v.Command.Options {
		r.Fields = append(r.Fields, chat.Field{Name: optionUsage(o), Value: c.say("option."+o.Name, nil)})
	}
	r.Rows = [][]string{c.header("example", "means")}
	for i, line := range v.Command.Examples {
		r.Rows = append(r.Rows, []string{line, c.meaning(v.Command, i)})
	}
	return r
}

func optionUsage(o grammar.Option) string { return strings.TrimSpace("--" + o.Name + " " + o.Value) }

// ofCommand is a command's text, or nothing.
func (c *catalogue) ofCommand(command grammar.Command, slot string) string {
	return c.sayIf("command."+command.Name+"."+slot, nil)
}

// meaning of a command's example.
func (c *catalogue) meaning(command grammar.Command, i int) string {
	return c.ofCommand(command, fmt.Sprintf("example%d", i+1))
}

// unreadable says what of a line could not be read. A line that is empty is one.
func (c *catalogue) unreadable(v view.Unreadable) string {
	switch e := v.Line; {
	case e.Unclosed:
		return c.say("Unreadable.unclosed", e)
	case e.Invalid:
		return c.say("Unreadable.invalid", e)
	case e.TooLong > 0:
		return c.say("Unreadable.long", e)
	case e.Control != "":
		return c.say("Unreadable.control", e)
	default:
		return c.say("Unreadable.headline", e)
	}
}

// usage says what is wrong with an argument, and how the command is typed. A missing argument has a command that lists
// what can stand there, and that is the next step.
func (c *catalogue) usage(v view.Usage) chat.Reply {
	r := chat.Reply{
		Severity: chat.Warning,
		Headline: c.problem(v.Problem),
		Lines:    c.lines(v.Problem, "Usage.near"),
		Fields:   fields(c.field("usage", v.Command.Usage())),
		Closing:  c.say("Usage.closing", v.Command),
	}
	if key := "Problem." + string(v.Problem.Kind) + ".closing"; c.has(key) {
		r.Closing = c.say(key, v.Problem)
		r.Fields = fields(c.field("usage", v.Command.Short())) // the options are not what is missing
	}
	return r
}

// problem with an argument, in one sentence.
func (c *catalogue) problem(p grammar.Problem) string {
	if key := "Problem." + string(p.Kind); c.has(key) {
		return c.say(key, p)
	}
	return c.say("Problem", p)
}

func (c *catalogue) whoami(v view.Whoami) chat.Reply {
	r := c.base(chat.Info, v)
	if v.ChannelKind == string(chat.KindShared) {
		return r // no allow-list lets anybody in there
	}
	r.Snippets = []chat.Snippet{c.snippet(v.IDs)}
	if len(v.IDs.Groups) > 0 {
		r.Snippets = append(r.Snippets, chat.Snippet{
			Caption: c.say("access.groups", nil), Text: subject(v.IDs, "groups", v.IDs.Groups),
		})
	}
	return r
}

// trouble with the cluster: what is wrong, and what to do.
func (c *catalogue) trouble(v view.Trouble) chat.Reply {
	if !c.has("Trouble." + string(v.Kind)) {
		v.Kind = view.TroubleBot
	}
	r := c.base(chat.Bad, v)
	r.Lines = present(c.sayIf("Trouble."+string(v.Kind)+".line", v))
	return r
}

// troubled is the sentence of a trouble.
func (c *catalogue) troubled(v view.Trouble) string { return c.say("Trouble."+string(v.Kind), v) }
