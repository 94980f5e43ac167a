package chattest

import (
	"context"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/chat"
)

func clicks() []test {
	return []test{
		{
			name: "a button carries a line, by whoever clicks", run: buttonsAreClicked,
			needs: func(h Harness) bool { return h.Service.Limits().Actions && h.Click != nil && h.Second != nil },
		},
		{
			name: "a form is opened, refused with what is wrong, and taken", run: formsAreSent,
			needs: func(h Harness) bool { return h.Service.Limits().Forms && h.Forms != nil },
		},
		{
			name: "a reply that rides on the acknowledgement is for its author alone", run: whispersAreHeard,
			needs: func(h Harness) bool { return h.Service.Limits().Ephemeral && h.Second != nil },
		},
	}
}

func buttonsAreClicked(s *session) {
	arrived := s.collect()
	s.Type("hello")
	m := s.next(arrived)
	ref := s.post(here(m), "", chat.Reply{
		Headline: "running", Actions: []chat.Action{{Label: "Stop", Line: "cancel one", Danger: true}, {Label: "More", Line: "help"}},
	})
	first := Person{Author: s.Author}
	ids := map[string]bool{}
	for _, person := range []Person{first, *s.Second} {
		for _, line := range []string{"cancel one", "help"} {
			s.Click(person, ref, line)
			clicked := s.next(arrived)
			if clicked.Text != line || clicked.Place != m.Place || ids[clicked.ID] || clicked.ID == "" || len(clicked.ID) > 128 {
				s.Errorf("the click on %q came as %+v", line, clicked)
			}
			if diff := cmp.Diff(person.Author, clicked.Author); diff != "" {
				s.Errorf("the click on %q (-want +got)\n%s", line, diff)
			}
			ids[clicked.ID] = true
		}
	}
	s.Click(first, ref, "help")
	if clicked := s.next(arrived); !ids[clicked.ID] {
		s.Error("a double click is two requests")
	}
	s.edit(ref, chat.Reply{Headline: "over"})
	s.Click(first, ref, "help") // there is no such button any more
	s.Type("and then")
	if m := s.next(arrived); m.Text != "and then" {
		s.Errorf("%q was handed on", m.Text)
	}
}

func formsAreSent(s *session) {
	arrived := make(chan chat.Message, 10)
	s.serve(func(_ context.Context, m chat.Message) (chat.Answer, error) {
		arrived <- m
		switch {
		case m.Form == nil:
			return chat.Answer{Form: &chat.Form{
				Command: "dump", Title: "Dump", Submit: "Go", Fields: []chat.FormField{
					{Name: "database", Label: "Database", Hint: "a name", Value: "shop", Required: true},
					{Name: "schema-only", Label: "Schema only", Choices: []string{"yes", "no"}},
				},
			}}, nil
		case m.Form["database"] != "shop":
			return chat.Answer{Invalid: map[string]string{"database": "there is none of that name"}}, nil
		}
		return chat.Answer{}, nil
	})
	s.Forms.Command("dump")
	if m := s.next(arrived); !m.CanOpenForm || m.Text != "dump" || m.User != s.Author.User {
		s.Errorf("the command came as %+v", m)
	}
	s.eventually("the form is open", func() bool { _, _, open := s.Forms.Open(); return open })
	form, _, _ := s.Forms.Open()
	if len(form.Fields) != 2 || form.Fields[0].Label != "Database" || form.Fields[0].Value != "shop" || len(form.Fields[1].Choices) != 2 {
		s.Errorf("the form is %+v", form)
	}
	ids := map[string]bool{}
	for _, database := range []string{"shp", "shop"} {
		values := map[string]string{"database": database, "schema-only": "no"}
		s.Forms.Send(values)
		m := s.next(arrived)
		if diff := cmp.Diff(values, m.Form); diff != "" || m.Text != "dump" || m.User != s.Author.User {
			s.Errorf("the form came as %+v (-want +got)\n%s", m, diff)
		}
		ids[m.ID] = true
		if database == "shp" {
			s.eventually("the form says what is wrong", func() bool {
				_, invalid, open := s.Forms.Open()
				return open && invalid["database"] == "there is none of that name"
			})
		}
	}
	if len(ids) != 2 {
		s.Error("two forms that differ are one request")
	}
	s.eventually("the form is closed", func() bool { _, _, open := s.Forms.Open(); return !open })
}

func whispersAreHeard(s *session) {
	s.serve(func(context.Context, chat.Message) (chat.Answer, error) {
		return chat.Answer{Reply: &chat.Reply{Headline: "between us", Lines: []string{"nobody else"}}}, nil
	})
	s.Type("hello")
	s.shows("between us", "nobody else")
	if contains(s.Second.Shown(), "between us") {
		s.Error("the other one was shown it")
	}
}
