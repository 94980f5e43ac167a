package bot

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/pattern"
)

// ids are what a data owner needs in order to let this person in: one subject of an allow-list. Groups are not in it,
// because whoever pastes it would let everybody in them in.
func (c *conversation) ids() chat.Snippet {
	return chat.Snippet{
		Caption: "These are your ids. Who owns the source can put them below subjects in a DumpAllowList:",
		Text:    subjectYAML(c.by, "users", []string{c.by.User}),
	}
}

// subjectYAML writes one subject. Every id is quoted: one that looks like a number or a yes would be read as such.
func subjectYAML(by v1alpha1.Requester, key string, ids []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "- platform: %s\n", by.Platform)
	if by.Workspace != "" {
		fmt.Fprintf(&b, "  workspace: %s\n", strconv.QuoteToASCII(by.Workspace))
	}
	quoted := make([]string, 0, len(ids))
	for _, id := range ids {
		quoted = append(quoted, strconv.QuoteToASCII(id))
	}
	fmt.Fprintf(&b, "  %s: [%s]\n", key, strings.Join(quoted, ", "))
	channel := by.Channel
	if by.ChannelKind == v1alpha1.ChannelKindDirect {
		channel = v1alpha1.ChannelDirect
	}
	fmt.Fprintf(&b, "  channels: [%s]", strconv.QuoteToASCII(channel))
	return b.String()
}

func runWhoami(_ context.Context, c *conversation, _ arguments) (answer, error) {
	r := chat.Reply{
		Headline: fmt.Sprintf("You are %s on %s, in the channel %s (%s).",
			echo(c.by.User), c.by.Platform, echo(c.by.Channel), c.by.ChannelKind),
		Snippets: []chat.Snippet{c.ids()}, Private: true,
	}
	if len(c.by.Groups) > 0 {
		r.Snippets = append(r.Snippets, chat.Snippet{
			Caption: "Or, for everybody in a group of yours, one of these groups:",
			Text:    subjectYAML(c.by, "groups", c.by.Groups),
		})
	}
	return answer{Reply: r}, nil
}

func runSources(ctx context.Context, c *conversation, _ arguments) (answer, error) {
	offers, err := c.offers(ctx, newest)
	if err != nil {
		return answer{}, err
	}
	if len(offers) == 0 {
		return answer{Reply: chat.Reply{
			Severity: chat.Warning, Headline: "There is no source that you may use here.",
			Snippets: []chat.Snippet{c.ids()}, Private: true,
		}}, nil
	}
	return answer{Reply: chat.Reply{
		Headline: "This is what you may have here:", Rows: offerRows(offers), Private: true,
		Closing: fmt.Sprintf("Type dump %s to get a copy.", offers[0]),
	}}, nil
}

func offerRows(offers []offer) [][]string {
	if len(offers) == 0 {
		return nil
	}
	rows := [][]string{{"SOURCE", "ENGINE", "DATABASES", "DEFAULT"}}
	for _, o := range offers {
		databases, byDefault := "none", "none"
		if len(o.databases) > 0 {
			databases = enumerate(o.databases)
		}
		if d := pattern.DefaultDatabase(o.source.Spec.Databases); d != "" && o.mayRequest(d) {
			byDefault = string(d)
		}
		rows = append(rows, []string{o.String(), string(o.source.Spec.Engine), databases, byDefault})
	}
	return rows
}

// runWhy explains the decision. Of a source that may not be seen it says what dump says of it.
func runWhy(ctx context.Context, c *conversation, a arguments) (answer, error) {
	offers, err := c.offers(ctx, newest)
	if err != nil {
		return answer{}, err
	}
	chosen, err := c.chooseSource(offers, a.at(0), a.at(1))
	if err != nil && chosen.offer.source != nil {
		return never(chosen.offer, a.at(1), err), nil
	}
	if err != nil {
		return answer{}, err
	}
	if chosen.no != nil {
		if chosen.explained {
			chosen.no.outcome = chat.Succeeded // it was asked why, and that is the answer
		}
		return *chosen.no, nil
	}
	o, database := chosen.offer, chosen.database
	r := chat.Reply{
		Private:  true,
		Headline: fmt.Sprintf("You may have %s of %s here.", echo(string(database)), o),
		Lines: []string{
			fmt.Sprintf("The allow-list %s permits it.", o.judge(database, v1alpha1.PermissionRequest).By.Name),
			permittedLine(o),
		},
	}
	if by := o.judge(database, v1alpha1.PermissionManage).By; by != nil {
		r.Lines = append(r.Lines, fmt.Sprintf("The allow-list %s lets you cancel what others asked for.", by.Name))
	}
	return answer{Reply: r}, nil
}
