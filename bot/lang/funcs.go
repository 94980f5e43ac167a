package lang

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/text"
)

// markup is text whose backticks mean something: it came from the catalogue, and what data is in it has none.
type markup string

// funcs are what a catalogue's entries can call.
func (c *catalogue) funcs() template.FuncMap {
	return template.FuncMap{
		"inert":    inert,
		"bytes":    c.bytes,
		"duration": c.duration,
		"age":      c.age,
		"span":     c.span,
		"clock":    func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") },
		"list":     c.list,
		"named":    c.named,
		"plural":   plural,
		"quote":    c.quote,
		"quoted":   c.quoted,
		"code":     code,
		"command":  command,
		"word":     grammar.Quote,
		"options":  c.options,
		"title":    func(reason string) string { return c.sayIf("reason."+reason+".title", nil) },
		"phase":    c.phase,
		"far":      c.far,
		"problem":  c.problem,
		"trouble":  c.troubled,
		"why":      c.why,
		"needsFix": needsFix,
		"hasDatabases": func(sources []view.Source) bool {
			return slices.ContainsFunc(sources, func(s view.Source) bool { return len(s.Databases) > 0 })
		},
	}
}

// inert makes data of one line that no backtick in it can turn into something to be typed.
func inert(data any) string {
	if m, ok := data.(markup); ok {
		return string(m)
	}
	return withoutBackticks(fmt.Sprint(data))
}

// code sets apart what is to be typed.
func code(parts ...any) markup {
	return markup("`" + withoutBackticks(fmt.Sprint(join(parts))) + "`")
}

// command sets apart what is to be said to the bot: see chat.Reply.
func command(parts ...any) markup { return "`" + code(parts...) + "`" }

func join(parts []any) string {
	var b strings.Builder
	for _, part := range parts {
		fmt.Fprint(&b, part)
	}
	return b.String()
}

func withoutBackticks(s string) string { return strings.ReplaceAll(oneLine(s), "`", "'") }

// longest is more characters than any name, location or sentence of the API can have.
const longest = 4096

func oneLine(s string) string { return text.OneLine(s, longest) }

// plural picks a form by the number, which takes the place of # in it.
func plural(n int, one, other string) string {
	form := other
	if n == 1 {
		form = one
	}
	return strings.ReplaceAll(form, "#", strconv.Itoa(n))
}

// options says what makes a dump another one than that of the whole database, or nothing.
func (c *catalogue) options(o view.Options) string {
	return strings.Join(c.lines(o, "options.tables", "options.exclude", "options.data", "options.schema", "options.compression"), ", ")
}
