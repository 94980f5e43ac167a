package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/term"

	"github.com/volcado-io/volcado/bot/chat/layout"
)

// oneLine is the input of a console that runs one command.
type oneLine struct {
	line string
	done bool
}

func (o *oneLine) readLine(context.Context) (string, error) {
	if o.done {
		return "", io.EOF
	}
	o.done = true
	return o.line, nil
}

func (o *oneLine) close() {}

// longest is how much of a line is kept, in bytes. The bot refuses less; the rest is read and dropped, so that a line
// without an end does not fill the memory.
const longest = 64 << 10

// plainReader reads lines from what is not a terminal.
type plainReader struct{ in *bufio.Reader }

func newPlainReader(in io.Reader) *plainReader { return &plainReader{bufio.NewReader(in)} }

func (p *plainReader) close() {}

func (p *plainReader) readLine(context.Context) (string, error) {
	var line []byte
	for {
		part, err := p.in.ReadSlice('\n')
		line = append(line, part[:min(len(part), longest-len(line))]...)
		switch {
		case err == nil:
			return strings.TrimRight(string(line), "\r\n"), nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(line) > 0:
			return string(line), nil
		case errors.Is(err, io.EOF):
			return "", io.EOF
		default:
			return "", fmt.Errorf("read the console's input: %w", err)
		}
	}
}

// editor reads lines from a terminal, with editing, history and completion. The terminal is raw while a line is read. At
// other times it holds what is typed for the next prompt, Ctrl-C is a signal, and output needs no care.
type editor struct {
	in, size int // descriptors: of what is read, and of what has a size
	out      *os.File
	terminal *term.Terminal
	complete func(context.Context, string) []string

	mu    sync.Mutex
	found *term.State // as it was before it became ours; nil when it is so
	ended bool        // nobody waits any more: a read that begins now must not make the terminal raw again
}

func newEditor(o Options) *editor {
	prompt := "volcado> "
	if o.Colour {
		prompt = colourBold + prompt + colourOff
	}
	e := &editor{in: int(o.In.Fd()), size: int(o.Out.Fd()), out: o.Out, complete: o.Complete}
	e.terminal = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{o.In, o.Out}, prompt)
	// What is typed before the first prompt belongs to it, too. If it cannot be, reading the first line says why.
	if e.raw() == nil {
		e.hold()
	}
	return e
}

func (e *editor) readLine(ctx context.Context) (string, error) {
	if err := e.raw(); err != nil {
		return "", err
	}
	defer e.hold()
	if width, height, err := term.GetSize(e.size); err == nil && width > 0 {
		_ = e.terminal.SetSize(width, height)
	}
	e.terminal.AutoCompleteCallback = func(line string, pos int, key rune) (string, int, bool) {
		return e.key(ctx, line, pos, key)
	}
	line, err := e.terminal.ReadLine()
	if errors.Is(err, io.EOF) {
		// Ctrl-C and Ctrl-D leave the cursor behind the prompt.
		_, _ = io.WriteString(e.out, "\r\n")
	}
	return line, err
}

func (e *editor) raw() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended {
		return io.EOF
	}
	state, err := term.MakeRaw(e.in)
	if err != nil {
		return fmt.Errorf("set the terminal up: %w", err)
	}
	if e.found == nil {
		e.found = state
	}
	return nil
}

// hold keeps what is typed while a line is answered. As the terminal was found it would edit and echo lines itself, and
// between two prompts a Ctrl-D would end the input that nobody was reading, and be lost.
func (e *editor) hold() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.found == nil {
		return // given back already
	}
	if err := hold(e.in); err != nil {
		_ = term.Restore(e.in, e.found)
		e.found = nil
	}
}

// close gives the terminal back for good. A read that goes on cannot be ended, but it does no harm then.
func (e *editor) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended = true
	if e.found != nil {
		_ = term.Restore(e.in, e.found)
		e.found = nil
	}
}

const keyTab = '\t'

// key sees every key that is to be put into the line. What cannot be seen is not put there: the line is shown as it is.
func (e *editor) key(ctx context.Context, line string, pos int, key rune) (string, int, bool) {
	if key != keyTab {
		return line, pos, !unicode.IsPrint(key) && !unicode.Is(unicode.Zs, key)
	}
	if e.complete == nil {
		return line, pos, true
	}
	head, tail := line[:pos], line[pos:]
	candidates := e.complete(ctx, head)
	if len(candidates) == 0 {
		return line, pos, true
	}
	start := strings.LastIndexAny(head, " \t") + 1
	word := common(candidates)
	if len(candidates) == 1 {
		word += " "
	} else if word == head[start:] {
		// Nothing more is certain: show what it may be.
		_, _ = io.WriteString(e.terminal, layout.Visible(strings.Join(candidates, "  "))+"\n")
	}
	return head[:start] + word + tail, start + len(word), true
}

// common is the longest beginning that all have.
func common(words []string) string {
	prefix := words[0]
	for _, w := range words[1:] {
		for !strings.HasPrefix(w, prefix) {
			prefix = prefix[:len(prefix)-1]
		}
	}
	return strings.ToValidUTF8(prefix, "")
}
