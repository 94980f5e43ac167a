package bot

import "time"

// SetPatience with an API server that does not say whether it made a dump.
func (b *Bot) SetPatience(d time.Duration) { b.patience = d }
