package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// mostSkew of Slack's clock beyond which messages look too old, or come from the future.
	mostSkew = chat.ClockSkew / 2
	// helloTimeout bounds the wait for the socket's first word.
	helloTimeout = 15 * time.Second
)

// neededScopes of the bot's token, in order. config/bot/slack-manifest.yaml asks for the same.
var neededScopes = []string{
	"app_mentions:read", "channels:history", "channels:read", "chat:write", "commands", "groups:history", "groups:read",
	"im:history", "im:read", "im:write", "usergroups:read", "users:read",
}

// Examine says what is wrong with the tokens, their scopes and with where the bot is a member. It changes nothing, but that it
// opens a socket for a moment: what Slack delivers on that it delivers to the bot again.
func (s *Service) Examine(ctx context.Context) []chat.Finding {
	f := &chat.Findings{ID: s.id}
	me, err := s.me(ctx)
	switch {
	case err != nil && chat.KindOfError(err) == chat.Unauthorised:
		f.Add(chat.Bad, "the bot's token does not work: %s. %s", reason(err), advice(err))
		return f.List
	case err != nil:
		f.Add(chat.Bad, "Slack cannot be asked: %s. %s", reason(err), advice(err))
		return f.List
	}
	if me.TeamID != s.id.Workspace {
		f.Add(chat.Bad, "the bot's token is for the workspace %s (%s). Put the right token into the file, or that id into workspace.", me.TeamID, me.Team)
		return f.List
	}
	f.Add(chat.Good, "Slack accepts the token of %s in %s.", me.User, me.Team)
	examineClock(f, me.Header)
	examineScopes(f, me.Header)
	s.examineSocket(ctx, f)
	s.examinePlaces(ctx, f)
	if _, err := s.groups.of(ctx, me.UserID); err != nil {
		f.Add(chat.Bad, "the user groups cannot be read, so nobody is answered: %s. %s", reason(err), advice(err))
	}
	return f.List
}

func examineClock(f *chat.Findings, header http.Header) {
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		if skew := time.Since(date).Abs(); skew > mostSkew {
			f.Add(chat.Warning, "Slack's clock and the bot's differ by %s. Synchronise the bot's with a time server.", skew.Round(time.Second))
		}
	}
}

func examineScopes(f *chat.Findings, header http.Header) {
	var granted, missing, more []string
	for scope := range strings.SplitSeq(header.Get("X-OAuth-Scopes"), ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			granted = append(granted, scope)
		}
	}
	for _, scope := range neededScopes {
		if !slices.Contains(granted, scope) {
			missing = append(missing, scope)
		}
	}
	for _, scope := range granted {
		if !slices.Contains(neededScopes, scope) {
			more = append(more, scope)
		}
	}
	switch {
	case len(granted) == 0:
		f.Add(chat.Warning, "Slack does not say which scopes the bot's token has.")
	case len(missing) > 0:
		f.Add(chat.Bad, "the bot's token lacks the scopes %s. Update the app from config/bot/slack-manifest.yaml, and reinstall it.", strings.Join(missing, ", "))
	default:
		f.Add(chat.Good, "the bot's token has the scopes that it needs.")
	}
	if len(more) > 0 {
		f.Add(chat.Warning, "the bot's token has the scopes %s, which it does not need. Remove them from the app, and reinstall it.", strings.Join(more, ", "))
	}
}

// examineSocket opens one, and hears how many there are.
func (s *Service) examineSocket(ctx context.Context, f *chat.Findings) {
	connections, err := s.hello(ctx)
	switch others := connections - 1; {
	case err != nil:
		f.Add(chat.Bad, "no socket can be opened, so the bot hears nothing: %s. %s", reason(err), advice(err))
	case others > 1:
		f.Add(chat.Warning, "a socket can be opened, and Slack counts %d others on the app's token. Each gets a part of the messages. "+
			"If the bot is one of them, something else uses its app: give each installation an app of its own.", others)
	case others == 1:
		f.Add(chat.Good, "a socket can be opened. Slack counts one more, which is the bot if it is running.")
	default:
		f.Add(chat.Good, "a socket can be opened.")
	}
}

