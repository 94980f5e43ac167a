package view

import "github.com/volcado-io/volcado/bot/grammar"

// Sources lists what somebody can have here. Never empty.
type Sources struct {
	Sources []Source
	IDs     IDs
}

// NoSources says: nothing can be had here.
type NoSources struct{ IDs IDs }

// NoSource says: there is no source of that name, or it must not be known; nobody is told which.
type NoSource struct {
	Typed string
	// Near is the nearest name that this person can have, or empty.
	Near string
	// Have are the sources that this person can have.
	Have []string
	IDs  IDs
}

// WhichSource says: several sources of that name can be meant.
type WhichSource struct {
	Typed   string
	Sources []Source
}

// NoDefault says: the source has no default database, so one must be named.
type NoDefault struct {
	Source string
	// Have are the databases that this person can have.
	Have []string
}

// NotAllowed says: this person cannot have the database, of a source that this person can see.
type NotAllowed struct {
	// Database is empty for the source's default one, which this person did not name and must not be told.
	Database string
	Source   string
	Near     string
	Have     []string
	// SourceForbids: the source permits it to nobody.
	SourceForbids bool
	Misses        []Miss
	IDs           IDs
}

// Never says: nobody can have the database, because of its name.
type Never struct {
	Database, Source string
	Problem          grammar.Problem
	Have             []string
}

// NoDatabase says: no source that this person can have has that database.
type NoDatabase struct {
	Typed   string
	Near    string
	Sources []Source
	IDs     IDs
}

// WhichDatabase says: several sources may have it. Nothing was started.
type WhichDatabase struct {
	Typed string
	// Lines to type, one for each source.
	Lines []string
}

// Allowed answers why: this person can have it.
type Allowed struct {
	Database, Source string
	// List is the allow-list that permits it; ManageList the one that permits to cancel others' dumps, or empty.
	List, ManageList string
	Have             []string
}

func (Sources) Audience() Audience       { return Asker }
func (NoSources) Audience() Audience     { return Asker }
func (NoSource) Audience() Audience      { return Asker }
func (WhichSource) Audience() Audience   { return Asker }
func (NoDefault) Audience() Audience     { return Asker }
func (NotAllowed) Audience() Audience    { return Asker }
func (Never) Audience() Audience         { return Asker }
func (NoDatabase) Audience() Audience    { return Asker }
func (WhichDatabase) Audience() Audience { return Asker }
func (Allowed) Audience() Audience       { return Asker }
