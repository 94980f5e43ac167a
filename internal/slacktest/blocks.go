package slacktest

import (
	"fmt"
	"reflect"
	"unicode/utf8"
)

const (
	mostBlocks     = 50
	mostViewBlocks = 100
	mostMarkdown   = 12000
	mostCells      = 10000
	// mostOfAll is the size of all blocks of a message, where each block but the first counts for blockCosts beside its texts. Slack
	// does not document it; it was measured (slackapi/bolt-js#2509).
	mostOfAll  = 13297
	blockCosts = 125
	// mostView is the size of a view, in bytes.
	mostView = 250 << 10
)

// checkMessageBlocks of a message.
func checkMessageBlocks(blocks []any) *refusal {
	i := &inspection{blockIDs: map[string]bool{}}
	i.blocks("/blocks", blocks, mostBlocks)
	if i.markdown > mostMarkdown {
		i.wrong("/blocks", "markdown text must be less than %d characters in all", mostMarkdown+1)
	}
	if i.cells > mostCells {
		i.wrong("/blocks", "table cells must be less than %d characters in all", mostCells+1)
	}
	if i.problems != nil {
		return because("invalid_blocks", i.problems...)
	}
	if len(blocks) > 0 && i.text+blockCosts*(len(blocks)-1) > mostOfAll {
		return refuse("msg_blocks_too_long")
	}
	return nil
}

// checkView of a form.
func checkView(content object) *refusal {
	const path = "/view"
	if len(encode(content)) > mostView {
		return refuse("view_too_large")
	}
	i := &inspection{blockIDs: map[string]bool{}, inView: true}
	if str(content, "type") != "modal" {
		i.wrong(path+"/type", "must be modal")
	}
	shape{
		"type!": nil, "title!": plain(24), "submit": plain(24), "close": plain(24), "private_metadata": letters(0, 3000),
		"callback_id": letters(0, 255), "external_id": letters(0, 255), "clear_on_close": isBool, "notify_on_close": isBool,
		"submit_disabled": isBool, "blocks!": nil,
	}.check(i, path, content)
	i.blocks(path+"/blocks", list(content, "blocks"), mostViewBlocks)
	hasInput := false
	for _, block := range objects(list(content, "blocks")) {
		hasInput = hasInput || str(block, "type") == "input"
	}
	if hasInput && content["submit"] == nil {
		i.wrong(path+"/submit", "missing required field: submit, where there are inputs")
	}
	if i.problems != nil {
		return because("invalid_arguments", i.problems...)
	}
	return nil
}

func (i *inspection) blocks(path string, blocks []any, most int) {
	items(0, most, of(blockShapes))(i, path, orEmpty(blocks))
	for n, block := range objects(blocks) {
		at := fmt.Sprintf("%s/%d", path, n)
		i.identify(at, block)
		i.together(at, block)
	}
}

// identify a block: its id is its own, and so are those of its elements within it.
func (i *inspection) identify(path string, block object) {
	if id := str(block, "block_id"); id != "" {
		if i.blockIDs[id] {
			i.wrong(path+"/block_id", "block_id already exists: %s", id)
		}
		i.blockIDs[id] = true
	}
	actions := map[string]bool{}
	for _, key := range []string{"accessory", "element"} {
		if element := obj(block, key); element != nil {
			i.choosable(path+"/"+key, element)
		}
	}
	for n, element := range objects(list(block, "elements")) {
		i.choosable(fmt.Sprintf("%s/elements/%d", path, n), element)
		if id := str(element, "action_id"); id != "" {
			if actions[id] {
				i.wrong(path+"/elements", "action_id already exists: %s", id)
			}
			actions[id] = true
		}
	}
}

// choosable are elements of which one chooses: there are options, and what it begins with is one of them.
func (i *inspection) choosable(path string, element object) {
	switch str(element, "type") {
	case "static_select", "multi_static_select", "radio_buttons", "checkboxes", "overflow":
	default:
		return
	}
	if element["options"] == nil && element["option_groups"] == nil {
		i.wrong(path, "missing required field: options")
	}
	begins := objects(list(element, "initial_options"))
	if one := obj(element, "initial_option"); one != nil {
		begins = append(begins, one)
	}
	for _, option := range begins {
		if found := optionOf(element, str(option, "value")); found == nil || !reflect.DeepEqual(found, option) {
			i.wrong(path, "an initial option must be one of the options")
		}
	}
}

// together are rules of more than one field.
func (i *inspection) together(path string, block object) {
	switch str(block, "type") {
	case "section":
		if block["text"] == nil && len(list(block, "fields")) == 0 {
			i.wrong(path, "missing required field: text or fields")
		}
	case "image":
		if (block["image_url"] == nil) == (block["slack_file"] == nil) {
			i.wrong(path, "must have one of image_url and slack_file")
		}
	case "markdown":
		n := utf8.RuneCountInString(str(block, "text"))
		i.markdown += n
		i.text += n
	case "table":
		i.countCells(list(block, "rows"))
	case "rich_text":
		i.text += richLength(list(block, "elements"))
	}
}

func (i *inspection) countCells(rows []any) {
	for _, row := range rows {
		cells, _ := row.([]any)
		for _, cell := range objects(cells) {
			n := utf8.RuneCountInString(str(cell, "text")) + richLength(list(cell, "elements"))
			i.cells += n
			i.text += n
		}
	}
}

// richLength is how many characters rich text holds.
func richLength(elements []any) int {
	n := 0
	for _, element := range objects(elements) {
		n += utf8.RuneCountInString(str(element, "text")) + utf8.RuneCountInString(str(element, "url")) + richLength(list(element, "elements"))
	}
	return n
}
