// Package chattest is what every chat driver must pass. A driver's test starts the driver against its service, real or
// played, and hands it to Run.
package chattest

import (
	"testing"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// Harness is a driver and the service that it serves, seen from the person's side. The fields from Threads on are what not
// every service has, or what plays it can do: where one is nil, the cases that need it are not there.
type Harness struct {
	// Service under test. The suite calls Listen on it. It is not to be listening yet.
	Service chat.Service
	// Type has the person write a message to the bot, always in the same channel. An empty one, too.
	Type func(text string)
	// Author that every message of the person must carry.
	Author chat.Author
	// Place that every message of the person must carry, but for its thread.
	Place chat.Place
	// Shown is all that was shown to the person up to now, one after another, as the person reads it: a service's mark-up
	// was obeyed. What was edited since is still in it.
	Shown func() string

	// Threads, where messages have them.
	Threads *Threads
	// Second is another person, in the same channel.
	Second *Person
	// Notified is of how many posts of the bot's a user was notified.
	Notified func(user string) int
	// Mentions are texts that would notify one of the two if they were not escaped, such as @alice.
	Mentions []string
	// Effects are what the service has made of the bot's posts beside text up to now, one word each: bold, link, mention of
	// U1. Of two replies that differ in their words alone, they must not differ.
	Effects func() []string
	// Restart makes another driver of the same service, as another process would.
	Restart func() chat.Service
	// Away takes the service away and brings it back. What is typed meanwhile is in its history.
	Away *Away
	// Page is how many messages a page of the service's history has. The suite writes a few times as many.
	Page int
	// Redeliver has the service deliver the message with that id once more.
	Redeliver func(id string)
	// Edit has the text of a message of the person's changed.
	Edit func(id, text string)
	// Waiting is how many messages the service waits to be acknowledged.
	Waiting func() int
	// Impostors have a message to the bot written in the person's channel that it must not take: by a bot, a webhook, a guest,
	// somebody who was deactivated, the service itself. They are by name.
	Impostors map[string]func(text string)
	// ForgeKey has others write there with that key: people, and machines in the bot's name where there can be.
	ForgeKey func(at chat.Place, key chat.Key)
	// Faults that the service can have.
	Faults *Faults
	// Delete a post of the bot's.
	Delete func(chat.Ref)
	// SetKind changes who can read the person's channel; RemoveChannel deletes it.
	SetKind       func(chat.Kind)
	RemoveChannel func()
	// Token, where the service wants one.
	Token *Token
	// Forms are commands that a form can be opened for, and Click is a click of the person's.
	Forms *Forms
	Click func(by Person, post chat.Ref, line string)
}

// Person is another one.
type Person struct {
	Type   func(text string)
	Author chat.Author
	Shown  func() string
}

// Threads of a service.
type Threads struct {
	// Type has the person write in a thread.
	Type func(thread, text string)
	// Shown is what of Harness.Shown stands in that thread.
	Shown func(thread string) string
	// Delete the message that it begins with, where that ends the thread; else nil.
	Delete func(thread string)
}

// Away is a service that is not there.
type Away struct{ Leave, Return func() }

// Faults that a service can have. Each of them is of the next post or edit alone.
type Faults struct {
	// LoseBefore loses the call, LoseAfter its answer.
	LoseBefore, LoseAfter func()
	// Throttle refuses it, for that long.
	Throttle func(time.Duration)
	// RefuseEdit says that the post is too old to be edited.
	RefuseEdit func()
}

// Token of a bot.
type Token struct {
	// Revoke makes it useless; Renew gives the driver another one, where it reads it.
	Revoke, Renew func()
}

// Forms of a service.
type Forms struct {
	// Command has the person give a command in a way that lets a form be opened.
	Command func(text string)
	// Open is the form that is open for the person, or false, and what it says is wrong.
	Open func() (form chat.Form, invalid map[string]string, open bool)
	// Send it.
	Send func(values map[string]string)
}

// deadline of anything that the suite waits for.
const deadline = time.Minute

// test is one case.
type test struct {
	name string
	// needs says whether the harness has what the case takes; nil where that is nothing.
	needs func(Harness) bool
	run   func(*session)
}

// Run runs the suite. Every case starts a driver of its own, and one more is started to see what there is.
func Run(t *testing.T, start func(t *testing.T) Harness) {
	h := start(t)
	for _, list := range [][]test{messages(), replies(), posts(), failures(), returns(), strangers(), clicks()} {
		for _, c := range list {
			if c.needs != nil && !c.needs(h) {
				continue
			}
			t.Run(c.name, func(t *testing.T) {
				c.run(&session{T: t, Harness: start(t), began: time.Now()})
			})
		}
	}
}
