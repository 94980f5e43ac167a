package slacktest

import (
	"time"
)

// triggerLasts is how long a trigger_id is good for.
const triggerLasts = 3 * time.Second

// trigger is what a person's act gives the app, to open a form once.
type trigger struct {
	user   *User
	at     time.Time
	spent  bool
	parent *view
}

func (s *Server) trigger(user *User, parent *view) string {
	id := s.secret()
	s.triggers[id] = &trigger{user: user, at: s.now(), parent: parent}
	return id
}

func viewMethods() map[string]method {
	return map[string]method{
		"views.open": {json: true, run: (*call).openView, args: map[string]argument{
			"trigger_id": optional, "interactivity_pointer": optional, "view": requiredStructured,
		}},
		"views.update": {json: true, run: (*call).updateView, args: map[string]argument{
			"view_id": optional, "external_id": optional, "hash": optional, "view": requiredStructured,
		}},
	}
}

// view is a form that is or was open.
type view struct {
	id, hash string
	user     *User
	content  object
	// What the app says is wrong, by block_id.
	invalid map[string]string
	open    bool
	busy    bool
}

func (c *call) openView() (object, *refusal) {
	t := c.triggers[str(c.args, "trigger_id")]
	switch {
	case str(c.args, "trigger_id") == "":
		return nil, because("invalid_arguments", "missing required field: trigger_id")
	case t == nil:
		return nil, refuse("invalid_trigger_id")
	case t.spent:
		return nil, refuse("exchanged_trigger_id")
	case c.now().Sub(t.at) > triggerLasts:
		return nil, refuse("expired_trigger_id")
	}
	content := obj(c.args, "view")
	if refused := checkView(content); refused != nil {
		return nil, refused
	}
	if external := str(content, "external_id"); external != "" && c.viewBy("", external) != nil {
		return nil, refuse("duplicate_external_id")
	}
	t.spent = true
	v := c.push(t.user, content)
	return object{"view": c.viewJSON(v, nil)}, nil
}

// push a form in front of a person.
func (s *Server) push(user *User, content object) *view {
	v := &view{id: s.id("V"), user: user, open: true}
	s.views = append(s.views, v)
	user.modals = append(user.modals, v)
	s.fill(v, content)
	return v
}

// fill a view with another content.
func (s *Server) fill(v *view, content object) {
	v.content = clone(content)
	v.content["blocks"] = s.namedBlocks(list(content, "blocks"))
	v.hash = formatTS(s.now().UnixMicro()) + "." + v.id
	v.invalid = nil
}

func (s *Server) namedBlocks(blocks []any) []any { return (&call{Server: s}).named(blocks) }

func (s *Server) viewBy(id, external string) *view {
	for _, v := range s.views {
		if v.open && (id != "" && v.id == id || external != "" && str(v.content, "external_id") == external) {
			return v
		}
	}
	return nil
}

func (c *call) updateView() (object, *refusal) {
	v := c.viewBy(str(c.args, "view_id"), str(c.args, "external_id"))
	if v == nil {
		return nil, refuse("not_found")
	}
	if hash := str(c.args, "hash"); hash != "" && hash != v.hash {
		return nil, refuse("hash_conflict")
	}
	content := obj(c.args, "view")
	if refused := checkView(content); refused != nil {
		return nil, refused
	}
	c.fill(v, content)
	return object{"view": c.viewJSON(v, nil)}, nil
}

// viewJSON is a view as the app is told of it, with what was filled in.
func (s *Server) viewJSON(v *view, values object) object {
	if values == nil {
		values = object{}
	}
	text := func(key string) any {
		if given := obj(v.content, key); given != nil {
			return given
		}
		return nil
	}
	flag := func(key string) bool { truth, _ := v.content[key].(bool); return truth }
	return clone(object{
		"id": v.id, "team_id": s.Team, "type": "modal", "blocks": v.content["blocks"], "private_metadata": str(v.content, "private_metadata"),
		"callback_id": str(v.content, "callback_id"), "state": object{"values": values}, "hash": v.hash, "title": text("title"),
		"close": text("close"), "submit": text("submit"), "clear_on_close": flag("clear_on_close"),
		"notify_on_close": flag("notify_on_close"), "submit_disabled": flag("submit_disabled"), "previous_view_id": nil,
		"root_view_id": v.id, "app_id": AppID, "external_id": str(v.content, "external_id"), "app_installed_team_id": s.Team,
		"bot_id": s.BotID,
	})
}
