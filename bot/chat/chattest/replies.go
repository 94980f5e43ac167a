package chattest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/volcado-io/volcado/bot/chat"
)

func replies() []test {
	return []test{
		{name: "every part of a reply is shown", run: partsAreShown},
		{name: "a long reply is shown whole, or cut visibly", run: longRepliesAreShown},
		{name: "what a reply holds cannot command the screen", run: nothingIsObeyed},
		{name: "nothing in a reply is mark-up, a link or a mention", run: nothingIsMarkup},
		{
			name: "a mention notifies that user and nobody else", run: mentionsNotify,
			needs: func(h Harness) bool { return h.Notified != nil && h.Second != nil },
		},
		{name: "another stage of progress is always shown", run: stagesAreShown},
		{name: "what somebody has to do beside progress is shown", run: advicesAreShown},
		{name: "the last edit is always shown", run: lastEditIsShown},
		{name: "two replies that are edited in turn do not mix", run: editsDoNotMix},
		{name: "nothing that is shown is lost when progress is followed by a post", run: postsFollowProgress},
		{name: "replies that are posted at once do not mix", run: postsAtOnceDoNotMix},
	}
}

func partsAreShown(s *session) {
	s.post(here(s.hello()), "", chat.Reply{
		Headline: "the headline", Lines: []string{"line one", "line two with `code x`"},
		Fields:   []chat.Field{{Name: "field", Value: "its value"}},
		Rows:     [][]string{{"HEADER", "OTHER"}, {"cell", "漢字 cell"}},
		Snippets: []chat.Snippet{{Caption: "a caption", Text: "- snippet: [one]\n  and: two"}},
		Closing:  "the closing has ``a command``",
		Actions:  []chat.Action{{Label: "Stop", Line: "cancel it", Danger: true}},
	})
	s.shows("the headline", "line one", "line two", "code x", "field", "its value", "HEADER", "OTHER", "cell", "漢字 cell",
		"a caption", "- snippet: [one]", "  and: two", "the closing has", "a command")
	if contains(s.Shown(), "``") {
		s.Error("a command is shown with the marks by which a driver knows it")
	}
}

// cut is how something is seen to be left out.
const cut = "…"

func longRepliesAreShown(s *session) {
	var rows [][]string
	for i := range 300 {
		rows = append(rows, []string{fmt.Sprintf("row %d of many", i), strings.Repeat("x", 40)})
	}
	m := s.hello()
	s.post(here(m), "", chat.Reply{Headline: "long", Rows: rows, Closing: "its end"})
	s.shows("row 0 of many")
	s.showsEither("row 299 of many", cut)
	s.showsEither("its end", cut)

	// One line of it, in mark-up that takes more room than what is read.
	wide := strings.Repeat("<&*`x", 4000)
	for i, r := range []chat.Reply{
		{Headline: "h" + wide + "its end, 0"}, {Headline: "a line", Lines: []string{wide + "its end, 1"}},
		{Headline: "a field", Fields: []chat.Field{{Name: "field", Value: wide + "its end, 2"}}},
		{Headline: "a cell", Rows: [][]string{{"CELL"}, {wide + "its end, 3"}}},
		{Headline: "a snippet", Snippets: []chat.Snippet{{Caption: "snippet", Text: wide + "its end, 4"}}},
		{Headline: "a closing", Closing: wide + "its end, 5"},
	} {
		var ref chat.Ref
		s.showsEndOf(i, func() { ref = s.post(here(m), "", r) })
		s.showsEndOf(i, func() { s.edit(ref, r) })
	}
}

// showsEndOf sees that what is said ends as it should, or with what says that it was cut.
func (s *session) showsEndOf(i int, say func()) {
	s.Helper()
	before := len(s.Shown())
	say()
	s.eventually(fmt.Sprintf("the end of %d is shown, or that it was cut", i), func() bool {
		shown := s.Shown()[before:]
		return contains(shown, fmt.Sprintf("its end, %d", i)) || contains(shown, cut)
	})
}

