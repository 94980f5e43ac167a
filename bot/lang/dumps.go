package lang

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
)

// dumps lays out how a dump is, and how it ended.
func (c *catalogue) dumps(v view.View) (chat.Reply, bool) {
	switch v := v.(type) {
	case view.Progress:
		return c.progress(v), true
	case view.Blocked:
		return c.blocked(v), true
	case view.Succeeded:
		return c.succeeded(v), true
	case view.Failed:
		return c.failed(v), true
	case view.Ended:
		return c.base(severityOf(v.End), v), true
	case view.Status:
		return c.status(v), true
	case view.Deleted:
		return c.base(chat.Bad, v), true
	case view.Unfollowed:
		return c.base(chat.Warning, v), true
	case view.How:
		return c.how(v), true
	case view.NoCopy:
		return c.base(chat.Warning, v), true
	}
	return chat.Reply{}, false
}

// progress: the headline is all that fits a terminal's line that renews itself, so it says everything that changes.
func (c *catalogue) progress(v view.Progress) chat.Reply {
	r := c.base(chat.Info, v)
	r.Headline = c.stage(v)
	r.Progress = &chat.Progress{Stage: string(v.Stage)}
	switch v.Stage {
	case view.StageQueued:
		r.Progress.Stage += fmt.Sprintf(" %d", v.Before)
	case view.StageUnheard, view.StageUnseen:
		r.Severity = chat.Warning
	}
	if v.Stage != view.StageCancelling {
		r.Actions = []chat.Action{c.action("cancel", "cancel "+v.Dump.Name)}
	}
	return r
}

// stage says what is going on. One that is not known is one of the API's to come.
func (c *catalogue) stage(v view.Progress) string {
	if key := "Progress." + string(v.Stage); c.has(key) {
		return c.say(key, v)
	}
	return c.say("Progress."+string(view.StagePending), v)
}

// far is how far a copy is.
func (c *catalogue) far(v view.Progress) string {
	return strings.Join(c.lines(v, "far.bytes", "far.rate", "far.left", "far.table"), ", ")
}

func (c *catalogue) blocked(v view.Blocked) chat.Reply {
	r := c.base(chat.Warning, v)
	advice, _ := c.advised(v.Dump, v.Reason, "")
	r.Lines = append(present(advice), r.Lines...)
	r.Fields = fields(c.field("reason", v.Reason), c.field("details", v.Message))
	r.Progress = &chat.Progress{Stage: string(v.Stage) + " " + v.Reason}
	r.Actions = []chat.Action{c.action("cancel", "cancel "+v.Dump.Name)}
	return r
}

func (c *catalogue) succeeded(v view.Succeeded) chat.Reply {
	if v.Copy.Life.Gone() {
		return c.gone(v)
	}
	r := c.base(chat.Good, v)
	r.Lines = append(r.Lines, c.warnings(v.Warnings)...)
	r.Fields = fields(
		c.field("source", v.Dump.Source),
		c.field("contents", c.options(v.Dump.Options)),
		c.field("encrypted", c.keys(v.EncryptedFor)),
		c.field("location", v.URI),
		c.field("kept", c.say("kept", v.Copy)),
	)
	r.Actions = []chat.Action{c.action("how", "how "+v.Dump.Name), c.action("again", "again "+v.Dump.Name)}
	return r
}

// gone is a success of which nothing can be loaded any more, so neither a place nor a way to it is told.
func (c *catalogue) gone(v view.Succeeded) chat.Reply {
	r := c.base(chat.Warning, v)
	r.Fields = fields(c.field("source", v.Dump.Source), c.field("contents", c.options(v.Dump.Options)))
	r.Actions = []chat.Action{c.action("again", "again "+v.Dump.Name)}
	return r
}

// keys that a copy is encrypted for.
func (c *catalogue) keys(n int) string {
	if n == 0 {
		return ""
	}
	return c.say("keys", n)
}

// maxWarnings that are said, so that a success fits a phone.
const maxWarnings = 3

