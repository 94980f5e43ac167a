package chattest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/volcado-io/volcado/bot/chat"
)

func finds(h Harness) bool { return h.Service.Limits().Finds }

func posts() []test {
	return []test{
		{name: "a post is found by its key, and an absent one is certainly absent", run: keysAreFound, needs: finds},
		{
			name: "a post is found behind many others", run: keysAreFoundBehindMany,
			needs: func(h Harness) bool { return finds(h) && h.Page > 0 },
		},
		{
			name: "a post of somebody else's is not found, whatever key it carries", run: forgedKeysAreNotFound,
			needs: func(h Harness) bool { return finds(h) && h.ForgeKey != nil },
		},
		{name: "what has the key of an earlier post is posted, too", run: keysAreUsedAgain},
		{name: "what is for one person goes to that person", run: onlyGoesToThem},
		{
			name: "what is for one person goes to nobody else", run: onlyGoesToNobodyElse,
			needs: func(h Harness) bool { return h.Second != nil },
		},
		{name: "to repeat an edit does no harm", run: editsAreIdempotent},
		{name: "a post can be edited by what was written down of it", run: refsAreKept},
		{name: "nothing is posted in a place of another service", run: placesOfOthersAreRefused},
		{name: "the kind of a channel is read", run: kindIsRead},
		{
			name: "the kind of a channel is read anew", run: kindIsReadAnew,
			needs: func(h Harness) bool { return h.SetKind != nil },
		},
	}
}

func keysAreFound(s *session) {
	to := here(s.hello())
	one := s.post(to, "uid/0/status", chat.Reply{Headline: "one"})
	two := s.post(to, "uid/0/end", chat.Reply{Headline: "two"})
	s.post(to, "", chat.Reply{Headline: "three"})
	s.edit(one, chat.Reply{Headline: "one, edited"})
	for key, want := range map[chat.Key]chat.Ref{"uid/0/status": one, "uid/0/end": two} {
		if ref, found := s.find(to, key); !found || ref != want {
			s.Errorf("%s: found %+v, %v; want %+v", key, ref, found, want)
		}
	}
	for _, absent := range []chat.Key{"uid/0/en", "uid/1/end", "other", chat.Key(strings.Repeat("k", 256))} {
		if ref, found := s.find(to, absent); found {
			s.Errorf("%s was never posted, and %+v was found", absent, ref)
		}
	}
	if strings.Contains(s.Shown(), "uid/0") {
		s.Error("people see the key")
	}
	long := chat.Key(strings.Repeat("k", 256))
	want := s.post(to, long, chat.Reply{Headline: "with the longest key there is"})
	if ref, found := s.find(to, long); !found || ref != want {
		s.Errorf("the longest key: found %+v, %v; want %+v", ref, found, want)
	}
}

func keysAreFoundBehindMany(s *session) {
	to := here(s.hello())
	for i := range 2*s.Page + 1 {
		s.post(to, chat.Key(fmt.Sprintf("before %d", i)), chat.Reply{Headline: "before"})
	}
	want := s.post(to, "key", chat.Reply{Headline: "the one"})
	for i := range 2*s.Page + 1 {
		s.post(to, chat.Key(fmt.Sprintf("after %d", i)), chat.Reply{Headline: "after"})
	}
	if ref, found := s.find(to, "key"); !found || ref != want {
		s.Errorf("found %+v, %v; want %+v", ref, found, want)
	}
}

func forgedKeysAreNotFound(s *session) {
	to := here(s.hello())
	s.ForgeKey(to.Place, "uid/0/end")
	if ref, found := s.find(to, "uid/0/end"); found {
		s.Errorf("somebody else's post was found: %+v", ref)
	}
	want := s.post(to, "uid/0/end", chat.Reply{Headline: "the true one"})
	s.ForgeKey(to.Place, "uid/0/end")
	if ref, found := s.find(to, "uid/0/end"); !found || ref != want {
		s.Errorf("found %+v, %v; want %+v", ref, found, want)
	}
}

func keysAreUsedAgain(s *session) {
	to := here(s.hello())
	one, two := s.post(to, "key", chat.Reply{Headline: "one"}), s.post(to, "key", chat.Reply{Headline: "two"})
	if one == two {
		s.Errorf("both are %+v", one)
	}
	s.shows("one", "two")
}

