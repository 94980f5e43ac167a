package mattermost

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mattermost/mattermost/server/public/shared/markdown"
)

// readAs is a post as people read it, and all that Mattermost makes of it beside text, one word each, such as bold, link or
// "mention of alice". It is what server and web client do together: blocks, code, links and entities are left to the server's
// own parser, and the rest is read as the web client does. Code is no effect: what stands in it is shown as it is.
func readAs(message string) (text string, effects []string) {
	r := &reader{source: message, escapedAt: -1}
	document, references := markdown.Parse(message)
	r.references = references
	r.blocks(document.Children)
	return strings.TrimSuffix(r.out.String(), "\n"), r.effects
}

// glyph is a character of a text. Escaped ones are nothing but that; those of code are all beyond any reading.
type glyph struct {
	char    rune
	escaped bool
	code    bool
	// client is what the web client looks at when it looks for mentions, hashtags and the like.
	client string
}

// boundary stands where a mark was that was obeyed.
var boundary = glyph{client: "\ue000"}

type reader struct {
	source     string
	references []*markdown.ReferenceDefinition
	out        strings.Builder
	effects    []string
	// glyphs of the paragraph that is read.
	glyphs []glyph
	// escapedAt is where the last character stood that was escaped, or -1.
	escapedAt int
}

func (r *reader) effect(names ...string) { r.effects = append(r.effects, names...) }

func (r *reader) blocks(blocks []markdown.Block) {
	for _, block := range blocks {
		switch b := block.(type) {
		case *markdown.Paragraph:
			r.glyphs = nil
			r.inlines(b.ParseInlines(r.references))
			r.paragraph()
		case *markdown.FencedCode:
			if strings.Contains(b.Info(), "tex") {
				r.effect("latex")
			}
			r.out.WriteString(b.Code())
		case *markdown.IndentedCode:
			r.effect("indented code")
			r.out.WriteString(b.Code())
		case *markdown.BlockQuote:
			r.effect("quote")
			r.blocks(b.Children)
		case *markdown.List:
			r.effect("list")
			for _, item := range b.Children {
				r.blocks(item.Children)
			}
		default:
			r.effect("unknown block")
		}
	}
}

func (r *reader) inlines(inlines []markdown.Inline) {
	for _, inline := range inlines {
		switch i := inline.(type) {
		case *markdown.Text:
			r.text(i)
		case *markdown.CodeSpan:
			for _, char := range i.Code {
				r.glyphs = append(r.glyphs, glyph{char: char, code: true, client: "\ue000"})
			}
		case *markdown.HardLineBreak, *markdown.SoftLineBreak:
			r.glyphs = append(r.glyphs, glyph{char: '\n', client: "\n"})
		case *markdown.Autolink:
			r.effect("link")
			r.inlines(i.Children)
		case *markdown.InlineLink:
			r.effect("link")
			r.inlines(i.Children)
		case *markdown.ReferenceLink:
			r.effect("link")
			r.inlines(i.Children)
		case *markdown.InlineImage, *markdown.ReferenceImage:
			r.effect("image")
		case *markdown.Emoji:
			r.effect("emoji")
		default:
			r.effect("unknown inline")
		}
	}
}

var reference = regexp.MustCompile(`^&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);`)

func (r *reader) text(t *markdown.Text) {
	at := t.Range.Position
	if ref := reference.FindString(r.source[at:]); ref != "" {
		for _, char := range t.Text {
			r.glyphs = append(r.glyphs, glyph{char: char, escaped: true, client: ref})
		}
		return
	}
	if len(t.Text) == 1 && at > 0 && r.source[at-1] == '\\' && at-1 != r.escapedAt && strings.Contains("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", t.Text) {
		r.escapedAt = at
		r.glyphs = append(r.glyphs, glyph{char: rune(t.Text[0]), escaped: true, client: t.Text})
		return
	}
	for _, char := range t.Text {
		r.glyphs = append(r.glyphs, glyph{char: char, client: clientEntities.Replace(string(char))})
	}
}

var clientEntities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")

// marks are the glyphs as a string of the same length in which only what could be a mark is left.
func marks(glyphs []glyph) []rune {
	var out []rune
	for _, g := range glyphs {
		switch {
		case g.escaped || g.char == 0:
			out = append(out, '\ue001')
		case g.code && g.char != '|': // which ends cells even there
			out = append(out, '\ue002')
		default:
			out = append(out, g.char)
		}
	}
	return out
}

