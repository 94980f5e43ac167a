package view

import "time"

// Dumps lists dumps, the latest first. Never empty.
type Dumps struct {
	Rows []Row
	// More is how many older ones there are.
	More int
}

// Row is one dump of a list.
type Row struct {
	Dump
	// Phase is the API's word, such as Running.
	Phase string
	// Bytes of the artifact, or 0.
	Bytes int64
	// Life of the copy of one that succeeded.
	Life Life
}

// NoDumps says: none that this person can see. Yours: none of this person's own.
type NoDumps struct{ Yours bool }

// NoDump says: none that this person can see has a name that begins so.
type NoDump struct{ Typed string }

// WhichDump says: several begin so.
type WhichDump struct {
	Typed string
	Rows  []Row
}

// Deleted says: the dump was deleted before it finished.
type Deleted struct{ Dump string }

// Unfollowed says: this follower is not told of the dump while they have no access to it.
type Unfollowed struct{ Dump string }

// Status answers status: how a dump is, in full.
type Status struct {
	// Now is what would be said of it: Progress, Blocked, Succeeded, Failed.
	Now  View
	Dump Dump
}

// Progress of a dump that has not ended, in one line. It is edited in place.
type Progress struct {
	Dump  Dump
	Stage Stage
	// Before is how many dumps are before it in the queue.
	Before int
	// Elapsed since it was asked for.
	Elapsed time.Duration
	// Bytes of SQL text read, of about Estimated, which is 0 where it is not known or was exceeded; Percent of it.
	Bytes, Estimated int64
	Percent          int
	// Rate in bytes per second, and the time Left; 0 where they are not known.
	Rate int64
	Left time.Duration
	// Table that is being copied, the Number-th of Tables; 0 where it is not known.
	Table          string
	Number, Tables int
	// Trouble is why nothing newer is known, or nil.
	Trouble *Trouble
	// Joined: the reader follows a dump that somebody else asked for.
	Joined bool
}

// Stage of a dump that has not ended.
type Stage string

const (
	// StageAsked: nobody has taken it up yet.
	StageAsked Stage = "Asked"
	// StageUnheard: nobody has taken it up for so long that the manager may not be running.
	StageUnheard  Stage = "Unheard"
	StagePending  Stage = "Pending"
	StageQueued   Stage = "Queued"
	StageStarting Stage = "Starting"
	StageRunning  Stage = "Running"
	// StageCancelling: it was cancelled and has not stopped yet.
	StageCancelling Stage = "Cancelling"
	// StageUnseen: the API server does not answer.
	StageUnseen Stage = "Unseen"
)

// Blocked says: a dump that has not ended and needs somebody's attention.
type Blocked struct {
	Dump    Dump
	Stage   Stage
	Elapsed time.Duration
	// Reason is a word of docs/failures.md; Message the manager's own, with what to do.
	Reason, Message string
}

// Succeeded is the last word on a dump that did.
type Succeeded struct {
	Dump Dump
	// Bytes of the artifact, and of SQL text in it.
	Bytes, Uncompressed int64
	Took, Waited        time.Duration
	URI                 string
	// SHA256 as hexadecimal digits. Said by How, not by this.
	SHA256 string
	Server string
	// EncryptedFor so many keys; 0 where the copy is not encrypted.
	EncryptedFor int
	// Copy is how the copy is now, and for how long.
	Copy Copy
	// Warnings of what the copy does not have, or what loading it needs.
	Warnings []Warning
}

// Warning of a successful dump.
type Warning struct {
	// Name is a word of docs/warnings.md, for which lang has a sentence.
	Name string
	// Count of the tables or definitions that it is about, and the first few of their Names.
	Count int
	Names []string
}

// More than Names has.
func (w Warning) More() int { return max(0, w.Count-len(w.Names)) }

// Failed is the last word on a dump that did not succeed.
type Failed struct {
	Dump Dump
	End  End
	// Reason is a word of docs/failures.md, for which lang has a title and an advice. Message and Hint are the manager's own.
	Reason, Message, Hint string
	Took                  time.Duration
	// Again is the line that asks for the same once more, or empty.
	Again string
}

// Ended says in one line, in place of Progress, that a dump has ended. The last word says more.
type Ended struct {
	Dump Dump
	End  End
}

// End says how a dump ended.
type End string

