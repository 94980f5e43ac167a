package played_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/chat/chattest"
	"github.com/volcado-io/volcado/bot/chat/chattest/played"
)

func TestThePlayedServiceConforms(t *testing.T) {
	chattest.Run(t, func(t *testing.T) chattest.Harness {
		const page = 5
		// What is delivered again by itself must not help.
		s := place(t, played.Options{Page: page, Redeliver: []time.Duration{time.Hour}})
		return harness(t, s, driver(t, s), page)
	})
}

// Between one person and the bot there are no mentions before a command, and nobody else.
func TestDirectMessagesConform(t *testing.T) {
	chattest.Run(t, func(t *testing.T) chattest.Harness {
		const page = 5
		s := place(t, played.Options{Page: page, Redeliver: []time.Duration{time.Hour}})
		direct := s.Direct("U1")
		h := harness(t, s, driver(t, s), page)
		h.Type = func(text string) { s.Say("U1", direct, text) }
		h.Threads.Type = func(thread, text string) { s.AskIn("U1", direct, thread, text) }
		h.Place.Channel, h.Place.Kind = direct, chat.KindDirect
		h.RemoveChannel = func() { s.RemoveChannel(direct) }
		h.Second, h.SetKind, h.Impostors, h.Forms = nil, nil, nil, nil
		return h
	})
}

func harness(t *testing.T, s *played.Server, d chat.Service, page int) chattest.Harness {
	says := func(v played.Verdict) {
		var used atomic.Bool
		s.Interfere(func(c played.Call) played.Verdict {
			if c.Op != played.OpPost && c.Op != played.OpEdit || used.Swap(true) {
				return played.Verdict{}
			}
			return v
		})
	}
	return chattest.Harness{
		Service: d,
		Type:    func(text string) { s.Ask("U1", "C1", text) },
		Author:  chat.Author{User: "U1", DisplayName: "Alice", Locale: "es-MX", Groups: []string{"qa"}},
		Place:   chat.Place{Platform: "played", Workspace: "acme", Channel: "C1", Kind: chat.KindPrivate},
		Shown:   func() string { return s.Seen("U1") },
		Threads: &chattest.Threads{
			Type:   func(thread, text string) { s.AskIn("U1", "C1", thread, text) },
			Shown:  func(thread string) string { return s.SeenIn("U1", thread) },
			Delete: s.Delete,
		},
		Second: &chattest.Person{
			Type:   func(text string) { s.Ask("U2", "C1", text) },
			Author: chat.Author{User: "U2", DisplayName: "Bob"},
			Shown:  func() string { return s.Seen("U2") },
		},
		Notified: func(user string) int { return len(s.Notified(user)) },
		Mentions: []string{"@alice", "@U2", "<@U1>", "<@U2>", "<@UBOT>"},
		Effects: func() (all []string) {
			for _, p := range s.BotPosts("") {
				all = append(all, p.Effects...)
			}
			return all
		},
		Restart:   func() chat.Service { return driver(t, s) },
		Away:      &chattest.Away{Leave: func() { s.SetOutage(true) }, Return: func() { s.SetOutage(false) }},
		Page:      page,
		Redeliver: s.Redeliver,
		Waiting:   s.Waiting,
		Impostors: impostors(s),
		ForgeKey: func(at chat.Place, key chat.Key) {
			s.Write(played.Said{User: "U2", Channel: at.Channel, Thread: at.Thread, Text: "forged", Key: string(key)})
			s.Write(played.Said{User: played.BotID, Channel: at.Channel, Thread: at.Thread, Text: "forged", Kind: played.Webhook, Key: string(key)})
		},
		Faults: &chattest.Faults{
			LoseBefore: func() { says(played.LoseBefore()) },
			LoseAfter:  func() { says(played.LoseAfter()) },
			Throttle:   func(d time.Duration) { says(played.Throttle(d)) },
			RefuseEdit: func() { says(played.RefuseEdit()) },
		},
		Delete:        func(ref chat.Ref) { s.Delete(ref.Post) },
		SetKind:       func(kind chat.Kind) { s.SetKind("C1", kind) },
		RemoveChannel: func() { s.RemoveChannel("C1") },
		Token:         &chattest.Token{Revoke: func() { s.RotateToken(t, false) }, Renew: func() { s.RestoreToken(t) }},
		Forms:         forms(s),
		Click:         func(by chattest.Person, post chat.Ref, line string) { s.Click(by.Author.User, post.Post, line) },
	}
}

func impostors(s *played.Server) map[string]func(string) {
	as := func(u played.User, kind played.MessageKind) func(string) {
		return func(text string) {
			if u.ID != "U1" {
				s.SetUser(u)
			}
			s.Write(played.Said{User: u.ID, Channel: "C1", Text: "@volcado " + text, Kind: kind})
		}
	}
	return map[string]func(string){
		"a program that acts for a person": as(played.User{ID: "U1"}, played.Bot),
		"a webhook of a person's":          as(played.User{ID: "U1"}, played.Webhook),
		"the service itself":               as(played.User{ID: "U1"}, played.System),
		"another bot":                      as(played.User{ID: "U3", Bot: true}, ""),
		"a guest":                          as(played.User{ID: "U4", Guest: true}, ""),
		"somebody who has left":            as(played.User{ID: "U5", Deactivated: true}, ""),
		"somebody of another organisation": as(played.User{ID: "U6", Remote: true}, ""),
		"the bot itself":                   as(played.User{ID: played.BotID, Name: played.BotName, Bot: true}, ""),
		"somebody whom the service does not know": func(text string) {
			s.Write(played.Said{User: "U7", Channel: "C1", Text: "@volcado " + text})
		},
		"somebody who speaks of the bot": func(text string) {
			s.Write(played.Said{User: "U1", Channel: "C1", Text: "ask @volcado to " + text})
		},
	}
}

func forms(s *played.Server) *chattest.Forms {
	last := func() (played.Form, bool) {
		open := s.Forms("U1")
		if len(open) == 0 {
			return played.Form{}, false
		}
		return open[len(open)-1], true
	}
	return &chattest.Forms{
		Command: func(text string) { s.Command("U1", "C1", text) },
		Open: func() (chat.Form, map[string]string, bool) {
			f, open := last()
			out := chat.Form{Command: f.Command, Title: f.Title, Submit: f.Submit}
			for _, field := range f.Fields {
				out.Fields = append(out.Fields, chat.FormField(field))
			}
			return out, f.Invalid, open
		},
		Send: func(values map[string]string) {
			f, _ := last()
			s.Send("U1", f.ID, values)
		},
	}
}
