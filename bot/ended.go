package bot

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

// ended is the last word on a dump that has finished.
func (c *conversation) ended(dump *v1alpha1.DatabaseDump) answer {
	if meta.IsStatusConditionTrue(dump.Status.Conditions, v1alpha1.ConditionComplete) && dump.Status.Artifact != nil {
		return answer{Reply: succeeded(dump, c.FetchImage), outcome: chat.Succeeded}
	}
	r := chat.Reply{Severity: chat.Bad, Headline: fmt.Sprintf("%s %s.", dump.Name, howItEnded(dump))}
	if f := dump.Status.Failure; f != nil {
		r.Fields = append(r.Fields, chat.Field{Name: "reason", Value: f.Reason})
		if f.Message != "" {
			r.Fields = append(r.Fields, chat.Field{Name: "what", Value: f.Message})
		}
		if f.Hint != "" {
			r.Fields = append(r.Fields, chat.Field{Name: "do", Value: f.Hint})
		}
	} else if f := meta.FindStatusCondition(dump.Status.Conditions, v1alpha1.ConditionFailed); f != nil {
		r.Fields = append(r.Fields, chat.Field{Name: "reason", Value: f.Reason}, chat.Field{Name: "what", Value: f.Message})
	}
	outcome := chat.Failed
	if endReason(dump) == v1alpha1.FinishedRefused {
		outcome, r.Private = chat.Refused, true
	}
	return answer{Reply: r, outcome: outcome}
}

func endReason(dump *v1alpha1.DatabaseDump) string {
	if c := meta.FindStatusCondition(dump.Status.Conditions, v1alpha1.ConditionFinished); c != nil {
		return c.Reason
	}
	return ""
}

func howItEnded(dump *v1alpha1.DatabaseDump) string {
	switch endReason(dump) {
	case v1alpha1.FinishedCancelled:
		return "was cancelled"
	case v1alpha1.FinishedRefused:
		return "was refused"
	default:
		return "failed"
	}
}

func succeeded(dump *v1alpha1.DatabaseDump, fetchImage string) chat.Reply {
	status := dump.Status
	a := status.Artifact
	r := chat.Reply{
		Severity: chat.Good,
		Headline: fmt.Sprintf("%s is done: database %s, %s.", dump.Name, echo(string(databaseOf(dump))), humanBytes(a.SizeBytes)),
		Fields: []chat.Field{
			{Name: "location", Value: a.URI},
			{Name: "size", Value: fmt.Sprintf("%s (%s), %s of SQL text", humanBytes(a.SizeBytes), exactBytes(a.SizeBytes), humanBytes(a.UncompressedBytes))},
			{Name: "took", Value: took(dump)},
			{Name: "sha256", Value: a.SHA256},
		},
	}
	if s := status.Server; s != nil {
		r.Fields = append(r.Fields, chat.Field{Name: "server", Value: s.Flavour + " " + s.Version})
	}
	if n := a.NonTransactionalTables; n > 0 {
		r.Fields = append(r.Fields, chat.Field{Name: "note", Value: notOfOneMoment(n)})
	}
	r.Fields = append(r.Fields, authority(dump)...)
	r.Snippets = restore(dump, fetchImage)
	return r
}

// notOfOneMoment: whoever looks for a bug in a copy must know that its tables may disagree.
func notOfOneMoment(tables int32) string {
	if tables == 1 {
		return "1 table has no transactions, so its rows may not be of the same moment as the rest; the manifest names it"
	}
	return fmt.Sprintf("%d tables have no transactions, so their rows may not be of one moment; the manifest names them", tables)
}

func databaseOf(dump *v1alpha1.DatabaseDump) v1alpha1.DatabaseName {
	if dump.Status.Database != "" {
		return dump.Status.Database
	}
	return dump.Spec.Database
}

// took is how long it ran, and how long it waited before.
func took(dump *v1alpha1.DatabaseDump) string {
	s := dump.Status
	if s.CompletionTime == nil {
		return "unknown"
	}
	if s.StartTime == nil {
		return shortDuration(s.CompletionTime.Sub(dump.CreationTimestamp.Time))
	}
	text := shortDuration(s.CompletionTime.Sub(s.StartTime.Time))
	if waited := s.StartTime.Sub(dump.CreationTimestamp.Time); waited >= time.Second {
		text += ", after " + shortDuration(waited) + " of waiting"
	}
	return text
}

// shellQuote makes one word of a POSIX shell of anything. What is in a location or a database's name is copied into a
// terminal by people who trust it.
func shellQuote(s string) string {
	safe := s != ""
	for _, r := range s {
		safe = safe && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:=@%+,", r))
	}
	if safe {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
