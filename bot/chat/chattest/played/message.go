package played

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/volcado-io/volcado/bot/chat"
)

var mine = "<@" + BotID + ">"

// plainlyNone: what no look-up is needed for to see that it is no command. Machines write in the name of people.
func (d *Driver) plainlyNone(m wireMessage) bool {
	return m.Kind != "" || m.User == BotID ||
		chat.Kind(m.ChannelKind) != chat.KindDirect && !strings.HasPrefix(strings.TrimSpace(m.Text), mine)
}

// message makes an event one, or says that it is none.
func (d *Driver) message(ctx context.Context, e wireEvent, again bool) (chat.Message, bool, error) {
	given, err := d.call(ctx, OpUser, request{User: e.Message.User})
	if chat.KindOfError(err) == chat.PlaceGone && err != nil {
		return chat.Message{}, false, nil
	}
	if err != nil {
		return chat.Message{}, false, err
	}
	u := given.User
	if u == nil || u.ID != e.Message.User {
		return chat.Message{}, false, &chat.Error{Kind: chat.Uncertain, Err: errors.New("the server did not say who wrote")}
	}
	if u.Bot || u.Guest || u.Deactivated || u.Remote {
		return chat.Message{}, false, nil
	}
	m := chat.Message{
		Place: chat.Place{
			Platform: Platform, Workspace: d.workspace, Channel: e.Message.Channel, Thread: e.Message.Thread,
			Kind: chat.Kind(e.Message.ChannelKind),
		},
		Author:  chat.Author{User: u.ID, DisplayName: u.DisplayName, Locale: u.Locale, Groups: u.Groups},
		ID:      e.ID,
		Written: e.Message.At, Again: again, CanOpenForm: e.Kind.opensForms(),
	}
	switch e.Kind {
	case eventMessage, eventCommand:
		m.Text = typed(e.Message.Text)
		if m.Thread == "" && e.Kind == eventMessage {
			m.Thread = e.ID
		}
	case eventClick:
		// A double click is one request.
		m.ID, m.Text = "click-"+digest(e.Post, e.Line, u.ID), e.Line
	case eventForm:
		values, err := json.Marshal(e.Values)
		if err != nil {
			return chat.Message{}, false, fmt.Errorf("read a form: %w", err)
		}
		m.ID, m.Text, m.Form = "form-"+digest(e.Post, u.ID, string(values)), e.Command, e.Values
	default:
		return chat.Message{}, false, nil
	}
	return m, true, nil
}

var unescapeTyped = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

// typed is what a person typed, without the bot's mention before it.
func typed(text string) string {
	rest, mentioned := strings.CutPrefix(strings.TrimSpace(text), mine)
	if mentioned {
		text = strings.TrimSpace(rest)
	}
	return unescapeTyped.Replace(text)
}

func digest(parts ...string) string {
	data, _ := json.Marshal(parts) // strings can always be written
	return fmt.Sprintf("%x", sha256.Sum256(data))[:40]
}
