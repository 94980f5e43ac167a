package read

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/queue"
)

// Queues tells many dumps their places in the queues of their sources. Each of a thousand that wait is told its place, and would
// otherwise have all of them looked through.
type Queues struct {
	cluster *Cluster
	mu      sync.Mutex
	lines   map[string]lineAt
}

type lineAt struct {
	queue.Line
	at time.Time
}

// linesFor is how old a place can be.
const linesFor = time.Second

// NewQueues of a cluster's sources.
func NewQueues(c *Cluster) *Queues { return &Queues{cluster: c, lines: map[string]lineAt{}} }

// Before counts the dumps whose turn comes before this one's, as it was a second ago at most.
func (q *Queues) Before(ctx context.Context, d *v1alpha1.DatabaseDump) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	maps.DeleteFunc(q.lines, func(_ string, l lineAt) bool { return time.Since(l.at) > linesFor })
	source := d.Namespace + "/" + d.Spec.SourceRef.Name
	line, known := q.lines[source]
	if !known {
		waiting, err := q.cluster.dumps(ctx, Recent, unfinishedBeside(d))
		if err != nil {
			return 0, err
		}
		line = lineAt{queue.NewLine(waiting), time.Now()}
		q.lines[source] = line
	}
	return line.Position(d), nil
}
