package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// firstPause and longestPause bound the pauses before the bot connects again.
	firstPause, longestPause = time.Second, 30 * time.Second
	// longestFrame that is read from the socket, in bytes.
	longestFrame = 2 << 20
	// ackTimeout bounds the sending of an acknowledgement.
	ackTimeout = 5 * time.Second
	// catchUpEvery is after how long what could not be read is tried again; it grows to catchUpAtMost.
	catchUpEvery, catchUpAtMost = 30 * time.Second, 5 * time.Minute
	// tokenEvery is how often the bot's token is tried.
	tokenEvery = 15 * time.Second
	// recountAfter is when connections are counted again that were found to be too many: a replica that was killed can be among them.
	recountAfter = 5 * time.Minute
	// overlap of what is read again with what was heard before a connection was lost.
	overlap = time.Minute
)

// listener is one call of Listen.
type listener struct {
	*Service
	handle chat.Handler
	// socket acknowledges on the connection of this moment.
	socket *socketmode.Client
	early  early
}

// Listen hands on what is written, and what was written since then and Slack will not deliver again.
func (s *Service) Listen(ctx context.Context, since time.Time, handle chat.Handler) error {
	l := &listener{Service: s, handle: handle}
	working, stop := context.WithCancel(ctx)
	defer s.undelivered.Store(0) // what was not handed over is delivered, or read, again
	defer s.acks.clear()
	defer s.inbox.Wait()
	defer stop()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		s.lost("connecting")
		began := time.Now()
		err := l.connected(working, since)
		if ctx.Err() != nil {
			s.lost("stopped")
			return nil
		}
		s.lost(err.Error())
		if chat.KindOfError(err) == chat.Unauthorised {
			return err
		}
		if heard := s.Health().Heard; heard.Add(-overlap).After(since) {
			since = heard.Add(-overlap)
		}
		if time.Since(began) > longestPause {
			pause = firstPause
		}
		// Slack's request is followed at once, but not when it comes again and again.
		atOnce := errors.Is(err, errRefresh) && pause == firstPause
		if errors.Is(err, errRefresh) {
			s.log.Info("the connection to Slack is made anew", "why", err)
		} else {
			s.log.Warn("there is no connection to Slack, and it is tried again", "error", err)
		}
		if wait := max(pause-rand.N(pause/5), chat.RetryAfter(err)); !atOnce && !chat.Wait(ctx, wait) {
			s.lost("stopped")
			return nil
		}
		s.setHealth(func(h *chat.Health) { h.Reconnects++ })
	}
}

// lost says that nothing arrives. What is written meanwhile may have to be read.
func (s *Service) lost(why string) {
	s.setHealth(func(h *chat.Health) { h.Connected, h.Behind, h.Why = false, true, why })
}

// errRefresh: Slack ends every connection after a while, and asks for another one.
var errRefresh = errors.New("another connection was asked for")

// connected listens on one connection until it ends. Its error says why; it is never nil.
func (l *listener) connected(ctx context.Context, since time.Time) error {
	if _, err := l.whoami(ctx); err != nil {
		return err
	}
	l.people.known.forget()
	l.groups.known.forget()
	l.places.kinds.forget()
	socket, err := l.open()
	if err != nil {
		return err
	}
	l.socket = socket
	connection, end := context.WithCancelCause(ctx)
	defer end(nil)
	ended := make(chan struct{})
	defer func() { <-ended }()
	defer end(nil)
	go func() {
		defer close(ended)
		end(l.run(connection, socket))
	}()
	token := time.NewTicker(l.tokenEvery)
	defer token.Stop()
	recount := time.NewTimer(l.recountAfter)
	defer recount.Stop()
	for {
		select {
		case <-connection.Done():
			return context.Cause(connection)
		case <-token.C:
			// The socket is the app's. Slack goes on delivering when the bot's token was revoked.
			if _, err := l.whoami(connection); err != nil && chat.KindOfError(err) == chat.Unauthorised {
				return err
			}
		case <-recount.C:
			if l.Health().Shared != "" {
				return errRefresh // only the hello of another connection has the count
			}
		case event := <-socket.Events:
			if err := l.event(ctx, connection, event, since); err != nil {
				return err
			}
		}
	}
}

// open prepares a connection with the tokens of this moment.
func (s *Service) open() (*socketmode.Client, error) {
	api, err := s.api(true)
	if err != nil {
		return nil, err
	}
	config, err := chat.TLSConfig(s.caFile)
	if err != nil {
		return nil, &chat.Error{Kind: chat.NotDone, Err: err}
	}
	dialer := &websocket.Dialer{
		NetDialContext: s.dial,
		Proxy:          http.ProxyFromEnvironment, TLSClientConfig: config, HandshakeTimeout: 20 * time.Second,
		WriteBufferSize: 32 << 10, // Slack does not put an acknowledgement together that comes in several frames
	}
	return socketmode.New(api, socketmode.OptionDialer(dialer), socketmode.OptionReadLimit(longestFrame),
		socketmode.OptionLog(log.New(io.Discard, "", 0))), nil
}

