package played

import (
	"context"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/inbox"
	"github.com/volcado-io/volcado/bot/chat/layout"
)

// take an event, which the service delivered or the driver has read again.
func (l *listener) take(ctx context.Context, e wireEvent, reread bool) {
	redelivered := !reread && e.Attempt > 1
	item := inbox.Item{Lane: e.Message.Channel + " " + e.Message.User, Redelivered: redelivered}
	if e.Kind == eventMessage {
		if l.plainlyNone(e.Message) {
			l.acknowledgeUnasked(ctx, e, reread)
			return
		}
		item.ID = e.ID
	}
	item.Handle = func(ctx context.Context) error {
		answer, err := l.once(ctx, e, reread || redelivered)
		if err == nil {
			l.acknowledge(ctx, e, answer)
		}
		return err
	}
	if l.inbox.Take(ctx, item) == inbox.Handled {
		l.acknowledgeUnasked(ctx, e, reread)
	}
}

// acknowledgeUnasked what the bot has nothing to do with any more. What was read again waits for no acknowledgement.
func (l *listener) acknowledgeUnasked(ctx context.Context, e wireEvent, reread bool) {
	if !reread {
		l.inbox.Go(ctx, func() { l.acknowledge(ctx, e, chat.Answer{}) })
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
	opens := a.Form != nil && e.Kind.opensForms()
	if a.Reply != nil && !opens {
		asked.Answer.Text = l.short(*a.Reply)
	}
	if opens {
		asked.Answer.Form = form(*a.Form)
	}
	_, _ = l.call(context.WithoutCancel(ctx), OpAck, asked)
}

func form(f chat.Form) *Form {
	out := &Form{Command: f.Command, Title: layout.Visible(f.Title), Submit: layout.Visible(f.Submit)}
	for _, field := range f.Fields {
		out.Fields = append(out.Fields, FormField{
			Name: field.Name, Label: layout.Visible(field.Label), Hint: layout.Visible(field.Hint), Value: field.Value, Required: field.Required,
			Choices: field.Choices,
		})
	}
	return out
}
