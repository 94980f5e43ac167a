package read

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// own are the dumps that this process created a moment ago. Informers lag: without them, twenty equal requests at once
// would each find no dump that is equal.
type own struct {
	mu    sync.Mutex
	dumps map[types.UID]written
}

type written struct {
	dump v1alpha1.DatabaseDump
	at   time.Time
}

// remembered is how long the informers may lag. Were they ever later, an equal dump might be made twice; nothing worse.
const remembered = time.Minute

func newOwn() *own { return &own{dumps: map[types.UID]written{}} }

func (o *own) add(d *v1alpha1.DatabaseDump) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.dumps[d.UID] = written{*d.DeepCopy(), time.Now()}
}

// unknown to the informers so far. Of what they know, in whatever state, they tell.
func (o *own) unknown(known func(*v1alpha1.DatabaseDump) bool) []v1alpha1.DatabaseDump {
	o.mu.Lock()
	defer o.mu.Unlock()
	var dumps []v1alpha1.DatabaseDump
	for uid, is := range o.dumps {
		if time.Since(is.at) > remembered || known(&is.dump) {
			delete(o.dumps, uid)
			continue
		}
		dumps = append(dumps, is.dump)
	}
	return dumps
}
