package read

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// slow is an API server that takes a second to list.
type slow struct {
	client.Reader
	mu            sync.Mutex
	running, most int
}

func (s *slow) run(more int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running += more
	s.most = max(s.most, s.running)
}

func (s *slow) List(ctx context.Context, _ client.ObjectList, _ ...client.ListOption) error {
	s.run(1)
	defer s.run(-1)
	select {
	case <-time.After(time.Second):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestManyQuestionsAreAskedOfTheAPIServerAFewAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &slow{}
		c, failed := Cached(nil, api), atomic.Int64{}
		for range 100 {
			go func() {
				_, err := c.dumps(t.Context(), Newest, all(func(*v1alpha1.DatabaseDump) bool { return true }))
				if err != nil {
					failed.Add(1)
				}
			}()
		}
		synctest.Wait()
		<-time.After(time.Minute)
		if api.most != listsAtOnce {
			t.Errorf("%d are asked at once", api.most)
		}
		// Nobody waits for longer than an answer may take.
		if want, got := 100-listsAtOnce*int(timeout/time.Second), int(failed.Load()); got > want+listsAtOnce || got < want {
			t.Errorf("%d of 100 failed", got)
		}
	})
}
