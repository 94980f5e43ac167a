package read

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Many ask for their places at once: the informers are asked once a second for each source.
func TestAQueueIsLookedThroughOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		i := &informers{asked: func() { asked++ }}
		wait := func(uid string) *v1alpha1.DatabaseDump {
			d := dumpOf(phase(v1alpha1.PhaseQueued))
			d.UID, d.Name = types.UID(uid), uid
			i.dumps = append(i.dumps, *d)
			return d
		}
		one, two := wait("1"), wait("2")
		q := NewQueues(Cached(i, nil))
		place := func(d *v1alpha1.DatabaseDump) int {
			before, err := q.Before(context.Background(), d)
			if err != nil {
				t.Fatal(err)
			}
			return before
		}
		if a, b := place(one), place(two); a != 0 || b != 1 || asked != 1 {
			t.Errorf("places %d and %d after %d questions", a, b, asked)
		}
		i.dumps = i.dumps[1:]
		<-time.After(linesFor)
		if b := place(two); b != 1 || asked != 1 {
			t.Errorf("within a second: place %d after %d questions", b, asked)
		}
		<-time.After(time.Millisecond)
		if b := place(two); b != 0 || asked != 2 {
			t.Errorf("after a second: place %d after %d questions", b, asked)
		}
	})
}