var (
	delimiterRow = regexp.MustCompile(`^ *\|?[-: ]*-[-:| ]*$`)
	heading      = regexp.MustCompile(`^ *#{1,6} `)
	underline    = regexp.MustCompile(`^ *(=|-){2,} *$`)
	ruler        = regexp.MustCompile(`^( *[-*_]){3,} *$`)
	tag          = regexp.MustCompile(`<[A-Za-z/!?][^>]*>`)
	// address is what the web client makes a link of where its scheme is one that the server allows, which could be any.
	address = regexp.MustCompile(`(?i)\b[a-z][a-z\d.+-]*:(?:/{1,3}|[\pL\d%])|www\d{0,3}\.|[\pL\d.-]+\.\pL{2,4}/`)
)

func (r *reader) paragraph() {
	lines := split(r.glyphs, '\n')
	if len(lines) > 1 && strings.Contains(string(marks(lines[0])), "|") && delimiterRow.MatchString(string(marks(lines[1]))) {
		r.table(append(lines[:1:1], lines[2:]...))
		return
	}
	for i, line := range lines {
		switch marked := string(marks(line)); {
		case heading.MatchString(marked), i > 0 && underline.MatchString(marked):
			r.effect("heading")
		case ruler.MatchString(marked):
			r.effect("rule")
		}
	}
	r.inline(r.glyphs)
	r.out.WriteByte('\n')
}

func (r *reader) table(rows [][]glyph) {
	r.effect("table")
	for _, row := range rows {
		cells := split(row, '|')
		if len(cells) < 3 {
			r.effect("row that is none")
		}
		for i, cell := range cells[1:max(len(cells)-1, 1)] {
			if i > 0 {
				r.out.WriteByte('\t')
			}
			if len(cell) > 1 && cell[0].char == ' ' && !cell[0].escaped {
				cell = cell[1 : len(cell)-1]
			}
			r.inline(cell)
		}
		r.out.WriteByte('\n')
	}
}

// split at a mark.
func split(glyphs []glyph, at rune) [][]glyph {
	out := [][]glyph{nil}
	for i, mark := range marks(glyphs) {
		if mark == at {
			out = append(out, nil)
		} else {
			out[len(out)-1] = append(out[len(out)-1], glyphs[i])
		}
	}
	return out
}

func (r *reader) inline(glyphs []glyph) {
	marked := string(marks(glyphs))
	for range tag.FindAllString(marked, -1) {
		r.effect("html")
	}
	for range address.FindAllString(marked, -1) {
		r.effect("link")
	}
	glyphs = r.styles(glyphs)
	r.effect(clientEffects(glyphs)...)
	for _, g := range glyphs {
		if g != boundary {
			r.out.WriteRune(g.char)
		}
	}
}

var styled = []struct{ mark, effect string }{
	{"**", "bold"}, {"__", "bold"}, {"~~", "struck"}, {"*", "italic"}, {"_", "italic"}, {"$", "latex"},
}

// styles drops the marks before and behind what they style.
func (r *reader) styles(glyphs []glyph) []glyph {
	all := marks(glyphs)
	at := func(i int, mark string) bool {
		return i+len(mark) <= len(all) && string(all[i:i+len(mark)]) == mark && (mark != "_" || !within(all, i))
	}
	for i := range all {
		for _, s := range styled {
			if !at(i, s.mark) {
				continue
			}
			size := len(s.mark)
			for end := i + size + 1; end < len(all); end++ {
				if at(end, s.mark) {
					r.effect(s.effect)
					for k := range size {
						glyphs[i+k], glyphs[end+k] = boundary, boundary
						all[i+k], all[end+k] = '\ue001', '\ue001'
					}
					break
				}
			}
			break
		}
	}
	return glyphs
}

// within a word.
func within(all []rune, i int) bool {
	return i > 0 && isWord(all[i-1]) && i+1 < len(all) && isWord(all[i+1])
}

