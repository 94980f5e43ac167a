package console

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/volcado-io/volcado/bot/chat"
)

// plainEvery is how often progress within one stage is worth a line where lines cannot renew themselves.
const plainEvery = 10 * time.Second

// screen shows replies. On a terminal the last progress is one line that is written over; elsewhere it is a line now and
// then.
type screen struct {
	out      *os.File
	terminal bool
	colour   bool
	now      func() time.Time

	mu     sync.Mutex
	posted int
	live   string // the id of the reply on the line that renews itself, or ""
	stage  string // what the last progress line said
	at     time.Time
	err    error // of the first write that failed
}

func newScreen(o Options) *screen {
	onTerminal := isTerminal(o.Out)
	return &screen{out: o.Out, terminal: onTerminal, colour: onTerminal && o.Colour, now: o.Now}
}

// Post shows a reply. There is nobody else to see it, so Private makes no difference.
func (s *screen) Post(_ context.Context, _ chat.Message, r chat.Reply) (chat.Posted, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posted++
	id := strconv.Itoa(s.posted)
	s.show(id, r, true)
	return chat.Posted(id), s.err
}

// Edit replaces the progress that is shown, or on a screen that cannot take anything back, adds to it.
func (s *screen) Edit(_ context.Context, _ chat.Message, posted chat.Posted, r chat.Reply) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.show(string(posted), r, false)
	return s.err
}

func (s *screen) show(id string, r chat.Reply, isNew bool) {
	switch {
	case r.Progress == nil:
		s.erase()
		s.write(render(r, s.colour))
	case s.terminal:
		s.erase()
		// One column stays free: a full line would wrap, and could not be taken back.
		s.write(paint(fit(visible(r.Headline), s.width()-1), r.Severity, s.colour))
		s.live = id
	case isNew || r.Progress.Stage != s.stage || s.now().Sub(s.at) >= plainEvery:
		s.write(visible(r.Headline) + "\n")
		s.stage, s.at = r.Progress.Stage, s.now()
	}
}

func (s *screen) erase() {
	if s.live != "" {
		s.write("\r\x1b[K")
		s.live = ""
	}
}

func (s *screen) print(r chat.Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.show("", r, true)
}

func (s *screen) write(text string) {
	if s.err != nil {
		return
	}
	if _, err := s.out.WriteString(text); err != nil {
		s.err = fmt.Errorf("write to the console: %w", err)
	}
}

func (s *screen) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *screen) width() int {
	if width, _, err := term.GetSize(int(s.out.Fd())); err == nil && width > 1 {
		return width
	}
	return 80
}

func isTerminal(f *os.File) bool { return f != nil && term.IsTerminal(int(f.Fd())) }
