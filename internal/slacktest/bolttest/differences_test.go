package bolttest

// Why the fake does what Slack's types do not have.
const (
	documented = "Slack's documentation has it"
	null       = "Slack says null where there is none, as the examples of its documentation show"
	generated  = "the type was generated from answers in which this did not happen; that of another answer or message has it"
	narrow     = "the type has fewer kinds of elements than Slack's documentation of blocks"
)

// knownDifferences are the claims that do not hold, and why. One that holds again fails the test, too.
var knownDifferences = map[string]string{
	"chat.update(unfurled_attachments)": documented,

	// Of the event of a form. In the payload of a click the type has the person's username, and in the answers of views the rest.
	"form: user.username is text":         documented,
	"form: view.submit_disabled is truth": documented,

	"click: enterprise is nothing":                   null,
	"form: enterprise is nothing":                    null,
	"views.open: view.close is nothing":              null,
	"views.open: view.previous_view_id is nothing":   null,
	"views.update: view.previous_view_id is nothing": null,

	"conversations.info: channel.user is text":                 generated, // of a direct channel
	"conversations.list: channels.connected_team_ids is list":  generated,
	"users.conversations: channels.connected_team_ids is list": generated,
	"conversations.history: messages.hidden is truth":          generated, // of a message that was deleted
	"conversations.replies: messages.hidden is truth":          generated,
	"conversations.replies: messages.client_msg_id is text":    generated,
	"conversations.replies: messages.subtype is text":          generated,
	"conversations.replies: messages.root is object":           generated, // of a reply that is shown to all
	"conversations.replies: messages.root.ts is text":          generated,
	"conversations.replies: messages.root.thread_ts is text":   generated,
	"views.open: view.state.values is object":                  generated, // the events of forms have it
	"views.update: view.state.values is object":                generated,

	"chat.postMessage: message.blocks.elements.text is text":                   narrow,
	"conversations.history: messages.blocks.elements.text is text":             narrow,
	"conversations.history: messages.blocks.elements.elements.text is text":    narrow,
	"conversations.history: messages.blocks.elements.elements.user_id is text": narrow,
	"conversations.replies: messages.blocks.elements.text is text":             narrow,
	"conversations.replies: messages.blocks.elements.elements.text is text":    narrow,
}