// What the web client finds in a text whose Markdown it has obeyed, but for look-aheads, which Go has not: a little more.
var clientFinds = []struct {
	effect string
	*regexp.Regexp
}{
	{"channel", regexp.MustCompile(`(?i)\B~[a-z0-9.\-_]+`)},
	{"link", regexp.MustCompile("(?:[\\pL\\p{Nd}!#$%&'*+\\-/=?^_`{|}~.]|\")@[\\pL\\d.\\-]+\\.\\pL{2,5}")},
	{"hashtag", regexp.MustCompile(`(?:^|\W)#\pL[\pL\d\-_.]*[\pL\d]`)},
	{"emoji", regexp.MustCompile(`:[\w+-]+:`)},
	{"emoticon", regexp.MustCompile(`(?:^|\B)(?::-?[)(\]\[|@/$]|;-?\)|:[\x60'’]-?\(|:&#39;\(|&lt;/?3)`)},
	{"emoticon", regexp.MustCompile(`(?i)(?:^|\B):-?[odpsx](?:$|\b)|\bx-d\b`)},
}

var clientMention = regexp.MustCompile(`(?i)(?:\B|\b_+)@([a-z0-9.\-_]+)`)

func clientEffects(glyphs []glyph) (effects []string) {
	var client strings.Builder
	var server strings.Builder
	for _, g := range glyphs {
		client.WriteString(g.client)
		switch {
		case g.code:
			server.WriteByte(' ')
		case g != boundary: // which is no end of a word
			server.WriteRune(g.char)
		}
	}
	names := mentioned(server.String())
	for _, found := range clientMention.FindAllStringSubmatch(client.String(), -1) {
		names = append(names, strings.ToLower(strings.TrimRight(found[1], ".-_")))
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		effects = append(effects, "mention of "+name)
	}
	for _, find := range clientFinds {
		for range find.FindAllString(client.String(), -1) {
			effects = append(effects, find.effect)
		}
	}
	return effects
}

// mentioned are the names that the server finds in a text, whosever they are.
func mentioned(text string) (names []string) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !inMention(r) }) {
		word = strings.TrimLeft(word, ":.-_")
		for _, part := range append(strings.FieldsFunc(word, func(r rune) bool { return strings.ContainsRune(".-:", r) }), word) {
			if name := strings.Trim(part, ".-:_"); strings.HasPrefix(name, "@") && len(name) > 1 {
				names = append(names, strings.ToLower(name[1:]))
			}
		}
	}
	return names
}

func TestReadAs(t *testing.T) {
	for message, want := range map[string]struct {
		text    string
		effects []string
	}{
		"plain":                                {"plain", nil},
		"**bold** _it_ ~~out~~ 2 * 3":          {"bold it out 2 * 3", []string{"bold", "italic", "struck"}},
		`\*not bold\* a_b_c`:                   {"*not bold* a_b_c", nil},
		"`*code* @alice #a`":                   {"*code* @alice #a", nil},
		"@alice, @bob.":                        {"@alice, @bob.", []string{"mention of alice", "mention of bob"}},
		`\@alice &#64;bob`:                     {"@alice @bob", []string{"mention of alice", "mention of bob"}},
		"a@b.example":                          {"a@b.example", []string{"link"}},
		":smile: &#58;smile&#58;":              {" :smile:", []string{"emoji"}},
		":) x-D ;-) <3":                        {":) x-D ;-) <3", []string{"emoticon", "emoticon", "emoticon", "emoticon"}},
		`\#tag #tag &#35;tag`:                  {"#tag #tag #tag", []string{"hashtag", "hashtag"}},
		`\~town-square ~a &#126;b`:             {"~town-square ~a ~b", []string{"channel", "channel"}},
		"[a](https://b.example)":               {"a", []string{"link"}},
		"![a](https://b.example/c)":            {"", []string{"image"}},
		"irc://x and a.example/x":              {"irc://x and a.example/x", []string{"link"}},
		"# a":                                  {"# a", []string{"heading"}},
		"a\n---":                               {"a\n---", []string{"heading"}},
		"> a":                                  {"a", []string{"quote"}},
		"- a\n- b":                             {"a\nb", []string{"list"}},
		"<b>x":                                 {"<b>x", []string{"html"}},
		"$x$ &#36;x&#36;":                      {"x $x$", []string{"latex"}},
		"```\n**a** @b\n```":                   {"**a** @b", nil},
		"| a | b |\n|---|---|\n| c\\| | `d` |": {"a\tb\nc|\td", []string{"table"}},
	} {
		text, effects := readAs(message)
		if diff := cmp.Diff(want.text, text) + cmp.Diff(want.effects, effects); diff != "" {
			t.Errorf("%q: %s", message, diff)
		}
	}
}
