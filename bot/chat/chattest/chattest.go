// Package chattest is what every chat driver must pass. A driver's test starts the driver against its service, real or
// played, and hands it to Run.
package chattest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/chat"
)

// Harness is a driver and the service that it serves, seen from the person's side.
type Harness struct {
	// Service under test. The suite calls Run on it, once.
	Service chat.Service
	// Type has the person write a message.
	Type func(text string)
	// Author that every message of the person must carry.
	Author chat.Author
	// Shown is all that was shown to the person up to now, as it went over the wire.
	Shown func() string
}

// deadline of anything that the suite waits for.
const deadline = 10 * time.Second

// Run runs the suite. Every case starts a driver of its own.
func Run(t *testing.T, start func(t *testing.T) Harness) {
	for name, test := range map[string]func(*session){
		"every message is handed on once, in order, with its author":        messagesArrive,
		"every message has an id of its own":                                idsDiffer,
		"a message that is written while another is answered is not lost":   nothingIsLost,
		"every part of a reply is shown":                                    partsAreShown,
		"a long reply is shown whole":                                       longRepliesAreShown,
		"what a reply holds cannot command the screen":                      nothingIsObeyed,
		"another stage of progress is always shown":                         stagesAreShown,
		"the last edit is always shown":                                     lastEditIsShown,
		"two replies that are edited in turn do not mix":                    editsDoNotMix,
		"nothing that is shown is lost when progress is followed by a post": postsFollowProgress,
		"it ends, without an error, when it is told to":                     itEnds,
	} {
		t.Run(name, func(t *testing.T) {
			s := &session{T: t, Harness: start(t)}
			test(s)
		})
	}
}

type session struct {
	*testing.T
	Harness
}

// serve runs the service until the test ends.
func (s *session) serve(handle chat.Handler) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Service.Run(ctx, handle) }()
	s.Cleanup(func() {
		stop()
		select {
		case err := <-ended:
			if err != nil {
				s.Errorf("Run: %v", err)
			}
		case <-time.After(deadline):
			s.Errorf("Run did not end in %s", deadline)
		}
	})
}

// collect serves and hands messages over.
func (s *session) collect() <-chan chat.Message {
	messages := make(chan chat.Message, 100)
	s.serve(func(_ context.Context, m chat.Message) chat.Outcome {
		messages <- m
		return chat.Succeeded
	})
	return messages
}

func (s *session) next(messages <-chan chat.Message) chat.Message {
	s.Helper()
	select {
	case m := <-messages:
		return m
	case <-time.After(deadline):
		s.Fatalf("no message arrived in %s", deadline)
		return chat.Message{}
	}
}

// say serves one message that the person writes and answers it.
func (s *session) say(answer func(m chat.Message)) {
	s.Helper()
	answered := make(chan struct{})
	s.serve(func(_ context.Context, m chat.Message) chat.Outcome {
		answer(m)
		close(answered)
		return chat.Succeeded
	})
	s.Type("hello")
	select {
	case <-answered:
	case <-time.After(deadline):
		s.Fatalf("the message was not handed on in %s", deadline)
	}
}

func (s *session) post(m chat.Message, r chat.Reply) chat.Posted {
	s.Helper()
	posted, err := s.Service.Post(context.Background(), m, r)
	if err != nil {
		s.Errorf("Post: %v", err)
	}
	return posted
}

func (s *session) edit(m chat.Message, posted chat.Posted, r chat.Reply) {
	s.Helper()
	if err := s.Service.Edit(context.Background(), m, posted, r); err != nil {
		s.Errorf("Edit: %v", err)
	}
}

