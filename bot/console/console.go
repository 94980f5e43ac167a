// Package console is the text console, a chat with one person: on a terminal with line editing, history, completion and
// one progress line that renews itself; where its input or output is not a terminal, with plain lines.
package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/volcado-io/volcado/bot/chat"
)

// Options of a console.
type Options struct {
	// In is read, Out written.
	In, Out *os.File
	// Author of every message.
	Author chat.Author
	// Session is the beginning of every message's id. Nobody else may ever have used it.
	Session string
	// Command, if there is one, is run instead of reading In.
	Command string
	// Colour allows colours on a terminal.
	Colour bool
	// Interrupts holds the presses of Ctrl-C that the terminal turned into signals.
	Interrupts <-chan os.Signal
	// Follow tells on this console what becomes of the dump that an answer follows, to its end, and says how it ended. When
	// ctx is done nobody watches any more: it says so and returns. Nil where nothing is followed.
	Follow func(ctx context.Context, m chat.Message, a chat.Answer) chat.Outcome
	// Complete lists what the last word of a line may become. Optional.
	Complete func(ctx context.Context, line string) []string
	// Greeting is shown before the first prompt. Optional.
	Greeting chat.Reply
	// Farewell is what is left to say to somebody who leaves, such as what runs on, if anything is. Optional.
	Farewell func(ctx context.Context) (chat.Reply, bool)
	// Now is the clock; time.Now where it is nil.
	Now func() time.Time
}

// Platform and Channel of every message.
const (
	Platform = "console"
	Channel  = "console"
)

// Console is a chat.Service.
type Console struct {
	Options
	*screen
	sent        int
	first       chat.Outcome // the first one that was not Succeeded
	interrupted bool
}

var _ chat.Service = (*Console)(nil)

// New makes a console. It writes nothing before Listen.
func New(o Options) *Console {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Console{Options: o, screen: newScreen(o)}
}

// lineReader reads what a person types, a line at a time, without its end. It returns io.EOF when there is no more.
type lineReader interface {
	readLine(ctx context.Context) (string, error)
	// close leaves the input as it was found, even while a line is being read.
	close()
}

// Listen reads lines and has each answered, and what it began told to its end, before it reads the next. It ends at the end
// of the input, at Ctrl-C, Ctrl-D or exit on the prompt, and where there is no prompt at Ctrl-C. Nothing can have been
// written before it is called, so since makes no difference.
func (c *Console) Listen(ctx context.Context, _ time.Time, handle chat.Handler) error {
	lines, interactive := c.lines()
	defer lines.close()
	c.begin()
	defer c.end()
	if interactive && c.Greeting.Headline != "" {
		c.print(c.Greeting)
	}
	for !c.interrupted {
		line, err := c.read(ctx, lines)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		c.heard()
		if interactive && isFarewell(line) {
			break
		}
		c.answer(ctx, line, handle)
		if interactive {
			c.forget()
		}
	}
	if interactive {
		c.leave(ctx)
	}
	return c.failure()
}

// isFarewell: what people type to leave any other prompt. They are the console's words and not the bot's, so a script
// that holds one is told that there is no such command.
func isFarewell(line string) bool {
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "exit", "quit":
		return true
	}
	return false
}

// forget: on a terminal the person has seen how a line ended, and Ctrl-C was meant for that line alone. One that came as
// the answer did must not end the session.
func (c *Console) forget() {
	c.interrupted, c.first = false, chat.Succeeded
	select {
	case <-c.Interrupts:
	default:
	}
}

// Outcome is how the session ended: the first outcome of a line that was not Succeeded. Of a session on a terminal there
// is none, because the person has seen it.
func (c *Console) Outcome() chat.Outcome {
	if c.interrupted {
		return chat.Detached
	}
	return c.first
}

func (c *Console) lines() (lines lineReader, interactive bool) {
	switch {
	case c.Command != "":
		return &oneLine{line: c.Command}, false
	case isTerminal(c.In) && isTerminal(c.Out):
		return newEditor(c.Options), true
	default:
		return newPlainReader(c.In), false
	}
}

// read waits for a line, and for Ctrl-C where no prompt takes it as a key.
func (c *Console) read(ctx context.Context, lines lineReader) (string, error) {
	type result struct {
		line string
		err  error
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	read := make(chan result, 1)
	go func() {
		line, err := lines.readLine(reading)
		read <- result{line, err}
	}()
	select {
	case r := <-read:
		return r.line, r.err
	case <-c.Interrupts:
		c.interrupted = true
		return "", io.EOF
	case <-ctx.Done():
		c.interrupted = true
		return "", io.EOF
	}
}

// answer hands one line on. Ctrl-C meanwhile ends the listening, not what was begun.
func (c *Console) answer(ctx context.Context, line string, handle chat.Handler) {
	c.sent++
	m := chat.Message{
		Place: place, Author: c.Author, ID: fmt.Sprintf("%s-%d", c.Session, c.sent), Text: line, Written: c.Now(),
	}
	listening, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan chat.Outcome, 1)
	go func() { ended <- c.converse(listening, m, handle) }()
	for {
		select {
		case outcome := <-ended:
			if c.first == chat.Succeeded {
				c.first = outcome
			}
			return
		case <-c.Interrupts:
			c.interrupted = true
			stop()
		}
	}
}

const (
	// repeatFirst and repeatLast bound the pauses before a message whose handler failed is handed on again.
	repeatFirst, repeatLast = 100 * time.Millisecond, 10 * time.Second
)

// converse has a message answered, and what it began told to its end.
func (c *Console) converse(ctx context.Context, m chat.Message, handle chat.Handler) chat.Outcome {
	for pause := repeatFirst; ; pause = min(2*pause, repeatLast) {
		answer, err := handle(ctx, m)
		switch {
		case err == nil && answer.Follows != "" && c.Follow != nil:
			return c.Follow(ctx, m, answer)
		case err == nil:
			return answer.Outcome
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return chat.Detached
		}
	}
}

// leave says what is left to say to somebody who asked for something. Where there is no terminal nothing is: every line was
// answered to its end, or the bot has said that it runs on.
func (c *Console) leave(ctx context.Context) {
	if c.Farewell == nil || c.sent == 0 {
		return
	}
	if farewell, ok := c.Farewell(context.WithoutCancel(ctx)); ok {
		c.print(farewell)
	}
}

// Prefix of the ids of this session's messages.
func (o Options) Prefix() string { return o.Session + "-" }
