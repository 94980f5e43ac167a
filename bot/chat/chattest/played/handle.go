package played

import (
	"context"
	"sync"

	"github.com/volcado-io/volcado/bot/chat"
)

// state of a message that the driver has seen.
type state int

const (
	unseen state = iota
	// handling: the handler was called for the first time and has not returned.
	handling
	// repeating: the handler failed, and is called again.
	repeating
	handled
)

// remembered is how many messages the driver remembers to have handled.
const remembered = 50_000

// known are the messages that the driver has seen, so that what it reads again is not handed on again. The service's own
// redeliveries are: the bot must bear them.
type known struct {
	mu     sync.Mutex
	states map[string]state
	order  []string
}

func newKnown() *known { return &known{states: map[string]state{}} }

// begin says whether a message is to be handed on, and what was known of it.
func (k *known) begin(id string, redelivered bool) (bool, state) {
	k.mu.Lock()
	defer k.mu.Unlock()
	before := k.states[id]
	switch before {
	case unseen:
		k.states[id] = handling
		return true, before
	case repeating:
		return false, before
	default:
		return redelivered, before
	}
}

// set the state, which never leaves handled.
func (k *known) set(id string, s state) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.states[id] == handled {
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
	if len(k.order) > remembered {
		delete(k.states, k.order[0])
		k.order = k.order[1:]
	}
}

// take an event, which the service delivered or the driver has read again.
func (l *listener) take(ctx context.Context, e wireEvent, reread bool) {
	redelivered := !reread && e.Attempt > 1
	if e.Kind == eventMessage {
		if l.plainlyNone(e.Message) {
			if !reread {
				l.start(ctx, func() { l.acknowledge(ctx, e, chat.Answer{}) })
			}
			return
		}
		wanted, before := l.known.begin(e.ID, redelivered)
		if !wanted {
			if before == handled && !reread {
				l.start(ctx, func() { l.acknowledge(ctx, e, chat.Answer{}) })
			}
			return
		}
	}
	before, over := closed, func() {}
	if !redelivered {
		before, over = l.turn(e.Message.Channel + " " + e.Message.User)
	}
	started := l.start(ctx, func() {
		defer over()
		<-before
		l.serve(ctx, e, reread || redelivered, over)
	})
	if !started {
		l.known.set(e.ID, unseen)
		over()
	}
}

// start runs f once there is room for it, and says whether it does.
func (l *listener) start(ctx context.Context, f func()) bool {
	select {
	case l.slots <- struct{}{}:
		l.running.Go(func() {
			defer func() { <-l.slots }()
			f()
		})
		return true
	case <-ctx.Done():
		return false
	}
}

// serve hands an event on until it was handled or ctx ends. The next of the same person's can begin when that was tried
// once: one that cannot be handled now does not hold up all others.
func (l *listener) serve(ctx context.Context, e wireEvent, again bool, tried func()) {
	pause := repeatFirst
	for {
		answer, err := l.once(ctx, e, again)
		if err == nil {
			l.known.set(e.ID, handled)
			tried()
			l.acknowledge(ctx, e, answer)
			return
		}
		l.known.set(e.ID, repeating)
		tried()
		if !sleep(ctx, pause) {
			l.known.set(e.ID, unseen)
			return
		}
		pause = min(2*pause, repeatLast)
	}
}

func (l *listener) once(ctx context.Context, e wireEvent, again bool) (chat.Answer, error) {
	m, wanted, err := l.message(ctx, e, again)
	if err != nil || !wanted {
		return chat.Answer{}, err
	}
	return l.handle(ctx, m)
}

// acknowledge an event. One that this is lost for is delivered again.
func (l *listener) acknowledge(ctx context.Context, e wireEvent, a chat.Answer) {
	asked := request{Event: e.ID, User: e.Message.User, Channel: e.Message.Channel, Thread: e.Message.Thread, Answer: &wireAnswer{}}
	if e.Kind == eventForm {
		asked.Post, asked.Answer.Invalid = e.Post, a.Invalid
	}
	if a.Reply != nil {
		asked.Answer.Text = l.short(*a.Reply)
	}
	if a.Form != nil && e.Kind.opensForms() {
		asked.Answer.Form = form(*a.Form)
	}
	_, _ = l.call(context.WithoutCancel(ctx), OpAck, asked)
}

func form(f chat.Form) *Form {
	out := &Form{Command: f.Command, Title: visible(f.Title), Submit: visible(f.Submit)}
	for _, field := range f.Fields {
		out.Fields = append(out.Fields, FormField{
			Name: field.Name, Label: visible(field.Label), Hint: visible(field.Hint), Value: field.Value, Required: field.Required,
			Choices: field.Choices,
		})
	}
	return out
}
