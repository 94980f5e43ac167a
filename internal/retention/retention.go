// Package retention judges which finished records may go. It is pure: no client, no clock of its own.
package retention

import (
	"time"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/artifact"
)

// Shortest time that finished records can be kept. Messages are read again for up to a day (the bot's replayWindow), and the
// record is what keeps one of them from making a second dump.
const Shortest = 48 * time.Hour

// Keep is for how long after a dump's end its record stays: at least Shortest, or 0 for ever.
type Keep time.Duration

// Judge says whether the record of a dump is to be deleted, and otherwise when time alone changes that; 0 means never. Only
// what the bot made goes: a manifest in Git would be applied again, and run again. What is left in storage is only known by
// the record, so it goes before it.
func (k Keep) Judge(now time.Time, dump *v1alpha1.DatabaseDump) (due bool, after time.Duration) {
	if k == 0 || !dump.Status.Finished() || dump.Status.CompletionTime == nil || !dump.DeletionTimestamp.IsZero() ||
		dump.Labels[v1alpha1.LabelMessage] == "" || artifact.StateOf(dump) != artifact.StateNothing {
		return false, 0
	}
	end := dump.Status.CompletionTime.Add(max(time.Duration(k), Shortest))
	if now.Before(end) {
		return false, end.Sub(now)
	}
	return true, 0
}
