// Package bot is the bot itself, the same for every chat: it takes a message, has bot/answer find out what is to be done,
// does it, and says what came of it. It acts with its own ServiceAccount and decides by the allow-lists who can have what;
// the manager decides the same again. What becomes of a dump is told by bot/notify alone.
package bot

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/turns"
)

// Speaker words what is said; bot/lang does.
type Speaker interface {
	Say(locale string, v view.View) chat.Reply
	Form(locale string, c grammar.Command, values map[string]string, choices map[string][]string) chat.Form
	Problem(locale string, p grammar.Problem) string
}

// Delivery has people told what becomes of a dump; bot/notify does.
type Delivery interface {
	// Begin marks a dump, before it is created, as one that is told of.
	Begin(d *v1alpha1.DatabaseDump)
	// Follow has one person more told of it. full: it has as many followers as it can have.
	Follow(ctx context.Context, d *v1alpha1.DatabaseDump, by v1alpha1.Requester) (already, full bool, err error)
	// Follows reports whether the person is told of it, as far as d says.
	Follows(d *v1alpha1.DatabaseDump, by v1alpha1.Requester) bool
}

// Options of a bot. All are required unless said otherwise.
type Options struct {
	Cluster *read.Cluster
	// API writes, past every cache.
	API      client.Client
	Services map[chat.ServiceID]chat.Service
	Speaker  Speaker
	// Delivery is nil where whoever asks is told by something else, as on a console.
	Delivery Delivery
	// ReplayWindow is how old a message can be and still be handled. Until then a failure is returned, so that the driver
	// calls again. 0 is for a chat that delivers once: a failure is then said at once.
	ReplayWindow time.Duration
	// FetchImage is what printed commands fetch a copy from a volume with; default read.DefaultFetchImage.
	FetchImage string
	Log        *slog.Logger
	// Now is the clock; default time.Now.
	Now func() time.Time
}

// Bot answers messages.
type Bot struct {
	Options
	// patience with an API server that does not say whether it made a dump.
	patience time.Duration
	// began is when the first message was handled. What is written later no other replica has handled: from then on this one
	// leads.
	began time.Time
	begin sync.Once
	// turns has the deliveries of one message, and equal requests, go one after the other: the second finds what the first
	// made.
	turns turns.Turns
	// handled are the messages that were handled a moment ago. A service may deliver one several times at once, such as
	// once as a message and once as a mention.
	handled *handled
	// received are the messages of which this process had the first delivery.
	received *handled
	// speaking are the answers that are on their way.
	speaking speaking
}

const (
	// apiTimeout bounds the writes for one answer.
	apiTimeout = 20 * time.Second
	// remembered is how many messages are remembered.
	remembered = 4096
)

// New makes a bot.
func New(o Options) *Bot {
	if o.FetchImage == "" {
		o.FetchImage = read.DefaultFetchImage
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Bot{Options: o, patience: apiTimeout, handled: newHandled(remembered), received: newHandled(remembered)}
}

// Wait until all answers that are on their way have been said, or ctx is done.
func (b *Bot) Wait(ctx context.Context) {
	select {
	case <-b.speaking.over():
	case <-ctx.Done():
	}
}
