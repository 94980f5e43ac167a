package slacktest

import (
	"regexp"
	"strconv"
	"strings"
)

// block shows one block of Block Kit.
func (w *shown) block(block object) {
	switch str(block, "type") {
	case "section":
		w.textObject(obj(block, "text"))
		for _, field := range objects(list(block, "fields")) {
			w.line()
			w.textObject(field)
		}
		if accessory := obj(block, "accessory"); accessory != nil {
			w.line()
			w.element(accessory)
		}
	case "header":
		w.effect("heading")
		w.textObject(obj(block, "text"))
	case "context", "actions":
		for _, element := range objects(list(block, "elements")) {
			w.line()
			w.element(element)
		}
	case "image":
		w.effect("image")
		w.write(str(block, "alt_text"))
	case "input":
		w.textObject(obj(block, "label"))
	case "markdown":
		w.markdown(str(block, "text"))
	case "rich_text":
		w.rich(list(block, "elements"))
	case "table":
		w.table(list(block, "rows"))
	}
}

// textObject shows plain_text or mrkdwn. In both the three escapes are decoded.
func (w *shown) textObject(text object) {
	if str(text, "type") == "mrkdwn" {
		of := addressesAndNames
		if verbatim, _ := text["verbatim"].(bool); verbatim {
			of = nothingPlain
		}
		w.mrkdwn(str(text, "text"), of)
		return
	}
	plain := str(text, "text")
	if emoji, given := text["emoji"].(bool); emoji || !given {
		plain = emojiMark.ReplaceAllStringFunc(plain, func(string) string {
			w.effect("emoji")
			return "\U0001F642"
		})
	}
	w.write(unescape(plain))
}

func (w *shown) element(element object) {
	switch str(element, "type") {
	case "button":
		w.effect("button")
		w.textObject(obj(element, "text"))
	case "plain_text", "mrkdwn":
		w.textObject(element)
	case "image":
		w.effect("image")
		w.write(str(element, "alt_text"))
	default:
		w.effect(str(element, "type"))
		w.textObject(obj(element, "placeholder"))
	}
}

func (w *shown) table(rows []any) {
	w.effect("table")
	for _, row := range rows {
		w.line()
		cells, _ := row.([]any)
		for i, cell := range cells {
			if i > 0 {
				w.write("\t")
			}
			inner, _ := cell.(object)
			switch str(inner, "type") {
			case "rich_text":
				w.rich(list(inner, "elements"))
			case "raw_number":
				number, _ := inner["value"].(float64)
				w.write(strconv.FormatFloat(number, 'f', -1, 64))
			default:
				w.write(str(inner, "text"))
			}
		}
	}
}

// rich shows rich text, in which text is text: nothing in it is mark-up, and no escape is decoded.
func (w *shown) rich(elements []any) {
	for _, element := range objects(elements) {
		w.line()
		switch str(element, "type") {
		case "rich_text_list":
			w.effect("list")
			for _, item := range objects(list(element, "elements")) {
				w.line()
				w.write("• ")
				w.runs(list(item, "elements"))
			}
			continue
		case "rich_text_preformatted":
			w.effect("preformatted")
		case "rich_text_quote":
			w.effect("quote")
		}
		w.runs(list(element, "elements"))
	}
}

func (w *shown) runs(elements []any) {
	for _, element := range objects(elements) {
		for style, on := range obj(element, "style") {
			if on == true {
				w.effect(style)
			}
		}
		switch str(element, "type") {
		case "text":
			w.write(str(element, "text"))
		case "user":
			w.user(str(element, "user_id"))
		case "usergroup":
			w.group(str(element, "usergroup_id"))
		case "broadcast":
			w.broadcast(str(element, "range"))
		case "channel":
			w.channel(str(element, "channel_id"))
		case "link":
			w.link(str(element, "url"), str(element, "text"))
		case "emoji":
			w.effect("emoji")
			w.write("\U0001F642")
		case "date":
			w.effect("date")
			w.write(str(element, "fallback"))
		}
	}
}

var (
	strongMark  = regexp.MustCompile(`\*\*([^*\n]+)\*\*|__([^_\n]+)__`)
	labelMark   = regexp.MustCompile(`!?\[([^\]\n]*)\]\(([^)\s]+)\)`)
	headingMark = regexp.MustCompile(`(?m)^#{1,6} +`)
	bulletMark  = regexp.MustCompile(`(?m)^\s*(?:[-*+]|\d+[.)]) +`)
)

// markdown shows a markdown block, roughly: what it does beyond mrkdwn is seen, and counted.
func (w *shown) markdown(text string) {
	for name, mark := range map[string]*regexp.Regexp{"heading": headingMark, "list": bulletMark} {
		text = mark.ReplaceAllStringFunc(text, func(string) string {
			w.effect(name)
			return ""
		})
	}
	text = labelMark.ReplaceAllStringFunc(text, func(match string) string {
		w.effect("link")
		return labelMark.FindStringSubmatch(match)[1]
	})
	text = strongMark.ReplaceAllStringFunc(text, func(match string) string {
		w.effect("bold")
		return strings.Trim(match, "*_")
	})
	w.mrkdwn(text, addressesAndNames)
}
