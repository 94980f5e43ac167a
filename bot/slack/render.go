package slack

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/layout"
	"github.com/volcado-io/volcado/internal/text"
)

// What one message holds. Slack publishes 50 blocks, and 3,000 characters for a text; how much all of a message's blocks can
// hold it does not, and about 13,000 characters were seen to be taken.
const (
	longestMessage = 11_000
	longestText    = 2_900
	mostElements   = 100
	// mostMessages of one reply. What is longer is cut visibly.
	mostMessages = 5
	// longestLabel and longestValue of a button, and mostButtons of a block.
	longestLabel, longestValue, mostButtons = 75, 2000, 25
)

var signs = map[chat.Severity]string{chat.Info: "", chat.Good: "✓ ", chat.Warning: "⚠ ", chat.Bad: "✗ "}

// message is a part of a reply: blocks, and what is read where they are not shown, as in a notification.
type message struct {
	blocks []slack.Block
	text   string
}

// element of a rich text, and how long it is in characters.
type element struct {
	is   slack.RichTextElement
	size int
}

// render lays a reply out in rich text, whose texts Slack takes as they are: nothing in them is a mention, a link or mark-up.
// Only mention, the id of whoever is to be notified or empty, notifies anybody. address is what commands begin with. At most so
// many messages come out, and one at least.
func render(r chat.Reply, address, mention string, most int) []message {
	r = r.Addressed(address)
	var l lay
	l.headline(r, mention)
	for _, line := range r.Lines {
		l.prose(line)
	}
	for _, f := range r.Fields {
		l.section(styled(layout.Visible(f.Name), bold), plain(": "+layout.Visible(f.Value)))
	}
	l.table(r.Rows)
	for _, s := range r.Snippets {
		if s.Caption != "" {
			l.section(plain(layout.Visible(s.Caption)))
		}
		l.code(strings.Split(s.Text, "\n"), nil)
	}
	if r.Closing != "" {
		l.prose(r.Closing)
	}
	pages := l.pages(most)
	fallback := fallback(r)
	messages := make([]message, 0, len(pages))
	for _, page := range pages {
		messages = append(messages, message{blocks: blocks(page), text: fallback})
	}
	last := &messages[len(messages)-1]
	last.blocks = append(last.blocks, buttons(r.Actions)...)
	return messages
}

// lay gathers the elements of a reply.
type lay struct{ elements []element }

func (l *lay) headline(r chat.Reply, mention string) {
	var parts []slack.RichTextSectionElement
	if isUser(mention) {
		parts = append(parts, slack.NewRichTextSectionUserElement(mention, nil), plain(" "))
	}
	style := bold
	if len(r.Lines)+len(r.Fields)+len(r.Rows)+len(r.Snippets) == 0 && r.Closing == "" {
		style = nil // a sentence alone needs no title
	}
	pieces := layout.Pieces(layout.Visible(signs[r.Severity]+r.Headline), longestText)
	l.section(append(parts, styled(pieces[0], style))...)
	for _, more := range pieces[1:] {
		l.section(styled(more, style))
	}
}

var (
	bold = &slack.RichTextSectionTextStyle{Bold: true}
	code = &slack.RichTextSectionTextStyle{Code: true}
)

func plain(s string) slack.RichTextSectionElement { return styled(s, nil) }

func styled(s string, style *slack.RichTextSectionTextStyle) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(s, style)
}

// section adds a paragraph, in as many as it takes.
func (l *lay) section(parts ...slack.RichTextSectionElement) {
	var now []slack.RichTextSectionElement
	size := 0
	end := func() {
		if len(now) > 0 {
			l.elements = append(l.elements, element{slack.NewRichTextSection(now...), size})
		}
		now, size = nil, 0
	}
	for _, part := range parts {
		text, ok := part.(*slack.RichTextSectionTextElement)
		if !ok {
			now = append(now, part)
			size += mentionSize
			continue
		}
		for _, piece := range layout.Pieces(text.Text, longestText) {
			if piece == "" {
				continue
			}
			n := utf8.RuneCountInString(piece)
			if size+n > longestText {
				end()
			}
			now, size = append(now, styled(piece, text.Style)), size+n
		}
	}
	end()
}

// mentionSize is how many characters a mention counts as.
const mentionSize = 20

// span is code in a text: see chat.Reply.
var span = regexp.MustCompile("`([^`]+)`")

