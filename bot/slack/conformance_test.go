package slack

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/chattest"
	"github.com/volcado-io/volcado/internal/slacktest"
)

func TestTheDriverConformsInChannels(t *testing.T) {
	chattest.Run(t, func(t *testing.T) chattest.Harness {
		w := newWorld(t)
		return w.harness(t, w.channel, chat.KindPrivate)
	})
}

// Between one person and the bot there are no mentions before a command, and nobody else.
func TestTheDriverConformsInDirectMessages(t *testing.T) {
	chattest.Run(t, func(t *testing.T) chattest.Harness {
		w := newWorld(t)
		h := w.harness(t, w.Direct(w.alice), chat.KindDirect)
		h.Second, h.SetKind, h.Impostors, h.RemoveChannel = nil, nil, nil, nil
		h.Notified = nil // every direct message notifies
		return h
	})
}

func (w *world) harness(t *testing.T, channel *slacktest.Channel, kind chat.Kind) chattest.Harness {
	mention := "@" + w.Bot.Name() + " "
	if kind == chat.KindDirect {
		mention = ""
	}
	says := func(person *slacktest.User, thread string) func(string) {
		return func(text string) { person.Post(channel, thread, mention+text) }
	}
	author := func(person *slacktest.User) chat.Author {
		return chat.Author{User: person.ID, DisplayName: person.Name(), Locale: "en-US"}
	}
	people := map[string]*slacktest.User{w.alice.ID: w.alice, w.bob.ID: w.bob}
	return chattest.Harness{
		Service: w.service(t),
		Type:    says(w.alice, ""),
		Author:  author(w.alice),
		Place:   w.place(channel, kind),
		Shown:   w.alice.Shown,
		Threads: &chattest.Threads{
			Type:   func(thread, text string) { says(w.alice, thread)(text) },
			Shown:  func(thread string) string { return w.alice.ShownIn(channel, thread) },
			Delete: nil, // a thread goes on without its first message
		},
		Second:   &chattest.Person{Type: says(w.bob, ""), Author: author(w.bob), Shown: w.bob.Shown},
		Notified: func(user string) int { return people[user].Mentioned() },
		Mentions: []string{
			"@alice", "@bob", "<@" + w.alice.ID + ">", "<@" + w.bob.ID + ">", "<!here>", "<!channel>", "<!everyone>", "@here", "@channel", "@everyone",
		},
		Effects:   w.alice.Effects,
		Restart:   func() chat.Service { return w.service(t) },
		Away:      &chattest.Away{Leave: w.Leave, Return: w.Return},
		Page:      testPage,
		Redeliver: w.Redeliver,
		Edit:      func(id, text string) { w.alice.Edit(channel, id, mention+text) },
		Waiting:   w.Unacknowledged,
		Impostors: w.impostors(),
		ForgeKey:  func(at chat.Place, key chat.Key) { w.forgeKey(channel, at, key) },
		Faults: &chattest.Faults{
			LoseBefore: func() { w.LoseBefore("chat.postMessage", "chat.update") },
			LoseAfter:  func() { w.LoseAfter("chat.postMessage", "chat.update") },
			Throttle:   func(d time.Duration) { w.Throttle(d, "chat.postMessage", "chat.update") },
			RefuseEdit: w.RefuseEdit,
		},
		Delete:        func(ref chat.Ref) { w.Bot.Delete(channel, ref.Post) },
		SetKind:       func(kind chat.Kind) { setKind(channel, kind) },
		RemoveChannel: channel.Archive,
		Token: &chattest.Token{
			Revoke: w.RevokeBotToken,
			Renew:  func() { w.RenewTokens(); w.writeTokens(t) },
		},
		Forms: w.forms(channel),
		Click: func(by chattest.Person, post chat.Ref, line string) {
			if !people[by.Author.User].Click(channel, post.Post, line) {
				t.Logf("there is no button for %q", line)
			}
		},
	}
}

