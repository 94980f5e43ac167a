package grammar

import (
	"regexp"
	"strings"
)

// The entities that chat services put into text for its escaping. A driver undoes its service's own; these few are what
// one that is escaped twice, or pasted from a page, has left. No others are decoded: the fewer, the less that somebody
// typed is taken for something else. Each is decoded once: &amp;lt; is &lt;.
var entities = []string{"&amp;", "&", "&lt;", "<", "&gt;", ">", "&quot;", `"`, "&#39;", "'", "&nbsp;", " "}

// entity decodes the entity that the text begins with. size is 0 where there is none.
func entity(text string) (r rune, size int) {
	for i := 0; i < len(entities); i += 2 {
		if strings.HasPrefix(text, entities[i]) {
			return rune(entities[i+1][0]), len(entities[i])
		}
	}
	return 0, 0
}

var decodeEntities = strings.NewReplacer(entities...).Replace

var (
	// <http://shop.example|shop.example>, <https://shop.example>, <mailto:a@b|a@b>. A name with a colon is none: it takes
	// a scheme of two letters at least.
	angleLink = regexp.MustCompile(`^<([A-Za-z][A-Za-z0-9+.-]+:[^\s<>|"]+)(\|[^<>\n]+)?>`)
	// [shop](http://shop)
	squareLink = regexp.MustCompile(`^\[([^\[\]\n]+)\]\([A-Za-z][A-Za-z0-9+.-]+:[^\s()<>"]+\)`)
)

// link is the text that a person typed, of which a service has made the link that the text begins with. size is 0 where
// there is none. The text is one piece of a word, in which nothing is special: a link cannot smuggle in an option, a
// quote or another argument.
func link(text string) (label string, size int) {
	switch text[0] {
	case '<':
		if m := angleLink.FindStringSubmatch(text); m != nil {
			label = m[1]
			if m[2] != "" {
				label = m[2][len("|"):]
			}
			return decodeEntities(label), len(m[0])
		}
	case '[':
		if m := squareLink.FindStringSubmatch(text); m != nil {
			return decodeEntities(m[1]), len(m[0])
		}
	}
	return "", 0
}
