package slacktest

// richShapes are the parts of rich text.
func richShapes(*inspection) map[string]shape {
	runs := items(0, 10000, of(runShapes))
	border := isNumber(0, 1)
	section := shape{"elements!": runs}
	return map[string]shape{
		"rich_text_section":      section,
		"rich_text_quote":        {"elements!": runs, "border": border},
		"rich_text_preformatted": {"elements!": runs, "border": border, "language": letters(1, 100)},
		"rich_text_list": {
			"style!": oneOf("bullet", "ordered"), "indent": isNumber(0, 8), "offset": isNumber(0, 1e9), "border": border,
			"elements!": items(1, 1000, of(func(*inspection) map[string]shape { return map[string]shape{"rich_text_section": section} })),
		},
	}
}

// runShapes are what a line of rich text consists of.
func runShapes(*inspection) map[string]shape {
	some := letters(1, 255)
	style := shape{
		"bold": isBool, "italic": isBool, "strike": isBool, "underline": isBool, "code": isBool, "highlight": isBool,
		"client_highlight": isBool, "unlink": isBool,
	}.is()
	return map[string]shape{
		"text":      {"text!": letters(1, mostText), "style": style},
		"link":      {"url!": letters(1, 3000), "text": letters(0, 3000), "unsafe": isBool, "style": style},
		"user":      {"user_id!": some, "style": style},
		"usergroup": {"usergroup_id!": some, "style": style},
		"channel":   {"channel_id!": some, "style": style},
		"emoji":     {"name!": some, "unicode": some, "skin_tone": isNumber(1, 6), "style": style},
		"broadcast": {"range!": oneOf("here", "channel", "everyone"), "style": style},
		"color":     {"value!": some, "style": style},
		"date":      {"timestamp!": isNumber(0, 1e12), "format!": letters(1, 1000), "url": letters(1, 3000), "fallback": letters(1, 1000), "style": style},
	}
}
