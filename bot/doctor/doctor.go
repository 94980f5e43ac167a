// Package doctor finds out what keeps a bot from working: in the cluster, and with each chat service. Its texts are for
// operators.
package doctor

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/text"
)

const (
	// clusterTimeout bounds all that is asked of the API server.
	clusterTimeout = time.Minute
	// serviceTimeout bounds what one service is asked.
	serviceTimeout = time.Minute
	// maxText of one finding, in characters. A driver may quote what its service answered.
	maxText = 1000
)

func good(format string, args ...any) chat.Finding { return finding(chat.Good, format, args...) }

func warning(format string, args ...any) chat.Finding { return finding(chat.Warning, format, args...) }

func bad(format string, args ...any) chat.Finding { return finding(chat.Bad, format, args...) }

func finding(severity chat.Severity, format string, args ...any) chat.Finding {
	return chat.Finding{Severity: severity, Text: fmt.Sprintf(format, args...)}
}

// Service has a driver examine its service.
func Service(ctx context.Context, s chat.Service) (found []chat.Finding) {
	examiner, ok := s.(chat.Examiner)
	if !ok {
		return []chat.Finding{warning("its driver has no checks of its own; readiness of the running bot says whether it is connected")}
	}
	ctx, cancel := context.WithTimeout(ctx, serviceTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			found = append(found, bad("its driver panicked: %v: %s; report it", p, debug.Stack()))
		}
	}()
	if found = examiner.Examine(ctx); len(found) == 0 {
		found = []chat.Finding{warning("its driver found nothing to say")}
	}
	return found
}

var signs = map[chat.Severity]string{chat.Good: "✓", chat.Warning: "!", chat.Bad: "✗", chat.Info: "-"}

// Report writes findings below a headline, and counts what is wrong.
type Report struct {
	To       io.Writer
	Bad      int
	Warnings int
}

// Section of the report.
func (r *Report) Section(headline string, found []chat.Finding) {
	var b strings.Builder
	fmt.Fprintln(&b, text.OneLine(headline, maxText))
	for _, f := range found {
		sign := signs[f.Severity]
		switch f.Severity {
		case chat.Good, chat.Info:
		case chat.Warning:
			r.Warnings++
		case chat.Bad:
			r.Bad++
		default: // what nobody knows is not good
			sign = signs[chat.Bad]
			r.Bad++
		}
		fmt.Fprintf(&b, "  %s %s\n", sign, text.OneLine(f.Text, maxText))
	}
	_, _ = io.WriteString(r.To, b.String())
}

// Summary is the report's last line.
func (r *Report) Summary() {
	switch {
	case r.Bad > 0:
		_, _ = fmt.Fprintf(r.To, "%s to fix.\n", count(r.Bad, "problem", "problems"))
	case r.Warnings > 0:
		_, _ = fmt.Fprintf(r.To, "The bot can work. %s.\n", count(r.Warnings, "warning", "warnings"))
	default:
		_, _ = fmt.Fprintln(r.To, "No problems found.")
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
