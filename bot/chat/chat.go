// Package chat is the contract between the bot and a chat service: messages in, replies out. A driver knows this package
// and nothing else of Volcado; chattest is its conformance suite. It imports the standard library alone.
package chat

import (
	"context"
	"time"
)

// Kind says who can read a channel.
type Kind string

const (
	// KindDirect is between one person and the bot.
	KindDirect Kind = "Direct"
	// KindPrivate is seen by its members alone.
	KindPrivate Kind = "Private"
	// KindPublic can be joined by anybody in the workspace.
	KindPublic Kind = "Public"
	// KindShared has members of other organisations, or is about to have some.
	KindShared Kind = "Shared"
)

// ClockSkew is how much the clocks of this machine, of a service and of another replica can differ.
const ClockSkew = time.Minute

// ServiceID tells one chat service from every other.
type ServiceID struct {
	// Platform is the kind of service, such as console: ^[a-z][a-z0-9-]*$, at most 32 characters.
	Platform string
	// Workspace is the tenant, or the server, at most 64 characters. Only the console has none.
	Workspace string
}

func (id ServiceID) String() string {
	if id.Workspace == "" {
		return id.Platform
	}
	return id.Platform + "/" + id.Workspace
}

// Place is where a message was written and where answers go. It can be made again from a dump's requestedBy.
type Place struct {
	Platform, Workspace string
	// Channel is the channel's id, at most 64 characters.
	Channel string
	// Thread is the id of the thread that answers go to, at most 128 characters. Where a message begins a thread, it is
	// that message's. Empty where the service has no threads.
	Thread string
	// Kind of the channel when the message was written.
	Kind Kind
}

// ServiceID of the place.
func (p Place) ServiceID() ServiceID { return ServiceID{p.Platform, p.Workspace} }

// Author is who wrote, as the service knows it. What the service does not vouch for must not stand here: the bot decides
// by it.
type Author struct {
	// User is the author's id, never a name. At most 64 characters.
	User string
	// DisplayName is for people to read.
	DisplayName string
	// Locale is the author's language, such as es or es-MX, where the service tells it.
	Locale string
	// Groups of the author, by id; of a Grouper, those that matter. A driver that cannot find them out does not deliver the
	// message as if there were none.
	Groups []string
}

// Message is one thing that a person wrote, or clicked.
type Message struct {
	Place
	Author
	// ID is the message's own, unique in its channel for ever, at most 128 characters; what is too long is hashed by the
	// driver. A message that the service delivers twice has one ID. A click's is made of post, button and person, so that
	// a double click is one request.
	ID string
	// Text is what was typed, with the service's own escaping undone (`&amp;` is `&`) and the bot's mention or prefix taken
	// off; or the line of the grammar that a button carries.
	Text string
	// Form holds the values of a form that was sent; Text is then the command's name.
	Form map[string]string
	// Written is when, by the service's clock. The zero time, or one in the future, is taken for when the message was first
	// handed over.
	Written time.Time
	// Edited: the text was changed after it was written, perhaps by somebody else than its author, and the service does not say
	// by whom. It is not obeyed, and its author is told so. The ID is one of its own, not that of the message as it was written,
	// and the same for all later changes.
	Edited bool
	// Again: delivered again by the service, or read again by the driver.
	Again bool
	// CanOpenForm: a form in the answer to this message will be shown.
	CanOpenForm bool
	// Unseen: nobody but its author sees that it was written, as with a slash command. Its answers are for the author alone.
	Unseen bool
	// Absent: the bot is no member of the channel, so nothing can be posted there. Kind is empty where it cannot be found out.
	Absent bool
}

// Handler takes a message. It returns as soon as what the message asks for is durable, and never waits for a dump. A
// driver may call it for several messages at once.
//
// After nil the driver acknowledges the message. After an error it calls the handler again, after a pause that grows,
// until that returns nil: the handler itself gives up on a message that has become too old, and not every service
// delivers a second time. It stops calling when ctx ends; an unacknowledged message is then delivered or read again.
type Handler func(ctx context.Context, m Message) (Answer, error)

// Answer rides on the acknowledgement. The bot posts everything else itself.
type Answer struct {
	// Reply is for the author alone. It is there only where Limits.Ephemeral is. Beside a form it is said only if that cannot be
	// opened.
	Reply *Reply
	// Form is to be opened, where the message's CanOpenForm was set.
	Form *Form
	// Invalid has, for each field of the form that was sent, what is wrong with it. The form stays open.
	Invalid map[string]string
	// Outcome says how the command ended, for services that can tell a program.
	Outcome Outcome
	// Follows names the dump whose conversation the message began, as namespace/name, or is empty. Only the console, which
	// has nobody else to speak to, waits for it.
	Follows string
}

