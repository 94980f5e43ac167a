package read

import (
	"slices"
	"sync"
	"time"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// own are the dumps that this process created a moment ago. Informers lag: without them, twenty equal requests at once
// would each find no dump that is equal.
type own struct {
	mu sync.Mutex
	// dumps from the earliest to the latest.
	dumps []*written
}

type written struct {
	dump v1alpha1.DatabaseDump
	// entries of the index under which the informers will have it.
	entries []string
	at      time.Time
}

// remembered is how long the informers may lag. Were they ever later, an equal dump might be made twice; nothing worse.
const remembered = time.Minute

// add a dump, and leave out the earliest that the informers know by now.
func (o *own) add(d *v1alpha1.DatabaseDump, known func(*v1alpha1.DatabaseDump) bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.dumps) > 0 && o.dumps[0].over(known) {
		o.dumps[0] = nil // or the array keeps it
		o.dumps = o.dumps[1:]
	}
	o.dumps = append(o.dumps, &written{*d.DeepCopy(), entriesOf(d), time.Now()})
}

func (w *written) over(known func(*v1alpha1.DatabaseDump) bool) bool {
	return time.Since(w.at) > remembered || known(&w.dump)
}

// unknown to the informers so far, below an entry of the index; below none are all. Of what they know, in whatever state, they
// tell. Only what is below the entry is looked for there: when they lag there is much else.
func (o *own) unknown(entry string, known func(*v1alpha1.DatabaseDump) bool) []v1alpha1.DatabaseDump {
	o.mu.Lock()
	defer o.mu.Unlock()
	var dumps []v1alpha1.DatabaseDump
	o.dumps = slices.DeleteFunc(o.dumps, func(w *written) bool {
		if entry != "" && !slices.Contains(w.entries, entry) {
			return false
		}
		if w.over(known) {
			return true
		}
		dumps = append(dumps, w.dump)
		return false
	})
	return dumps
}
