package inbox

import "sync"

// state of an item that was seen.
type state int

const (
	unseen state = iota
	// handling: it is handled for the first time.
	handling
	// repeating: that failed, and is tried again.
	repeating
	handled
)

// known are the items that were seen.
type known struct {
	mu     sync.Mutex
	states map[string]state
	order  []string // of those that were handled
}

// begin an item, unless it is known. One that the service delivers again is begun a second time, unless it is being
// repeated anyway.
func (k *known) begin(id string, redelivered bool) Fate {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch k.states[id] {
	case unseen:
		k.states[id] = handling
		return Taken
	case repeating:
		return InHand
	case handled:
		if !redelivered {
			return Handled
		}
	case handling:
		if !redelivered {
			return InHand
		}
	}
	return Taken
}

// set the state, which never leaves handled. An item without an id has none.
func (k *known) set(id string, s state) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if id == "" || k.states[id] == handled {
		return
	}
	if s == unseen {
		delete(k.states, id)
		return
	}
	k.states[id] = s
	if s != handled {
		return
	}
	k.order = append(k.order, id)
	if len(k.order) > mostRemembered {
		delete(k.states, k.order[0])
		k.order = k.order[1:]
	}
}
