package notify

import (
	"context"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// Memory is the ledger of a console, which forgets nothing while it lives and whose conversation ends with it; and of
// dumps that were deleted, whose record is gone with them.
type Memory struct {
	mu     sync.Mutex
	states map[types.UID]State
}

// Load reads the state of a dump. One that was not saved yet is that of a dump of which nothing was said.
func (m *Memory) Load(_ context.Context, d *v1alpha1.DatabaseDump) (State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.states[d.UID]
	if !ok {
		s = begun()
	}
	return s.clone(), nil
}

// Save replaces the state of a dump. It always succeeds: one conversation alone writes here.
func (m *Memory) Save(_ context.Context, d *v1alpha1.DatabaseDump, s State) error {
	m.put(d.UID, s)
	return nil
}

func (m *Memory) put(uid types.UID, s State) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.states == nil {
		m.states = map[types.UID]State{}
	}
	m.states[uid] = s.clone()
}

// Forget a dump.
func (m *Memory) Forget(uid types.UID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.states, uid)
}
