package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"golang.org/x/term"
)

// talk posts what is typed as a person, and prints what that person sees. What comes from elsewhere than a terminal is
// answered line by line. Without a channel it is the private one, or for who is not in that, direct messages.
func talk(ctx context.Context, s *Server, user, channel string, in *os.File, out io.Writer) (int, error) {
	me, err := s.logIn(ctx, user)
	if err != nil {
		return exitTrouble, err
	}
	if channel == "" {
		channel = direct
		if _, _, err := me.GetChannelByNameForTeamName(ctx, channelName, teamName, ""); err == nil {
			channel = channelName
		}
	}
	p, err := newSession(ctx, me, channel)
	if err != nil {
		return exitTrouble, err
	}
	if !term.IsTerminal(int(in.Fd())) {
		return p.answerLines(ctx, in, out)
	}
	return p.interactive(ctx, in, out)
}

// forBot is what the bot answers in a channel.
var forBot = regexp.MustCompile(`^\s*(?:!(?:\s*$|\pL)|@` + botName + `\b)`)

// answerLines waits for the last word to each line. The code is that of the first that did not end well.
func (p *session) answerLines(ctx context.Context, in io.Reader, out io.Writer) (int, error) {
	code := exitDone
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		fmt.Fprintf(out, "%s, %s> %s\n", p.me.Name, p.rooms[0].name, lines.Text())
		if p.rooms[0].name != direct && !forBot.MatchString(lines.Text()) {
			if _, err := p.post(ctx, lines.Text()); err != nil {
				return exitTrouble, err
			}
			fmt.Fprintf(out, "(posted; the bot answers only what begins with ! or @%s)\n", botName)
			continue
		}
		limited, cancel := context.WithTimeout(ctx, askTimeout)
		this, err := p.converse(limited, lines.Text(), out)
		cancel()
		if err != nil {
			return this, err
		}
		if code == exitDone {
			code = this
		}
	}
	return code, lines.Err()
}

// interactive is for a terminal, on which what comes is written above the line that is being typed.
func (p *session) interactive(ctx context.Context, in *os.File, out io.Writer) (int, error) {
	found, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return exitTrouble, fmt.Errorf("set the terminal up: %w", err)
	}
	defer term.Restore(int(in.Fd()), found) //nolint:errcheck // there is nothing else that can be done
	screen := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, fmt.Sprintf("%s, %s> ", p.me.Name, p.rooms[0].name))
	if width, height, err := term.GetSize(int(in.Fd())); err == nil && width > 0 {
		_ = screen.SetSize(width, height)
	}
	fmt.Fprintln(screen, p.greeting())

	lines := make(chan string)
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	go func() {
		defer leave()
		for {
			line, err := screen.ReadLine()
			if err != nil { // Ctrl-C, Ctrl-D
				return
			}
			select {
			case lines <- line:
			case <-ctx.Done():
				return
			}
		}
	}()
	p.relay(ctx, lines, screen)
	return exitDone, nil
}

func (p *session) greeting() string {
	if p.rooms[0].name == direct {
		return fmt.Sprintf("Direct messages of %s and %s. Type help; Ctrl-D leaves.", p.me.Name, botName)
	}
	return fmt.Sprintf("%s in the channel %s. The bot answers what begins with ! or @%s, such as !help; Ctrl-D leaves.", p.me.Name, p.rooms[0].name, botName)
}

// relay lines to the server, and what is said there to the screen. The server may be away for a while.
func (p *session) relay(ctx context.Context, lines <-chan string, screen io.Writer) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	away := false
	for {
		select {
		case <-ctx.Done():
			return
		case line := <-lines:
			if strings.TrimSpace(line) == "" {
				continue
			}
			if _, err := p.post(ctx, line); err != nil {
				fmt.Fprintf(screen, "This was not posted: %v\n", err)
			}
		case <-tick.C:
			news, err := p.news(ctx)
			if err != nil && !away && !errors.Is(err, context.Canceled) {
				fmt.Fprintf(screen, "The server does not answer; still trying. %v\n", err)
			}
			away = err != nil
			for _, s := range news {
				fmt.Fprintln(screen, s)
			}
		}
	}
}