const (
	// EndSucceeded is said by Ended alone: of a dump that succeeded, Succeeded is the last word.
	EndSucceeded End = "Succeeded"
	EndFailed    End = "Failed"
	EndCancelled End = "Cancelled"
	EndRefused   End = "Refused"
)

// How has the commands that fetch, compare and load a copy.
type How struct {
	Dump   string
	URI    string
	SHA256 string
	Bytes  int64
	Server string
	// EncryptedFor so many keys; 0 where the copy is not encrypted. The commands name KeyFile then.
	EncryptedFor int
	// Copy is how the copy is now, and for how long.
	Copy Copy
	// KeyFile stands in the commands for the file with the reader's private key.
	KeyFile string
	// Steps in the order in which they are to be used.
	Steps []HowStep
	// Authority is set where the store's certificate is of an authority of its own.
	Authority *Authority
}

// HowStep is a block of commands. Kind tells lang how to caption it.
type HowStep struct {
	Kind     HowKind
	Commands string
}

// HowKind says what a block of commands does.
type HowKind string

const (
	HowStream HowKind = "Stream" // dumper cat, straight into a database
	HowAWS    HowKind = "AWS"    // fetch, compare and load with the AWS CLI
	HowPod    HowKind = "Pod"    // fetch from a volume through a pod, and compare
	HowLoad   HowKind = "Load"   // load what was fetched
)

// Authority of a store's certificate: where its PEM is.
type Authority struct{ Namespace, Secret, Key string }

// NoCopy says: there is nothing to fetch, because the dump has not ended, or ended without a copy.
type NoCopy struct {
	Dump string
	// Phase is the API's word.
	Phase string
}

// Equal offers a dump that is what was asked for. Nothing was started.
type Equal struct {
	Dump Dump
	// Stage while it has not ended; else empty.
	Stage Stage
	// Before in the queue.
	Before int
	// Ended is how long ago it succeeded.
	Ended time.Duration
	Bytes int64
	// Following: this person will be told of its end.
	Following bool
	// Untold: nobody in chat will be, or can be, told of its end: it was not asked for in chat.
	Untold bool
}

// Following says: the reader will be told with the others.
type Following struct {
	Dump string
	// Already was, by having asked for it or by following it before.
	Already bool
}

// CannotFollow says: the dump has as many followers as it can have.
type CannotFollow struct {
	Dump string
	// Most followers that it can have; 0 where it was not asked for in chat, so that nobody there is told of it.
	Most int
}

// Cancelling says: the dump is being stopped.
type Cancelling struct{ Dump string }

// EndedAlready says: there is nothing to cancel.
type EndedAlready struct {
	Dump  string
	Phase string
}

// CannotCancel says: it is somebody else's, and no list has Manage for this person.
type CannotCancel Others

// Others is the dump of somebody else, and why this person does not manage it.
type Others struct {
	Dump   string
	By     By
	Misses []Miss
	IDs    IDs
}

// NameTaken says: a dump of the name that this message's must have is somebody else's. Nothing was started.
type NameTaken struct{ Dump string }

// MayHaveStarted says: the API server did not say whether it made the dump.
type MayHaveStarted struct {
	Dump    string
	Trouble Trouble
}

func (Dumps) Audience() Audience        { return Asker }
func (NoDumps) Audience() Audience      { return Asker }
func (NoDump) Audience() Audience       { return Asker }
func (WhichDump) Audience() Audience    { return Asker }
func (Deleted) Audience() Audience      { return Members }
func (Unfollowed) Audience() Audience   { return Members }
func (Status) Audience() Audience       { return Members }
func (Progress) Audience() Audience     { return Members }
func (Blocked) Audience() Audience      { return Members }
func (Succeeded) Audience() Audience    { return Members }
func (Ended) Audience() Audience        { return Members }
func (How) Audience() Audience          { return Members }
func (NoCopy) Audience() Audience       { return Members }
func (Equal) Audience() Audience        { return Members }
func (Following) Audience() Audience    { return Members }
func (CannotFollow) Audience() Audience { return Members }
func (Cancelling) Audience() Audience   { return Members }
func (EndedAlready) Audience() Audience { return Members }
func (CannotCancel) Audience() Audience { return Asker }
func (NameTaken) Audience() Audience    { return Asker }
func (MayHaveStarted) Audience() Audience {
	return Members
}

// Audience of a failure: a refusal goes to whoever was refused; how a copy failed is for the channel.
func (f Failed) Audience() Audience {
	if f.End == EndRefused {
		return Asker
	}
	return Members
}
