package bot

import (
	"context"
	"fmt"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

// listed is how many dumps a list shows.
const listed = 20

func (c *conversation) dumpRows(s shelf) [][]string {
	rows := [][]string{{"DUMP", "SOURCE", "DATABASE", "PHASE", "SIZE", "AGE", "ASKED BY"}}
	for i := range s.dumps[:min(len(s.dumps), listed)] {
		d := &s.dumps[i]
		size := ""
		if d.Status.Artifact != nil {
			size = humanBytes(d.Status.Artifact.SizeBytes)
		}
		rows = append(rows, []string{
			d.Name, d.Namespace + "/" + d.Spec.SourceRef.Name, string(databaseOf(d)), phase(d), size,
			age(c.now().Sub(d.CreationTimestamp.Time)), askedBy(d, s),
		})
	}
	return rows
}

func phase(d *v1alpha1.DatabaseDump) string {
	if d.Status.Phase == "" {
		return string(v1alpha1.PhasePending)
	}
	return string(d.Status.Phase)
}

func askedBy(d *v1alpha1.DatabaseDump, s shelf) string {
	switch by := d.Spec.RequestedBy; {
	case s.isMine(d):
		return "you"
	case by == nil:
		return "kubectl"
	case by.DisplayName != "":
		return fmt.Sprintf("%s (%s)", by.DisplayName, by.User)
	default:
		return by.User
	}
}

func runList(ctx context.Context, c *conversation, _ arguments) (answer, error) {
	s, err := c.dumps(ctx, func(*v1alpha1.DatabaseDump) bool { return true })
	if err != nil {
		return answer{}, err
	}
	if len(s.dumps) == 0 {
		return answer{Reply: chat.Reply{
			Headline: "There is no dump that you may see here.", Closing: "sources lists what you may have.", Private: true,
		}}, nil
	}
	r := chat.Reply{Headline: "These are the latest dumps:", Rows: c.dumpRows(s), Private: true}
	if more := len(s.dumps) - listed; more > 0 {
		r.Closing = fmt.Sprintf("There are %d older ones.", more)
	}
	return answer{Reply: r}, nil
}
