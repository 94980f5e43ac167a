package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/inbox"
)

// mostAge of a message that cannot be looked up: nobody waits for its answer any more.
const mostAge = 24 * time.Hour

// envelope is what arrives on the socket. It is decoded here, and no deeper than is used: what Slack adds to its messages must
// not keep a command from being understood.
type envelope struct {
	Type         string          `json:"type"`
	ID           string          `json:"envelope_id"`
	Payload      json.RawMessage `json:"payload"`
	RetryAttempt int             `json:"retry_attempt"`
}

// occurrence is the payload of an event.
type occurrence struct {
	TeamID string          `json:"team_id"`
	Event  json.RawMessage `json:"event"`
}

// written is a message as an event or a history has it.
type written struct {
	Type       string          `json:"type"`
	Channel    string          `json:"channel"`
	Kind       string          `json:"channel_type"`
	User       string          `json:"user"`
	Text       string          `json:"text"`
	TS         string          `json:"ts"`
	Thread     string          `json:"thread_ts"`
	Subtype    string          `json:"subtype"`
	Bot        string          `json:"bot_id"`
	App        string          `json:"app_id"`
	Workflow   string          `json:"workflow_id"`
	UserTeam   string          `json:"user_team"`
	SourceTeam string          `json:"source_team"`
	Hidden     bool            `json:"hidden"`
	Edited     json.RawMessage `json:"edited"`
	// Message and Previous, where one was changed.
	Message  *written `json:"message"`
	Previous *written `json:"previous_message"`

	// again: read from the history, or delivered by Slack once more.
	again bool
}

func writtenIn(channel string, m slack.Message) written {
	w := written{
		Type: m.Type, Channel: channel, User: m.User, Text: m.Text, TS: m.Timestamp, Thread: m.ThreadTimestamp, Subtype: m.SubType,
		Bot: m.BotID, Workflow: m.WorkflowID, UserTeam: m.Team, Hidden: m.Hidden,
	}
	if m.BotProfile != nil {
		w.App = m.BotProfile.AppID
	}
	if m.Edited != nil {
		w.Edited = json.RawMessage("{}")
	}
	return w
}

// envelope hands on what is in an envelope. What cannot be read is acknowledged and counted: delivered again it would be no
// better.
func (l *listener) envelope(ctx context.Context, raw []byte) {
	var e envelope
	err := json.Unmarshal(raw, &e) // what can be read of it is there, even then
	socket := l.socket
	ack := func(payload any) {
		if e.ID != "" {
			l.acknowledge(socket, e.ID, payload)
		}
	}
	switch {
	case err != nil:
		e.Type = "an envelope"
	case e.Type == "events_api":
		err = l.occurred(ctx, e, ack)
	case e.Type == "interactive":
		err = l.interacted(ctx, e, ack)
	case e.Type == "slash_commands":
		err = l.commanded(ctx, e, ack)
	default:
		err = fmt.Errorf("an envelope of the type %.40q", e.Type)
	}
	if err != nil {
		l.unreadable(e.Type, err)
		ack(nil)
	}
}

func (l *listener) unreadable(what string, err error) {
	l.setHealth(func(h *chat.Health) { h.Unreadable++ })
	l.log.Warn("what Slack sent cannot be read, and is left out", "what", what, "error", err)
}

func (l *listener) occurred(ctx context.Context, e envelope, ack func(any)) error {
	var o occurrence
	if err := json.Unmarshal(e.Payload, &o); err != nil {
		return err
	}
	var w written
	if err := json.Unmarshal(o.Event, &w); err != nil {
		var only struct{ Type string }
		if json.Unmarshal(o.Event, &only) != nil || only.Type == "message" || only.Type == "app_mention" {
			return err
		}
		w = written{Type: only.Type} // of the others the type is all that is used
	}
	w.again = e.RetryAttempt > 0
	switch w.Type {
	case "app_mention":
		l.arrive(ctx, w, func() { ack(nil) })
		return nil
	case "message":
		if w.Subtype == "message_changed" && w.Message != nil {
			w = changed(w)
		}
		l.arrive(ctx, w, func() { ack(nil) })
		return nil
	case "user_change", "user_profile_changed", "team_join":
		l.people.known.forget()
	case "subteam_created", "subteam_updated", "subteam_members_changed":
		l.groups.known.forget()
	}
	l.places.kinds.forget() // whatever else is subscribed to tells of channels
	ack(nil)
	return nil
}

// changed is the message that an event of a change tells of. A link that was unfurled changes it, too, and no text.
func changed(w written) written {
	is := *w.Message
	is.Type, is.Channel, is.Kind = "message", w.Channel, w.Kind
	is.again = w.again
	if w.Previous != nil && w.Previous.Text == is.Text {
		is.Edited, is.Hidden = nil, true
	}
	return is
}

