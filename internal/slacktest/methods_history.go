package slacktest

import (
	"regexp"
	"slices"
)

func historyMethods() map[string]method {
	window := func(more map[string]argument) map[string]argument {
		for name, kind := range map[string]argument{
			"channel": required, "cursor": optional, "limit": number, "latest": optional, "oldest": optional, "inclusive": boolean,
			"include_all_metadata": boolean,
		} {
			more[name] = kind
		}
		return more
	}
	return map[string]method{
		"conversations.history": {args: window(map[string]argument{}), run: (*call).history},
		"conversations.replies": {args: window(map[string]argument{"ts": required}), run: (*call).thread},
	}
}

var timestamp = regexp.MustCompile(`^\d{1,10}(\.\d{1,6})?$`)

// within is whether a message is in the window that was asked for.
func (c *call) within() (func(*message) bool, *refusal) {
	oldest, latest := str(c.args, "oldest"), str(c.args, "latest")
	for name, ts := range map[string]string{"invalid_ts_oldest": oldest, "invalid_ts_latest": latest} {
		if ts != "" && !timestamp.MatchString(ts) {
			return nil, refuse(name)
		}
	}
	return func(m *message) bool {
		if oldest != "" {
			if order := compareTS(m.ts, oldest); order < 0 || order == 0 && !c.flag("inclusive") {
				return false
			}
		}
		if latest != "" {
			if order := compareTS(m.ts, latest); order > 0 || order == 0 && !c.flag("inclusive") {
				return false
			}
		}
		return true
	}, nil
}

func compareTS(a, b string) int { return timeOf(full(a)).Compare(timeOf(full(b))) }

// full is a timestamp with its fraction, of six digits.
func full(ts string) string {
	for i := range ts {
		if ts[i] == '.' {
			return (ts + "000000")[:i+7]
		}
	}
	return ts + ".000000"
}

func (c *call) readable() (*Channel, *refusal) {
	channel, refused := c.find("channel")
	if refused != nil {
		return nil, refused
	}
	if !channel.has(c.Bot.ID) {
		return nil, refuse("not_in_channel")
	}
	return channel, nil
}

// withMetadata is whether messages are given with it.
func (c *call) withMetadata() bool {
	return c.flag("include_all_metadata") && (!c.settings.metadataScope || c.needs("metadata.message:read"))
}

// history is the newest first, without replies that were not broadcast.
func (c *call) history() (object, *refusal) {
	channel, refused := c.readable()
	if refused != nil {
		return nil, refused
	}
	within, refused := c.within()
	if refused != nil {
		return nil, refused
	}
	found := slices.DeleteFunc(c.in(channel), func(m *message) bool { return !within(m) || m.isReply() && !m.broadcast })
	slices.Reverse(found)
	answer, refused := c.page(found, 100, 999, func(m *message, from string) bool { return m.ts <= from })
	if refused != nil {
		return nil, refused
	}
	answer["pin_count"] = 0
	answer["channel_actions_count"] = 0
	return answer, nil
}

// thread is the root and its replies, the oldest first; of a reply's ts that reply alone.
func (c *call) thread() (object, *refusal) {
	channel, refused := c.readable()
	if refused != nil {
		return nil, refused
	}
	if c.settings.repliesUserOnly && channel.kind != Direct && channel.kind != GroupDM {
		return nil, refuse("not_allowed_token_type")
	}
	within, refused := c.within()
	if refused != nil {
		return nil, refused
	}
	root := c.message(channel, str(c.args, "ts"))
	if root == nil {
		return nil, refuse("thread_not_found")
	}
	found := []*message{root}
	if !root.isReply() {
		found = append(found, slices.DeleteFunc(c.replies(root), func(m *message) bool { return !within(m) })...)
	}
	return c.page(found, 1000, 1000, func(m *message, from string) bool { return m.ts >= from })
}

// page of messages, from where the cursor says that it goes on.
func (c *call) page(all []*message, normal, most int, goesOn func(m *message, from string) bool) (object, *refusal) {
	limit, refused := c.limit(normal, most)
	if refused != nil {
		return nil, refused
	}
	from := 0
	if given := str(c.args, "cursor"); given != "" {
		ts, ok := uncursor(given, "next_ts")
		if !ok {
			return nil, refuse("invalid_cursor")
		}
		from = slices.IndexFunc(all, func(m *message) bool { return goesOn(m, ts) })
		if from < 0 {
			from = len(all)
		}
	}
	to := min(from+limit, len(all))
	tell := []any{}
	for _, m := range all[from:to] {
		tell = append(tell, c.json(m, c.withMetadata()))
	}
	answer := object{"messages": tell, "has_more": to < len(all)}
	if to < len(all) {
		answer["response_metadata"] = object{"next_cursor": cursor("next_ts", all[to].ts)}
	}
	return answer, nil
}
