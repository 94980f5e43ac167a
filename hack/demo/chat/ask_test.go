package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	running  = "shop-7f3k2qv5m0c4x9ra is running: 41%."
	finished = "shop-7f3k2qv5m0c4x9ra is ready."
)

func TestOneWhoAsksSeesTheStatusItsEditsAndTheLastWord(t *testing.T) {
	c := acme(t)
	for sentence, last := range map[string]struct {
		text, seen string
		code       int
	}{
		"a dump that is ready": {"@alice ✓ **Dump of shop is ready: 45.3 MiB in 14 s.**", "@alice ✓ Dump of shop is ready: 45.3 MiB in 14 s.", exitDone},
		"a dump that failed":   {"@alice ✗ **Dump of shop failed: the server is away.**", "@alice ✗ Dump of shop failed: the server is away.", exitFailed},
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
				"volcado> " + last.seen,
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

// What the bot says in Mattermost: when that changes, this program has to know.
func TestTheLastWordIsToldFromTheStatus(t *testing.T) {
	for pattern, c := range map[string]struct{ over, ready bool }{
		"Progress-*":   {},
		"Blocked-*":    {},
		"Ended-*":      {}, // the status of a dump that has ended
		"Succeeded-*":  {over: true, ready: true},
		"Failed-*":     {over: true},
		"Deleted-*":    {}, // as long as it is the only one
		"Equal-*":      {over: true},
		"NotAllowed-*": {over: true},
		"NoSource*":    {over: true},
		"Usage-*":      {over: true},
		"InDirect-*":   {over: true},
	} {
		files, err := filepath.Glob(filepath.Join("../../../bot/mattermost/testdata/golden/en", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s matches no golden file: %v", pattern, err)
		}
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) {
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				answers := thread{channel: "c", root: "r", dumps: startsDump("!dump shop")}
				answers.add(post("c", "r", string(text)))
				if got := answers.over(); got != c.over {
					t.Errorf("it is the last word: %v, want %v\n%s", got, c.over, text)
				}
				// With the status before it, what comes then is.
				answers.here = nil
				answers.add(post("c", "r", running))
				answers.add(post("c", "r", "@alice "+string(text)))
				// A copy that is gone is none to work with, although it was made.
				ready := c.ready && !strings.Contains(file, "-and-its-copy-is-")
				if code, want := answers.code(), map[bool]int{true: exitDone, false: exitFailed}[ready]; !answers.over() || code != want {
					t.Errorf("after a status it is the last word: %v; it ends with %d, want %d\n%s", answers.over(), code, want, text)
				}
			})
		}
	}
}

func TestWhichCommandsBeginDumps(t *testing.T) {
	for text, want := range map[string]bool{
		"!dump shop": true, "@volcado dump shop": true, "dumpdb shop": true, "!Again shop-7f3k": true,
		"!status": false, "how shop-7f3k": false, "@volcado help dump": false, "!dumps": false,
	} {
		if got := startsDump(text); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestAPostIsShownAsAPersonSeesIt(t *testing.T) {
	for markdown, want := range map[string]string{
		"✓ **Dump of shop is ready.**\n**Location**: s3&#58;//dumps/shop": "✓ Dump of shop is ready.\nLocation: s3://dumps/shop",
		"without \\*\\_log (subjects\\[2\\])":                             "without *_log (subjects[2])",
		"Type `how a**b\\_c&#58;` now":                                    "Type `how a**b\\_c&#58;` now",
		"```\nmysql -e '**&#58;\\_'\n```\n**after**":                      "```\nmysql -e '**&#58;\\_'\n```\nafter",
		"a bell \a and \x1b[2J":                                           "a bell  and [2J",
	} {
		if diff := cmp.Diff(want, seen(markdown)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", markdown, diff)
		}
	}
}