// dial a connection of which every byte counts as heard while it is up: of Slack's pings nothing else tells.
func (s *Service) dial(ctx context.Context, network, address string) (net.Conn, error) {
	plain, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &hearing{plain, s}, nil
}

type hearing struct {
	net.Conn
	service *Service
}

func (h *hearing) Read(into []byte) (int, error) {
	n, err := h.Conn.Read(into)
	if n > 0 {
		h.service.setHealth(func(h *chat.Health) {
			if h.Connected { // what comes before the hello says nothing of messages
				h.Heard = time.Now()
			}
		})
	}
	return n, err
}

// run the connection until it ends.
func (l *listener) run(ctx context.Context, socket *socketmode.Client) error {
	err := socket.RunContext(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return refused("open the socket", err)
}

// event of the connection. An error ends it.
func (l *listener) event(ctx, connection context.Context, event socketmode.Event, since time.Time) error {
	switch event.Type {
	case socketmode.EventTypeConnectionError:
		failed, _ := event.Data.(*slack.ConnectionErrorEvent)
		if failed == nil {
			return &chat.Error{Kind: chat.NotDone, Err: errors.New("the socket cannot be opened")}
		}
		return refused("open the socket", failed.ErrorObj)
	case socketmode.EventTypeConnecting:
		if connecting, _ := event.Data.(*slack.ConnectingEvent); connecting != nil && connecting.ConnectionCount > 0 {
			return errRefresh // with the tokens of that moment
		}
		return nil
	case socketmode.EventTypeHello:
		l.heard()
		l.noticeOthers(event.Request)
		l.early.begin()
		l.setHealth(func(h *chat.Health) { h.Connected, h.Behind, h.Why = true, true, "" })
		go l.catchUpUntilDone(ctx, connection, since)
		return nil
	case socketmode.EventTypeIncomingError:
		failed, _ := event.Data.(*slack.IncomingEventError)
		if failed == nil {
			return nil
		}
		// Of a connection that has broken other events tell.
		if syntax, is := errors.AsType[*json.SyntaxError](failed.ErrorObj); is {
			l.unreadable("a frame", syntax)
		}
		return nil
	case socketmode.EventTypeErrorBadMessage:
		l.heard()
		bad, _ := event.Data.(*socketmode.ErrorBadMessage)
		if bad != nil {
			l.envelope(ctx, bad.Message)
		}
		return nil
	case socketmode.EventTypeEventsAPI, socketmode.EventTypeInteractive, socketmode.EventTypeSlashCommand:
		l.heard()
		raw, err := json.Marshal(event.Request)
		if err != nil {
			return nil
		}
		l.envelope(ctx, raw)
	}
	return nil
}

func (s *Service) heard() {
	s.setHealth(func(h *chat.Health) { h.Heard = time.Now() })
}

// noticeOthers: Slack gives each envelope to one of an app's connections, and this bot has one.
func (l *listener) noticeOthers(hello *socketmode.Request) {
	others := ""
	if hello != nil && hello.NumConnections > 1 {
		others = fmt.Sprintf("Slack counts %d connections on the app's token; another installation gets a part of the messages. "+
			"Give each installation an app of its own", hello.NumConnections)
	}
	l.setHealth(func(h *chat.Health) { h.Shared = others })
}

// catchUpUntilDone reads what was missed beside what arrives: Slack waits three seconds for each acknowledgement.
func (l *listener) catchUpUntilDone(ctx, connection context.Context, since time.Time) {
	for pause := catchUpEvery; ; pause = min(2*pause, catchUpAtMost) {
		err := l.catchUp(ctx, connection, since)
		if connection.Err() != nil {
			return
		}
		if err == nil {
			l.early.end(func(w written, ack func()) { l.take(ctx, w, ack) })
			l.behind(connection, false, "")
			return
		}
		l.log.Warn("what was missed cannot be read, and is tried again", "since", since, "error", err)
		l.behind(connection, true, "what was missed cannot be read, and is tried again: "+err.Error())
		if !chat.Wait(connection, max(pause, chat.RetryAfter(err))) {
			return
		}
	}
}

// behind says whether something is still to be read. Of a connection that has ended nothing is said any more: lost has the word.
func (l *listener) behind(connection context.Context, behind bool, why string) {
	l.setHealth(func(h *chat.Health) {
		if connection.Err() == nil {
			h.Behind, h.Why = behind, why
		}
	})
}

// acknowledge an envelope, which Slack then does not deliver again. On a connection that has ended it does.
func (l *listener) acknowledge(socket *socketmode.Client, envelope string, payload any) {
	ctx, cancel := context.WithTimeout(context.Background(), ackTimeout)
	defer cancel()
	if err := socket.AckCtx(ctx, envelope, payload); err != nil {
		l.log.Warn("a message was not acknowledged, and is delivered again", "error", err)
	}
}
