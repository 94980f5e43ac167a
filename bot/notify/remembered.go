package notify

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// remembered is what this incarnation knows of one dump, from its first step until all is said.
type remembered struct {
	dump  *v1alpha1.DatabaseDump
	said  State
	shown []Shown
	// gone: the dump was deleted, and its record with it.
	gone bool
}

func (n *Notifier) remember(d *v1alpha1.DatabaseDump) *remembered {
	n.mu.Lock()
	defer n.mu.Unlock()
	key := client.ObjectKeyFromObject(d)
	m := n.memory[key]
	if m == nil || m.dump.UID != d.UID {
		m = &remembered{}
		n.memory[key] = m
	}
	m.dump = d
	return m
}

// forget a dump of which all is said, and let others have its turns.
func (n *Notifier) forget(key types.NamespacedName) {
	n.mu.Lock()
	m := n.memory[key]
	delete(n.memory, key)
	if m != nil {
		delete(n.logged, "unreadable "+string(m.dump.UID))
	}
	n.mu.Unlock()
	if m == nil {
		return
	}
	for i := range m.said.Places {
		for _, line := range n.lines {
			line.budget.leave(turnOf(m.dump, i))
		}
	}
	if m.gone {
		n.gone.Forget(m.dump.UID)
	}
}

func (n *Notifier) ledgerOf(m *remembered) Ledger {
	if m.gone {
		return &n.gone
	}
	return n.Ledger
}

// Gone is what is to be advanced of a dump that was deleted, or nil. Its record is gone with it, so that only the
// incarnation that has spoken of it can say so, and forgets it with its own end.
func (n *Notifier) Gone(key types.NamespacedName) *v1alpha1.DatabaseDump {
	n.mu.Lock()
	m := n.memory[key]
	n.mu.Unlock()
	if m == nil {
		return nil
	}
	if !m.gone {
		n.Ledger.Forget(m.dump.UID)
		if len(m.said.Places) == 0 || m.said.delivered(n.Now()) {
			n.forget(key)
			return nil
		}
		m.gone, m.dump = true, m.dump.DeepCopy()
		now := metav1.NewTime(n.Now())
		m.dump.DeletionTimestamp = &now
		n.gone.put(m.dump.UID, m.said)
	}
	return m.dump
}

func turnOf(d *v1alpha1.DatabaseDump, place int) string {
	return string(KeyOf(d, place, Status))
}
