package slacktest

import (
	"slices"
	"strings"
	"time"
)

// Seen is something that was shown to a person.
type Seen struct {
	// Channel id, and the ts of the message.
	Channel, TS string
	// Thread is the ts of the thread's root, of the root's own, too, once it had replies when this was shown.
	Thread string
	// Text as it is read: the mark-up was obeyed, and is no part of it.
	Text string
	// By is the user's id, empty of a webhook. Bot is the id of the bot, B…, empty of a person.
	By, Bot string
	// Only is whether nobody else was shown it.
	Only bool
	// Edited is whether it replaced an earlier version.
	Edited bool
	// Effects of the mark-up, one for each time: bold, italic, strike, code, preformatted, quote, list, heading, link, emoji, channel,
	// date, button, table, "mention of U1" (or S1, here, channel, everyone). The text that only a notification
	// shows has mentions alone, with "notification " before them.
	Effects []string
	// At that time of the server's clock.
	At time.Time
}

// Notification of a person, for a message that was new.
type Notification struct {
	Channel, TS, By, Bot string
	// Kind is why: user, group, here, channel, everyone; or direct, of any message in a direct channel.
	Kind string
}

// Seen is all that was shown to the person up to now, in order, what the person wrote among it.
func (u *User) Seen() []Seen {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return slices.Clone(u.seen)
}

// Shown is the text of all that others have shown to the person up to now, one after another, earlier versions of what was edited
// among it.
func (u *User) Shown() string {
	return join(u.Seen(), func(seen Seen) bool { return seen.By != u.ID })
}

// ShownIn is what of Shown stands in a thread; where thread is empty, in the channel outside of threads.
func (u *User) ShownIn(c *Channel, thread string) string {
	return join(u.Seen(), func(seen Seen) bool {
		within := seen.Thread
		if within == seen.TS && thread == "" {
			within = ""
		}
		return seen.By != u.ID && seen.Channel == c.ID && (within == thread || thread != "" && seen.TS == thread)
	})
}

// ShownBy is what of Shown a user has written.
func (u *User) ShownBy(author *User) string {
	return join(u.Seen(), func(seen Seen) bool { return seen.By == author.ID })
}

func join(all []Seen, wanted func(Seen) bool) string {
	var text strings.Builder
	for _, seen := range all {
		if wanted(seen) {
			text.WriteString(seen.Text + "\n")
		}
	}
	return text.String()
}

// Effects of all that the app has shown to the person, in order.
func (u *User) Effects() []string {
	var effects []string
	for _, seen := range u.Seen() {
		if seen.Bot == u.s.BotID {
			effects = append(effects, seen.Effects...)
		}
	}
	return effects
}

// Notifications of the person, in order.
func (u *User) Notifications() []Notification {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return slices.Clone(u.notified)
}

// Mentioned is of how many messages of the app the person was notified because of a mention.
func (u *User) Mentioned() int {
	n := 0
	for _, one := range u.Notifications() {
		if one.Bot == u.s.BotID && one.Kind != "direct" {
			n++
		}
	}
	return n
}

// Messages of a channel as conversations.history and conversations.replies would give them together, in order, with metadata.
func (c *Channel) Messages() []map[string]any {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	var all []map[string]any
	for _, m := range c.s.in(c) {
		all = append(all, c.s.json(m, true))
	}
	return all
}

// Payload of the metadata that a message has, as Messages gives it; nil where it has none.
func Payload(message map[string]any) map[string]any {
	metadata, _ := message["metadata"].(map[string]any)
	payload, _ := metadata["event_payload"].(map[string]any)
	return payload
}
