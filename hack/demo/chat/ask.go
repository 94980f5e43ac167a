package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
)

// ask posts a text as a person, and prints what that person then sees of it, edits included, until the last word.
func ask(ctx context.Context, s *Server, user, channel, text string, out io.Writer) (int, error) {
	me, err := s.logIn(ctx, user)
	if err != nil {
		return exitTrouble, err
	}
	p, err := newSession(ctx, me, channel)
	if err != nil {
		return exitTrouble, err
	}
	fmt.Fprintf(out, "%s, %s> %s\n", user, channel, text)
	return p.converse(ctx, text, out)
}

// converse posts a text, and prints the answers to it.
func (p *session) converse(ctx context.Context, text string, out io.Writer) (int, error) {
	post, err := p.post(ctx, text)
	if err != nil {
		return exitTrouble, err
	}
	answers := thread{channel: post.ChannelId, root: post.Id, dumps: startsDump(text)}
	var last error
	for tick := time.Tick(pollEvery); ; {
		news, err := p.news(ctx)
		if err != nil {
			last = err // a connection that broke is made again
		}
		for _, s := range news {
			if s.UserId != p.bot {
				continue
			}
			fmt.Fprintln(out, s)
			answers.add(s)
		}
		if answers.over() {
			return answers.code(), nil
		}
		select {
		case <-ctx.Done():
			return exitTrouble, errors.Join(fmt.Errorf("the last word did not come: %w", context.Cause(ctx)), last)
		case <-tick:
		}
	}
}

// thread is what the bot says to one message.
type thread struct {
	channel, root string
	// dumps: the message may have begun a dump, whose end is told later.
	dumps bool
	here  []said
	// elsewhere, in direct messages, is what is for the person alone. The thread then says where it is.
	elsewhere []said
}

func (t *thread) add(s said) {
	switch {
	case s.edited:
	case s.ChannelId != t.channel:
		t.elsewhere = append(t.elsewhere, s)
	case s.RootId == t.root || s.RootId == "" && s.room.name == direct:
		t.here = append(t.here, s)
	}
}

// over: the last word was said. A dump's comes after its status, which is edited until then.
func (t *thread) over() bool {
	return len(t.here) > 1 || len(t.here) > 0 && (!t.begun() || len(t.elsewhere) > 0)
}

// begun: there is a dump's status.
func (t *thread) begun() bool {
	return t.dumps && len(t.here) > 0 && aboutDump.MatchString(seen(t.here[0].Message))
}

// code says how it ended.
func (t *thread) code() int {
	all := slices.Concat(t.here, t.elsewhere)
	if t.begun() && !ready.MatchString(seen(all[len(all)-1].Message)) {
		return exitFailed
	}
	return exitDone
}

var (
	commands = regexp.MustCompile(`^(?:!|/|@\S+\s+)?(?:dump|dumpdb|again)\b`)
	// aboutDump begins with a dump's name, behind a sign or none. Whatever else the bot says begins otherwise.
	aboutDump = regexp.MustCompile(`^(?:@\S+ )?(?:\S )?[a-z0-9.-]+-[0-9a-z]{16}\b`)
	ready     = regexp.MustCompile(`^(?:@\S+ )?✓ Dump of .* is ready`)
)

// startsDump: the command is one that can begin a dump.
func startsDump(text string) bool {
	return commands.MatchString(strings.ToLower(strings.TrimSpace(text)))
}
