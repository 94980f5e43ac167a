package slack

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/inbox"
)

// patience is how long the acknowledgement of a click or a command waits for what rides on it. Slack waits for three seconds, then
// tells the person that the app failed; it does not deliver either again.
const patience = 2500 * time.Millisecond

// interaction is a click, or a form that was sent.
type interaction struct {
	Type    string `json:"type"`
	Team    struct{ ID string }
	User    struct{ ID string }
	Channel struct{ ID string }
	Message struct {
		TS     string `json:"ts"`
		Thread string `json:"thread_ts"`
		User   string `json:"user"`
		Bot    string `json:"bot_id"`
	}
	Container struct {
		Channel   string `json:"channel_id"`
		TS        string `json:"message_ts"`
		Thread    string `json:"thread_ts"`
		Ephemeral bool   `json:"is_ephemeral"`
	}
	Actions []struct {
		ID    string `json:"action_id"`
		Value string `json:"value"`
		TS    string `json:"action_ts"`
	}
	Trigger     string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	View        view
}

// view is a form as it comes back.
type view struct {
	ID       string
	Metadata string `json:"private_metadata"`
	State    struct {
		Values map[string]map[string]struct {
			Value    *string
			Selected *struct{ Value string } `json:"selected_option"`
		}
	}
}

// origin is where a form was asked for. It travels with the form, which Slack vouches for.
type origin struct {
	Channel string `json:"channel"`
	Thread  string `json:"thread,omitempty"`
	Command string `json:"command"`
}

// request is a message that Slack does not deliver again, and that is acknowledged soon.
type request struct {
	chat.Message
	user string
	// reply answers on the acknowledgement. It is called once.
	reply func(chat.Answer)
	// late says what came after the acknowledgement, and after what does not ride on it at all.
	late, after func(context.Context, chat.Message, chat.Answer)
	// must be handled before it is acknowledged at all.
	must bool
}

func (l *listener) interacted(ctx context.Context, e envelope, ack func(any)) error {
	var i interaction
	if err := json.Unmarshal(e.Payload, &i); err != nil {
		return err
	}
	if i.Team.ID != "" && i.Team.ID != l.id.Workspace {
		ack(nil)
		return nil // somebody of another workspace, in a channel that is shared
	}
	switch i.Type {
	case "block_actions":
		l.clicked(ctx, i, ack)
	case "view_submission":
		return l.sent(ctx, i, ack)
	default:
		ack(nil)
	}
	return nil
}

// clicked hands on what a button of the bot's carries, as the words of whoever clicked.
func (l *listener) clicked(ctx context.Context, i interaction, ack func(any)) {
	channel, ts := cmp.Or(i.Container.Channel, i.Channel.ID), cmp.Or(i.Container.TS, i.Message.TS)
	thread := cmp.Or(i.Message.Thread, i.Container.Thread)
	said := chat.Message{Place: l.place(channel, cmp.Or(thread, ts))}
	if i.Container.Ephemeral {
		said = chat.Message{Place: l.place(channel, thread), Unseen: true} // it begins no thread
	}
	if len(i.Actions) == 0 || i.Actions[0].Value == "" || actionOf(i.Actions[0].Value) != i.Actions[0].ID || !isMessage(ts) || thread != "" && !isMessage(thread) {
		ack(nil)
		return
	}
	line := i.Actions[0].Value
	said.Text, said.Written, said.ID = line, time.Now(), "click-"+digest(channel, ts, line, i.User.ID)
	l.request(ctx, request{
		user:    i.User.ID,
		Message: said,
		reply:   func(chat.Answer) { ack(nil) },
		after: func(ctx context.Context, m chat.Message, answer chat.Answer) {
			l.whispers(ctx, m, thread, answer)
		},
	})
}

// actionOf a line of the grammar, so that one that was changed on its way is not obeyed.
func actionOf(line string) string { return "say-" + digest(line) }

// digest is a short name for values.
func digest(values ...string) string {
	encoded, _ := json.Marshal(values) // strings always can be
	sum := sha256.Sum256(encoded)
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15]))
}

func (s *Service) place(channel, thread string) chat.Place {
	return chat.Place{Platform: s.id.Platform, Workspace: s.id.Workspace, Channel: channel, Thread: thread}
}

// command is a slash command.
type command struct {
	Team        string `json:"team_id"`
	Channel     string `json:"channel_id"`
	User        string `json:"user_id"`
	Command     string `json:"command"`
	Text        string `json:"text"`
	Trigger     string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
}

// commanded hands on a slash command. A bare one asks for the form of a dump.
func (l *listener) commanded(ctx context.Context, e envelope, ack func(any)) error {
	var c command
	if err := json.Unmarshal(e.Payload, &c); err != nil {
		return err
	}
	if c.Team != l.id.Workspace || c.Trigger == "" {
		ack(nil)
		return nil
	}
	text := asTyped(strings.TrimSpace(c.Text))
	if text == "" {
		text = "dump"
	}
	message := chat.Message{
		Place: l.place(c.Channel, ""), Text: text, Written: time.Now(), ID: "command-" + digest(c.Trigger), CanOpenForm: true, Unseen: true,
	}
	// later is what does not ride on the acknowledgement. A form that cannot be opened has a reply instead.
	later := func(ctx context.Context, answer chat.Answer) {
		if (answer.Form == nil || !l.opens(ctx, c, *answer.Form)) && answer.Reply != nil {
			l.answerLate(ctx, c, message, *answer.Reply)
		}
	}
	l.request(ctx, request{
		user:    c.User,
		Message: message,
		reply: func(answer chat.Answer) {
			if answer.Form != nil {
				ack(nil) // to open it can take longer than Slack waits
				l.inbox.Go(ctx, func() { later(ctx, answer) })
				return
			}
			if answer.Reply == nil {
				ack(nil)
				return
			}
			said := render(*answer.Reply, l.address(), "", 1)[0]
			ack(slack.Msg{ResponseType: slack.ResponseTypeEphemeral, Text: said.text, Blocks: slack.Blocks{BlockSet: said.blocks}})
		},
		late: func(ctx context.Context, _ chat.Message, answer chat.Answer) { later(ctx, answer) },
	})
	return nil
}

