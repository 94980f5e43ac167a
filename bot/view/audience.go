package view

import "github.com/volcado-io/volcado/bot/chat"

// Route says where a view goes.
type Route int

const (
	// ToPlace: where the message was written.
	ToPlace Route = iota
	// ToAsker: to the asker alone, in direct messages.
	ToAsker
)

// Goes is the one rule of who reads what, by what is said and by the kind of the channel, which is read anew before
// something is said. A kind that is not known counts as shared with outsiders.
func Goes(a Audience, kind chat.Kind) Route {
	switch kind {
	case chat.KindDirect:
		return ToPlace // nobody else is there
	case chat.KindPrivate, chat.KindPublic:
		if a == Asker {
			return ToAsker
		}
		return ToPlace
	default:
		if a == Anyone {
			return ToPlace
		}
		return ToAsker
	}
}
