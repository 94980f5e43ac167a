package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/answer"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/naming"
)

// conversation is one message and what is needed to answer it.
type conversation struct {
	*Bot
	message chat.Message
	service chat.Service
	person  *read.Person
	hash    string
	locale  string
}

// Handle is the chat.Handler of every service. It returns as soon as what the message asks for is durable.
func (b *Bot) Handle(ctx context.Context, m chat.Message) (chat.Answer, error) {
	service, ok := b.Services[m.ServiceID()]
	if !ok {
		return chat.Answer{}, fmt.Errorf("a message came from %s, which is no service of this bot", m.ServiceID())
	}
	b.begin.Do(func() { b.began = b.Now() })
	by := Requester(m)
	c := &conversation{
		Bot: b, message: m, service: service, person: b.Cluster.As(by), hash: naming.MessageHash(by), locale: by.Locale,
	}
	if !m.Again {
		b.received.first(c.hash)
	}
	over, waited, err := b.turns.Take(ctx, c.hash)
	if err != nil {
		return chat.Answer{Outcome: chat.Detached}, err
	}
	defer over()
	if said, was := b.handled.answer(c.hash, m.Written); was {
		return said, nil
	}
	c.message.Again = m.Again || waited
	said, err := c.handle(ctx)
	// A form that is wrong stays open, and comes again when it was corrected.
	if err == nil && len(said.Invalid) == 0 {
		b.handled.add(c.hash, said, m.Written)
	}
	return said, err
}

func (c *conversation) handle(ctx context.Context) (chat.Answer, error) {
	if c.message.Edited {
		return c.edited(ctx)
	}
	tooOld := c.tooOld()
	if c.message.Again || tooOld {
		made, err := c.person.Made(ctx, c.freshness())
		switch {
		case err != nil && !tooOld:
			return c.trouble(ctx, err, true)
		case made != nil:
			return follows(made), nil // it speaks for itself
		}
		answered, err := c.wasAnswered(ctx)
		switch {
		case err != nil && !tooOld:
			// The service that does not answer hands the message over again. Meanwhile the log says why, and the chat does not: most
			// of what is read again was answered.
			return chat.Answer{}, err
		case answered:
			return chat.Answer{}, nil
		}
	}
	if tooOld {
		return c.say(ctx, view.TooOld{Line: c.line(), Written: c.message.Written, Window: c.ReplayWindow}, chat.Unavailable), nil
	}
	request, wrong := c.understand()
	if c.message.Absent && c.message.Kind != chat.KindShared && !answer.Anywhere(request.Command) {
		return c.say(ctx, view.NotMember{}, chat.Refused), nil
	}
	if wrong != nil {
		return c.misunderstood(ctx, wrong)
	}
	result, err := answer.Run(ctx, answer.Asked{
		Request: request, Person: c.person, Cluster: c.Cluster, Now: c.Now(), FetchImage: c.FetchImage,
	})
	if err == nil && result.Effect != nil {
		return c.perform(ctx, result.Effect)
	}
	if err != nil {
		return c.trouble(ctx, err, acts(request.Command))
	}
	return c.say(ctx, result.View, result.Outcome), nil
}

// edited says once that an edit does nothing.
func (c *conversation) edited(ctx context.Context) (chat.Answer, error) {
	if c.tooOld() {
		return chat.Answer{}, nil
	}
	if c.message.Again {
		if answered, err := c.wasAnswered(ctx); err != nil || answered {
			return chat.Answer{}, err
		}
	}
	return c.say(ctx, view.Edited{}, chat.Refused), nil
}

func (c *conversation) tooOld() bool {
	return c.ReplayWindow > 0 && !c.message.Written.IsZero() && c.Now().Sub(c.message.Written) > c.ReplayWindow
}