// prose adds a text in which code stands between backticks.
func (l *lay) prose(line string) {
	line = layout.Visible(line)
	var parts []slack.RichTextSectionElement
	last := 0
	for _, at := range span.FindAllStringSubmatchIndex(line, -1) {
		parts = append(parts, plain(line[last:at[0]]), styled(line[at[2]:at[3]], code))
		last = at[1]
	}
	l.section(append(parts, plain(line[last:]))...)
}

// code adds lines as they are. Where they go on in another block, the head stands above them again.
func (l *lay) code(lines, head []string) {
	var now []string
	size := 0
	end := func() {
		if len(now) > len(head) || len(head) == 0 && len(now) > 0 {
			text := strings.Join(now, "\n")
			if text == "" {
				text = " "
			}
			l.elements = append(l.elements, element{preformatted(text), utf8.RuneCountInString(text)})
		}
		now, size = nil, 0
	}
	begin := func() {
		now = append(now, head...)
		for _, line := range head {
			size += utf8.RuneCountInString(line) + 1
		}
	}
	begin()
	for _, line := range lines {
		for _, piece := range layout.Pieces(layout.Visible(line), longestText/2) {
			n := utf8.RuneCountInString(piece) + 1
			if size+n > longestText {
				end()
				begin()
			}
			now, size = append(now, piece), size+n
		}
	}
	end()
}

func preformatted(text string) slack.RichTextElement {
	return &slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: []slack.RichTextSectionElement{plain(text)}}
}

// pages of elements, each for one message. What is cut off is seen to be.
func (l *lay) pages(most int) [][]element {
	var pages [][]element
	var page []element
	size := 0
	for _, e := range l.elements {
		if len(page) == mostElements || len(page) > 0 && size+e.size > longestMessage {
			pages, page, size = append(pages, page), nil, 0
			if len(pages) == most {
				pages[most-1] = append(pages[most-1], element{slack.NewRichTextSection(plain("…")), 1})
				return pages
			}
		}
		page, size = append(page, e), size+e.size
	}
	return append(pages, page)
}

// blocks of a message, each with as much as one text can have.
func blocks(page []element) []slack.Block {
	var all []slack.Block
	var now []slack.RichTextElement
	size := 0
	for _, e := range page {
		if len(now) > 0 && size+e.size > longestText {
			all, now, size = append(all, slack.NewRichTextBlock("", now...)), nil, 0
		}
		now, size = append(now, e.is), size+e.size
	}
	return append(all, slack.NewRichTextBlock("", now...))
}

// buttons of a reply. The line that one carries comes back as it is, so one that has no room is left out; it can be typed.
func buttons(actions []chat.Action) []slack.Block {
	var elements []slack.BlockElement
	for _, a := range actions {
		if len(a.Line) > longestValue || a.Label == "" || a.Line == "" || len(elements) == mostButtons {
			continue
		}
		label := slack.NewTextBlockObject(slack.PlainTextType, text.Cut(layout.Visible(a.Label), longestLabel), false, false)
		b := slack.NewButtonBlockElement(actionOf(a.Line), a.Line, label)
		if a.Danger {
			line := slack.NewTextBlockObject(slack.PlainTextType, text.Cut(layout.Visible(a.Line), 300), false, false)
			no := slack.NewTextBlockObject(slack.PlainTextType, "No", false, false) // in English and in Spanish
			b.WithStyle(slack.StyleDanger)
			b.WithConfirm(slack.NewConfirmationBlockObject(label, line, cutLabel(label, 30), no).WithStyle(slack.StyleDanger))
		}
		elements = append(elements, b)
	}
	if len(elements) == 0 {
		return nil
	}
	return []slack.Block{slack.NewActionBlock("", elements...)}
}

func cutLabel(label *slack.TextBlockObject, longest int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(label.Type, text.Cut(label.Text, longest), false, false)
}

// fallback is what stands in a notification, and where blocks are not shown.
func fallback(r chat.Reply) string {
	lines := append([]string{signs[r.Severity] + r.Headline}, r.Lines...)
	for _, f := range r.Fields {
		lines = append(lines, f.Name+": "+f.Value)
	}
	if r.Closing != "" {
		lines = append(lines, r.Closing)
	}
	for i := range lines {
		lines[i] = inert.Replace(layout.Visible(lines[i]))
	}
	return text.Cut(strings.Join(lines, "\n"), longestText)
}

// inert escapes what Slack reads in a text beside blocks, of which only mentions have an effect. Backticks are taken out, since
// the rest of a text could become code.
var inert = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "`", "")
