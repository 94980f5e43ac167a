// Package answer has one file per command: a request and what is known of the cluster go in, an effect and a view come out.
// Nothing is written and nothing is said here.
package answer

import (
	"context"
	"time"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/view"
)

// Asked is one request of one person.
type Asked struct {
	Request grammar.Request
	Person  *read.Person
	Cluster *read.Cluster
	// Now is when it is answered.
	Now time.Time
	// FetchImage is what printed commands fetch a copy from a volume with.
	FetchImage string

	// how fresh what is read must be; Run sets it.
	how read.Freshness
}

// Result of a request: either View, or an Effect whose own result is said instead.
type Result struct {
	View    view.View
	Effect  Effect
	Outcome chat.Outcome
	// No: this person does not get what was asked for. A no is said only on what was read anew.
	No bool
}

// Effect is what is to be done: Create, Cancel, Keep or Follow.
type Effect interface{ effect() }

// Create a dump.
type Create struct {
	Dump *v1alpha1.DatabaseDump
	// Insist: even where there is an equal one.
	Insist bool
}

// Cancel a dump.
type Cancel struct{ Dump *v1alpha1.DatabaseDump }

// Keep a dump's copy for this long after the dump's end. Said is what is then true.
type Keep struct {
	Dump *v1alpha1.DatabaseDump
	TTL  time.Duration
	Said view.Kept
}

// Follow a dump: this person is told of it with the others.
type Follow struct{ Dump *v1alpha1.DatabaseDump }

func (Create) effect() {}
func (Cancel) effect() {}
func (Keep) effect()   {}
func (Follow) effect() {}

func say(v view.View) (Result, error) { return Result{View: v}, nil }

// deref is the result that there is instead of what was looked for, or an empty one beside an error.
func deref(r *Result) Result {
	if r == nil {
		return Result{}
	}
	return *r
}

type command func(ctx context.Context, a Asked) (Result, error)

// commands by the names that the grammar knows. A test holds the two to one another.
var commands = map[string]command{
	"dump": dump, "dumpdb": dumpDB, "again": again, "follow": follow, "cancel": cancel, "keep": keep, "status": status, "list": list,
	"how": how, "sources": sources, "why": why, "whoami": whoami, "hello": hello, "help": help,
}

// anywhere are the commands that name nothing of anybody's.
var anywhere = map[string]bool{"hello": true, "help": true}

// Anywhere reports whether a command is answered even in a channel that outsiders share, or that the bot is not in.
func Anywhere(command string) bool { return anywhere[command] }

// Run answers a request. A yes can be said on what is recent, because the manager judges again; before a no everything is
// read anew.
func Run(ctx context.Context, a Asked) (Result, error) {
	if a.Person.By.ChannelKind == v1alpha1.ChannelKindShared && !Anywhere(a.Request.Command) {
		return Result{View: view.Outsiders{}, Outcome: chat.Refused}, nil
	}
	run := commands[a.Request.Command]
	for _, a.how = range []read.Freshness{read.Recent, read.Newest} {
		result, err := run(ctx, a)
		if err != nil || !result.No || a.how == read.Newest {
			return result, err
		}
	}
	panic("unreachable: the last freshness returns")
}

// ids are who this person is here. A whole group is not among them but where whoami says so: whoever pastes it would let
// everybody in it in.
func (a Asked) ids() view.IDs {
	by := a.Person.By
	id := view.IDs{Platform: string(by.Platform), Workspace: by.Workspace, User: by.User, Channel: by.Channel}
	if by.ChannelKind == v1alpha1.ChannelKindDirect {
		id.Channel = v1alpha1.ChannelDirect
	}
	return id
}
