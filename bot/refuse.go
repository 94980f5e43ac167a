package bot

import (
	"fmt"
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/pattern"
)

// enumerated is how many names one sentence holds.
const enumerated = 10

// enumerate writes names as a sentence holds them.
func enumerate(names []string) string {
	if len(names) > enumerated {
		return strings.Join(names[:enumerated], ", ") + fmt.Sprintf(" and %d more", len(names)-enumerated)
	}
	return strings.Join(names, ", ")
}

// noSource answers for a source that does not exist, and for one that this person may not know of: it must not be told
// which. Whatever it says comes from what was typed, who typed it, and the offers.
func (c *conversation) noSource(typed string, offers []offer) answer {
	r := chat.Reply{
		Severity: chat.Bad, Private: true,
		Headline: fmt.Sprintf("There is no source %s that you may use here.", echo(typed)),
		Snippets: []chat.Snippet{c.ids()},
	}
	var names, all []string
	for _, o := range offers {
		all = append(all, o.String())
		names = append(names, o.String(), o.source.Name)
	}
	if near := nearest(typed, names); near != "" {
		r.Lines = append(r.Lines, fmt.Sprintf("Did you mean %s?", near))
	}
	if len(all) > 0 {
		r.Lines = append(r.Lines, fmt.Sprintf("You may use %s here.", enumerate(all)))
	} else {
		r.Lines = append(r.Lines, "There is none that you may use here.")
	}
	return answer{Reply: r, outcome: chat.Refused}
}

func severalSources(typed string, found []offer) answer {
	r := chat.Reply{
		Severity: chat.Warning, Private: true,
		Headline: fmt.Sprintf("There are %d sources %s that you may use. Which one?", len(found), echo(typed)),
		Rows:     offerRows(found), Closing: "Name it with its namespace.",
	}
	return answer{Reply: r, outcome: chat.Misunderstood}
}

func noDefault(o offer) answer {
	return answer{outcome: chat.Misunderstood, Reply: chat.Reply{
		Severity: chat.Warning, Private: true,
		Headline: fmt.Sprintf("%s has no default database; say which one.", o),
		Lines:    []string{permittedLine(o)},
	}}
}

// refuse answers for a database that this person may not have, of a source that the person may know of.
func (c *conversation) refuse(o offer, database v1alpha1.DatabaseName) answer {
	r := chat.Reply{
		Severity: chat.Bad, Private: true,
		Headline: fmt.Sprintf("You may not have %s of %s here.", echo(string(database)), o),
		Lines:    []string{permittedLine(o)},
		Snippets: []chat.Snippet{c.ids()},
	}
	if near := nearest(string(database), o.literals()); near != "" {
		r.Lines = append([]string{fmt.Sprintf("Did you mean %s?", near)}, r.Lines...)
	}
	r.Lines = append(r.Lines, o.why(database)...)
	return answer{Reply: r, outcome: chat.Refused}
}

// never answers why a database cannot be had by anybody: because of its name, which wrong explains.
func never(o offer, database string, wrong error) answer {
	return answer{Reply: chat.Reply{
		Severity: chat.Bad, Private: true,
		Headline: fmt.Sprintf("You may not have %s of %s here.", echo(database), o),
		Lines:    []string{wrong.Error(), permittedLine(o)},
	}}
}

// why says what does not match, one line for each rule.
func (o offer) why(database v1alpha1.DatabaseName) []string {
	var lines []string
	if !pattern.Permits(o.source.Spec.Databases, database) {
		lines = append(lines, fmt.Sprintf("Source %s does not permit it to anybody.", o))
	}
	for _, miss := range o.judge(database, v1alpha1.PermissionRequest).Misses {
		lines = append(lines, "It is not permitted by "+miss.String()+".")
	}
	return lines
}

func permittedLine(o offer) string {
	if len(o.databases) == 0 {
		return fmt.Sprintf("You may have no database of %s here.", o)
	}
	return fmt.Sprintf("Of %s you may have %s.", o, enumerate(o.databases))
}

func (o offer) literals() []string {
	var names []string
	for _, d := range o.databases {
		if pattern.IsLiteral(d) {
			names = append(names, d)
		}
	}
	return names
}

func (c *conversation) noDatabase(typed string, offers []offer) answer {
	r := chat.Reply{
		Severity: chat.Bad, Private: true,
		Headline: fmt.Sprintf("There is no source with a database %s that you may have here.", echo(typed)),
		Rows:     offerRows(offers), Snippets: []chat.Snippet{c.ids()},
	}
	var names []string
	for _, o := range offers {
		names = append(names, o.literals()...)
	}
	if near := nearest(typed, names); near != "" {
		r.Lines = append(r.Lines, fmt.Sprintf("Did you mean %s?", near))
	}
	if len(offers) == 0 {
		r.Lines = append(r.Lines, "There is no source that you may use here.")
	}
	return answer{Reply: r, outcome: chat.Refused}
}

func severalHave(typed string, found []offer) answer {
	r := chat.Reply{
		Severity: chat.Warning, Private: true,
		Headline: fmt.Sprintf("%d sources may have a database %s. Nothing was started.", len(found), echo(typed)),
		Rows:     [][]string{{"TYPE THIS"}},
	}
	for _, o := range found {
		r.Rows = append(r.Rows, []string{fmt.Sprintf("dump %s %s", o, quoteWord(typed))})
	}
	return answer{Reply: r, outcome: chat.Misunderstood}
}
