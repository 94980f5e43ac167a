package mattermost

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// longestAnswer that is read, in bytes, of calls that get makes. A page of 200 of the longest posts has 13 MiB, but the props
	// of a post, which people do not see, can have 800,000 characters.
	longestAnswer = 32 << 20
	// longestSingle answer to other calls, in bytes. In memory one can take seventy times as much.
	longestSingle = 4 << 20
)

// longestThrottle is how long the answer to a question is waited for where the server limits requests.
const longestThrottle = 10 * time.Second

// client makes calls. Its errors are *chat.Error.
type client struct {
	base   *url.URL
	token  chat.TokenFile
	caFile string
	// pageSize of a channel's history.
	pageSize int
	// longestAnswer that get reads, in bytes.
	longestAnswer int64
	// pingEvery is how often the server is asked for an answer. Without any for twice as long, a connection is lost.
	pingEvery time.Duration

	mu   sync.Mutex
	http *http.Client
}

func newClient(base *url.URL, token chat.TokenFile, caFile string) *client {
	return &client{base: base, token: token, caFile: caFile, pageSize: longestPage, longestAnswer: longestAnswer, pingEvery: pingEvery}
}

// transport is made at the first call: settings are checked on machines that do not have the file of authorities.
func (c *client) transport() (*http.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.http != nil {
		return c.http, nil
	}
	made, err := chat.HTTPClient(c.caFile)
	if err != nil {
		return nil, err
	}
	c.http = made
	return made, nil
}

// api is a client with the token of this moment.
func (c *client) api() (*model.Client4, error) {
	transport, err := c.transport()
	if err != nil {
		return nil, &chat.Error{Kind: chat.NotDone, Err: err}
	}
	token, err := c.token.Read()
	if err != nil {
		return nil, &chat.Error{Kind: chat.Unauthorised, Err: err}
	}
	api := model.NewAPIv4Client(c.base.String())
	api.HTTPClient = chat.Reading(transport, longestSingle)
	api.SetToken(token)
	return api, nil
}

// look makes a call that changes nothing, and waits when the server asks for that: whoever needs the answer would have to
// begin again, with calls that the server has granted already.
func look[T any](ctx context.Context, c *client, what string, ask func(*model.Client4) (T, *model.Response, error)) (T, error) {
	end := time.Now().Add(longestThrottle)
	for {
		given, err := call(ctx, c, what, ask)
		wait := chat.RetryAfter(err)
		if wait == 0 || time.Now().Add(wait).After(end) || !chat.Wait(ctx, wait+rand.N(wait/2)) {
			return given, err
		}
	}
}

// call makes one call. What it gives is nil where the server gave nothing.
func call[T any](ctx context.Context, c *client, what string, ask func(*model.Client4) (T, *model.Response, error)) (T, error) {
	var none T
	api, err := c.api()
	if err != nil {
		return none, err
	}
	given, response, err := ask(api)
	if err != nil {
		return none, c.refused(ctx, what, api.AuthToken, response, err)
	}
	return given, nil
}

var errNothing = errors.New("the server left out what was asked for")

// me is who the token is for.
func (c *client) me(ctx context.Context) (*model.User, error) {
	me, err := look(ctx, c, "read the bot's account", func(api *model.Client4) (*model.User, *model.Response, error) {
		return api.GetMe(ctx, "")
	})
	switch {
	case err != nil:
		return nil, err
	case me == nil || !model.IsValidId(me.Id) || me.Username == "":
		return nil, &chat.Error{Kind: chat.NotDone, Err: fmt.Errorf("read the bot's account: %w", errNothing)}
	}
	return me, nil
}

// channel by its id.
func (c *client) channel(ctx context.Context, id string) (*model.Channel, error) {
	if !model.IsValidId(id) {
		return nil, &chat.Error{Kind: chat.PlaceGone, Err: fmt.Errorf("%.64q is not the id of a channel", id)}
	}
	channel, err := look(ctx, c, "read channel "+id, func(api *model.Client4) (*model.Channel, *model.Response, error) {
		return api.GetChannel(ctx, id)
	})
	switch {
	case err != nil:
		return nil, gone(err)
	case channel == nil || channel.Id != id:
		return nil, &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("read channel %s: %w", id, errNothing)}
	case channel.DeleteAt != 0:
		return nil, &chat.Error{Kind: chat.PlaceGone, Err: fmt.Errorf("channel %s is archived", id)}
	}
	return channel, nil
}
