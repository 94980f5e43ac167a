package answer

import (
	"cmp"
	"context"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/view"
)

func hello(_ context.Context, a Asked) (Result, error) {
	return say(view.Hello{Name: cmp.Or(a.Person.By.DisplayName, a.Person.By.User)})
}

func help(_ context.Context, a Asked) (Result, error) {
	typed := a.Request.At(0)
	if typed == "" {
		return say(view.Overview{Commands: grammar.Commands()})
	}
	c, ok := grammar.Lookup(typed)
	if !ok {
		return Result{View: view.UnknownCommand{Typed: typed, Near: grammar.Near(typed)}, Outcome: chat.Misunderstood}, nil
	}
	return say(view.Help{Command: c})
}

func whoami(_ context.Context, a Asked) (Result, error) {
	ids := a.ids()
	ids.Groups = a.Person.By.Groups
	return say(view.Whoami{IDs: ids, ChannelKind: string(a.Person.By.ChannelKind)})
}
