package view

import (
	"time"

	"github.com/volcado-io/volcado/bot/grammar"
)

// Hello greets.
type Hello struct{ Name string }

// Overview lists all commands. lang has their texts.
type Overview struct{ Commands []grammar.Command }

// Help explains one command.
type Help struct{ Command grammar.Command }

// Unreadable says: the line is not words, or empty.
type Unreadable struct{ Line grammar.LineError }

// UnknownCommand was typed. Near is the nearest that exists, or empty.
type UnknownCommand struct{ Typed, Near string }

// Usage says: the command is known, and what follows it is wrong.
type Usage struct {
	Command grammar.Command
	Problem grammar.Problem
}

// Whoami says who somebody is, as the bot sees it.
type Whoami struct {
	IDs IDs
	// ChannelKind is Direct, Private, Public or Shared.
	ChannelKind string
}

// TooOld says: a message was read only now, after the replay window, and nothing was done.
type TooOld struct {
	// Line that was typed, to be sent again.
	Line    string
	Written time.Time
	Window  time.Duration
}

// Edited says: what was changed after it was sent is not obeyed.
type Edited struct{}

// InDirect is said in a thread whose answer went to a direct message.
type InDirect struct{}

// AskedInChannel is added to an answer in a direct message that has commands, when the question was asked in a channel.
type AskedInChannel struct{}

// NotInDirect is said in a thread whose answer, or last word, went to a direct message that was not sent, or not for certain.
type NotInDirect struct{}

// Outsiders says: nothing can be asked for in a channel that is shared with another organisation.
type Outsiders struct{}

// NotMember says: the bot is not in the channel that something was asked for in, and cannot answer there.
type NotMember struct{}

// Leaving is said by the console when its person leaves dumps running.
type Leaving struct {
	Dumps []string
	// Unknown: which they are cannot be found out.
	Unknown bool
}

// Prompt greets in the console.
type Prompt struct{ User string }

// Detached says: nobody watches the dump any more.
type Detached struct{ Dump string }

// Stopped before anything was begun.
type Stopped struct{}

// Trouble says: the cluster did not do what was asked.
type Trouble struct {
	Kind TroubleKind
	// Detail is the API server's own words, or the host's name, one line. Often empty.
	Detail string
	// Until is when the bot gives up trying, where it goes on trying; else zero.
	Until time.Time
}

// TroubleKind says what is wrong with the cluster, for people.
type TroubleKind string

const (
	// TroubleToken: the API server does not accept the bot's token.
	TroubleToken TroubleKind = "Token"
	// TroubleForbidden: RBAC or an admission policy forbids it.
	TroubleForbidden TroubleKind = "Forbidden"
	// TroubleKinds: Volcado's kinds are not installed.
	TroubleKinds TroubleKind = "Kinds"
	// TroubleInvalid: the API server does not accept the object.
	TroubleInvalid TroubleKind = "Invalid"
	// TroubleBusy: overloaded, or not ready.
	TroubleBusy TroubleKind = "Busy"
	// TroubleTimeout: no answer in time.
	TroubleTimeout TroubleKind = "Timeout"
	// TroubleNetwork: cannot be reached. Detail is the host and why.
	TroubleNetwork TroubleKind = "Network"
	// TroubleRefused: another refusal of the API server.
	TroubleRefused TroubleKind = "Refused"
	// TroubleBot: the bot's own fault; the log has it.
	TroubleBot TroubleKind = "Bot"
)

func (Hello) Audience() Audience          { return Anyone }
func (Overview) Audience() Audience       { return Anyone }
func (Help) Audience() Audience           { return Anyone }
func (Unreadable) Audience() Audience     { return Anyone }
func (UnknownCommand) Audience() Audience { return Anyone }
func (Usage) Audience() Audience          { return Anyone }
func (Whoami) Audience() Audience         { return Asker }
func (TooOld) Audience() Audience         { return Anyone }
func (Edited) Audience() Audience         { return Anyone }
func (InDirect) Audience() Audience       { return Anyone }
func (AskedInChannel) Audience() Audience { return Asker }
func (NotInDirect) Audience() Audience    { return Anyone }
func (Outsiders) Audience() Audience      { return Anyone }
func (NotMember) Audience() Audience      { return Asker }
func (Leaving) Audience() Audience        { return Asker }
func (Prompt) Audience() Audience         { return Asker }
func (Detached) Audience() Audience       { return Asker }
func (Stopped) Audience() Audience        { return Asker }
func (Trouble) Audience() Audience        { return Members }
