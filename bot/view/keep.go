package view

import "time"

// Copy says how the copy of a dump that succeeded is, and for how long.
type Copy struct {
	Life Life
	// Until is when it is deleted; zero where that is not known, or it has no end.
	Until time.Time
	// Endless: it has no end.
	Endless bool
	// Longer is a line of the grammar that keeps it longer, or empty where the reader has no need of one.
	Longer string
}

// Life of a copy.
type Life string

const (
	// LifeKept: it is there. This is the zero value, because a copy that nothing is said of is left where it is.
	LifeKept Life = ""
	// LifeNever: there has never been one.
	LifeNever Life = "Never"
	// LifeDeleting: it is being deleted, and cannot be kept any more.
	LifeDeleting Life = "Deleting"
	// LifeExpired: it was deleted because its time was over.
	LifeExpired Life = "Expired"
	// LifeDeleted: it was deleted.
	LifeDeleted Life = "Deleted"
	// LifeOverdue: its time is over, and it could not be deleted.
	LifeOverdue Life = "Overdue"
)

// Gone reports whether it cannot be loaded any more, or not for certain.
func (l Life) Gone() bool { return l != LifeKept }

// Kept says: the copy is kept for as long as was asked for.
type Kept struct {
	Dump string
	// Until is when it is deleted; zero while the dump has not finished. It is then kept For so long after its end.
	Until time.Time
	For   time.Duration
	// Was is its end before, where that was later; else zero.
	Was time.Time
	// Unbounded: what the source and the list allow is not known yet, and bounds it.
	Unbounded bool
}

// KeepsNoLonger says: the source or the list does not allow to keep the copy for so long. Nothing was changed.
type KeepsNoLonger struct {
	Dump string
	// Until is the latest end that it can have; zero while the dump has not finished. It can then be kept For so long.
	Until time.Time
	For   time.Duration
	// Longest is the line of the grammar that keeps it for as long as possible, or empty.
	Longest string
}

// KeptForever says: the copy has no end. Nothing was changed.
type KeptForever struct {
	Dump string
	// Ungoverned: it was made by a release that gave copies no end, and can be given none.
	Ungoverned bool
}

// CopyGone says: the copy cannot be loaded or kept any more. Nothing was changed.
type CopyGone struct {
	Dump string
	Life Life
}

// CannotKeep says: it is somebody else's, and no list has Manage for this person.
type CannotKeep Others

func (Kept) Audience() Audience          { return Members }
func (KeepsNoLonger) Audience() Audience { return Members }
func (KeptForever) Audience() Audience   { return Members }
func (CopyGone) Audience() Audience      { return Members }
func (CannotKeep) Audience() Audience    { return Asker }
