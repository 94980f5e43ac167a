package bot

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/queue"
)

func runStatus(ctx context.Context, c *conversation, a arguments) (answer, error) {
	if typed := a.at(0); typed != "" {
		dump, s, said, err := c.one(ctx, typed)
		if err != nil {
			return answer{}, err
		}
		if said != nil {
			return *said, nil
		}
		return c.status(ctx, dump, s)
	}
	mine := shelf{by: c.by}
	s, err := c.dumps(ctx, mine.isMine)
	if err != nil {
		return answer{}, err
	}
	if len(s.dumps) == 0 {
		return answer{Reply: chat.Reply{Headline: "You have asked for no dump yet.", Closing: "sources lists what you may have.", Private: true}}, nil
	}
	return c.status(ctx, &s.dumps[0], s)
}

// status tells how a dump is doing. It was asked for and is told, so it succeeds even where the dump did not.
func (c *conversation) status(ctx context.Context, dump *v1alpha1.DatabaseDump, s shelf) (answer, error) {
	about := []chat.Field{
		{Name: "source", Value: dump.Namespace + "/" + dump.Spec.SourceRef.Name},
		{Name: "database", Value: string(databaseOf(dump))},
		{Name: "asked by", Value: fmt.Sprintf("%s, %s ago", askedBy(dump, s), age(c.now().Sub(dump.CreationTimestamp.Time)))},
	}
	if dump.Spec.Reason != "" {
		about = append(about, chat.Field{Name: "because", Value: dump.Spec.Reason})
	}
	if dump.Status.Finished() {
		r := c.ended(dump).Reply
		r.Fields = append(about, r.Fields...)
		return answer{Reply: r}, nil
	}
	f := &following{conversation: c, dump: dump, began: dump.CreationTimestamp.Time}
	if dump.Status.Phase == v1alpha1.PhaseQueued {
		before, err := c.before(ctx, dump)
		if err != nil {
			return answer{}, err
		}
		f.before = before
	}
	doing, far, severity := f.stage(c.now().Sub(f.began))
	r := chat.Reply{Severity: severity, Headline: fmt.Sprintf("%s is %s.", dump.Name, doing), Fields: about}
	if severity != chat.Info {
		r.Headline = fmt.Sprintf("%s: %s", dump.Name, doing)
	}
	if waiting := stalled(dump); waiting != nil {
		r.Fields = append(r.Fields, obstacle(waiting)...)
	}
	if far != "" {
		r.Fields = append(r.Fields, chat.Field{Name: "progress", Value: far})
	}
	r.Closing = fmt.Sprintf("cancel %s stops it.", dump.Name)
	return answer{Reply: r}, nil
}

// before counts the dumps whose turn comes before this one's, whoever asked for them.
func (c *conversation) before(ctx context.Context, dump *v1alpha1.DatabaseDump) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	var waiting []v1alpha1.DatabaseDump
	keep := unfinishedBeside(dump)
	err := eachPage(ctx, c.api, func(page *v1alpha1.DatabaseDumpList) {
		for i := range page.Items {
			if keep(&page.Items[i]) {
				waiting = append(waiting, page.Items[i])
			}
		}
	}, client.InNamespace(dump.Namespace))
	return queue.Position(waiting, dump), err
}

// unfinishedBeside picks, in a dump's namespace, what its place in the queue depends on.
func unfinishedBeside(dump *v1alpha1.DatabaseDump) func(*v1alpha1.DatabaseDump) bool {
	return func(d *v1alpha1.DatabaseDump) bool {
		return d.Spec.SourceRef == dump.Spec.SourceRef && !d.Status.Finished()
	}
}
