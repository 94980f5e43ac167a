package mattermost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// longestFrame of a websocket that is read, in bytes. What is longer ends the connection, and is read from the history.
	longestFrame = 2 << 20
	// pingEvery is how often the server is asked for an answer. It pings by itself once a minute, and goes on with that
	// after a token was revoked.
	pingEvery = 15 * time.Second
	// writeTimeout bounds one write.
	writeTimeout = 10 * time.Second
)

// socket is one authenticated websocket. model.WebSocketClient is not used: it writes without a deadline, reads frames
// of any length, and its Close waits for ever for a writer that hangs.
type socket struct {
	connection *websocket.Conn
	// sequence of our next request, and of the server's next event.
	requests, events int64
	token            string
	// silence after which the connection counts as lost.
	silence time.Duration
}

// open a websocket, and wait until the server has accepted the token.
func (c *client) open(ctx context.Context) (*socket, error) {
	token, err := c.token.Read()
	if err != nil {
		return nil, &chat.Error{Kind: chat.Unauthorised, Err: err}
	}
	config, err := chat.TLSConfig(c.caFile)
	if err != nil {
		return nil, &chat.Error{Kind: chat.NotDone, Err: err}
	}
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, TLSClientConfig: config, HandshakeTimeout: 2 * writeTimeout}
	where := *c.base
	where.Scheme = "ws" + strings.TrimPrefix(where.Scheme, "http")
	// Not in the header: a proxy may log that, and Mattermost wants the challenge anyway.
	connection, response, err := dialer.DialContext(ctx, where.JoinPath(model.APIURLSuffix, "websocket").String(), nil)
	if response != nil {
		_ = response.Body.Close()
	}
	if err != nil {
		why := withoutURL(err)
		if response != nil {
			why = fmt.Errorf("the server answered %d to a websocket; a proxy before it may not let them through", response.StatusCode)
		}
		return nil, &chat.Error{Kind: chat.NotDone, Err: fmt.Errorf("open a websocket: %w", why)}
	}
	s := &socket{connection: connection, token: token, silence: 2*c.pingEvery + c.pingEvery/3}
	connection.SetReadLimit(longestFrame)
	connection.SetPingHandler(func(data string) error {
		s.heard()
		return connection.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(writeTimeout))
	})
	s.heard()
	// Whatever the server sends instead of an answer, it ends.
	ctx, cancel := context.WithTimeout(ctx, s.silence)
	defer cancel()
	defer context.AfterFunc(ctx, s.close)()
	if err := s.authenticate(); err != nil {
		_ = connection.Close()
		return nil, &chat.Error{Kind: chat.NotDone, Err: fmt.Errorf("open a websocket: %w", err)}
	}
	return s, nil
}

// heard puts off the end of a connection on which nothing is heard.
func (s *socket) heard() { _ = s.connection.SetReadDeadline(time.Now().Add(s.silence)) }

func (s *socket) authenticate() error {
	if err := s.ask(model.WebsocketAuthenticationChallenge, map[string]any{"token": s.token}); err != nil {
		return err
	}
	for {
		_, answer, err := s.next()
		switch {
		case err != nil:
			return err
		case answer != nil && answer.SeqReply == 1:
			return nil
		}
	}
}

// ask the server for an answer. It is called by one goroutine at a time.
func (s *socket) ask(action model.WebsocketEventType, data map[string]any) error {
	s.requests++
	if err := s.connection.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	return s.connection.WriteJSON(model.WebSocketRequest{Seq: s.requests, Action: string(action), Data: data})
}

// next reads an event or an answer. It fails where one is missing, or cannot be read: the history has what it told.
func (s *socket) next() (*model.WebSocketEvent, *model.WebSocketResponse, error) {
	_, data, err := s.connection.ReadMessage()
	if err != nil {
		return nil, nil, fmt.Errorf("the connection is lost: %w", withoutURL(err))
	}
	s.heard()
	var kind struct {
		Event    string `json:"event"`
		SeqReply int64  `json:"seq_reply"`
	}
	if err := json.Unmarshal(data, &kind); err != nil {
		return nil, nil, errors.New("the server sent something that is no event")
	}
	if kind.Event == "" {
		answer := &model.WebSocketResponse{}
		if err := json.Unmarshal(data, answer); err != nil || kind.SeqReply == 0 {
			return nil, nil, errors.New("the server sent something that is no event")
		}
		if answer.Status != model.StatusOk {
			// Not what it says: Mattermost repeats the token there.
			return nil, nil, errors.New("the server does not accept what the bot sends any more")
		}
		return nil, answer, nil
	}
	event, err := model.WebSocketEventFromJSON(strings.NewReader(string(data)))
	if err != nil {
		return nil, nil, errors.New("the server sent an event that cannot be read")
	}
	if event.GetSequence() != s.events {
		return nil, nil, fmt.Errorf("event %d came in the place of event %d", event.GetSequence(), s.events)
	}
	s.events++
	return event, nil, nil
}

// close ends the connection, and next.
func (s *socket) close() { _ = s.connection.Close() }
