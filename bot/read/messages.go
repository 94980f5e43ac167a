package read

import (
	"context"
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// messages finds the dumps of messages in the API server. A bot that was away reads thousands of messages again at once, and for
// each list the API server looks through all dumps: those that are asked for during one list share the next.
type messages struct {
	list func(context.Context, client.ObjectList, ...client.ListOption) error

	mu      sync.Mutex
	waiting []*question
	asking  bool
}

// question of one message, by its hash. The answer is there when done is closed.
type question struct {
	hash  string
	done  chan struct{}
	dumps []v1alpha1.DatabaseDump
	err   error
}

// mostTogether keeps the request's address below 3 KiB.
const mostTogether = 100

// of a message, the dumps that have its label. None is older than the question.
func (m *messages) of(ctx context.Context, hash string) ([]v1alpha1.DatabaseDump, error) {
	q := &question{hash: hash, done: make(chan struct{})}
	m.mu.Lock()
	m.waiting = append(m.waiting, q)
	if !m.asking {
		m.asking = true
		go m.ask()
	}
	m.mu.Unlock()
	select {
	case <-q.done:
		return q.dumps, q.err
	case <-ctx.Done():
		return nil, fmt.Errorf("list the dumps: %w", ctx.Err())
	}
}

// ask until no question waits.
func (m *messages) ask() {
	for {
		m.mu.Lock()
		together := m.waiting[:min(len(m.waiting), mostTogether)]
		m.waiting = m.waiting[len(together):]
		m.asking = len(together) > 0
		m.mu.Unlock()
		if len(together) == 0 {
			return
		}
		answer(together, m.list)
	}
}

func answer(together []*question, list func(context.Context, client.ObjectList, ...client.ListOption) error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	hashes := make([]string, len(together))
	for i, q := range together {
		hashes[i] = q.hash
	}
	found := map[string][]v1alpha1.DatabaseDump{}
	ofAny, err := labels.NewRequirement(v1alpha1.LabelMessage, selection.In, hashes)
	if err == nil {
		// Without a limit: the API server finds the few in its memory. For a page it would read and decode all that are in etcd
		// (KEP-2340, consistent reads from cache).
		var all v1alpha1.DatabaseDumpList
		err = list(ctx, &all, client.MatchingLabelsSelector{Selector: labels.NewSelector().Add(*ofAny)})
		for _, d := range all.Items {
			found[d.Labels[v1alpha1.LabelMessage]] = append(found[d.Labels[v1alpha1.LabelMessage]], d)
		}
	}
	for _, q := range together {
		q.dumps = found[q.hash]
		if err != nil {
			q.err = fmt.Errorf("list the dumps: %w", err)
		}
		close(q.done)
	}
}