// freshness of the dumps among which an earlier delivery's is looked for. Where only this process can have handled that, it
// knows what it has made; otherwise the API server is asked, which has to look through all dumps. Were that done for what the
// service delivers again because the API server is slow, the API server would only become slower.
func (c *conversation) freshness() read.Freshness {
	_, ours := c.received.answer(c.hash, time.Time{})
	if c.ReplayWindow > 0 && (ours || c.message.Written.After(c.began.Add(chat.ClockSkew))) {
		return read.Recent
	}
	return read.Newest
}

// acts reports whether a command does something, and is tried again until it has been done.
func acts(command string) bool {
	return makes(command) || command == "cancel" || command == "keep" || command == "follow"
}

// makes reports whether a command makes dumps.
func makes(command string) bool {
	switch command {
	case "dump", "dumpdb", "again":
		return true
	}
	return false
}

// understand reads what was typed, or the form that was sent.
func (c *conversation) understand() (grammar.Request, error) {
	if c.message.Form == nil {
		return grammar.Parse(c.message.Text)
	}
	request, problems := grammar.FromForm(c.message.Text, c.message.Form)
	if len(problems) > 0 {
		return request, formError(problems)
	}
	return request, nil
}

// line is what was typed, or would have to be typed instead of the form.
func (c *conversation) line() string {
	if request, err := c.understand(); err == nil && c.message.Form != nil {
		return request.String()
	}
	return c.message.Text
}

// formError has what is wrong with each field of a form.
type formError map[string]grammar.Problem

func (e formError) Error() string {
	return fmt.Sprintf("the form has %d fields that are wrong", len(e))
}

func (c *conversation) misunderstood(ctx context.Context, err error) (chat.Answer, error) {
	var form formError
	var usage *grammar.UsageError
	var line *grammar.LineError
	var unknown *grammar.UnknownCommandError
	switch {
	case errors.As(err, &form):
		said := chat.Answer{Outcome: chat.Misunderstood, Invalid: map[string]string{}}
		for field, problem := range form {
			said.Invalid[field] = c.Speaker.Problem(c.locale, problem)
		}
		return said, nil
	case errors.As(err, &usage):
		if usage.Problem.Kind == grammar.MissingSource && usage.Command.Name == "dump" && c.message.CanOpenForm && c.service.Limits().Forms {
			return c.form(ctx, *usage)
		}
		return c.say(ctx, view.Usage{Command: usage.Command, Problem: usage.Problem}, chat.Misunderstood), nil
	case errors.As(err, &line):
		return c.say(ctx, view.Unreadable{Line: *line}, chat.Misunderstood), nil
	case errors.As(err, &unknown):
		return c.say(ctx, view.UnknownCommand{Typed: unknown.Typed, Near: unknown.Near}, chat.Misunderstood), nil
	}
	return c.trouble(ctx, err, false)
}

// form asks for what a bare command lacks.
func (c *conversation) form(ctx context.Context, usage grammar.UsageError) (chat.Answer, error) {
	offers, err := c.person.Offers(ctx, read.Recent)
	if err != nil {
		return c.trouble(ctx, err, false)
	}
	var sources []string
	for _, o := range offers {
		sources = append(sources, o.String())
	}
	if len(sources) == 0 {
		result, err := answer.Run(ctx, answer.Asked{Request: grammar.Request{Command: "sources"}, Person: c.person, Cluster: c.Cluster, Now: c.Now()})
		if err != nil {
			return c.trouble(ctx, err, false)
		}
		return c.say(ctx, result.View, result.Outcome), nil
	}
	form := c.Speaker.Form(c.locale, usage.Command, nil, map[string][]string{"source": sources})
	instead := c.Speaker.Say(c.locale, view.Usage{Command: usage.Command, Problem: usage.Problem})
	return chat.Answer{Form: &form, Reply: &instead}, nil
}

func follows(d *v1alpha1.DatabaseDump) chat.Answer {
	return chat.Answer{Follows: d.Namespace + "/" + d.Name}
}
