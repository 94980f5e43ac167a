package slacktest

import (
	"regexp"
	"strings"
)

var (
	// entityMark is what Slack writes between < and >.
	entityMark = regexp.MustCompile(`<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>`)
	fenceMark  = regexp.MustCompile("(?s)```(.+?)```")
	codeMark   = regexp.MustCompile("`([^`\n]+)`")
	emojiMark  = regexp.MustCompile(`:[a-z][a-z0-9_+'-]*:`)
	quoteMark  = regexp.MustCompile(`(?m)^[ \t]*(?:>|&gt;)(?:(?:>|&gt;){2})? ?`)
	urlMark    = regexp.MustCompile(`(?:https?://|mailto:|www\.)[^\s<>|*_~` + "`" + `]+|[\w.+-]+@[\w-]+\.[\w.-]+`)
	looseMark  = regexp.MustCompile(`@(?:here|channel|everyone)\b|#[a-z0-9][a-z0-9_-]*`)
	styleMarks = []struct {
		name string
		mark *regexp.Regexp
	}{
		{"bold", regexp.MustCompile(`(^|[^\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*($|[^\w*])`)},
		{"italic", regexp.MustCompile(`(^|[^\w])_([^\s_](?:[^_\n]*[^\s_])?)_($|[^\w])`)},
		{"strike", regexp.MustCompile(`(^|[^\w~])~([^\s~](?:[^~\n]*[^\s~])?)~($|[^\w~])`)},
	}
)

// hole stands for something that was rendered already, while the rest is; private-use characters number it.
const holeOpen, holeClose = '\U000F0000', '\U000F0001'

// renderer takes what is rendered out of a text and puts it back at the end.
type renderer struct {
	w     *shown
	holes []string
}

func (r *renderer) hole(text string) string {
	r.holes = append(r.holes, text)
	return string(holeOpen) + strings.Repeat("\U000F0002", len(r.holes)) + string(holeClose)
}

func (r *renderer) fill(text string) string {
	for i := len(r.holes) - 1; i >= 0; i-- {
		mark := string(holeOpen) + strings.Repeat("\U000F0002", i+1) + string(holeClose)
		text = strings.ReplaceAll(text, mark, r.holes[i])
	}
	return text
}

// replace every match by what is made of it.
func (r *renderer) replace(text string, mark *regexp.Regexp, made func(parts []string) string) string {
	return mark.ReplaceAllStringFunc(text, func(match string) string {
		return r.hole(made(mark.FindStringSubmatch(match)))
	})
}

// parsing is what Slack makes of words that carry no marks.
type parsing int

const (
	// nothingPlain of text objects that are verbatim.
	nothingPlain parsing = iota
	// addresses alone, of a message's text.
	addresses
	// addressesAndNames of channels, and broadcasts, of other text objects.
	addressesAndNames
)

// mrkdwn shows a text as Slack does: entities, code, styles, quotes and emoji, and what it makes of plain words.
func (w *shown) mrkdwn(text string, of parsing) {
	if text == "" {
		return
	}
	r := &renderer{w: w}
	text = r.replace(text, entityMark, r.entity)
	text = r.replace(text, fenceMark, func(parts []string) string {
		w.effect("preformatted")
		return strings.Trim(unescape(parts[1]), "\n")
	})
	text = r.replace(text, codeMark, func(parts []string) string {
		w.effect("code")
		return unescape(parts[1])
	})
	if of >= addresses {
		text = r.replace(text, urlMark, func(parts []string) string {
			w.effect("link")
			return unescape(parts[0])
		})
	}
	if of >= addressesAndNames {
		text = r.loose(text)
	}
	text = quoteMark.ReplaceAllStringFunc(text, func(string) string {
		w.effect("quote")
		return ""
	})
	text = r.replace(text, emojiMark, func([]string) string {
		w.effect("emoji")
		return "\U0001F642"
	})
	for _, style := range styleMarks {
		for style.mark.MatchString(text) {
			w.effect(style.name)
			text = replaceFirst(style.mark, text)
		}
	}
	w.write(r.fill(unescape(text)))
}

// replaceFirst match of a style by what it is around.
func replaceFirst(mark *regexp.Regexp, text string) string {
	at := mark.FindStringSubmatchIndex(text)
	return text[:at[0]] + text[at[2]:at[3]] + text[at[4]:at[5]] + text[at[6]:at[7]] + text[at[1]:]
}

func (r *renderer) loose(text string) string {
	return r.replace(text, looseMark, func(parts []string) string {
		word := parts[0]
		if word[0] == '@' {
			r.w.effect("mention of " + word[1:])
			r.w.mentioned = append(r.w.mentioned, word[1:])
		} else if r.w.s.channelByName(word[1:]) != nil {
			r.w.effect("channel")
		}
		return word
	})
}

// entity between < and >.
func (r *renderer) entity(parts []string) string {
	inner := &shown{s: r.w.s}
	sign, name, label := parts[1], parts[2], unescape(parts[3])
	switch {
	case sign == "@":
		inner.user(name)
	case sign == "#":
		inner.channel(name)
	case sign == "!" && strings.HasPrefix(name, "subteam^"):
		inner.group(strings.TrimPrefix(name, "subteam^"))
	case sign == "!" && strings.HasPrefix(name, "date^"):
		inner.effect("date")
		inner.write(label)
	case sign == "!" && (name == "here" || name == "channel" || name == "everyone"):
		inner.broadcast(name)
	case sign == "!":
		inner.effect("special")
		inner.write(label)
	case strings.Contains(name, ":") || strings.Contains(name, "."):
		inner.link(unescape(name), label)
	default:
		return unescape(parts[0])
	}
	r.w.effects = append(r.w.effects, inner.effects...)
	r.w.mentioned = append(r.w.mentioned, inner.mentioned...)
	return inner.text.String()
}

// unescape the three characters that Slack escapes, and no others.
func unescape(text string) string {
	return strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(text)
}
