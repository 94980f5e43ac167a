package mattermost

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/chattest"
	"github.com/volcado-io/volcado/internal/mattermosttest"
)

func TestTheDriverConformsInChannels(t *testing.T) {
	chattest.Run(t, func(t *testing.T) chattest.Harness {
		w := newWorld(t, mattermosttest.Get(t))
		return w.harness(t, w.channel.Id, chat.KindPrivate)
	})
}

// Between one person and the bot there are no mentions before a command, and nobody else.
func TestTheDriverConformsInDirectMessages(t *testing.T) {
	chattest.Run(t, func(t *testing.T) chattest.Harness {
		w := newWorld(t, mattermosttest.Get(t))
		h := w.harness(t, w.Direct(t, w.alice, w.bot).Id, chat.KindDirect)
		h.Second, h.SetKind, h.Impostors, h.RemoveChannel = nil, nil, nil, nil
		h.Notified = nil // every direct message notifies
		return h
	})
}

func (w *world) harness(t *testing.T, channel string, kind chat.Kind) chattest.Harness {
	alice, bob := w.observe(t, w.alice), w.observe(t, w.bob)
	mention := w.mention()
	if kind == chat.KindDirect {
		mention = ""
	}
	says := func(person *mattermosttest.Person) func(string) {
		return func(text string) { w.say(t, person, &model.Post{ChannelId: channel, Message: mention + text}) }
	}
	author := func(person *mattermosttest.Person) chat.Author {
		return chat.Author{User: person.ID, DisplayName: person.Name, Locale: "en", Groups: []string{w.channel.Id}}
	}
	return chattest.Harness{
		Service: w.service(t),
		Type:    says(w.alice),
		Author:  author(w.alice),
		Place:   chat.Place{Platform: Platform, Workspace: workspace, Channel: channel, Kind: kind},
		Shown:   func() string { return alice.shown("") },
		Threads: &chattest.Threads{
			Type: func(thread, text string) {
				w.say(t, w.alice, &model.Post{ChannelId: channel, RootId: thread, Message: mention + text})
			},
			Shown:  alice.shown,
			Delete: func(thread string) { w.Delete(t, w.Admin, thread) },
		},
		Second: &chattest.Person{Type: says(w.bob), Author: author(w.bob), Shown: func() string { return bob.shown("") }},
		Notified: func(user string) int {
			if user == w.bob.ID {
				return bob.notifications()
			}
			return alice.notifications()
		},
		Mentions: []string{"@" + w.alice.Name, "@" + w.bob.Name, "@all", "@here", "@channel"},
		Effects:  alice.effects,
		Restart:  func() chat.Service { return w.service(t) },
		Away: &chattest.Away{Leave: w.link.Cut, Return: func() {
			if err := w.link.Restore(); err != nil {
				t.Error(err)
			}
		}},
		Edit:      func(id, text string) { w.Edit(t, w.alice, id, mention+text) },
		Page:      testPage,
		Impostors: w.impostors(t),
		ForgeKey:  func(at chat.Place, key chat.Key) { w.forgeKey(t, at, key) },
		Faults: &chattest.Faults{
			LoseBefore: w.front.loseBefore,
			LoseAfter:  func() { w.front.loseAfter(t, w.URL) },
			Throttle:   w.front.throttle,
			RefuseEdit: func() { w.refuseEdits(t) },
		},
		Delete:  func(ref chat.Ref) { w.Delete(t, w.Admin, ref.Post) },
		SetKind: func(kind chat.Kind) { w.setKind(t, kind) },
		RemoveChannel: func() {
			if _, err := w.Admin.Client.DeleteChannel(t.Context(), channel); err != nil {
				t.Error(err)
			}
		},
		Token: &chattest.Token{Revoke: func() { w.RevokeToken(t, w.bot) }, Renew: func() { w.GiveToken(t, w.bot); w.writeToken(t) }},
	}
}

// say something that the person's own client would say. A page of them is written, so they go on over a refusal.
func (w *world) say(t *testing.T, person *mattermosttest.Person, post *model.Post) *model.Post {
	t.Helper()
	made, _, err := person.Client.CreatePost(t.Context(), post)
	if err != nil {
		t.Fatalf("%s cannot post: %v", person.Name, err)
	}
	return made
}

