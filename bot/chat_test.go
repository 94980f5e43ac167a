package bot_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volcado-io/volcado/bot"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/lang"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/naming"
)

// speaker words as the bot does, and marks each reply with the view that it is made of, so that a test sees both.
type speaker struct {
	*lang.Lang
	mu      sync.Mutex
	views   []view.View
	locales []string
}

func newSpeaker(t testing.TB) *speaker {
	t.Helper()
	l, err := lang.New("en")
	if err != nil {
		t.Fatal(err)
	}
	return &speaker{Lang: l}
}

const mark = "the view's number"

func (s *speaker) Say(locale string, v view.View) chat.Reply {
	r := s.Lang.Say(locale, v)
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Actions = append(r.Actions, chat.Action{Label: mark, Line: strconv.Itoa(len(s.views))})
	s.views, s.locales = append(s.views, v), append(s.locales, locale)
	return r
}

// unmark says which view a reply is made of, and in whose language.
func (s *speaker) unmark(r chat.Reply) (chat.Reply, view.View, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(r.Actions) - 1
	if last < 0 || r.Actions[last].Label != mark {
		return r, nil, ""
	}
	n, err := strconv.Atoi(r.Actions[last].Line)
	if err != nil {
		panic(err)
	}
	r.Actions = r.Actions[:last]
	return r, s.views[n], s.locales[n]
}

// post is one thing that was said.
type post struct {
	To     chat.Target
	Key    chat.Key
	Reply  chat.Reply
	View   view.View
	Locale string
}

// service is a chat that writes down what is said, and does what it is told to. It delivers nothing by itself.
type service struct {
	id      chat.ServiceID
	speaker *speaker

	mu     sync.Mutex
	limits chat.Limits
	posts  []post
	tried  int // posts, also those that were not made
	finds  int
	// kinds of channels that are not, any more, what they were when a message was written.
	kinds   map[string]chat.Kind
	kindErr error
	// slow is how long it takes to say which kind a channel is of.
	slow time.Duration
	// becomes decides what becomes of a post, told how many there were before it; nil makes it.
	becomes func(before int) error
	findErr error
	// goneThread is a thread whose root is gone.
	goneThread string
}

func newService(id chat.ServiceID, limits chat.Limits) *service {
	return &service{id: id, limits: limits, kinds: map[string]chat.Kind{}}
}

func (s *service) ID() chat.ServiceID { return s.id }

func (s *service) Listen(ctx context.Context, _ time.Time, _ chat.Handler) error {
	<-ctx.Done()
	return nil
}

func (s *service) Limits() chat.Limits {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.limits
}

func (s *service) Health() chat.Health { return chat.Health{Connected: true} }

func (s *service) KindOf(ctx context.Context, place chat.Place) (chat.Kind, error) {
	if s.slow > 0 {
		select {
		case <-time.After(s.slow):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if kind, changed := s.kinds[place.Channel]; changed {
		return kind, s.kindErr
	}
	return place.Kind, s.kindErr
}

func (s *service) Post(ctx context.Context, to chat.Target, key chat.Key, reply chat.Reply) (chat.Ref, error) {
	reply, v, locale := s.speaker.unmark(reply)
	s.mu.Lock()
	before, becomes := s.tried, s.becomes
	s.tried++
	s.mu.Unlock()
	if becomes != nil {
		if err := becomes(before); err != nil {
			return chat.Ref{}, err
		}
	}
	if ctx.Err() != nil {
		return chat.Ref{}, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts = append(s.posts, post{to, key, reply, v, locale})
	return chat.Ref{Channel: to.Channel, Post: strconv.Itoa(len(s.posts))}, nil
}

func (s *service) Edit(context.Context, chat.Ref, chat.Reply) error {
	return &chat.Error{Kind: chat.Rejected, Err: fmt.Errorf("answers are not edited")}
}

func (s *service) Find(_ context.Context, to chat.Target, key chat.Key, _ time.Time) (chat.Ref, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finds++
	if to.Only == "" && to.Thread != "" && to.Thread == s.goneThread {
		return chat.Ref{}, false, &chat.Error{Kind: chat.PostGone}
	}
	for i, p := range s.posts {
		if s.findErr == nil && p.Key == key && p.To.Only == to.Only && p.To.Thread == to.Thread {
			return chat.Ref{Channel: to.Channel, Post: strconv.Itoa(i + 1)}, true, nil
		}
	}
	return chat.Ref{}, false, s.findErr
}

// of are the posts that a message led to.
func (s *service) of(m chat.Message) []post {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []post
	for _, p := range s.posts {
		if strings.HasPrefix(string(p.Key), naming.MessageHash(bot.Requester(m))+"/") {
			found = append(found, p)
		}
	}
	return found
}

// String is all that was said, as text.
func (s *service) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, p := range s.posts {
		b.WriteString(text(p.Reply) + "\n")
	}
	return b.String()
}

// answered is what came of a message.
type answered struct {
	chat.Answer
	View  view.View // the answer, said wherever
	Said  chat.Reply
	Posts []post // all that this message ever led to
	err   error
}

func (w *world) answered(m chat.Message, a chat.Answer, err error) answered {
	said := answered{Answer: a, Posts: w.chat.of(m), err: err}
	if a.Reply != nil {
		reply, v, _ := w.speaker.unmark(*a.Reply)
		said.Reply, said.Said, said.View = &reply, reply, v
	}
	for _, p := range said.Posts {
		if strings.HasSuffix(string(p.Key), "/answer") {
			said.Said, said.View = p.Reply, p.View
		}
	}
	return said
}

// viewOf an answer, which must be of that kind.
func viewOf[T view.View](t testing.TB, a answered) T {
	t.Helper()
	v, ok := a.View.(T)
	if !ok {
		t.Fatalf("the answer is a %T, want %T; outcome %v, error %v\n%s", a.View, v, a.Outcome, a.err, text(a.Said))
	}
	return v
}

// text is everything in a reply.
func text(r chat.Reply) string {
	lines := append([]string{r.Headline}, r.Lines...)
	for _, f := range r.Fields {
		lines = append(lines, f.Name+": "+f.Value)
	}
	for _, row := range r.Rows {
		lines = append(lines, strings.Join(row, " | "))
	}
	for _, s := range r.Snippets {
		lines = append(lines, s.Caption, s.Text)
	}
	if r.Closing != "" {
		lines = append(lines, r.Closing)
	}
	for _, a := range r.Actions {
		lines = append(lines, a.Label+": "+a.Line)
	}
	return strings.Join(lines, "\n")
}

// typeName of a view, without its package.
func typeName(v view.View) string { return strings.TrimPrefix(fmt.Sprintf("%T", v), "view.") }
