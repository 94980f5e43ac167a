package slack

import (
	"context"
	"encoding/json"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/layout"
	"github.com/volcado-io/volcado/internal/text"
)

// Slack's limits of a form, in characters, and of a list of choices.
const (
	longestTitle, longestHint, longestChoice = 24, 150, 75
	mostChoices                              = 100
	// longestInput that a field takes.
	longestInput = 3000
)

// opens a form for whoever gave a command, or reports that it was not opened. Slack allows three seconds for that.
func (l *listener) opens(ctx context.Context, c command, form chat.Form) bool {
	_, err := call(l.client, "open a form", func(api *slack.Client) (*slack.ViewResponse, error) {
		return api.OpenViewContext(ctx, c.Trigger, modal(form, origin{Channel: c.Channel, Command: form.Command}))
	})
	if err != nil {
		l.log.Error("a form was not opened", "channel", c.Channel, "user", c.User, "error", err)
	}
	return err == nil
}

// modal of a form. Its fields are told apart by their block's id.
func modal(form chat.Form, from origin) slack.ModalViewRequest {
	metadata, _ := json.Marshal(from) // strings always can be
	blocks := make([]slack.Block, 0, len(form.Fields))
	for _, f := range form.Fields {
		var hint *slack.TextBlockObject
		if f.Hint != "" {
			hint = label(f.Hint, longestHint)
		}
		block := slack.NewInputBlock(f.Name, label(f.Label, longestText), hint, input(f))
		block.Optional = !f.Required
		blocks = append(blocks, block)
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: form.Command, PrivateMetadata: string(metadata),
		Title: label(form.Title, longestTitle), Submit: label(form.Submit, longestTitle), Blocks: slack.Blocks{BlockSet: blocks},
	}
}

func label(s string, longest int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text.Cut(layout.Visible(s), longest), false, false)
}

// input of a field: a list where only its choices will do, if Slack has room for them, and else a line of text.
func input(f chat.FormField) slack.BlockElement {
	options := choices(f.Choices)
	if len(options) == 0 {
		text := slack.NewPlainTextInputBlockElement(nil, "value")
		text.InitialValue = f.Value
		text.MaxLength = longestInput
		return text
	}
	list := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, "value", options...)
	for _, option := range options {
		if option.Value == f.Value {
			list.InitialOption = option
		}
	}
	return list
}

func choices(values []string) []*slack.OptionBlockObject {
	if len(values) > mostChoices {
		return nil
	}
	var options []*slack.OptionBlockObject
	for _, value := range values {
		if value == "" || utf8.RuneCountInString(value) > longestChoice {
			return nil
		}
		options = append(options, slack.NewOptionBlockObject(value, label(value, longestChoice), nil))
	}
	return options
}