func setKind(channel *slacktest.Channel, kind chat.Kind) {
	channel.Share(kind == chat.KindShared)
	switch kind {
	case chat.KindPublic:
		channel.SetKind(slacktest.Public)
	case chat.KindPrivate:
		channel.SetKind(slacktest.Private)
	}
}

// forgeKey has alice's other app, and a webhook in the bot's name, write with a key.
func (w *world) forgeKey(channel *slacktest.Channel, at chat.Place, key chat.Key) {
	metadata := map[string]any{"event_type": metadataType, "event_payload": map[string]any{"key": string(key)}}
	w.PostAs(channel, slacktest.Machine{Name: "forger", Metadata: metadata, Thread: at.Thread}, "forged")
	w.PostAs(channel, slacktest.Machine{Name: w.Bot.Name(), Webhook: true, Metadata: metadata, Thread: at.Thread}, "forged")
}

func (w *world) impostors() map[string]func(string) {
	mention := "@" + w.Bot.Name() + " "
	// They are made when they write.
	somebody := func(name string, options ...slacktest.UserOption) func(string) {
		return func(text string) {
			user := w.User(name, options...)
			w.channel.Join(user)
			user.Post(w.channel, "", mention+text)
		}
	}
	machine := func(m slacktest.Machine) func(string) {
		return func(text string) { w.PostAs(w.channel, m, mention+text) }
	}
	return map[string]func(string){
		"a guest":                        somebody("guest", slacktest.AsGuest()),
		"a guest of one channel":         somebody("guest1", slacktest.AsSingleChannelGuest()),
		"a person of another workspace":  somebody("stranger", slacktest.AsStranger()),
		"another bot":                    machine(slacktest.Machine{Name: "machine"}),
		"a webhook":                      machine(slacktest.Machine{Name: "hook", Webhook: true}),
		"a workflow":                     machine(slacktest.Machine{Name: "flow", Workflow: true}),
		"an app in a person's name":      machine(slacktest.Machine{Name: "app", User: w.alice}),
		"the bot itself":                 func(text string) { w.Bot.Post(w.channel, "", mention+text) },
		"somebody who speaks of the bot": func(text string) { w.alice.Post(w.channel, "", "ask "+mention+text) },
		"somebody with a similar name":   func(text string) { w.alice.Post(w.channel, "", "@"+w.Bot.Name()+"-x "+text) },
		"somebody who writes /me":        func(text string) { w.alice.PostMe(w.channel, mention+text) },
		"somebody who was deactivated": func(text string) {
			user := w.User("gone")
			w.channel.Join(user)
			user.Deactivate()
			user.Post(w.channel, "", mention+text)
		},
	}
}

func (w *world) forms(channel *slacktest.Channel) *chattest.Forms {
	return &chattest.Forms{
		Command: func(text string) {
			w.alice.Slash(channel, "/volcado", strings.TrimSuffix(text, "dump"))
		},
		Open: func() (chat.Form, map[string]string, bool) {
			is, open := w.alice.Form()
			return formOf(is), is.Invalid, open
		},
		Send: func(values map[string]string) { w.alice.SendForm(values) },
	}
}

// formOf a view.
func formOf(is slacktest.Form) chat.Form {
	var form chat.Form
	blocks, _ := is.View["blocks"].([]any)
	for _, b := range blocks {
		block, _ := b.(map[string]any)
		element, _ := block["element"].(map[string]any)
		field := chat.FormField{Name: fmt.Sprint(block["block_id"]), Label: textOf(block["label"])}
		field.Value, _ = element["initial_value"].(string)
		options, _ := element["options"].([]any)
		for _, o := range options {
			option, _ := o.(map[string]any)
			field.Choices = append(field.Choices, fmt.Sprint(option["value"]))
		}
		form.Fields = append(form.Fields, field)
	}
	return form
}

func textOf(object any) string {
	text, _ := object.(map[string]any)
	s, _ := text["text"].(string)
	return s
}
