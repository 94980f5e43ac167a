// Package chat says what a chat service must offer to the bot: messages in, replies out. A driver knows this package and
// nothing else of Volcado; chattest is its conformance suite.
package chat

import "context"

// Kind says who can read a channel.
type Kind string

const (
	// KindDirect is between one person and the bot.
	KindDirect Kind = "Direct"
	// KindPrivate is seen by its members alone.
	KindPrivate Kind = "Private"
	// KindPublic can be joined by anybody in the workspace.
	KindPublic Kind = "Public"
	// KindShared has members of other organisations.
	KindShared Kind = "Shared"
)

// Author is who wrote, and where, as the service knows it. What the service does not vouch for may not stand here: the
// bot decides by it.
type Author struct {
	// Platform is the service's name in the API, such as console.
	Platform string
	// Workspace is the service's tenant, where it has any.
	Workspace string
	// User is the author's id, never a display name.
	User string
	// DisplayName is for people to read.
	DisplayName string
	// Groups of the author, by id. A driver that cannot find them out does not deliver the message as if there were none.
	Groups []string
	// Channel is the channel's id.
	Channel string
	// Kind of the channel.
	Kind Kind
}

// Message is one thing that a person wrote to the bot.
type Message struct {
	Author
	// ID is the message's own, unique in its channel for ever. A message that the service delivers twice has one ID.
	ID string
	// Text as the person typed it, with the service's own escaping undone (`&amp;` is `&`), its mark-up and the mention of
	// the bot taken off.
	Text string
}

// Posted identifies a reply that was posted, for Edit.
type Posted string

// Handler is called for each message. It returns when everything that the message asked for has been said, or ctx is
// done. A service may call it for several messages at once.
type Handler func(ctx context.Context, m Message) Outcome

// Service is one chat service.
type Service interface {
	// Run hands every message to handle until ctx is done or the service has ended for good. It returns nil where that
	// is how things should end.
	Run(ctx context.Context, handle Handler) error
	Replier
}

// Replier says things.
type Replier interface {
	// Post answers a message where it was written, or to its author alone where the reply is Private. It returns when
	// the service has taken the reply.
	Post(ctx context.Context, to Message, reply Reply) (Posted, error)
	// Edit replaces a reply that Post or Edit made. A service may leave out an edit whose reply has Progress, but never
	// one that has another Stage than what is shown, nor one without Progress.
	Edit(ctx context.Context, to Message, posted Posted, reply Reply) error
}

// Outcome says how a message's command ended, for services that can tell a program.
type Outcome int

const (
	// Succeeded: it was done, and if it was a dump, there is an artifact.
	Succeeded Outcome = iota
	// Failed: it was begun and did not succeed.
	Failed
	// Misunderstood: no such command, or not such arguments.
	Misunderstood
	// Refused: there is no such thing, or not for this person.
	Refused
	// Unavailable: the cluster, or what is needed in it, could not be reached.
	Unavailable
	// Detached: the service stopped listening to the answer; what was begun goes on.
	Detached
)