// answerLate says at the command's own address what did not ride on its acknowledgement, or to its author where that fails.
func (l *listener) answerLate(ctx context.Context, c command, m chat.Message, reply chat.Reply) {
	m.User = c.User
	if !l.isSlacks(c.ResponseURL) {
		l.whispers(ctx, m, "", chat.Answer{Reply: &reply})
		return
	}
	said := render(reply, l.address(), "", 1)[0]
	_, err := look(ctx, l.client, "answer a command", func(api *slack.Client) (string, error) {
		_, ts, err := api.PostMessageContext(ctx, c.Channel, append(said.content(), slack.MsgOptionResponseURL(c.ResponseURL, slack.ResponseTypeEphemeral))...)
		return ts, err
	})
	if err != nil {
		l.log.Warn("a command's own address does not take its answer", "channel", m.Channel, "message", m.ID, "error", err)
		l.whispers(ctx, m, "", chat.Answer{Reply: &reply})
	}
}

// isSlacks reports whether an address is one that Slack gives for answers.
func (s *Service) isSlacks(address string) bool {
	given, err := url.Parse(address)
	base, baseErr := url.Parse(s.base)
	if err != nil || baseErr != nil || given.User != nil {
		return false
	}
	return given.Scheme == base.Scheme && (given.Host == base.Host || given.Host == "hooks."+base.Host)
}

// request handles what is acknowledged soon. Where that takes longer it goes on behind the acknowledgement.
func (l *listener) request(ctx context.Context, r request) {
	l.undelivered.Add(1)
	delivered := sync.OnceFunc(func() { l.undelivered.Add(-1) })
	answered := make(chan struct{})
	var once sync.Mutex
	acknowledged := false
	// acknowledge reports whether it was done by this call.
	acknowledge := func(answer chat.Answer) bool {
		once.Lock()
		defer once.Unlock()
		if acknowledged {
			return false
		}
		acknowledged = true
		close(answered)
		r.reply(answer)
		return true
	}
	fate := l.inbox.Take(ctx, inbox.Item{
		Lane: r.Channel + " " + r.user, Size: len(r.Text),
		Handle: func(ctx context.Context) error {
			m, wanted, err := l.lookUp(ctx, r)
			if err != nil {
				return err
			}
			delivered()
			if !wanted {
				acknowledge(chat.Answer{})
				return nil
			}
			answer, err := l.handle(ctx, m)
			if err != nil {
				return err
			}
			if !acknowledge(answer) && r.late != nil {
				r.late(ctx, m, answer)
			}
			if r.after != nil {
				r.after(ctx, m, answer)
			}
			return nil
		},
	})
	if fate != inbox.Taken {
		delivered()
		return
	}
	if r.must {
		return
	}
	go func() {
		select {
		case <-answered:
		case <-time.After(patience):
			acknowledge(chat.Answer{})
		case <-ctx.Done():
		}
	}()
}

// lookUp is the message with its place and author looked up, or that it is not wanted.
func (l *listener) lookUp(ctx context.Context, r request) (chat.Message, bool, error) {
	m := r.Message
	w := written{Channel: m.Channel, TS: m.ID, User: r.user}
	is, err := l.places.standing(ctx, m.Channel)
	switch {
	case err != nil && chat.Transient(err) != nil:
		return m, false, err
	case err != nil:
		// Slack tells the bot nothing of private channels that it is not in, nor of group direct messages.
		l.log.Warn("the channel of a command or a click cannot be read", "channel", m.Channel, "error", err)
		is = standing{absent: true}
	}
	author, wanted, err := l.author(ctx, r.user)
	if err != nil || !wanted {
		return l.none(w, "its author", err)
	}
	m.Kind, m.Absent, m.Author = is.kind, is.absent, author
	return m, true, nil
}

// sent hands on a form.
func (l *listener) sent(ctx context.Context, i interaction, ack func(any)) error {
	var from origin
	if err := json.Unmarshal([]byte(i.View.Metadata), &from); err != nil || from.Command == "" {
		return errors.Join(fmt.Errorf("a form that is not the bot's: %w", errNothing), err)
	}
	values := map[string]string{}
	digested := []string{i.View.ID, i.User.ID}
	for _, field := range slices.Sorted(maps.Keys(i.View.State.Values)) {
		for _, input := range i.View.State.Values[field] {
			switch {
			case input.Value != nil:
				values[field] = *input.Value
			case input.Selected != nil:
				values[field] = input.Selected.Value
			}
		}
		digested = append(digested, field, values[field])
	}
	l.request(ctx, request{
		user: i.User.ID,
		Message: chat.Message{
			Place: l.place(from.Channel, from.Thread), Text: from.Command, Form: values, Written: time.Now(), ID: "form-" + digest(digested...), Unseen: true,
		},
		reply: func(answer chat.Answer) {
			if len(answer.Invalid) > 0 {
				ack(slack.NewErrorsViewSubmissionResponse(answer.Invalid))
				return
			}
			ack(slack.NewClearViewSubmissionResponse())
			if answer.Reply != nil {
				l.inbox.Go(ctx, func() {
					l.whispers(ctx, chat.Message{Place: l.place(from.Channel, from.Thread), Author: chat.Author{User: i.User.ID}, ID: i.View.ID}, from.Thread, answer)
				})
			}
		},
		must: true,
	})
	return nil
}
