package console

import (
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/layout"
)

// plainEvery is how often progress within one stage is worth a line where lines cannot renew themselves.
const plainEvery = 10 * time.Second

// screen shows replies. On a terminal the last progress is one line that is written over; elsewhere it is a line now and
// then.
type screen struct {
	out      *os.File
	user     string
	terminal bool
	colour   bool
	now      func() time.Time

	mu     sync.Mutex
	keys   map[chat.Key]chat.Ref
	posted int
	live   string // the id of the reply on the line that renews itself, or ""
	stage  string // what the last progress line said, and of which reply
	at     time.Time
	whole  map[string]bool // the stages that were shown with all that they say
	err    error           // of the first write that failed
	health chat.Health
}

func newScreen(o Options) *screen {
	onTerminal := isTerminal(o.Out)
	return &screen{
		out: o.Out, user: o.Author.User, terminal: onTerminal, colour: onTerminal && o.Colour, now: o.Now,
		keys: map[chat.Key]chat.Ref{}, whole: map[string]bool{}, health: chat.Health{Why: "not started"},
	}
}

// show writes a reply. One that goes on is a line that renews itself, or where lines cannot, a line now and then. Where
// something is amiss, the rest of it is shown once as well: it says what somebody has to do.
func (s *screen) show(id string, r chat.Reply, isNew bool) {
	if r.Progress == nil {
		s.erase()
		s.write(render(r, s.colour))
		return
	}
	stage := id + " " + r.Progress.Stage
	switch {
	case r.Severity > chat.Good && hasMore(r) && !s.whole[stage]:
		s.whole[stage] = true
		s.erase()
		s.write(render(r, s.colour))
		s.stage, s.at = stage, s.now()
	case s.terminal:
		s.erase()
		// One column stays free: a full line would wrap, and could not be taken back.
		s.write(paint(fit(layout.Visible(r.Headline), s.width()-1), r.Severity, s.colour))
		s.live = id
	case isNew || stage != s.stage || s.now().Sub(s.at) >= plainEvery:
		s.write(layout.Visible(r.Headline) + "\n")
		s.stage, s.at = stage, s.now()
	}
}

// hasMore: there is more to a reply than its headline. Its buttons are not shown: whatever they do is typed here.
func hasMore(r chat.Reply) bool {
	return len(r.Lines)+len(r.Fields)+len(r.Rows)+len(r.Snippets) > 0 || r.Closing != ""
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
