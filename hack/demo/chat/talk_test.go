package main

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/creack/pty"
)

func TestLinesFromAPipeAreAnsweredOneAfterTheOther(t *testing.T) {
	c := acme(t)
	in, lines, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out screen
	over := make(chan int)
	go func() {
		code, err := talk(t.Context(), c.Server, memberName, "", in, &out)
		if err != nil {
			t.Errorf("it ends with %v", err)
		}
		over <- code
	}()
	if _, err := lines.WriteString("!dump first\n\nthanks\n!hello second\n"); err != nil {
		t.Fatal(err)
	}
	lines.Close()
	first := c.heard(c.channel, "!dump first")
	c.says(c.channel, first, running)
	c.shows(&out, "41%")
	if strings.Contains(out.String(), "second") {
		t.Errorf("the second line is posted before the last word to the first:\n%s", &out)
	}
	c.says(c.channel, first, "@alice Dump of shop failed.")
	c.heard(c.channel, "thanks")
	c.says(c.channel, c.heard(c.channel, "!hello second"), "Hello alice.")
	c.shows(&out, "the bot answers only what begins with ! or @volcado")
	if code := <-over; code != exitFailed {
		t.Errorf("it ends with %d, and the first line began a dump that failed:\n%s", code, &out)
	}
}

// terminal is talk on a terminal.
func (c *company) terminal(user, channel string) (keys *os.File, shown *screen) {
	c.t.Helper()
	keys, tty, err := pty.Open()
	if err != nil {
		c.t.Fatal(err)
	}
	shown = &screen{}
	ctx, leave := context.WithCancel(c.t.Context())
	over := make(chan struct{})
	go func() {
		defer close(over)
		if code, err := talk(ctx, c.Server, user, channel, tty, shown); code != exitDone || err != nil {
			c.t.Errorf("it ends with %d, %v", code, err)
		}
	}()
	c.t.Cleanup(func() {
		leave()
		<-over
		_ = tty.Close()
		_ = keys.Close()
	})
	return keys, shown
}

func TestOnATerminalWhatIsSaidComesWhileOneTypes(t *testing.T) {
	c := acme(t)
	keys, shown := c.terminal(memberName, "")
	c.shows(shown, "The bot answers what begins with ! or @volcado")
	if _, err := keys.WriteString("!dump on a terminal\r!unfinished"); err != nil {
		t.Fatal(err)
	}
	asked := c.heard(c.channel, "!dump on a terminal")
	status := c.says(c.channel, asked, running)
	c.shows(shown, "volcado> "+running)
	c.edits(status, finished)
	c.shows(shown, "volcado (edited)> "+finished)
	if strings.Contains(shown.String(), "alice> !dump") {
		t.Errorf("what one wrote is shown twice:\n%s", shown)
	}
}

func TestWhoIsNotInThePrivateChannelTalksInDirectMessages(t *testing.T) {
	c := acme(t)
	keys, shown := c.terminal(otherName, "")
	c.shows(shown, "Direct messages of mallory and volcado")
	if _, err := keys.WriteString("dump shop, please\r"); err != nil {
		t.Fatal(err)
	}
	c.heard(c.direct(otherName), "dump shop, please")
	c.says(c.direct(otherName), nil, "You don't have access.\x1b[2J\a")
	c.shows(shown, "volcado (direct)> You don't have access.[2J\r\n")
}
