package bot

import "time"

// SetPatience with an API server that does not say whether it made a dump.
func (b *Bot) SetPatience(d time.Duration) { b.patience = d }

// Forget how messages were answered, as after too many others.
func (b *Bot) Forget() { b.handled = newHandled(remembered) }
