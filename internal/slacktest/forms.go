package slacktest

import (
	"maps"
	"slices"
)

// Form is what a person has open.
type Form struct {
	// ID of the view, V….
	ID string
	// View as the app has made it, with the ids that Slack has given to blocks without one.
	View map[string]any
	// Invalid is what the app says is wrong, by block_id.
	Invalid map[string]string
}

// Form that is open in front of the person, or false.
func (u *User) Form() (Form, bool) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	v := u.modal()
	if v == nil {
		return Form{}, false
	}
	return Form{ID: v.id, View: clone(v.content), Invalid: maps.Clone(v.invalid)}, true
}

func (u *User) modal() *view {
	if len(u.modals) == 0 {
		return nil
	}
	return u.modals[len(u.modals)-1]
}

func (u *User) shut(v *view) {
	v.open = false
	u.modals = slices.DeleteFunc(u.modals, func(other *view) bool { return other == v })
}

// CloseForm without sending it. The app hears of it where it has set notify_on_close.
func (u *User) CloseForm() {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	v := u.modal()
	if v == nil {
		return
	}
	u.shut(v)
	if notify, _ := v.content["notify_on_close"].(bool); notify {
		s.ask("interactive", object{
			"type": "view_closed", "team": s.shortTeam(), "user": u.short(), "api_app_id": AppID, "token": verificationToken,
			"view": s.viewJSON(v, nil), "is_cleared": false, "is_enterprise_install": false, "enterprise": nil,
		}, false, nil, func(string) {})
	}
}

// SendForm that is open, with those values by action_id or block_id: a text, or the value of an option. Fields that are not given
// keep what they began with. It is false, and nothing was sent, where Slack's client would not send it: no form is open, it waits
// for the answer to an earlier sending, a field that is not optional is empty, or an option does not exist.
func (u *User) SendForm(values map[string]string) bool {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	v := u.modal()
	if v == nil || v.busy {
		return false
	}
	state, ok := stateOf(v, values)
	if !ok {
		return false
	}
	v.busy, v.invalid = true, nil
	payload := object{
		"type": "view_submission", "team": s.shortTeam(), "user": u.short(), "api_app_id": AppID, "token": verificationToken,
		"trigger_id": s.trigger(u, v), "view": s.viewJSON(v, state), "response_urls": []any{}, "is_enterprise_install": false,
		"enterprise": nil,
	}
	s.ask("interactive", payload, true, func(answer object) {
		v.busy = false
		u.answered(v, answer)
	}, func(reason string) {
		v.busy = false
		u.trouble("form " + reason)
	})
	return true
}

// answered is what the acknowledgement of a form says.
func (u *User) answered(v *view, answer object) {
	switch str(answer, "response_action") {
	case "":
		u.shut(v)
	case "clear":
		for _, open := range slices.Clone(u.modals) {
			u.shut(open)
		}
	case "errors":
		u.blame(v, obj(answer, "errors"))
	case "update", "push":
		content := obj(answer, "view")
		if refused := checkView(content); refused != nil {
			u.trouble("form answered with an invalid view")
			return
		}
		if str(answer, "response_action") == "push" {
			u.s.push(u, content)
			return
		}
		u.s.fill(v, content)
	default:
		u.trouble("form answered with response_action " + str(answer, "response_action"))
	}
}

// blame fields for what is wrong. Slack shows it at inputs, and nothing where a block is none.
func (u *User) blame(v *view, errors object) {
	inputs := map[string]bool{}
	for _, block := range objects(list(v.content, "blocks")) {
		if str(block, "type") == "input" {
			inputs[str(block, "block_id")] = true
		}
	}
	v.invalid = map[string]string{}
	for id := range errors {
		if !inputs[id] || str(errors, id) == "" {
			u.trouble("form answered with an error at no input: " + id)
			continue
		}
		v.invalid[id] = str(errors, id)
	}
	if len(errors) == 0 {
		u.trouble("form answered with no errors")
	}
}

// stateOf the form's inputs; false where the client would not send it.
func stateOf(v *view, values map[string]string) (object, bool) {
	state := object{}
	for _, block := range objects(list(v.content, "blocks")) {
		element := obj(block, "element")
		if str(block, "type") != "input" || element == nil {
			continue
		}
		blockID, actionID := str(block, "block_id"), str(element, "action_id")
		given, isGiven := values[actionID]
		if !isGiven {
			given, isGiven = values[blockID]
		}
		value, empty, ok := inputValue(element, given, isGiven)
		optional, _ := block["optional"].(bool)
		if !ok || empty && !optional {
			return nil, false
		}
		state[blockID] = object{actionID: value}
	}
	return state, true
}

// inputValue is what a field holds in view.state, whether that is nothing, and whether it can be.
func inputValue(element object, given string, isGiven bool) (value object, empty, ok bool) {
	kind := str(element, "type")
	switch kind {
	case "static_select", "radio_buttons":
		selected := obj(element, "initial_option")
		if isGiven {
			selected = optionOf(element, given)
			if selected == nil && given != "" {
				return nil, false, false
			}
		}
		if selected == nil {
			return object{"type": kind, "selected_option": nil}, true, true
		}
		return object{"type": kind, "selected_option": selected}, false, true
	case "checkboxes", "multi_static_select":
		selected := orEmpty(list(element, "initial_options"))
		if isGiven {
			selected = []any{}
			if option := optionOf(element, given); option != nil {
				selected = append(selected, option)
			}
		}
		return object{"type": kind, "selected_options": selected}, len(selected) == 0, true
	default:
		text := str(element, "initial_value")
		if isGiven {
			text = given
		}
		if text == "" {
			return object{"type": kind, "value": nil}, true, true
		}
		least, _ := element["min_length"].(float64)
		most, limited := element["max_length"].(float64)
		length := float64(len([]rune(text)))
		return object{"type": kind, "value": text}, false, length >= least && (!limited || length <= most)
	}
}

// optionOf an element by its value.
func optionOf(element object, value string) object {
	options := list(element, "options")
	for _, group := range objects(list(element, "option_groups")) {
		options = append(options, list(group, "options")...)
	}
	for _, option := range objects(options) {
		if str(option, "value") == value {
			return option
		}
	}
	return nil
}
