package bot

import (
	"sync"

	"github.com/volcado-io/volcado/bot/chat"
)

// handled remembers the latest messages and how they were answered. What is forgotten is found in the cluster and in the
// chat.
type handled struct {
	mu      sync.Mutex
	answers map[string]chat.Answer
	order   []string // a ring
	next    int
}

func newHandled(size int) *handled {
	return &handled{answers: make(map[string]chat.Answer), order: make([]string, size)}
}

func (h *handled) answer(hash string) (chat.Answer, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	said, ok := h.answers[hash]
	return said, ok
}

func (h *handled) add(hash string, said chat.Answer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.answers, h.order[h.next])
	h.order[h.next] = hash
	h.next = (h.next + 1) % len(h.order)
	// Not what was said: a second acknowledgement says nothing again.
	h.answers[hash] = chat.Answer{Outcome: said.Outcome, Follows: said.Follows}
}

// first reports whether something is done for the first time.
func (h *handled) first(what string) bool {
	if _, was := h.answer(what); was {
		return false
	}
	h.add(what, chat.Answer{})
	return true
}
