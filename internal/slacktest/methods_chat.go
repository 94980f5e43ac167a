package slacktest

import (
	"strings"
	"unicode/utf8"
)

const (
	// mostText of a message, in characters, and mostUpdate of one that chat.update has changed.
	mostText, mostUpdate = 40000, 4000
	// mostMetadata of a message, in bytes.
	mostMetadata = 16 << 10
)

func chatMethods() map[string]method {
	content := map[string]argument{
		"channel": required, "text": optional, "blocks": listed, "attachments": listed, "markdown_text": optional, "as_user": boolean,
		"parse": optional, "link_names": boolean,
	}
	with := func(more map[string]argument) map[string]argument {
		args := map[string]argument{}
		for _, from := range []map[string]argument{content, more} {
			for name, kind := range from {
				args[name] = kind
			}
		}
		return args
	}
	author := map[string]argument{"username": optional, "icon_emoji": optional, "icon_url": optional, "thread_ts": optional}
	post := with(author)
	for name, kind := range map[string]argument{
		"metadata": structured, "mrkdwn": boolean, "reply_broadcast": boolean, "unfurl_links": boolean, "unfurl_media": boolean,
	} {
		post[name] = kind
	}
	ephemeral := with(author)
	ephemeral["user"] = required
	return map[string]method{
		"chat.postMessage":   {args: post, json: true, run: (*call).postMessage},
		"chat.postEphemeral": {args: ephemeral, json: true, run: (*call).postEphemeral},
		"chat.update": {json: true, run: (*call).update, args: with(map[string]argument{
			"ts": required, "metadata": structured, "reply_broadcast": boolean, "file_ids": listed, "unfurled_attachments": listed,
		})},
		"chat.delete": {json: true, run: (*call).deleteMessage, args: map[string]argument{
			"channel": required, "ts": required, "as_user": boolean,
		}},
	}
}

// place is the channel that may be written to.
func (c *call) place() (*Channel, *refusal) {
	id := str(c.args, "channel")
	channel := c.channel(id)
	if user := c.user(id); user != nil && !user.bot {
		channel = c.direct(user)
	}
	if channel == nil || channel.private() && !channel.has(c.Bot.ID) {
		return nil, refuse("channel_not_found")
	}
	if channel.archived {
		return nil, refuse("is_archived")
	}
	if channel.has(c.Bot.ID) || channel.kind == Public && c.name == "chat.postMessage" && c.needs("chat:write.public") {
		return channel, nil
	}
	return nil, refuse("not_in_channel")
}

// content checks what a message says, and gives its blocks.
func (c *call) content(kept bool) ([]any, *refusal) {
	text, blocks, attachments := str(c.args, "text"), list(c.args, "blocks"), list(c.args, "attachments")
	if markdown := str(c.args, "markdown_text"); markdown != "" {
		if text != "" || blocks != nil {
			return nil, refuse("markdown_text_conflict")
		}
		blocks = []any{object{"type": "markdown", "text": markdown}}
	}
	if text == "" && len(blocks) == 0 && len(attachments) == 0 && !kept {
		return nil, refuse("no_text")
	}
	most := mostText
	if c.name == "chat.update" {
		most = mostUpdate
	}
	if utf8.RuneCountInString(text) > most {
		return nil, refuse("msg_too_long")
	}
	if refused := checkMessageBlocks(blocks); refused != nil {
		return nil, refused
	}
	if len(attachments) > 100 {
		return nil, refuse("too_many_attachments")
	}
	for _, attachment := range objects(attachments) {
		if refused := checkMessageBlocks(list(attachment, "blocks")); refused != nil {
			return nil, &refusal{code: "invalid_attachments", more: refused.more}
		}
	}
	for _, argument := range []string{"username", "icon_emoji", "icon_url"} {
		if str(c.args, argument) != "" && !c.needs("chat:write.customize") {
			return nil, c.missing("chat:write.customize")
		}
	}
	return c.named(blocks), nil
}

// named gives every block an id.
func (c *call) named(blocks []any) []any {
	if blocks == nil {
		return nil
	}
	blocks = clone(blocks)
	for _, block := range objects(blocks) {
		if str(block, "block_id") == "" {
			block["block_id"] = strings.ToLower(c.id("b"))
		}
	}
	return blocks
}

// described is the metadata to be kept; checked is whether there is any.
func (c *call) described() (object, *refusal) {
	metadata := obj(c.args, "metadata")
	if len(metadata) == 0 {
		return nil, nil
	}
	kind, isText := metadata["event_type"].(string)
	payload, isObject := metadata["event_payload"].(object)
	if !isText || kind == "" || !isObject || payload == nil {
		return nil, refuse("invalid_metadata_format")
	}
	for key := range metadata {
		if key != "event_type" && key != "event_payload" && key != "entities" {
			return nil, refuse("invalid_metadata_format")
		}
	}
	if len(encode(metadata)) > mostMetadata {
		return nil, refuse("metadata_too_large")
	}
	return object{"event_type": kind, "event_payload": payload}, nil
}

