// Package view has what the bot says, as typed facts without words. bot/lang words them; nothing else does.
//
// Every string in a view may hold what a person typed or what a database is called: lang and the drivers make it inert.
package view

import (
	"time"

	"github.com/volcado-io/volcado/internal/access"
)

// View is one thing that is said. Every type of this package that has an Audience is one; lang has an entry for each, and
// a test holds it to that.
type View interface {
	// Audience says who is allowed to read it.
	Audience() Audience
}

// Audience says, together with the kind of the channel, where a view goes: Goes is the one rule.
type Audience int

const (
	// Anyone in the channel can read it: it holds nothing but what was typed and what every chat user can know.
	Anyone Audience = iota
	// Members: it names databases, locations or the API server's words. It never goes to a channel that outsiders share.
	Members
	// Asker alone: what somebody may have, and what was refused.
	Asker
)

// IDs are who somebody is here, ready to be pasted into an allow-list.
type IDs struct {
	Platform, Workspace, User string
	// Channel is the id, or "direct".
	Channel string
	Groups  []string
}

// Source that this person can have something of, here.
type Source struct {
	// Name is namespace/name.
	Name   string
	Engine string
	// Databases that this person can have: names, and patterns with *.
	Databases []string
	// Default database, where there is one and this person can have it.
	Default string
}

// Dump is what is common to all that is said of one.
type Dump struct {
	Name string
	// Source is namespace/name.
	Source   string
	Database string
	// Job is the name of its Job, which may not be there.
	Job     string
	Options Options
	Reason  string
	// By is who asked.
	By By
	// Age is how long ago it was asked for.
	Age time.Duration
}

// Options of a dump that make its copy another one.
type Options struct {
	Tables, Exclude []string
	// Data are tables whose rows are left out.
	Data       []string
	SchemaOnly bool
	// Compression where it is not the default.
	Compression string
	// Uncompressed: the copy is kept as it is.
	Uncompressed bool
}

// By is who asked for a dump.
type By struct {
	// You: the one who is spoken to.
	You bool
	// Kubectl: nobody in chat; somebody with Kubernetes' own rights.
	Kubectl bool
	// Name for people, perhaps empty, and ID.
	Name, ID string
}

// Miss is a rule that did not match.
type Miss = access.Miss
