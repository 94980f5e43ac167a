package bot

import (
	"sync"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// handled remembers the latest messages and how they were answered. What is forgotten is found in the cluster and in the
// chat.
type handled struct {
	mu      sync.Mutex
	answers map[string]handledOnce
	order   []string // a ring
	next    int
}

func newHandled(size int) *handled {
	return &handled{answers: make(map[string]handledOnce), order: make([]string, size)}
}

// handledOnce is how a message was answered, and when it was written.
type handledOnce struct {
	said    chat.Answer
	written time.Time
}

// oneAct is how long after a click another one is taken for the same act: a double click, or impatience.
const oneAct = 10 * time.Second

// answer to a message that was written then. A click has the id of every other one on its button, but is written later than those
// before it.
func (h *handled) answer(hash string, written time.Time) (chat.Answer, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	is, ok := h.answers[hash]
	return is.said, ok && written.Sub(is.written) <= oneAct
}

func (h *handled) add(hash string, said chat.Answer, written time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, again := h.answers[hash]; !again {
		delete(h.answers, h.order[h.next])
		h.order[h.next] = hash
		h.next = (h.next + 1) % len(h.order)
	}
	// Not what was said: a second acknowledgement says nothing again.
	h.answers[hash] = handledOnce{chat.Answer{Outcome: said.Outcome, Follows: said.Follows}, written}
}

// first reports whether something is done for the first time.
func (h *handled) first(what string) bool {
	if _, was := h.answer(what, time.Time{}); was {
		return false
	}
	h.add(what, chat.Answer{}, time.Time{})
	return true
}