// warnings in the reader's language, and how many more there are. One that this bot does not know, from a newer manager, is
// among the latter.
func (c *catalogue) warnings(all []view.Warning) (lines []string) {
	for _, w := range all {
		if len(lines) < maxWarnings {
			lines = append(lines, present(c.sayIf("warning."+w.Name+".line", w))...)
		}
	}
	if more := len(all) - len(lines); more > 0 {
		lines = append(lines, c.say("warnings.more", more))
	}
	return lines
}

// failed says why in the reader's language, by the reason. The message stays as the manager wrote it.
func (c *catalogue) failed(v view.Failed) chat.Reply {
	if v.End == view.EndCancelled {
		v.Reason, v.Message, v.Hint = "", "", "" // nothing went wrong
	}
	r := c.base(severityOf(v.End), v)
	advice, hint := c.advised(v.Dump, v.Reason, v.Hint)
	r.Lines = append(present(advice), r.Lines...)
	r.Fields = fields(c.field("reason", v.Reason), c.field("details", v.Message), c.field("hint", hint))
	if v.Again != "" {
		r.Actions = []chat.Action{c.action("again", v.Again)}
	} else {
		r.Fields = append(fields(c.field("dump", v.Dump.Name)), r.Fields...)
	}
	return r
}

// severityOf an end: nothing is wrong with a dump that somebody cancelled.
func severityOf(end view.End) chat.Severity {
	switch end {
	case view.EndSucceeded:
		return chat.Good
	case view.EndCancelled:
		return chat.Info
	default:
		return chat.Bad
	}
}

// status is what would be said of the dump, and besides who asked and why. Nothing edits it.
func (c *catalogue) status(v view.Status) chat.Reply {
	r := c.reply(v.Now)
	r.Progress = nil
	dump, source := c.field("dump", v.Dump.Name), c.field("source", v.Dump.Source)
	contents := c.field("contents", c.options(v.Dump.Options))
	about := []chat.Field{c.field("by", c.say("Status.by", v.Dump)), c.field("because", v.Dump.Reason)}
	var more []chat.Field
	switch now := v.Now.(type) {
	case view.Progress:
		if now.Stage != view.StageCancelling {
			r.Closing = c.say("Status.closing", v.Dump)
		}
	case view.Blocked:
		r.Closing = c.say("Status.closing", v.Dump)
		about = append(about, source, contents)
	case view.Succeeded:
		about = append([]chat.Field{dump}, about...)
		more = []chat.Field{c.field("waited", c.long(now.Waited)), c.field("unpacked", c.unpacked(now)), c.field("server", now.Server)}
	case view.Failed:
		r.Fields = slices.DeleteFunc(r.Fields, func(f chat.Field) bool { return f == dump })
		about = append([]chat.Field{dump}, append(about, source, contents)...)
		more = []chat.Field{c.field("took", c.long(now.Took))}
	}
	r.Fields = fields(slices.Concat(about, r.Fields, more)...)
	return r
}

// long is a duration that is worth telling.
func (c *catalogue) long(d time.Duration) string {
	if d < time.Second {
		return ""
	}
	return c.duration(d)
}

func (c *catalogue) unpacked(v view.Succeeded) string {
	if v.Uncompressed <= v.Bytes {
		return ""
	}
	return c.bytes(v.Uncompressed)
}

// how has the commands. They stand in snippets as they are.
func (c *catalogue) how(v view.How) chat.Reply {
	r := c.base(chat.Info, v)
	r.Fields = fields(c.field("location", v.URI), c.field("sha256", v.SHA256), c.field("server", v.Server), c.field("kept", c.say("kept", v.Copy)))
	for _, step := range v.Steps {
		r.Snippets = append(r.Snippets, chat.Snippet{Caption: c.say("How."+string(step.Kind), v), Text: step.Commands})
	}
	if v.KeyFile != "" {
		r.Lines = append(r.Lines, c.say("How.encrypted", v))
	}
	if v.Authority != nil {
		r.Lines = append(r.Lines, c.say("How.authority", *v.Authority))
	}
	return r
}
