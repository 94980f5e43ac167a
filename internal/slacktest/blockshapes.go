package slacktest

// blockShapes are the blocks that there are, with Slack's published limits.
func blockShapes(i *inspection) map[string]shape {
	id := letters(1, 255)
	shapes := map[string]shape{
		"section": {
			"text": anyText(3000), "fields": items(1, 10, anyText(2000)), "accessory": of(elementShapes), "block_id": id, "expand": isBool,
		},
		"header":  {"text!": plain(150), "block_id": id},
		"divider": {"block_id": id},
		"context": {"elements!": items(1, 10, of(contextShapes)), "block_id": id},
		"actions": {"elements!": items(1, 25, of(elementShapes)), "block_id": id},
		"image": {
			"image_url": letters(1, 3000), "slack_file": nil, "alt_text!": letters(1, 2000), "title": plain(2000), "block_id": id,
		},
		"input": {
			"label!": plain(2000), "element!": of(inputShapes), "hint": plain(2000), "optional": isBool, "dispatch_action": isBool,
			"block_id": id,
		},
		"rich_text": {"elements!": items(0, 1000, of(richShapes)), "block_id": id},
	}
	if !i.inView {
		shapes["markdown"] = shape{"text!": letters(1, mostMarkdown), "block_id": id}
		shapes["table"] = shape{
			"rows!": items(1, 100, items(1, 20, cell)), "block_id": id,
			"column_settings": items(0, 20, nullOr(shape{"align": oneOf("left", "center", "right"), "is_wrapped": isBool}.is())),
		}
	}
	return shapes
}

func nullOr(inner rule) rule {
	return func(i *inspection, path string, value any) {
		if value != nil {
			inner(i, path, value)
		}
	}
}

func cell(i *inspection, path string, value any) {
	if value == nil {
		return
	}
	of(func(*inspection) map[string]shape {
		return map[string]shape{
			"raw_text": {"text!": letters(1, mostCells)}, "raw_number": {"value!": isNumber(-1e300, 1e300), "text": letters(1, mostCells)},
			"rich_text": {"elements!": items(1, 1000, of(richShapes)), "block_id": letters(1, 255)},
		}
	})(i, path, value)
}

func contextShapes(*inspection) map[string]shape {
	return map[string]shape{
		"mrkdwn":     {"text!": counted(3000), "verbatim": isBool},
		"plain_text": {"text!": counted(3000), "emoji": isBool},
		"image":      {"image_url": letters(1, 3000), "slack_file": nil, "alt_text!": letters(1, 2000)},
	}
}

// counted is a text that is part of a message's whole.
func counted(most int) rule {
	return func(i *inspection, path string, value any) {
		letters(1, most)(i, path, value)
		if text, ok := value.(string); ok {
			i.text += len([]rune(text))
		}
	}
}

func confirmation() rule {
	return shape{
		"title!": plain(100), "text!": anyText(300), "confirm!": plain(30), "deny!": plain(30), "style": oneOf("primary", "danger"),
	}.is()
}

// option of a select, or of radio buttons and the like, whose texts can be mrkdwn.
func option(text func(int) rule) rule {
	return shape{"text!": text(75), "value!": letters(1, 150), "description": text(75), "url": letters(1, 3000)}.is()
}

// choices has what elements with options have in common.
func choices(name string, most int, text func(int) rule) shape {
	s := shape{
		"options": items(1, most, option(text)), "action_id": letters(1, 255), "confirm": confirmation(), "focus_on_load": isBool,
	}
	switch name {
	case "static_select":
		s["initial_option"], s["placeholder"], s["option_groups"] = initial, plain(150), optionGroups()
	case "multi_static_select":
		s["initial_options"], s["placeholder"], s["option_groups"] = items(1, 100, option(text)), plain(150), optionGroups()
		s["max_selected_items"] = isNumber(1, 100)
	case "radio_buttons":
		s["initial_option"] = initial
	case "checkboxes":
		s["initial_options"] = items(1, 10, option(text))
	case "overflow":
		delete(s, "focus_on_load")
	}
	return s
}

func optionGroups() rule {
	return items(1, 100, shape{"label!": plain(75), "options!": items(1, 100, option(plain))}.is())
}

// initial is an option that something begins with. That it is one of the options is seen by choosable.
func initial(i *inspection, path string, value any) { option(anyText)(i, path, value) }

// elementShapes are what stands in actions, and beside a section's text.
func elementShapes(i *inspection) map[string]shape {
	kinds := map[string]shape{
		"button": {
			"text!": plain(75), "action_id": letters(1, 255), "url": letters(1, 3000), "value": letters(0, 2000),
			"style": oneOf("primary", "danger"), "confirm": confirmation(), "accessibility_label": letters(1, 75),
		},
		"image":    {"image_url": letters(1, 3000), "slack_file": nil, "alt_text!": letters(1, 2000)},
		"overflow": choices("overflow", 5, plain),
	}
	for name, s := range selectShapes() {
		kinds[name] = s
	}
	for name, s := range pickerShapes(i) {
		kinds[name] = s
	}
	return kinds
}

func selectShapes() map[string]shape {
	return map[string]shape{
		"static_select":       choices("static_select", 100, plain),
		"multi_static_select": choices("multi_static_select", 100, plain),
		"radio_buttons":       choices("radio_buttons", 10, anyText),
		"checkboxes":          choices("checkboxes", 10, anyText),
	}
}

func pickerShapes(*inspection) map[string]shape {
	common := func(more shape) shape {
		more["action_id"], more["placeholder"], more["confirm"], more["focus_on_load"] = letters(1, 255), plain(150), confirmation(), isBool
		return more
	}
	return map[string]shape{
		"datepicker":           common(shape{"initial_date": letters(10, 10)}),
		"timepicker":           common(shape{"initial_time": letters(5, 5), "timezone": letters(1, 100)}),
		"users_select":         common(shape{"initial_user": letters(1, 255)}),
		"conversations_select": common(shape{"initial_conversation": letters(1, 255), "default_to_current_conversation": isBool, "response_url_enabled": isBool, "filter": nil}),
		"channels_select":      common(shape{"initial_channel": letters(1, 255), "response_url_enabled": isBool}),
	}
}

// inputShapes are what an input block holds.
func inputShapes(i *inspection) map[string]shape {
	text := func(more shape) shape {
		for name, rule := range (shape{
			"action_id": letters(1, 255), "initial_value": letters(0, 3000), "placeholder": plain(150), "focus_on_load": isBool,
			"dispatch_action_config": nil,
		}) {
			more[name] = rule
		}
		return more
	}
	kinds := map[string]shape{
		"plain_text_input": text(shape{"multiline": isBool, "min_length": isNumber(0, 3000), "max_length": isNumber(1, 3000)}),
		"url_text_input":   text(shape{}),
		"email_text_input": text(shape{}),
		"number_input":     text(shape{"is_decimal_allowed!": isBool, "min_value": letters(1, 100), "max_value": letters(1, 100)}),
	}
	for _, more := range []map[string]shape{selectShapes(), pickerShapes(i)} {
		for name, s := range more {
			kinds[name] = s
		}
	}
	return kinds
}
