package chat

import (
	"context"
	"fmt"
)

// Finding is one thing that was checked.
type Finding struct {
	// Severity is Good, Warning or Bad.
	Severity Severity
	// Text says what was found, and if it is not good, what to do. Never a secret.
	Text string
}

// Examiner is what a driver offers beside, so that `bot doctor` can say what is wrong with its settings and rights.
type Examiner interface {
	Examine(ctx context.Context) []Finding
}

// Findings of an examination of one service.
type Findings struct {
	ID   ServiceID
	List []Finding
}

// Add a finding, which begins with the service's name.
func (f *Findings) Add(severity Severity, format string, values ...any) {
	f.List = append(f.List, Finding{Severity: severity, Text: fmt.Sprintf("%s: ", f.ID) + fmt.Sprintf(format, values...)})
}