// own makes a message of the app's bot.
func (c *call) own(blocks []any) *message {
	m := &message{
		user: c.Bot.ID, team: c.Team, botID: c.BotID, appID: AppID, text: str(c.args, "text"), blocks: blocks,
		attachments: list(c.args, "attachments"), thread: str(c.args, "thread_ts"), username: str(c.args, "username"),
	}
	if m.username != "" {
		m.subtype, m.user = "bot_message", ""
	}
	return m
}

func (c *call) postMessage() (object, *refusal) {
	channel, refused := c.place()
	if refused != nil {
		return nil, refused
	}
	blocks, refused := c.content(false)
	if refused != nil {
		return nil, refused
	}
	metadata, refused := c.described()
	if refused != nil {
		return nil, refused
	}
	m := c.own(blocks)
	m.metadata = metadata
	if refused := c.threaded(channel, m); refused != nil {
		return nil, refused
	}
	m.broadcast = c.flag("reply_broadcast") && m.thread != ""
	c.note(channel, m)
	return object{"channel": channel.ID, "ts": m.ts, "message": c.json(m, true)}, nil
}

// threaded refuses a thread that is none. A reply to a reply stands in the reply's thread.
func (c *call) threaded(channel *Channel, m *message) *refusal {
	if m.thread == "" {
		return nil
	}
	root := c.message(channel, m.thread)
	if root == nil && c.settings.unthreads {
		m.thread = ""
		return nil
	}
	if root == nil {
		return refuse("thread_not_found")
	}
	if root.isReply() {
		m.thread = root.thread
	}
	if root.subtype == "channel_join" || root.subtype == "group_join" {
		return refuse("cannot_reply_to_message")
	}
	return nil
}

func (c *call) postEphemeral() (object, *refusal) {
	channel, refused := c.place()
	if refused != nil {
		return nil, refused
	}
	user := c.user(str(c.args, "user"))
	if user == nil || !channel.has(user.ID) {
		return nil, refuse("user_not_in_channel")
	}
	blocks, refused := c.content(false)
	if refused != nil {
		return nil, refused
	}
	m := c.own(blocks)
	if refused := c.threaded(channel, m); refused != nil {
		return nil, refused
	}
	c.whisper(channel, user, m)
	return object{"message_ts": m.ts}, nil
}

// whisper shows a message to one alone; in a thread only where there are replies already, as Slack does.
func (s *Server) whisper(channel *Channel, user *User, m *message) {
	m.channel, m.ts, m.ephemeral = channel, s.nextTS(), user.ID
	s.messages[channel.ID+"/"+m.ts] = m
	if root := s.message(channel, m.thread); root != nil && len(s.replies(root)) == 0 {
		return
	}
	s.show(m, true)
}

// editable is the bot's own message that is to be changed.
func (c *call) editable(foreign string) (*message, *refusal) {
	channel := c.channel(str(c.args, "channel"))
	if channel == nil || channel.private() && !channel.has(c.Bot.ID) {
		return nil, refuse("channel_not_found")
	}
	if !channel.has(c.Bot.ID) {
		return nil, refuse("not_in_channel")
	}
	m := c.message(channel, str(c.args, "ts"))
	if m == nil {
		return nil, refuse("message_not_found")
	}
	if m.botID != c.BotID {
		return nil, refuse(foreign)
	}
	return m, nil
}

func (c *call) update() (object, *refusal) {
	m, refused := c.editable("cant_update_message")
	if refused != nil {
		return nil, refused
	}
	if m.channel.archived {
		return nil, refuse("is_inactive")
	}
	if window := c.settings.editWindow; window > 0 && c.now().Sub(timeOf(m.ts)) > window {
		return nil, refuse("edit_window_closed")
	}
	_, hasMetadata := c.args["metadata"]
	blocks, refused := c.content(hasMetadata)
	if refused != nil {
		return nil, refused
	}
	metadata, refused := c.described()
	if refused != nil {
		return nil, refused
	}
	c.edit(m, c.BotID, func() {
		// Blocks stay as they were where there is neither a text nor blocks.
		if text, given := c.args["text"]; given {
			m.text, m.blocks = text.(string), nil
		}
		if blocks != nil {
			m.blocks = blocks
		}
		if attachments, given := c.args["attachments"]; given {
			m.attachments = attachments.([]any)
		}
		if hasMetadata {
			m.metadata = metadata
		}
	})
	tell := c.json(m, true)
	delete(tell, "ts")
	return object{"channel": m.channel.ID, "ts": m.ts, "text": m.text, "message": tell}, nil
}

func (c *call) deleteMessage() (object, *refusal) {
	m, refused := c.editable("cant_delete_message")
	if refused != nil {
		return nil, refused
	}
	c.remove(m)
	return object{"channel": m.channel.ID, "ts": m.ts}, nil
}