// Outcome says how a command ended.
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
	// Offered: nothing was started, because a dump that is equal is there already.
	Offered
	// Unavailable: the cluster, or what is needed in it, could not be reached.
	Unavailable
	// Detached: the service stopped listening to the answer; what was begun goes on.
	Detached
)

// Service is one chat service, as a driver serves it.
type Service interface {
	// ID is the key by which the bot finds the service of a place. It never changes.
	ID() ServiceID
	// Listen hands every message to handle until ctx is done. It reconnects for ever; it returns an error only for what
	// waiting cannot mend, such as a token that was revoked, and is then called again after a pause. Messages written
	// since then may not have been handled: it reads them again, paged to the end, with Again set, and finds out by itself
	// what it must not deliver. It is called by one replica at a time.
	Listen(ctx context.Context, since time.Time, handle Handler) error
	// Limits of the service. They may change while it runs.
	Limits() Limits
	// Health is what is known at the moment, without asking the service.
	Health() Health
	// KindOf reads anew who can read a channel: it may have been made public, or shared, since the message was written.
	// Its error is an *Error.
	KindOf(ctx context.Context, place Place) (Kind, error)
	Poster
}

// Grouper is a Service that needs a call for each group to find out whether somebody is a member. It looks only at groups that
// matter, because a bot can be in many more.
type Grouper interface {
	// OnlyGroups gives the service a function that returns the ids of the groups that matter at the moment. It is called once,
	// before Listen; the function is called for messages.
	OnlyGroups(named func(context.Context) ([]string, error))
}

// Limits of a service.
type Limits struct {
	// EditEvery is the shortest time between two edits of one post.
	EditEvery time.Duration
	// EditsPerMinute is how many edits the workspace takes in all; 0 is without a limit.
	EditsPerMinute int
	// Longest is how many characters one post holds; 0 is without a limit. A driver splits, or cuts visibly, what is longer.
	Longest int
	// Live: edits cost nothing and disturb nobody, because they go to one person's own screen.
	Live bool
	// Finds: Find can be relied on.
	Finds bool
	// Ephemeral: the acknowledgement of a message can carry a reply that its author alone sees.
	Ephemeral bool
	// Actions: buttons are shown, and the service itself vouches for who clicked.
	Actions bool
	// Forms can be opened, and the service itself vouches for who sent them.
	Forms bool
}

// Health of a service's connection.
type Health struct {
	// Connected: messages would arrive now.
	Connected bool
	// Behind: messages that were written before may still have to be read, as after Listen was called or a connection was
	// lost. It is set before the first message of the new connection is handed over, and cleared when the last one that was
	// missed has been. Meanwhile the bot does not take later messages for a sign that the earlier ones were handled. A driver
	// that keeps messages back, other than behind one of the same person's that is being handled, is behind, too.
	Behind bool
	// Heard is when anything was last heard from the service, a ping too.
	Heard time.Time
	// Reconnects since the start.
	Reconnects int
	// Unreadable is how much of what the service sent could not be read since the start, and was left out.
	Unreadable int
	// Why it is not connected, or stays behind, for the operator; never a secret. Empty when all is well.
	Why string
	// Shared says that something else, such as another installation of the bot, was found to speak with the bot's account, and
	// what to do, for the operator; never a secret. It changes nothing else: messages go on being handled. It is empty again
	// when that has not been seen for a while, and always where the driver cannot find out.
	Shared string
}

// Key is the identity of one thing that is said: "<message's hash>/answer", "<dump's uid>/1/end". It travels with the post,
// where people do not see it, so that Find finds the post by it. At most 256 characters.
//
// It is no idempotency key: a driver posts also what has the key of an earlier post. A message can have been answered as too old
// while its dump could not be looked for; the status message of that dump then has the same key. And a last word that cannot be
// found is posted once more under its own.
type Key string

// Target says to whom a reply goes.
type Target struct {
	Place
	// Only is the id of the one user who sees the reply: it goes to the direct messages with that user, not to the place.
	Only string
	// Mention is the id of a user to be notified, or empty. Nobody else is, whatever the reply holds.
	Mention string
}

// Ref is a post that exists.
type Ref struct {
	Channel string `json:"channel"`
	Post    string `json:"post"`
	// Thread that it stands in, or that begins with it. Empty where the service has none.
	Thread string `json:"thread,omitempty"`
}

// Poster says things. Its errors are *Error; any other is taken for Uncertain.
type Poster interface {
	// Post returns when the service has taken the reply. One that is split over several posts is referred to by its first.
	Post(ctx context.Context, to Target, key Key, reply Reply) (Ref, error)
	// Edit replaces a post of the bot's. To repeat an edit does no harm.
	Edit(ctx context.Context, ref Ref, reply Reply) error
	// Find looks for a post of the bot's own with this key that was made since then. Posts of others never count, since
	// metadata can be forged. Not found is certain.
	Find(ctx context.Context, to Target, key Key, since time.Time) (ref Ref, found bool, err error)
}
