package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/bot/lang"
	"github.com/volcado-io/volcado/bot/view"
)

const (
	running  = "shop-7f3k2qv5m0c4x9ra is running: 41%."
	finished = "shop-7f3k2qv5m0c4x9ra is ready."
)

func TestOneWhoAsksSeesTheStatusItsEditsAndTheLastWord(t *testing.T) {
	c := acme(t)
	for sentence, last := range map[string]struct {
		text string
		code int
	}{
		"a dump that is ready": {"@alice **Dump of shop is ready: 45.3 MiB in 14 s.**", exitDone},
		"a dump that failed":   {"@alice **Dump of shop failed: the server is away.**", exitFailed},
	} {
		t.Run(sentence, func(t *testing.T) {
			c := *c
			c.t = t
			text := "!dump shop --reason " + time.Now().String()
			a := c.ask(memberName, channelName, text)
			asked := c.heard(c.channel, text)
			status := c.says(c.channel, asked, "shop-7f3k2qv5m0c4x9ra was requested: database shop of shop/shop.")
			c.shows(&a.screen, "was requested")
			c.says(c.channel, nil, "not in her thread, and not the last word of anything")
			c.edits(status, running)
			c.shows(&a.screen, "41%")
			c.edits(status, finished)
			c.shows(&a.screen, "is ready")
			c.says(c.channel, asked, last.text)
			<-a.over
			want := strings.Join([]string{
				"alice, database-dumps> " + text,
				"volcado> shop-7f3k2qv5m0c4x9ra was requested: database shop of shop/shop.",
				"volcado (edited)> " + running,
				"volcado (edited)> " + finished,
				"volcado> " + last.text,
			}, "\n") + "\n"
			got := strings.ReplaceAll(a.String(), "volcado> not in her thread, and not the last word of anything\n", "")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("what is printed (-want +got):\n%s", diff)
			}
			if a.err != nil || a.code != last.code {
				t.Errorf("it ends with %d, %v; want %d", a.code, a.err, last.code)
			}
		})
	}
}

func TestWhatIsForOnePersonIsSeenInTheirDirectMessages(t *testing.T) {
	c := acme(t)
	mallory, err := c.logIn(t.Context(), otherName)
	if err != nil {
		t.Fatal(err)
	}
	square, _, err := mallory.GetChannelByNameForTeamName(t.Context(), "town-square", teamName, "")
	if err != nil {
		t.Fatal(err)
	}
	const text = "@volcado dump shop"
	a := c.ask(otherName, "town-square", text)
	asked := c.heard(square.Id, text)
	c.says(c.direct(otherName), nil, "You don't have access to any source here.\nThese are your ids:")
	c.shows(&a.screen, "your ids")
	c.says(square.Id, asked, "Answered in a direct message.")
	<-a.over
	want := "mallory, town-square> @volcado dump shop\n" +
		"volcado (direct)> You don't have access to any source here.\nThese are your ids:\n" +
		"volcado> Answered in a direct message.\n"
	if diff := cmp.Diff(want, a.String()); diff != "" || a.err != nil || a.code != exitDone {
		t.Errorf("it ends with %d, %v (-want +got):\n%s", a.code, a.err, diff)
	}
}

func TestInDirectMessagesAnAnswerNeedsNoThread(t *testing.T) {
	c := acme(t)
	for sentence, threaded := range map[string]bool{"in a thread": true, "without one": false} {
		t.Run(sentence, func(t *testing.T) {
			c := *c
			c.t = t
			text := "hello " + sentence
			a := c.ask(otherName, direct, text)
			asked := c.heard(c.direct(otherName), text)
			if !threaded {
				asked = nil
			}
			c.says(c.direct(otherName), asked, "Hello mallory.")
			<-a.over
			if a.err != nil || a.code != exitDone || !strings.Contains(a.String(), "volcado (direct)> Hello mallory.") {
				t.Errorf("it ends with %d, %v:\n%s", a.code, a.err, &a.screen)
			}
		})
	}
}

func TestWithoutALastWordItIsNotKnownHowItEnded(t *testing.T) {
	c := acme(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*pollEvery)
	defer cancel()
	var out screen
	code, err := ask(ctx, c.Server, memberName, channelName, "!dump silence", &out)
	if code != exitTrouble || err == nil || !strings.Contains(err.Error(), "the last word did not come") {
		t.Errorf("it ends with %d, %v", code, err)
	}
}

func TestWhoIsNotThereCannotAsk(t *testing.T) {
	c := acme(t)
	for sentence, who := range map[string]struct{ user, channel, says string }{
		"somebody without an account":      {"bob", channelName, "there is nobody called bob; there are alice and mallory"},
		"somebody who is not in a channel": {otherName, channelName, "find the channel " + channelName},
	} {
		t.Run(sentence, func(t *testing.T) {
			var out screen
			code, err := ask(t.Context(), c.Server, who.user, who.channel, "!dump shop", &out)
			if code != exitTrouble || err == nil || !strings.Contains(err.Error(), who.says) {
				t.Errorf("it ends with %d, %v", code, err)
			}
		})
	}
}

// The words are the catalogue's: when they change, this program has to know.
func TestTheLastWordIsToldFromTheStatus(t *testing.T) {
	english, err := lang.New("en")
	if err != nil {
		t.Fatal(err)
	}
	dump := view.Dump{Name: "shop-7f3k2qv5m0c4x9ra", Source: "shop/shop", Database: "shop", By: view.By{You: true}}
	for sentence, c := range map[string]struct {
		said        view.View
		over, ready bool
	}{
		"asked":     {said: view.Progress{Dump: dump, Stage: view.StageAsked}},
		"unheard":   {said: view.Progress{Dump: dump, Stage: view.StageUnheard}},
		"pending":   {said: view.Progress{Dump: dump, Stage: view.StagePending}},
		"queued":    {said: view.Progress{Dump: dump, Stage: view.StageQueued, Before: 1}},
		"starting":  {said: view.Progress{Dump: dump, Stage: view.StageStarting}},
		"running":   {said: view.Progress{Dump: dump, Stage: view.StageRunning}},
		"unseen":    {said: view.Progress{Dump: dump, Stage: view.StageUnseen}},
		"cancelled": {said: view.Ended{Dump: dump, End: view.EndCancelled}},
		"blocked":   {said: view.Blocked{Dump: dump, Stage: view.StageStarting, Reason: "ImageCannotBePulled"}},
		"succeeded": {said: view.Succeeded{Dump: dump, Bytes: 1}, over: true, ready: true},
		"failed":    {said: view.Failed{Dump: dump, End: view.EndFailed, Reason: "TableNotFound"}, over: true},
		"elsewhere": {said: view.InDirect{}, over: true},
	} {
		t.Run(sentence, func(t *testing.T) {
			headline := english.Say("en", c.said).Headline
			answers := thread{channel: "c", root: "r", dumps: startsDump("!dump shop")}
			for _, as := range []string{headline, "**" + headline + "**"} {
				answers.here = nil
				answers.add(post("c", "r", as))
				if got := answers.over(); got != c.over {
					t.Errorf("%q is the last word: %v, want %v", as, got, c.over)
				}
			}
			if got := ready.MatchString(headline); got != c.ready {
				t.Errorf("%q says that it is ready: %v, want %v", headline, got, c.ready)
			}
		})
	}
}