// refuseEdits of posts that are older than a second, as a server's administrator can.
func (w *world) refuseEdits(t *testing.T) {
	t.Helper()
	set := func(seconds int) {
		config := &model.Config{ServiceSettings: model.ServiceSettings{PostEditTimeLimit: &seconds}}
		if _, _, err := w.Admin.Client.PatchConfig(t.Context(), config); err != nil {
			t.Error(err)
		}
	}
	set(0)
	t.Cleanup(func() {
		seconds := -1
		config := &model.Config{ServiceSettings: model.ServiceSettings{PostEditTimeLimit: &seconds}}
		if _, _, err := w.Admin.Client.PatchConfig(context.Background(), config); err != nil {
			t.Error(err)
		}
	})
}

// setKind of the channel. A server without a licence shares none, so that is done in its database.
func (w *world) setKind(t *testing.T, kind chat.Kind) {
	t.Helper()
	shared := strconv.FormatBool(kind == chat.KindShared)
	w.SQL(t, "UPDATE channels SET shared = "+shared+" WHERE id = '"+w.channel.Id+"'")
	if _, err := w.Admin.Client.InvalidateCaches(t.Context()); err != nil {
		t.Error(err)
	}
	switch kind {
	case chat.KindPublic:
		w.SetPrivacy(t, w.channel.Id, model.ChannelTypeOpen)
	case chat.KindPrivate:
		w.SetPrivacy(t, w.channel.Id, model.ChannelTypePrivate)
	}
}

// forgeKey has bob, and a webhook in the bot's name, post with a key.
func (w *world) forgeKey(t *testing.T, at chat.Place, key chat.Key) {
	t.Helper()
	props := model.StringInterface{propKey: string(key)}
	forger := w.bob
	if at.Kind == chat.KindDirect {
		forger = w.alice
	}
	w.say(t, forger, &model.Post{ChannelId: at.Channel, RootId: at.Thread, Message: "forged", Props: props})
	if at.Kind == chat.KindDirect {
		return // webhooks are not for these
	}
	body, err := json.Marshal(map[string]any{"text": "forged", "props": props})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Webhook(t, w.bot, at.Channel), bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("a webhook answered %+v, %v", response, err)
	}
	_ = response.Body.Close()
}

func (w *world) impostors(t *testing.T) map[string]func(string) {
	member := func(p *mattermosttest.Person) *mattermosttest.Person {
		w.Join(t, w.team, p)
		w.AddToChannel(t, w.channel.Id, p)
		return p
	}
	says := func(p *mattermosttest.Person, before string, props model.StringInterface) func(string) {
		return func(text string) {
			w.say(t, p, &model.Post{ChannelId: w.channel.Id, Message: before + w.mention() + text, Props: props})
		}
	}
	guest, remote, machine := member(w.User(t, "guest")), member(w.User(t, "remote")), member(w.Bot(t, "machine"))
	w.MakeGuest(t, guest)
	w.MakeRemote(t, remote)
	return map[string]func(string){
		"another bot":                 says(machine, "", nil),
		"a guest":                     says(guest, "", nil),
		"a person of another server":  says(remote, "", nil),
		"the bot itself":              says(w.bot, "", nil),
		"a webhook of a person's":     func(text string) { w.PostByWebhook(t, w.Webhook(t, w.alice, w.channel.Id), w.mention()+text) },
		"an app in a person's name":   says(w.alice, "", model.StringInterface{model.PostPropsFromOAuthApp: "true"}),
		"a plugin in a person's name": says(w.alice, "", model.StringInterface{model.PostPropsFromPlugin: "true"}),
		"the server itself": func(text string) {
			header := w.mention() + text
			if _, _, err := w.alice.Client.PatchChannel(t.Context(), w.channel.Id, &model.ChannelPatch{Header: &header}); err != nil {
				t.Error(err)
			}
		},
		"somebody who speaks of the bot": says(w.alice, "ask ", nil),
		"somebody with a similar name": func(text string) {
			w.say(t, w.alice, &model.Post{ChannelId: w.channel.Id, Message: "@" + w.bot.Name + "-x " + text})
		},
		"somebody who deletes it again before it is read": func(string) {
			post := w.say(t, w.alice, &model.Post{ChannelId: w.channel.Id, Message: "nothing"})
			w.Delete(t, w.alice, post.Id)
		},
	}
}