func onlyGoesToThem(s *session) {
	to := here(s.hello())
	to.Only = s.Author.User
	ref := s.post(to, "only", chat.Reply{Headline: "for you alone"})
	s.shows("for you alone")
	s.edit(ref, chat.Reply{Headline: "edited for you alone"})
	s.shows("edited for you alone")
	if found, ok := s.find(to, "only"); s.Service.Limits().Finds && (!ok || found != ref) {
		s.Errorf("found %+v, %v; want %+v", found, ok, ref)
	}
}

func onlyGoesToNobodyElse(s *session) {
	m := s.hello()
	for person, other := range map[*Person]*Person{{Author: s.Author, Shown: s.Shown}: s.Second, s.Second: {Author: s.Author, Shown: s.Shown}} {
		to := here(m)
		to.Only = person.Author.User
		word := "for " + to.Only + " alone"
		s.post(to, "", chat.Reply{Headline: word})
		s.eventually(word+" is shown", func() bool { return contains(person.Shown(), word) })
		if contains(other.Shown(), word) {
			s.Errorf("%s was shown to %s", word, other.Author.User)
		}
	}
	// So is not what the place sees.
	s.post(here(m), "", chat.Reply{Headline: "for all"})
	s.shows("for all")
	s.eventually("the other one sees it", func() bool { return contains(s.Second.Shown(), "for all") })
}

func editsAreIdempotent(s *session) {
	to := here(s.hello())
	ref := s.post(to, "key", chat.Reply{Headline: "before"})
	for range 3 {
		s.edit(ref, chat.Reply{Headline: "afterwards"})
	}
	s.shows("afterwards")
	if found, ok := s.find(to, "key"); s.Service.Limits().Finds && (!ok || found != ref) {
		s.Errorf("after its edits it was found as %+v, %v; want %+v", found, ok, ref)
	}
}

func refsAreKept(s *session) {
	ref := s.post(here(s.hello()), "", chat.Reply{Headline: "before"})
	data, err := json.Marshal(ref)
	if err != nil {
		s.Fatal(err)
	}
	var kept chat.Ref
	if err := json.Unmarshal(data, &kept); err != nil {
		s.Fatal(err)
	}
	service := s.Service
	if s.Restart != nil {
		service = s.Restart()
	}
	if err := service.Edit(context.Background(), kept, chat.Reply{Headline: "afterwards"}); err != nil {
		s.Errorf("Edit: %v", err)
	}
	s.shows("afterwards")
}

func placesOfOthersAreRefused(s *session) {
	m := s.hello()
	for name, change := range map[string]func(*chat.Place){
		"another platform":  func(p *chat.Place) { p.Platform += "x" },
		"another workspace": func(p *chat.Place) { p.Workspace += "x" },
		"no such channel":   func(p *chat.Place) { p.Channel = "nowhere" },
	} {
		to := here(m)
		change(&to.Place)
		_, err := s.Service.Post(context.Background(), to, "", chat.Reply{Headline: "astray"})
		s.fails(name, err, chat.PlaceGone, chat.Rejected)
	}
	if contains(s.Shown(), "astray") {
		s.Error("it was shown")
	}
}

func kindIsRead(s *session) {
	m := s.hello()
	if kind, err := s.Service.KindOf(context.Background(), m.Place); err != nil || kind != m.Kind {
		s.Errorf("the kind is %q (%v), want %q", kind, err, m.Kind)
	}
	m.Channel = "nowhere"
	_, err := s.Service.KindOf(context.Background(), m.Place)
	s.fails("KindOf of a channel that is none", err, chat.PlaceGone, chat.Rejected)
}

func kindIsReadAnew(s *session) {
	arrived := s.collect()
	for _, want := range []chat.Kind{chat.KindPublic, chat.KindShared, chat.KindPrivate} {
		s.SetKind(want)
		s.Type("hello")
		m := s.next(arrived)
		if m.Kind != want {
			s.Errorf("a message in a channel that is %s came as of one that is %s", want, m.Kind)
		}
		m.Kind = chat.KindDirect
		if kind, err := s.Service.KindOf(context.Background(), m.Place); err != nil || kind != want {
			s.Errorf("the kind is %q (%v), want %q", kind, err, want)
		}
	}
}
