package played

import (
	"regexp"
	"strings"
)

// everyone is notified by <!channel> and its like.
const everyone = "everyone"

// reading is a text as people see it, and all that the service made of it beside text: one word each, such as bold or link.
// Those who are mentioned are in mentions, as ids, or everyone.
type reading struct {
	shown    string
	effects  []string
	mentions []string
}

// The mark-up is what the worst of the real ones obey, together. Whatever is not escaped counts: & < > are escaped as
// entities, and a backslash makes any other punctuation text. Within code, tags still count, as they do in Slack.
type reader struct {
	rest  string
	out   strings.Builder
	names map[string]string // ids by name, and by id
	reading
	// before is the last character that was read, for what must begin a word.
	before byte
}

func readMarkup(text string, names map[string]string) reading {
	r := &reader{rest: text, names: names, before: '\n'}
	for r.rest != "" {
		r.step()
	}
	r.shown = r.out.String()
	return r.reading
}

func (r *reader) effect(name string) { r.effects = append(r.effects, name) }

// take moves n bytes of the text to what is shown.
func (r *reader) take(n int) {
	r.out.WriteString(r.rest[:n])
	r.before = r.rest[n-1]
	r.rest = r.rest[n:]
}

// show replaces n bytes of the text by what is shown.
func (r *reader) show(n int, shown string) {
	r.before = r.rest[n-1]
	r.out.WriteString(shown)
	r.rest = r.rest[n:]
}

const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

var (
	link    = regexp.MustCompile(`^(?i)(https?://|mailto:|www\.)[^\s\\]+`)
	named   = regexp.MustCompile(`^\[[^\]\n]*\]\([^)\n]*\)`)
	emoji   = regexp.MustCompile(`^:[a-z0-9_+-]+:`)
	hashtag = regexp.MustCompile(`^#[A-Za-z]\w*`)
	mention = regexp.MustCompile(`^@[A-Za-z0-9_.-]*[A-Za-z0-9_]`)
	tag     = regexp.MustCompile(`^<[@!/A-Za-z#][^<>\n]*>`)
	begin   = regexp.MustCompile(`^(#{1,6} |> ?|[-+*] |\d+\. |\|)`)
)

var styles = map[byte]string{'*': "bold", '_': "italic", '~': "struck"}

func (r *reader) step() {
	c := r.rest[0]
	switch {
	case r.escaped(), r.tag():
	case c == '`':
		r.code()
	case r.before == '\n' && begin.MatchString(r.rest):
		r.effect("block")
		r.show(len(begin.FindString(r.rest)), "")
	case c == '@' && mention.MatchString(r.rest):
		r.mention()
	case !isWord(r.before) && strings.IndexByte("hHmMwW", c) >= 0 && link.MatchString(r.rest):
		r.effect("link")
		r.take(len(link.FindString(r.rest)))
	case c == '[' && named.MatchString(r.rest):
		r.effect("link")
		r.show(len(named.FindString(r.rest)), "")
	case c == ':' && emoji.MatchString(r.rest):
		r.effect("emoji")
		r.show(len(emoji.FindString(r.rest)), "☺")
	case c == '#' && !isWord(r.before) && hashtag.MatchString(r.rest):
		r.effect("hashtag")
		r.take(len(hashtag.FindString(r.rest)))
	case styles[c] != "" && r.style(c):
	default:
		r.take(1)
	}
}

func isWord(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b == '_'
}

var entities = map[string]string{"&amp;": "&", "&lt;": "<", "&gt;": ">"}

// escaped reads one character that is text because it is escaped.
func (r *reader) escaped() bool {
	for entity, char := range entities {
		if r.rest[0] == '&' && strings.HasPrefix(r.rest, entity) {
			r.show(len(entity), char)
			return true
		}
	}
	if len(r.rest) > 1 && r.rest[0] == '\\' && strings.IndexByte(punctuation, r.rest[1]) >= 0 {
		r.show(2, r.rest[1:2])
		return true
	}
	return false
}

func (r *reader) tag() bool {
	if r.rest[0] != '<' {
		return false
	}
	found := tag.FindString(r.rest)
	if found == "" {
		return false
	}
	switch inner := found[1 : len(found)-1]; {
	case inner[0] == '@' && r.names[inner[1:]] != "":
		r.notify(r.names[inner[1:]])
		r.show(len(found), "@"+inner[1:])
	case inner == "!channel", inner == "!here", inner == "!everyone":
		r.notify(everyone)
		r.show(len(found), "@"+inner[1:])
	default:
		r.effect("tag")
		r.show(len(found), "")
	}
	return true
}

func (r *reader) notify(whom string) {
	r.mentions = append(r.mentions, whom)
	r.effect("mention of " + whom)
}

func (r *reader) mention() {
	found := mention.FindString(r.rest)
	switch name := found[1:]; {
	case name == "channel", name == "here", name == "all", name == "everyone":
		r.notify(everyone)
	case r.names[name] != "":
		r.notify(r.names[name])
	}
	r.take(len(found))
}

// code reads what stands between backticks, one or three. A backtick without another is text.
func (r *reader) code() {
	fence := "`"
	if strings.HasPrefix(r.rest, "```") {
		fence = "```"
	}
	inner, _, closed := strings.Cut(r.rest[len(fence):], fence)
	if !closed || fence == "`" && strings.Contains(inner, "\n") {
		r.take(len(fence))
		return
	}
	r.effect("code")
	r.rest = inner + "\x00" + r.rest[2*len(fence)+len(inner):]
	for r.rest[0] != 0 {
		if !r.tag() && !r.entity() {
			r.take(1)
		}
	}
	r.rest = r.rest[1:]
}

// entity is the one escape within code.
func (r *reader) entity() bool { return r.rest[0] == '&' && r.escaped() }

// style reads the mark before words in bold and its like, and drops the one behind them.
func (r *reader) style(c byte) bool {
	for i := 1; i < len(r.rest) && r.rest[i] != '\n'; i++ {
		switch r.rest[i] {
		case '\\':
			i++
		case c:
			if i == 1 {
				return false
			}
			r.effect(styles[c])
			r.rest = r.rest[1:i] + r.rest[i+1:]
			return true
		}
	}
	return false
}
