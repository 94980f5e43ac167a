// Package bot is the bot itself, the same for every chat: what people may type, what they are told, and the
// DatabaseDumps that come of it. It acts with its own ServiceAccount and decides by the allow-lists who may have what;
// the manager decides the same again.
package bot

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/turns"
)

// Bot answers messages.
type Bot struct {
	// FetchImage is the image that printed commands fetch a copy from a volume with: one with sleep and cat that the
	// cluster can pull. It is set before the first message, and otherwise DefaultFetchImage.
	FetchImage string

	api      client.WithWatch
	replier  chat.Replier
	log      *slog.Logger
	now      func() time.Time
	commands []command
	// patience with an API server that does not say whether it made a dump.
	patience time.Duration
	// turns has the deliveries of one message, which may come at once, start their dump one after the other: the second
	// finds the first one's.
	turns turns.Turns
}

// DefaultFetchImage is of a public registry, which not every cluster reaches.
const DefaultFetchImage = "busybox:stable"

// New makes a bot that reads and writes through api, which must not cache: what was just written must be seen. Log gets
// what cannot be said in the chat.
func New(api client.WithWatch, replier chat.Replier, log *slog.Logger) *Bot {
	return &Bot{
		FetchImage: DefaultFetchImage,
		api:        api, replier: replier, log: log, now: time.Now, commands: commands(), patience: apiTimeout,
	}
}

// conversation is one message and what is needed to answer it.
type conversation struct {
	*Bot
	message chat.Message
	by      v1alpha1.Requester
}

// answer is the last word on a message.
type answer struct {
	chat.Reply
	outcome chat.Outcome
}

// Handle answers one message. It returns when everything has been said, or ctx is done; what was begun goes on then.
func (b *Bot) Handle(ctx context.Context, m chat.Message) chat.Outcome {
	c := &conversation{Bot: b, message: m, by: requester(m)}
	said := c.answer(ctx)
	if _, err := c.post(ctx, said.Reply); err != nil {
		b.log.Error("a reply was not delivered", "message", m.ID, "error", err)
	}
	return said.outcome
}

func (c *conversation) answer(ctx context.Context) answer {
	typed, err := words(c.message.Text)
	if err != nil {
		return c.explain(err, nil)
	}
	if len(typed) == 0 {
		return answer{outcome: chat.Misunderstood, Reply: chat.Reply{
			Headline: "There is nothing in that line.", Closing: "Type help to see what can be asked.",
		}}
	}
	cmd, ok := c.lookUp(typed[0])
	if !ok {
		return c.unknownCommand(typed[0])
	}
	args, err := parseArguments(typed[1:], cmd.options, cmd.most)
	if err != nil {
		return c.explain(err, cmd)
	}
	said, err := cmd.run(ctx, c, args)
	if err != nil {
		return c.explain(err, cmd)
	}
	return said
}

// post says something. Whoever stopped listening is still told what became of the message, so ctx's end is not the
// reply's.
func (c *conversation) post(ctx context.Context, r chat.Reply) (chat.Posted, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), replyTimeout)
	defer cancel()
	return c.replier.Post(ctx, c.message, r)
}

func (c *conversation) edit(ctx context.Context, posted chat.Posted, r chat.Reply) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), replyTimeout)
	defer cancel()
	return c.replier.Edit(ctx, c.message, posted, r)
}

const (
	// replyTimeout bounds the saying of one thing.
	replyTimeout = 30 * time.Second
	// apiTimeout bounds the requests to the API server for one answer.
	apiTimeout = 20 * time.Second
)

// lookUp finds a command. A ! or / before it is what other chats have taught people, and phones write it with a capital.
func (b *Bot) lookUp(word string) (*command, bool) {
	word = strings.TrimLeft(word, "!/")
	for i := range b.commands {
		if strings.EqualFold(b.commands[i].name, word) {
			return &b.commands[i], true
		}
	}
	return nil, false
}

func (c *conversation) unknownCommand(word string) answer {
	names := make([]string, 0, len(c.commands))
	for _, cmd := range c.commands {
		names = append(names, cmd.name)
	}
	r := chat.Reply{
		Severity: chat.Warning, Headline: fmt.Sprintf("There is no command %s.", echo(word)),
		Closing: "Type help to see all of them.",
	}
	if near := nearest(strings.TrimLeft(word, "!/"), names); near != "" {
		r.Lines = append(r.Lines, fmt.Sprintf("Did you mean %s?", near))
	}
	return answer{Reply: r, outcome: chat.Misunderstood}
}

func requester(m chat.Message) v1alpha1.Requester {
	return v1alpha1.Requester{
		Platform: v1alpha1.Platform(m.Platform), Workspace: m.Workspace, User: m.User,
		DisplayName: cut(m.DisplayName, 80), Groups: knownGroups(m.Groups), Channel: m.Channel,
		ChannelKind: v1alpha1.ChannelKind(m.Kind), Message: m.ID,
	}
}

// knownGroups is what the API takes of them: a set of at most 256. Leaving some out can only refuse.
func knownGroups(groups []string) []string {
	known := slices.Compact(slices.Sorted(slices.Values(groups)))
	return known[:min(len(known), 256)]
}

func cut(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}