// orders are what a terminal, or a reader, would obey: escapes, a return to the line's beginning, colours in one
// character, changes of the direction of writing, and bytes that are no text.
var orders = []string{"\x1b]0;title\a", "\x1b[2J", "\r", "\b", "\u009b31m", "\u202e", "\u2066", "\x00", "\xff"}

func nothingIsObeyed(s *session) {
	evil := "before" + strings.Join(orders, "middle") + "after"
	m := s.hello()
	ref := s.post(here(m), "", chat.Reply{Headline: evil, Progress: &chat.Progress{Stage: evil}})
	s.edit(ref, chat.Reply{
		Headline: evil, Lines: []string{evil}, Fields: []chat.Field{{Name: evil, Value: evil}}, Rows: [][]string{{evil, evil}},
		Snippets: []chat.Snippet{{Caption: evil, Text: evil}}, Closing: evil,
		Actions: []chat.Action{{Label: evil, Line: "help"}},
	})
	s.post(here(m), "", chat.Reply{Headline: "that was all"})
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

// markup of services that people use. In each of them something of it is more than text.
var markup = []string{
	"@channel", "@here", "@all", "@everyone", "<!channel>", "<!here>", "<!everyone>", "<!subteam^S1>", "<#C1>", "~town-square",
	"*bold*", "_italic_", "~struck~", "**strong**", "__strong__", "~~struck~~", "`code`", "```fence```", "a ` b ``` c",
	"https://evil.example/x", "www.evil.example", "mailto:x@evil.example", "<https://evil.example|text>", "[text](https://evil.example)",
	"![image](https://evil.example/x.png)", "<b>html</b>", "<script>x</script>", "<!-- x -->", "&lt;b&gt;", "&amp;", "&#64;channel",
	":smile:", "#hashtag", "# heading", "> quote", ">>> quote", "- item", "* item", "1. item", "| a | b |", "--- x", `\*x\*`, `\@here`, `x \`, "$x^2$",
}

// tame is a reply that holds the same word everywhere.
func tame(word string) chat.Reply {
	line := word
	if strings.Contains(word, "`") {
		line = "code may stand here" // between backticks it may be set apart
	}
	return chat.Reply{
		Headline: word, Lines: []string{line, "then `typed as it stands` and more"}, Fields: []chat.Field{{Name: word, Value: word}}, Rows: [][]string{{word, word}},
		Snippets: []chat.Snippet{{Caption: word, Text: word}}, Closing: line,
	}
}

func nothingIsMarkup(s *session) {
	to := here(s.hello())
	effects := func(r chat.Reply) map[string]int {
		made := map[string]int{}
		if s.Effects == nil {
			s.post(to, "", r)
			return made
		}
		before := len(s.Effects())
		s.post(to, "", r)
		for _, effect := range s.Effects()[before:] {
			made[effect]++
		}
		return made
	}
	want := effects(tame("tame"))
	for _, word := range slices.Concat(markup, s.Mentions) {
		r := tame(word)
		// Where it stands alone: a driver may shape how fields and cells stand beside each other.
		times := 2
		if r.Closing == word {
			times = 4
		}
		before := len(s.Shown())
		for effect, n := range effects(r) {
			if n > want[effect] {
				s.Errorf("%q is not text alone, but %q", word, effect)
			}
		}
		s.eventually(fmt.Sprintf("%q is shown as it is", word), func() bool {
			return strings.Count(withoutInvisible(s.Shown()[before:]), word) >= times
		})
	}
	if s.Notified == nil {
		return
	}
	users := []string{s.Author.User}
	if s.Second != nil {
		users = append(users, s.Second.Author.User)
	}
	for _, user := range users {
		if s.Notified(user) > 0 {
			s.Errorf("%s was notified of a reply that mentions nobody", user)
		}
	}
}

// withoutInvisible drops characters without width, by which some drivers keep words from being mark-up.
func withoutInvisible(s string) string {
	return strings.NewReplacer("\u200b", "", "\u200c", "", "\u200d", "", "\u2060", "", "\ufeff", "").Replace(s)
}