// take a message, if it may be a command; acknowledge, which can be nil, is called when it was handled, or is none.
func (l *listener) take(ctx context.Context, w written, acknowledge func()) {
	id := w.Channel + " " + idOf(w)
	l.acks.add(id, acknowledge)
	if !l.plausible(w) {
		l.acks.give(id)
		return
	}
	// It is counted until it was handed over for the first time: see chat.Health.
	l.undelivered.Add(1)
	delivered := sync.OnceFunc(func() { l.undelivered.Add(-1) })
	attempts := 0
	fate := l.inbox.Take(ctx, inbox.Item{
		ID: id, Lane: w.Channel + " " + w.User, Size: len(w.Text),
		Handle: func(ctx context.Context) error {
			attempts++
			m, wanted, err := l.message(ctx, w)
			if err != nil && time.Since(at(w.TS)) < mostAge {
				if attempts == 1 {
					l.log.Warn("a message cannot be looked up, and is tried again", "channel", w.Channel, "message", w.TS, "error", err)
				}
				return err
			}
			delivered()
			if err != nil {
				l.log.Error("a message is not answered: for a day it could not be looked up", "channel", w.Channel, "message", w.TS, "error", err)
			}
			if err == nil && wanted {
				if err := l.hand(ctx, m, w.Thread); err != nil {
					return err
				}
			}
			l.acks.give(id)
			return nil
		},
	})
	if fate != inbox.Taken {
		delivered()
	}
	if fate == inbox.Handled {
		l.acks.give(id)
	}
}

// hand on a message, and say to its author what is for them alone.
func (l *listener) hand(ctx context.Context, m chat.Message, thread string) error {
	answer, err := l.handle(ctx, m)
	if err != nil {
		return err
	}
	l.whispers(ctx, m, thread, answer)
	return nil
}

// whispers says what is for the asker alone.
func (l *listener) whispers(ctx context.Context, m chat.Message, thread string, answer chat.Answer) {
	if answer.Reply == nil {
		return
	}
	if err := l.whisper(ctx, m, thread, *answer.Reply); err != nil {
		l.log.Error("an answer was not delivered", "channel", m.Channel, "message", m.ID, "error", err)
	}
}

// spoken are the subtypes of what people write themselves.
var spoken = map[string]bool{"": true, "file_share": true, "thread_broadcast": true}

// plausible says whether a message can be a command, as far as it tells itself. A mention, or a direct message.
func (s *Service) plausible(w written) bool {
	self := s.mine()
	team := s.id.Workspace
	if !spoken[w.Subtype] || w.Hidden || w.Bot != "" || w.App != "" || w.Workflow != "" || w.User == self.user || !isUser(w.User) ||
		!isChannel(w.Channel) || !isMessage(w.TS) || w.Thread != "" && !isMessage(w.Thread) ||
		w.UserTeam != "" && w.UserTeam != team || w.SourceTeam != "" && w.SourceTeam != team {
		return false
	}
	_, mentioned := withoutMention(w.Text, self.user)
	return mentioned || isDirect(w.Channel)
}

// isDirect: the ids of direct messages begin with a D.
func isDirect(channel string) bool { return strings.HasPrefix(channel, "D") }

// idOf a message. An edited one is another one.
func idOf(w written) string {
	if len(w.Edited) > 0 && string(w.Edited) != "null" {
		return w.TS + "-edited"
	}
	return w.TS
}

// message makes a written one a chat.Message, or says that it is none. What it needs is looked up now; that something cannot be
// found out is an error, and the message is not handed on.
func (s *Service) message(ctx context.Context, w written) (chat.Message, bool, error) {
	is, err := s.places.standing(ctx, w.Channel)
	if err != nil {
		return s.none(w, "its channel", err)
	}
	text, mentioned := withoutMention(w.Text, s.mine().user)
	switch {
	case !mentioned && is.kind != chat.KindDirect:
		return chat.Message{}, false, nil
	case !mentioned:
		text = strings.TrimSpace(w.Text)
	}
	author, wanted, err := s.author(ctx, w.User)
	if err != nil || !wanted {
		return s.none(w, "its author", err)
	}
	thread := w.Thread
	if thread == "" {
		thread = w.TS
	}
	return chat.Message{
		Place:  chat.Place{Platform: s.id.Platform, Workspace: s.id.Workspace, Channel: w.Channel, Thread: thread, Kind: is.kind},
		Author: author, ID: idOf(w), Text: asTyped(text), Written: at(w.TS), Edited: idOf(w) != w.TS, Again: w.again,
	}, true, nil
}

// none: a message that Slack certainly does not show the bot, or not its author, is refused; where Slack may only be in
// trouble, it is looked up again.
func (s *Service) none(w written, what string, err error) (chat.Message, bool, error) {
	if lasting := chat.Transient(err); lasting != nil {
		return chat.Message{}, false, lasting
	}
	log := s.log.With("what", what, "channel", w.Channel, "message", w.TS, "user", w.User)
	if err != nil {
		log.Warn("a message is not answered: Slack does not show the bot what it has to know", "error", err)
	} else {
		log.Info("a message is not answered: its author is no person of this workspace, or a guest")
	}
	return chat.Message{}, false, nil
}