func (s *session) shows(parts ...string) {
	s.Helper()
	timeout := time.After(deadline)
	for _, part := range parts {
		for !strings.Contains(s.Shown(), part) {
			select {
			case <-timeout:
				s.Fatalf("%q is not shown:\n%q", part, s.Shown())
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
}

func messagesArrive(s *session) {
	messages := s.collect()
	for _, text := range []string{"hello", "dump shop --reason \"<b>&amp; ümläut ☃ 漢字\"", "", "help"} {
		s.Type(text)
		m := s.next(messages)
		if m.Text != text {
			s.Errorf("typed %q, handed on %q", text, m.Text)
		}
		if diff := cmp.Diff(s.Author, m.Author); diff != "" {
			s.Errorf("another author (-want +got)\n%s", diff)
		}
	}
	select {
	case m := <-messages:
		s.Errorf("%q was handed on again", m.Text)
	default:
	}
}

func idsDiffer(s *session) {
	messages := s.collect()
	seen := map[string]bool{}
	for range 3 {
		s.Type("hello")
		m := s.next(messages)
		if m.ID == "" || len(m.ID) > 128 || seen[m.ID] {
			s.Errorf("id %q is empty, too long, or was there before", m.ID)
		}
		seen[m.ID] = true
	}
}

func nothingIsLost(s *session) {
	messages, answer := make(chan chat.Message, 10), make(chan struct{})
	s.serve(func(_ context.Context, m chat.Message) chat.Outcome {
		messages <- m
		<-answer
		return chat.Succeeded
	})
	s.Type("first")
	s.next(messages)
	s.Type("second")
	close(answer)
	if m := s.next(messages); m.Text != "second" {
		s.Errorf("got %q", m.Text)
	}
}

func partsAreShown(s *session) {
	s.say(func(m chat.Message) {
		s.post(m, chat.Reply{
			Headline: "the headline", Lines: []string{"line one", "line two"},
			Fields:   []chat.Field{{Name: "field", Value: "its value"}},
			Rows:     [][]string{{"HEADER", "OTHER"}, {"cell", "漢字 cell"}},
			Snippets: []chat.Snippet{{Caption: "a caption", Text: "- snippet: [one]\n  and: two"}},
			Closing:  "the closing",
		})
	})
	s.shows("the headline", "line one", "line two", "field", "its value", "HEADER", "OTHER", "cell", "漢字 cell",
		"a caption", "- snippet: [one]", "  and: two", "the closing")
}

func longRepliesAreShown(s *session) {
	var rows [][]string
	for i := range 300 {
		rows = append(rows, []string{fmt.Sprintf("row %d of many", i), strings.Repeat("x", 40)})
	}
	s.say(func(m chat.Message) { s.post(m, chat.Reply{Headline: "long", Rows: rows, Closing: "its end"}) })
	s.shows("row 0 of many", "row 299 of many", "its end")
}

// orders are what a terminal, or a reader, would obey: escapes, a return to the line's beginning, colours in one
// character, changes of the direction of writing, and bytes that are no text.
var orders = []string{"\x1b]0;title\a", "\x1b[2J", "\r", "\b", "\u009b31m", "\u202e", "\u2066", "\x00", "\xff"}

func nothingIsObeyed(s *session) {
	evil := "before" + strings.Join(orders, "middle") + "after"
	s.say(func(m chat.Message) {
		posted := s.post(m, chat.Reply{Headline: evil, Progress: &chat.Progress{Stage: evil}})
		s.edit(m, posted, chat.Reply{
			Headline: evil, Lines: []string{evil}, Fields: []chat.Field{{Name: evil, Value: evil}}, Rows: [][]string{{evil, evil}},
			Snippets: []chat.Snippet{{Caption: evil, Text: evil}}, Closing: evil,
		})
		s.post(m, chat.Reply{Headline: "that was all"})
	})
	s.shows("that was all", "before")
	for _, order := range orders {
		// The driver's own escapes stand beside words of its own, never within a reply's.
		for _, raw := range []string{"before" + order, order + "middle", "middle" + order, order + "after"} {
			if strings.Contains(s.Shown(), raw) {
				s.Errorf("%q is shown raw", raw)
			}
		}
	}
}

func stagesAreShown(s *session) {
	s.say(func(m chat.Message) {
		posted := s.post(m, progress("stage one", "stage one, begun"))
		for _, stage := range []string{"stage two", "stage three"} {
			s.edit(m, posted, progress(stage, stage+", begun"))
		}
	})
	s.shows("stage one, begun", "stage two, begun", "stage three, begun")
}

func lastEditIsShown(s *session) {
	s.say(func(m chat.Message) {
		posted := s.post(m, progress("running", "running"))
		for i := range 50 {
			s.edit(m, posted, progress("running", fmt.Sprintf("running %d", i)))
		}
		s.edit(m, posted, chat.Reply{Headline: "it is over"})
	})
	s.shows("it is over")
}

func editsDoNotMix(s *session) {
	s.say(func(m chat.Message) {
		one, two := s.post(m, chat.Reply{Headline: "one"}), s.post(m, chat.Reply{Headline: "two"})
		if one == two {
			s.Error("two replies have one id")
		}
		s.edit(m, one, chat.Reply{Headline: "one, edited"})
		s.edit(m, two, chat.Reply{Headline: "two, edited"})
	})
	s.shows("one, edited", "two, edited")
}

func postsFollowProgress(s *session) {
	s.say(func(m chat.Message) {
		s.post(m, progress("running", "running"))
		s.post(m, chat.Reply{Headline: "an answer", Closing: "and its end"})
	})
	s.shows("an answer", "and its end")
}

func itEnds(s *session) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Service.Run(ctx, func(context.Context, chat.Message) chat.Outcome { return chat.Succeeded })
	}()
	stop()
	select {
	case err := <-ended:
		if err != nil {
			s.Errorf("Run: %v", err)
		}
	case <-time.After(deadline):
		s.Errorf("Run did not end in %s", deadline)
	}
}

func progress(stage, headline string) chat.Reply {
	return chat.Reply{Headline: headline, Progress: &chat.Progress{Stage: stage}}
}