func mentionsNotify(s *session) {
	m := s.hello()
	to := here(m)
	to.Mention = s.Second.Author.User
	ref := s.post(to, "", chat.Reply{Headline: "it is over"})
	s.shows("it is over")
	if n := s.Notified(to.Mention); n != 1 {
		s.Errorf("the one who is mentioned was notified %d times", n)
	}
	if n := s.Notified(s.Author.User); n != 0 {
		s.Errorf("the other one was notified %d times", n)
	}
	s.edit(ref, chat.Reply{Headline: "it is still over"})
	s.shows("it is still over")
	if n := s.Notified(to.Mention) + s.Notified(s.Author.User); n != 1 {
		s.Errorf("after an edit they were notified %d times", n)
	}
	// An id that is none must not become something else.
	for _, none := range []string{"channel", "@channel", "!channel", "U0> <!channel", "x @here"} {
		to.Mention = none
		s.post(to, "", chat.Reply{Headline: "to nobody"})
	}
	if n := s.Notified(s.Second.Author.User) + s.Notified(s.Author.User); n != 1 {
		s.Errorf("by a mention of nobody they were notified %d times", n-1)
	}
}

func stagesAreShown(s *session) {
	ref := s.post(here(s.hello()), "", progress("stage one", "stage one, begun"))
	for _, stage := range []string{"stage two", "stage three"} {
		s.edit(ref, progress(stage, stage+", begun"))
	}
	s.shows("stage one, begun", "stage two, begun", "stage three, begun")
}

func advicesAreShown(s *session) {
	ref := s.post(here(s.hello()), "", progress("running", "it runs"))
	blocked := progress("blocked", "it is blocked")
	blocked.Severity = chat.Warning
	blocked.Lines, blocked.Fields = []string{"what to do"}, []chat.Field{{Name: "reason", Value: "Quota"}}
	s.edit(ref, blocked)
	s.shows("it is blocked", "what to do", "Quota")
	s.edit(ref, progress("running", "it runs again"))
	s.shows("it runs again")
}

func lastEditIsShown(s *session) {
	ref := s.post(here(s.hello()), "", progress("running", "running"))
	for i := range 50 {
		s.edit(ref, progress("running", fmt.Sprintf("running %d", i)))
	}
	s.edit(ref, chat.Reply{Headline: "it is over"})
	s.shows("it is over")
}

func editsDoNotMix(s *session) {
	to := here(s.hello())
	one, two := s.post(to, "", chat.Reply{Headline: "one"}), s.post(to, "", chat.Reply{Headline: "two"})
	if one == two {
		s.Error("two replies have one id")
	}
	s.edit(one, chat.Reply{Headline: "one, edited"})
	s.edit(two, chat.Reply{Headline: "two, edited"})
	s.shows("one, edited", "two, edited")
}

func postsFollowProgress(s *session) {
	to := here(s.hello())
	s.post(to, "", progress("running", "running"))
	s.post(to, "", chat.Reply{Headline: "an answer", Closing: "and its end"})
	s.shows("an answer", "and its end")
}

func postsAtOnceDoNotMix(s *session) {
	to := here(s.hello())
	var mu sync.Mutex
	var all sync.WaitGroup
	refs := map[chat.Ref]string{}
	for i := range 10 {
		all.Go(func() {
			headline := fmt.Sprintf("answer %d, and nothing between", i)
			ref := s.post(to, "", chat.Reply{Headline: headline, Closing: fmt.Sprintf("end of %d", i)})
			mu.Lock()
			defer mu.Unlock()
			refs[ref] = headline
		})
	}
	all.Wait()
	if len(refs) != 10 {
		s.Errorf("ten replies have %d ids", len(refs))
	}
	s.shows(slices.Collect(maps.Values(refs))...)
}

func progress(stage, headline string) chat.Reply {
	return chat.Reply{Headline: headline, Progress: &chat.Progress{Stage: stage}}
}

func contains(s, part string) bool { return strings.Contains(s, part) }