// hello is how many connections Slack counts, this one among them.
func (s *Service) hello(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, helloTimeout)
	defer cancel()
	socket, err := s.open()
	if err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- socket.RunContext(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			return // it was asked to end, and says so
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return 0, &chat.Error{Kind: chat.NotDone, Err: errors.New("Slack does not greet")} //nolint:staticcheck // a name
		case err := <-ended:
			ended <- err
			return 0, refused("open the socket", err)
		case event := <-socket.Events:
			switch event.Type {
			case socketmode.EventTypeConnectionError:
				if failed, ok := event.Data.(*slack.ConnectionErrorEvent); ok {
					return 0, refused("open the socket", failed.ErrorObj)
				}
			case socketmode.EventTypeHello:
				return event.Request.NumConnections, nil
			}
		}
	}
}

func (s *Service) examinePlaces(ctx context.Context, f *chat.Findings) {
	channels, err := s.ownChannels(ctx)
	if err != nil {
		f.Add(chat.Bad, "the bot's channels cannot be listed: %s. %s", reason(err), advice(err))
		return
	}
	count := map[chat.Kind]int{}
	for i := range channels {
		kind := kindOf(&channels[i])
		if count[kind]++; kind == chat.KindPrivate && count[kind] == 1 {
			s.examineThreads(ctx, f, channels[i].ID)
		}
	}
	f.Add(chat.Good, "the bot is in private channels: %d, public channels: %d.", count[chat.KindPrivate], count[chat.KindPublic])
	if count[chat.KindPrivate]+count[chat.KindPublic] == 0 {
		f.Add(chat.Warning, "the bot is in no channel. Type /invite @volcado where people will use it.")
	}
	if count[chat.KindShared] > 0 {
		f.Add(chat.Warning, "channels of the bot's that are shared with other organisations or workspaces: %d. What is asked there is refused.", count[chat.KindShared])
	}
}

// examineThreads tries what Slack documents in two ways: whether a bot can read threads in channels, and metadata.
func (s *Service) examineThreads(ctx context.Context, f *chat.Findings, channel string) {
	recent, err := s.page(ctx, stretch{channel: channel, from: time.Now().Add(-30 * 24 * time.Hour), metadata: true}, "")
	if err != nil {
		f.Add(chat.Bad, "the history of channel %s cannot be read, so what is written while the bot is away is lost: %s. %s", channel, reason(err), advice(err))
		return
	}
	self := s.mine()
	for _, m := range recent.messages {
		if m.ReplyCount == 0 {
			continue
		}
		thread, err := s.page(ctx, stretch{channel: channel, thread: m.Timestamp, metadata: true}, "")
		if err != nil {
			f.Add(chat.Bad, "threads in channel %s cannot be read, so the bot does not find its own messages after a restart, and can repeat a last word: %s.", channel, reason(err))
			return
		}
		own := func(m slack.Message) bool { return m.User == self.user && m.BotID == self.bot && m.SubType == "" }
		if !slices.ContainsFunc(thread.messages, own) {
			continue
		}
		if !slices.ContainsFunc(thread.messages, func(m slack.Message) bool { return keyOf(m, self) != "" }) {
			f.Add(chat.Bad, "the bot's messages come without their metadata, so it does not find them after a restart, and can repeat a last word. Add the scope metadata.message:read to the app, and reinstall it.")
			return
		}
		f.Add(chat.Good, "threads can be read, and the metadata of the bot's messages.")
		return
	}
	f.Add(chat.Good, "the history of channels can be read. There is no thread with the bot yet in which its metadata could be tried.")
}

// reason of an error, without its kind.
func reason(err error) string {
	if e, ok := errors.AsType[*chat.Error](err); ok && e.Err != nil {
		return e.Err.Error()
	}
	return fmt.Sprint(err)
}

func advice(err error) string {
	switch chat.KindOfError(err) {
	case chat.Unauthorised:
		return "Put the app's current tokens into the files: the Bot User OAuth Token (xoxb-), and an App-Level Token (xapp-) with the scope connections:write."
	case chat.Rejected:
		return "Update the app from config/bot/slack-manifest.yaml, and reinstall it."
	default:
		return "Try again, and see whether the bot's network and proxy let it reach Slack."
	}
}
