package slacktest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// text object of so many characters.
func words(kind string, n int) string {
	return fmt.Sprintf(`{"type":%q,"text":%q}`, kind, strings.Repeat("x", n))
}

func repeated(n int, each func(int) string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = each(i)
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func button(fields string) string {
	return `{"type":"button","text":` + words("plain_text", 4) + fields + `}`
}

func confirm(title, text, yes, no int) string {
	return fmt.Sprintf(`,"confirm":{"title":%s,"text":%s,"confirm":%s,"deny":%s}`,
		words("plain_text", title), words("mrkdwn", text), words("plain_text", yes), words("plain_text", no))
}

func options(n, text, value int) string {
	return repeated(n, func(i int) string {
		return fmt.Sprintf(`{"text":%s,"value":"%0*d"}`, words("plain_text", text), value, i)
	})
}

func actions(elements string) string { return `[{"type":"actions","elements":[` + elements + `]}]` }

func section(n int) string { return `{"type":"section","text":` + words("mrkdwn", n) + `}` }

// Each limit, met exactly and by one too much.
func TestBlocksAreHeldToSlacksLimits(t *testing.T) {
	for name, test := range map[string]struct {
		blocks func(over int) string
		where  string
	}{
		"50 blocks":                     {func(over int) string { return repeated(50+over, func(int) string { return `{"type":"divider"}` }) }, "/blocks"},
		"a section of 3,000 characters": {func(over int) string { return "[" + section(3000+over) + "]" }, "/blocks/0/text/text"},
		"a section with some text":      {func(over int) string { return "[" + section(1-over) + "]" }, "/blocks/0/text/text"},
		"10 fields": {func(over int) string {
			return `[{"type":"section","fields":` + repeated(10+over, func(int) string { return words("mrkdwn", 1) }) + `}]`
		}, "/blocks/0/fields"},
		"a field of 2,000 characters": {func(over int) string { return `[{"type":"section","fields":[` + words("mrkdwn", 2000+over) + `]}]` }, "/blocks/0/fields/0/text"},
		"a header of 150 characters":  {func(over int) string { return `[{"type":"header","text":` + words("plain_text", 150+over) + `}]` }, "/blocks/0/text/text"},
		"25 elements in actions": {func(over int) string {
			return actions(strings.Trim(repeated(25+over, func(int) string { return button("") }), "[]"))
		}, "/blocks/0/elements"},
		"10 elements in a context": {func(over int) string {
			return `[{"type":"context","elements":` + repeated(10+over, func(int) string { return words("mrkdwn", 1) }) + `}]`
		}, "/blocks/0/elements"},
		"a button's text of 75":          {func(over int) string { return actions(`{"type":"button","text":` + words("plain_text", 75+over) + `}`) }, "/blocks/0/elements/0/text/text"},
		"a button's value of 2,000":      {func(over int) string { return actions(button(`,"value":"` + strings.Repeat("x", 2000+over) + `"`)) }, "/blocks/0/elements/0/value"},
		"an action_id of 255":            {func(over int) string { return actions(button(`,"action_id":"` + strings.Repeat("x", 255+over) + `"`)) }, "/blocks/0/elements/0/action_id"},
		"a confirmation's title of 100":  {func(over int) string { return actions(button(confirm(100+over, 1, 1, 1))) }, "/confirm/title/text"},
		"a confirmation's text of 300":   {func(over int) string { return actions(button(confirm(1, 300+over, 1, 1))) }, "/confirm/text/text"},
		"a confirmation's buttons of 30": {func(over int) string { return actions(button(confirm(1, 1, 30+over, 30))) }, "/confirm/confirm/text"},
		"a denial of 30":                 {func(over int) string { return actions(button(confirm(1, 1, 30, 30+over))) }, "/confirm/deny/text"},
		"a block_id of 255": {func(over int) string {
			return `[{"type":"divider","block_id":"` + strings.Repeat("x", 255+over) + `"}]`
		}, "/blocks/0/block_id"},
		"block_ids that differ": {func(over int) string {
			return fmt.Sprintf(`[{"type":"divider","block_id":"1"},{"type":"divider","block_id":"%d"}]`, 2-over)
		}, "/blocks/1/block_id"},
		"action_ids that differ": {func(over int) string {
			return actions(button(`,"action_id":"1"`) + "," + button(fmt.Sprintf(`,"action_id":"%d"`, 2-over)))
		}, "/blocks/0/elements"},
		"100 options in a select": {func(over int) string {
			return actions(`{"type":"static_select","options":` + options(100+over, 1, 1) + `}`)
		}, "/options"},
		"10 radio buttons": {func(over int) string {
			return actions(`{"type":"radio_buttons","options":` + options(10+over, 1, 1) + `}`)
		}, "/options"},
		"5 options in an overflow": {func(over int) string { return actions(`{"type":"overflow","options":` + options(5+over, 1, 1) + `}`) }, "/options"},
		"an option's text of 75": {func(over int) string {
			return actions(`{"type":"static_select","options":` + options(1, 75+over, 1) + `}`)
		}, "/options/0/text/text"},
		"an option's value of 150": {func(over int) string {
			return actions(`{"type":"static_select","options":` + options(1, 1, 150+over) + `}`)
		}, "/options/0/value"},
		"a placeholder of 150": {func(over int) string {
			return actions(`{"type":"static_select","options":` + options(1, 1, 1) + `,"placeholder":` + words("plain_text", 150+over) + `}`)
		}, "/placeholder/text"},
		"an initial option of its own": {func(over int) string {
			return actions(fmt.Sprintf(`{"type":"static_select","options":%s,"initial_option":{"text":%s,"value":"%d"}}`, options(1, 1, 1), words("plain_text", 1), over))
		}, "/blocks/0/elements/0"},
		"12,000 characters of markdown": {func(over int) string { return `[{"type":"markdown","text":"` + strings.Repeat("x", 12000+over) + `"}]` }, "/blocks"},
		"100 rows of a table": {func(over int) string {
			return `[{"type":"table","rows":` + repeated(100+over, func(int) string { return `[{"type":"raw_text","text":"x"}]` }) + `}]`
		}, "/blocks/0/rows"},
		"20 cells in a row": {func(over int) string {
			return `[{"type":"table","rows":[` + repeated(20+over, func(int) string { return `{"type":"raw_text","text":"x"}` }) + `]}]`
		}, "/blocks/0/rows/0"},
		"10,000 characters in tables": {func(over int) string {
			return `[{"type":"table","rows":[[{"type":"raw_text","text":"` + strings.Repeat("x", 10000+over) + `"}]]}]`
		}, "/blocks"},
		"a known block": {func(over int) string { return fmt.Sprintf(`[{"type":"divider%s"}]`, strings.Repeat("s", over)) }, "/blocks/0/type"},
		"a known field": {func(over int) string {
			return fmt.Sprintf(`[{"type":"divider"%s}]`, strings.Repeat(`,"text":"x"`, over))
		}, "/blocks/0"},
		"a header in plain text": {func(over int) string {
			return `[{"type":"header","text":` + words([]string{"plain_text", "mrkdwn"}[over], 1) + `}]`
		}, "/blocks/0/text/type"},
		"a known run of rich text": {func(over int) string {
			return fmt.Sprintf(`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text%s","text":"x"}]}]}]`, strings.Repeat("s", over))
		}, "/elements/0/elements/0/type"},
		"a broadcast of rich text": {func(over int) string {
			return fmt.Sprintf(`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"broadcast","range":"%s"}]}]}]`, []string{"here", "there"}[over])
		}, "/range"},
		"a style that is known":     {func(over int) string { return actions(button(`,"style":"` + []string{"danger", "ghost"}[over] + `"`)) }, "/style"},
		"a section of text, or not": {func(over int) string { return []string{"[" + section(1) + "]", `[{"type":"section"}]`}[over] }, "/blocks/0"},
	} {
		t.Run(name, func(t *testing.T) {
			for over := range 2 {
				var blocks []any
				if err := json.Unmarshal([]byte(test.blocks(over)), &blocks); err != nil {
					t.Fatal(err)
				}
				refused := checkMessageBlocks(blocks)
				if over == 0 {
					if refused != nil {
						t.Errorf("as much as Slack allows was refused: %+v", refused)
					}
					continue
				}
				if refused == nil || refused.code != "invalid_blocks" {
					t.Fatalf("more than Slack allows was let through: %+v", refused)
				}
				message := fmt.Sprint(list(obj(refused.more, "response_metadata"), "messages")[0])
				if !strings.Contains(message, "[ERROR] ") || !strings.Contains(message, test.where) || !strings.Contains(message, "[json-pointer:/blocks") {
					t.Errorf("it says %s, not where: %s", message, test.where)
				}
			}
		})
	}
}

func TestAllBlocksTogetherAreHeldToTheirSize(t *testing.T) {
	for over, want := range []string{"", "msg_blocks_too_long"} {
		var blocks []any
		text := "[" + section(3000) + "," + section(3000) + "," + section(3000) + "," + section(3000) + "," + section(797+over) + "]"
		if err := json.Unmarshal([]byte(text), &blocks); err != nil {
			t.Fatal(err)
		}
		code := ""
		if refused := checkMessageBlocks(blocks); refused != nil {
			code = refused.code
		}
		if code != want {
			t.Errorf("%d too many: %q, want %q", over, code, want)
		}
	}
}

func TestFormsAreHeldToSlacksLimits(t *testing.T) {
	view := func(fields string) string {
		return `{"type":"modal","title":` + words("plain_text", 4) + `,"submit":` + words("plain_text", 2) + fields + `}`
	}
	blocks := func(n int) string {
		return `,"blocks":` + repeated(n, func(int) string { return `{"type":"divider"}` })
	}
	input := func(element string, label int) string {
		return `,"blocks":[{"type":"input","label":` + words("plain_text", label) + `,"element":` + element + `}]`
	}
	for name, test := range map[string]func(over int) string{
		"100 blocks": func(over int) string { return view(blocks(100 + over)) },
		"private_metadata of 3,000": func(over int) string {
			return view(blocks(0) + `,"private_metadata":"` + strings.Repeat("x", 3000+over) + `"`)
		},
		"a callback_id of 255": func(over int) string {
			return view(blocks(0) + `,"callback_id":"` + strings.Repeat("x", 255+over) + `"`)
		},
		"a close of 24":    func(over int) string { return view(blocks(0) + `,"close":` + words("plain_text", 24+over)) },
		"a label of 2,000": func(over int) string { return view(input(`{"type":"plain_text_input"}`, 2000+over)) },
		"an initial value of 3,000": func(over int) string {
			return view(input(`{"type":"plain_text_input","initial_value":"`+strings.Repeat("x", 3000+over)+`"}`, 1))
		},
		"a max_length of 3,000": func(over int) string {
			return view(input(fmt.Sprintf(`{"type":"plain_text_input","max_length":%d}`, 3000+over), 1))
		},
		"no table": func(over int) string {
			return view(`,"blocks":[{"type":"` + []string{"divider", "table"}[over] + `"}]`)
		},
		"inputs with something to send": func(over int) string {
			made := view(input(`{"type":"plain_text_input"}`, 1))
			return strings.Replace(made, `"submit"`, []string{`"submit"`, `"close"`}[over], 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			for over := range 2 {
				var content object
				if err := json.Unmarshal([]byte(test(over)), &content); err != nil {
					t.Fatal(err)
				}
				refused := checkView(content)
				if (refused != nil) != (over == 1) {
					t.Errorf("%d too many: %+v", over, refused)
				}
			}
		})
	}
}
