// Package lang words views: it is the only package that makes a chat.Reply. What a reply holds, and in which order, is Go
// and the same for every language; the words are a catalogue per language, of text/template.
package lang

import (
	"fmt"
	"strings"

	"golang.org/x/text/language"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
)

// Lang says views in every language that has a catalogue.
type Lang struct {
	fallback   *catalogue
	catalogues []*catalogue // in the order of the matcher's tags
	matcher    language.Matcher
}

// New reads the catalogues. fallback is spoken to people whose language is not known or has no catalogue: "en" or "es".
// Anything else is an error that names the languages there are.
func New(fallback string) (*Lang, error) {
	l := &Lang{}
	var tags []language.Tag
	var known []string
	for _, m := range manners {
		c, err := load(m)
		if err != nil {
			return nil, fmt.Errorf("read the catalogue %s: %w", m.tag, err)
		}
		if m.tag == fallback {
			l.fallback = c
		}
		l.catalogues = append(l.catalogues, c)
		tags = append(tags, language.Make(m.tag))
		known = append(known, m.tag)
	}
	if l.fallback == nil {
		return nil, fmt.Errorf("language %q is not supported; choose one of %s", fallback, strings.Join(known, ", "))
	}
	l.matcher = language.NewMatcher(tags)
	return l, nil
}

// Say words a view for somebody with this locale, as a chat service writes it: "", "es", "es-MX", "es_AR.UTF-8".
func (l *Lang) Say(locale string, v view.View) chat.Reply {
	return l.in(locale).reply(v)
}

// in picks the catalogue that is nearest to the locale. A locale that is no language is not known, and so has the
// fallback.
func (l *Lang) in(locale string) *catalogue {
	tag, err := language.Parse(withoutCharset(locale))
	if err != nil {
		return l.fallback
	}
	if _, i, sure := l.matcher.Match(tag); sure >= language.High {
		return l.catalogues[i]
	}
	return l.fallback
}

// withoutCharset makes es_AR of es_AR.UTF-8 and es_AR@euro, as POSIX writes them.
func withoutCharset(locale string) string {
	for i, r := range locale {
		if r == '.' || r == '@' {
			return locale[:i]
		}
	}
	return locale
}

// reply of a view. One that has no layout is a defect, and is said as one; a test holds every view to having one.
func (c *catalogue) reply(v view.View) chat.Reply {
	for _, layout := range []func(view.View) (chat.Reply, bool){c.dumps, c.offers, c.sources, c.talk} {
		if r, ok := layout(v); ok {
			return r
		}
	}
	return c.trouble(view.Trouble{Kind: view.TroubleBot})
}
